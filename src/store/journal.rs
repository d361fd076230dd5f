//! The journal: what a run began, so that the next one knows what an interrupted run left.
//!
//! A clone is announced before it starts and ticked off when it is in place, or cleaned away. That
//! it is in place says nothing about a power cut, and syncing each clone would cost more than
//! cloning; so [`Journal::durable`] syncs the file system once a run, and a clone counts as
//! finished only then. Only the first announcement of a run is synced by itself: after a power cut
//! the journal is not empty, and everything that the last run touched is to be looked at.

#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;
use rustix::fs::OFlags;
use serde::{Deserialize, Serialize};

use super::{StoreError, Workspace};
use crate::model::path::PackPath;
use crate::sys::fs::{self, FileError, TEMPORARY_PREFIX, open_regular};

/// The longest journal that is read: more clones than any run has.
const LIMIT: u64 = 256 << 20;

/// One line. Kinds are added, never changed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
enum Record {
    CloneBegin {
        id: String,
        path: PackPath,
        temporary: String,
    },
    CloneEnd {
        temporary: String,
    },
    /// What ended before this line is on disk.
    Synced,
    /// A kind of a later program: its line must not be thrown away.
    #[serde(other, skip_serializing)]
    Unknown,
}

/// A clone that was announced and is not known to be on disk as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfinishedClone {
    /// The pack.
    pub id: String,
    /// Its place below the workspace.
    pub path: PackPath,
    /// The name, beside that place, of the directory that the clone is made in.
    pub temporary: String,
    /// How far it came.
    pub progress: CloneProgress,
}

/// How far an unfinished clone came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloneProgress {
    /// It was announced: the temporary directory may be there, or the pack itself.
    Announced,
    /// It was ticked off, but not yet synced: after a power cut the pack may be damaged.
    Placed,
}

/// The journal of a workspace, open for one run, under the workspace lock. It can be shared.
#[derive(Debug)]
pub struct Journal {
    root: PathBuf,
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// By the name of the temporary directory, which is never used twice.
    clones: IndexMap<String, UnfinishedClone>,
    /// Whether a line of a later kind is in the file.
    foreign: bool,
    /// Whether there is anything in the file.
    filled: bool,
    /// Whether the file ends in a line that was cut off.
    torn: bool,
    /// Whether a line of this run is known to be on disk.
    synced: bool,
    /// Open once this run has something to write.
    file: Option<File>,
}

impl Journal {
    /// Reads what earlier runs left unfinished. Lines that were cut off are passed over: what they
    /// announce had not begun.
    ///
    /// # Errors
    /// The journal cannot be read, or is not a regular file.
    pub fn open(workspace: &Workspace) -> Result<Self, StoreError> {
        let path = workspace.journal();
        let text = fs::read_regular(&path, LIMIT)?.unwrap_or_default();
        let mut state = State {
            filled: !text.is_empty(),
            torn: !text.ends_with(b"\n"),
            ..State::default()
        };
        for line in text.split(|byte| *byte == b'\n') {
            if let Ok(record) = serde_json::from_slice(line) {
                state.apply(record);
            }
        }
        Ok(Self {
            root: workspace.root().into(),
            path,
            state: Mutex::new(state),
        })
    }

    /// Returns the clones that are not known to be on disk as a whole, oldest first.
    #[must_use]
    pub fn unfinished(&self) -> Vec<UnfinishedClone> {
        self.lock().clones.values().cloned().collect()
    }

    /// Announces that the pack `id` is about to be cloned to `path`, by way of a directory named
    /// `temporary` (beginning with [`TEMPORARY_PREFIX`]) beside it.
    ///
    /// # Errors
    /// The line cannot be written, or `temporary` is no such name: the clone must not begin.
    pub fn begin_clone(
        &self,
        id: &str,
        path: &PackPath,
        temporary: &str,
    ) -> Result<(), StoreError> {
        if !is_temporary(temporary) {
            let source = std::io::Error::other(format!("`{temporary}` is not a temporary name"));
            return Err(FileError::when("announce a clone in", &self.path)(source).into());
        }
        let record = Record::CloneBegin {
            id: id.into(),
            path: path.clone(),
            temporary: temporary.into(),
        };
        self.write(&mut self.lock(), record)
    }

