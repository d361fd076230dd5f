//! The lockfile on disk: appended to while packs finish, rewritten once at the end, and not
//! touched at all by a run that found everything as it was.

#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::{StoreError, Workspace};
use crate::model::lock::{LockEntry, LockWarning, Lockfile};
use crate::sys::fs::{self, FileError, Opening, open_regular};

/// The longest lockfile that is read: some 500,000 packs.
const LIMIT: u64 = 256 << 20;

/// Reads the lockfile; one that is not there is empty. What cannot be used is a warning, since
/// everything in it can be found out again.
///
/// # Errors
/// It cannot be read, or is not a regular file.
pub fn read(workspace: &Workspace) -> Result<(Lockfile, Vec<LockWarning>), StoreError> {
    let text = read_bytes(workspace)?;
    Ok(text.map_or_else(Default::default, |text| Lockfile::parse(&text)))
}

/// Reads the lockfile as it is; `None` where there is none.
///
/// # Errors
/// As [`read`].
pub fn read_bytes(workspace: &Workspace) -> Result<Option<Vec<u8>>, StoreError> {
    Ok(fs::read_regular(&workspace.lockfile(), LIMIT)?)
}

/// Writes what a run finds out. For use under the workspace lock.
#[derive(Debug)]
pub struct LockfileWriter {
    path: PathBuf,
    known: Lockfile,
    /// Open once there is something to append.
    file: Option<File>,
    /// Whether nothing is appended.
    holds_back: bool,
}

impl LockfileWriter {
    /// Starts from what [`read`] returned.
    #[must_use]
    pub fn new(workspace: &Workspace, known: Lockfile) -> Self {
        Self {
            path: workspace.lockfile(),
            known,
            file: None,
            holds_back: false,
        }
    }

    /// Starts likewise, but writes nothing before [`Self::finish`]: for what is done as a whole or
    /// not at all.
    #[must_use]
    pub fn holding_back(workspace: &Workspace, known: Lockfile) -> Self {
        Self {
            holds_back: true,
            ..Self::new(workspace, known)
        }
    }

    /// Returns what is known by now.
    #[must_use]
    pub fn known(&self) -> &Lockfile {
        &self.known
    }

    /// Notes where a pack stands, if that is news, and returns whether it was. The line is there
    /// for the next run even if this process is killed; surviving a power cut is [`Self::finish`]'s
    /// affair.
    ///
    /// # Errors
    /// The line cannot be written.
    pub fn record(&mut self, entry: LockEntry) -> Result<bool, StoreError> {
        if self.known.entries.get(&entry.id) == Some(&entry) {
            return Ok(false);
        }
        if self.holds_back {
            self.known.entries.insert(entry.id.clone(), entry);
            return Ok(true);
        }
        let line = entry.to_line();
        let file = match &mut self.file {
            Some(file) => file,
            none => none.insert(open_at_end(&self.path)?),
        };
        fs::append(file, line.as_bytes()).map_err(FileError::when("append to", &self.path))?;
        self.known.entries.insert(entry.id.clone(), entry);
        Ok(true)
    }

    /// Drops a pack, with effect when the run finishes, and returns whether it was known.
    pub fn forget(&mut self, id: &str) -> bool {
        self.known.entries.remove(id).is_some()
    }

    /// Makes the file what it should be, sorted and without what was dropped, and returns whether
    /// that changed it. A file that is so already is not touched, and none is made for no packs.
    ///
    /// # Errors
    /// The file cannot be written; it is then as it was.
    pub fn finish(mut self) -> Result<bool, StoreError> {
        if self.known.entries.is_empty() && self.path.symlink_metadata().is_err() {
            return Ok(false);
        }
        // Windows replaces no file that is open.
        let has_appended = self.file.take().is_some();
        let content = self.known.render();
        let changed = fs::replace_recoverably(&self.path, content.as_bytes(), fs::SHARED_MODE)?;
        if has_appended && !changed {
            // The lines came in the order in which they belong; nothing has synced them yet.
            self.sync()?;
        }
        Ok(changed)
    }

    fn sync(&self) -> Result<(), FileError> {
        if let Some((file, _)) = open_regular(&self.path, "sync", Opening::Change)? {
            fs::or_plain_sync(&file, file.sync_data())
                .map_err(FileError::when("sync", &self.path))?;
        }
        fs::sync_directory(self.path.parent().unwrap_or(&self.path))
    }
}

/// Opens for appending, on a line of its own even after one that was cut off.
fn open_at_end(path: &Path) -> Result<File, FileError> {
    let action = "append to";
    let Some((mut file, metadata)) = open_regular(path, action, Opening::AppendOrMake)? else {
        let source = std::io::ErrorKind::NotFound.into();
        return Err(FileError {
            action,
            path: path.into(),
            source,
        });
    };
    if metadata.len() > 0 {
        let mut last = [0];
        let looked = file
            .seek(SeekFrom::End(-1))
            .and_then(|_| file.read_exact(&mut last));
        looked.map_err(FileError::when(action, path))?;
        if last != *b"\n" {
            fs::append(&mut file, b"\n").map_err(FileError::when(action, path))?;
        }
    }
    Ok(file)
}