    /// Ticks off the clone that was made in `temporary`: it is in place, or nothing is left of it.
    ///
    /// # Errors
    /// The line cannot be written: the next run will look at the pack, no more.
    pub fn end_clone(&self, temporary: &str) -> Result<(), StoreError> {
        let mut state = self.lock();
        if !state.clones.contains_key(temporary) {
            return Ok(());
        }
        self.write(
            &mut state,
            Record::CloneEnd {
                temporary: temporary.into(),
            },
        )
    }

    /// Makes everything that was ticked off survive a power cut, and says so in the journal, which
    /// is emptied when nothing is unfinished. To be called once, at the end of a run. Returns
    /// whether there was anything to do; if not, nothing is written and nothing synced.
    ///
    /// # Errors
    /// Syncing or writing failed: the next run will look at the packs of this one.
    pub fn durable(&self) -> Result<bool, StoreError> {
        let mut state = self.lock();
        let placed = state
            .clones
            .values()
            .any(|clone| clone.progress == CloneProgress::Placed);
        let done = state.filled && state.clones.is_empty() && !state.foreign;
        if !placed && !done {
            return Ok(false);
        }
        fs::sync_filesystem(&self.root)?;
        state.apply(Record::Synced);
        if state.clones.is_empty() && !state.foreign {
            let emptied = self.file(&mut state)?.set_len(0);
            emptied.map_err(FileError::when("empty", &self.path))?;
            (state.filled, state.torn, state.synced) = (false, false, false);
        } else {
            self.write(&mut state, Record::Synced)?;
        }
        let synced = self.file(&mut state)?.sync_data();
        synced.map_err(FileError::when("sync", &self.path))?;
        Ok(true)
    }

    fn write(&self, state: &mut State, record: Record) -> Result<(), StoreError> {
        let mut line = if std::mem::take(&mut state.torn) && state.filled {
            b"\n".to_vec()
        } else {
            Vec::new()
        };
        serde_json::to_writer(&mut line, &record).map_err(|error| {
            FileError::when("append to", &self.path)(std::io::Error::from(error))
        })?;
        line.push(b'\n');
        let first = !state.synced;
        let file = self.file(state)?;
        if first {
            fs::append_synced(file, &self.path, &line)?;
            fs::sync_directory(self.path.parent().unwrap_or(&self.root))?;
            state.synced = true;
        } else {
            file.write_all(&line)
                .map_err(FileError::when("append to", &self.path))?;
        }
        state.filled = true;
        state.apply(record);
        Ok(())
    }

    fn file<'s>(&self, state: &'s mut State) -> Result<&'s mut File, FileError> {
        if state.file.is_none() {
            let flags = OFlags::RDWR | OFlags::APPEND | OFlags::CREATE;
            state.file = open_regular(&self.path, "append to", flags)?.map(|(file, _)| file);
        }
        let missing = || {
            FileError::when("append to", &self.path)(std::io::Error::from(
                std::io::ErrorKind::NotFound,
            ))
        };
        state.file.as_mut().ok_or_else(missing)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Whoever panicked had written its line or not; both are states that a reader expects.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn apply(&mut self, record: Record) {
        match record {
            Record::CloneBegin {
                id,
                path,
                temporary,
            } => {
                // Recovery deletes what has this name, so it must be a name of ours.
                if is_temporary(&temporary) {
                    let progress = CloneProgress::Announced;
                    let clone = UnfinishedClone {
                        id,
                        path,
                        temporary: temporary.clone(),
                        progress,
                    };
                    self.clones.insert(temporary, clone);
                }
            }
            Record::CloneEnd { temporary } => {
                if let Some(clone) = self.clones.get_mut(&temporary) {
                    clone.progress = CloneProgress::Placed;
                }
            }
            Record::Synced => self
                .clones
                .retain(|_, clone| clone.progress == CloneProgress::Announced),
            Record::Unknown => self.foreign = true,
        }
    }
}

fn is_temporary(name: &str) -> bool {
    name.starts_with(TEMPORARY_PREFIX) && !name.contains('/')
}
