//! Files: bounded reads, atomic writes, synced appends, renames that replace nothing.
//!
//! Whatever is read may have been put there by somebody else, so nothing here waits for a FIFO,
//! reads a device or follows a link at the last component of a path. Whatever is written is
//! either there as a whole or not at all.

#[cfg_attr(unix, path = "fs/held/unix.rs")]
#[cfg_attr(windows, path = "fs/held/windows.rs")]
mod held;
mod place;
#[cfg_attr(unix, path = "fs/unix.rs")]
#[cfg_attr(windows, path = "fs/windows.rs")]
mod platform;
#[cfg(all(test, unix))]
mod tests;

use std::fs::{File, Metadata};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use super::reason::{advice, reason};

pub(crate) use self::held::HeldDirectory;
use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

pub use self::place::{
    create_dir_all, is_vacant, remove_below, remove_empty, remove_tree, rename_noreplace,
    sync_directory, sync_filesystems,
};
pub(crate) use self::platform::{
    append, canonicalize, device, inode, is_ours, make_file, mode, or_plain_sync,
    private_directories, read_at, read_exact_at,
};

/// The beginning of the name of every temporary file and directory. Ignored by the managed block
/// of a workspace, and cleared when its owner is gone.
pub const TEMPORARY_PREFIX: &str = ".grex-tmp.";

/// The mode of a new file that is for everybody, less the umask.
pub const SHARED_MODE: u32 = 0o666;

/// What a file operation was, on what, and why it failed.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}: {}", path.display(), reason(source))]
pub struct FileError {
    /// A verb phrase, e.g. `read`.
    pub action: &'static str,
    /// The file.
    pub path: PathBuf,
    /// The cause.
    #[source]
    pub source: io::Error,
}

impl FileError {
    /// Says whether the operation failed because something is there already.
    pub fn is_occupied(&self) -> bool {
        self.source.kind() == io::ErrorKind::AlreadyExists
    }

    /// Says whether the operation failed because nothing is there.
    pub fn is_missing(&self) -> bool {
        self.source.kind() == io::ErrorKind::NotFound
    }

    /// Returns what a person can do about it, where that can be told.
    pub fn advice(&self) -> Option<&'static str> {
        advice(&self.source)
    }

    /// Returns a function for `map_err`.
    pub(crate) fn when<E: Into<io::Error>>(
        action: &'static str,
        path: &Path,
    ) -> impl FnOnce(E) -> Self {
        move |source| Self {
            action,
            path: path.into(),
            source: source.into(),
        }
    }

    fn refused(action: &'static str, path: &Path, reason: impl Into<String>) -> Self {
        let source = io::Error::new(io::ErrorKind::InvalidInput, reason.into());
        Self {
            action,
            path: path.into(),
            source,
        }
    }
}

/// What a file is opened for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Opening {
    /// To be read.
    Read,
    /// To be read and written.
    Change,
    /// Likewise; made if there is none.
    ChangeOrMake,
    /// To be read, and written at its end with [`append`].
    Append,
    /// Likewise; made if there is none.
    AppendOrMake,
    /// To be made and written; if something has the name, the error's kind is
    /// [`io::ErrorKind::AlreadyExists`].
    Make,
}

impl Opening {
    fn makes(self) -> bool {
        matches!(self, Self::ChangeOrMake | Self::AppendOrMake | Self::Make)
    }
}

/// Reads a regular file of at most `limit` bytes without following a link at its last component;
/// `None` where there is none. A FIFO, a device, a link or a longer file is an error, at once.
pub fn read_regular(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, FileError> {
    let Some((file, metadata)) = open_regular(path, "read", Opening::Read)? else {
        return Ok(None);
    };
    let too_long = || FileError::refused("read", path, format!("it is longer than {limit} bytes"));
    if metadata.len() > limit {
        return Err(too_long());
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or(0));
    // The file may grow while it is read, and files of /proc have no length at all.
    let mut bounded = file.take(limit.saturating_add(1));
    bounded
        .read_to_end(&mut bytes)
        .map_err(FileError::when("read", path))?;
    if bytes.len() as u64 > limit {
        Err(too_long())
    } else {
        Ok(Some(bytes))
    }
}

/// Opens a regular file without following a link at its last component, for `action` (a verb
/// phrase for the error); `None` where there is none and none is to be made.
pub(crate) fn open_regular(
    path: &Path,
    action: &'static str,
    opening: Opening,
) -> Result<Option<(File, Metadata)>, FileError> {
    let file = match platform::open(path, opening) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound && !opening.makes() => {
            return Ok(None);
        }
        Err(error) => {
            return Err(match platform::why_unfit(path, &error) {
                Some(reason) => FileError::refused(action, path, reason),
                None => FileError::when(action, path)(error),
            });
        }
    };
    let metadata = file.metadata().map_err(FileError::when(action, path))?;
    if metadata.is_file() {
        return Ok(Some((file, metadata)));
    }
    let kind = if metadata.is_symlink() {
        "it is a symbolic link"
    } else if metadata.is_dir() {
        "it is a directory"
    } else {
        "it is not a regular file"
    };
    Err(FileError::refused(action, path, kind))
}

/// Makes `bytes` the content of the file, which readers see as it was or as it will be, and never
/// in between, even after a power cut. Returns whether anything was written: equal content is left
/// alone, mtime included. Mode and (as far as allowed) owner of an existing file are kept; a link
/// is refused, so resolve it first where it is meant to be followed.
pub fn replace_atomically(path: &Path, bytes: &[u8]) -> Result<bool, FileError> {
    // Temporary files are otherwise for their owner only.
    let any = tempfile::Builder::new()
        .prefix(TEMPORARY_PREFIX)
        .rand_bytes(12)
        .to_owned();
    replace(path, bytes, any, SHARED_MODE)
}

/// Says whether [`replace_atomically`] could write the file now, by making and removing a temporary
/// one beside it.
///
/// # Errors
/// It could not.
pub fn check_replaceable(path: &Path) -> Result<(), FileError> {
    open_regular(path, "write", Opening::Read)?;
    let mut any = tempfile::Builder::new();
    any.prefix(TEMPORARY_PREFIX).rand_bytes(12);
    temporary_in(any, parent_of(path), 0o600)
        .and_then(NamedTempFile::close)
        .map_err(FileError::when("write", path))
}

/// As [`replace_atomically`], by way of [`temporary_of`] the file, so that what a killed process
/// leaves can be found: it makes room here, and [`clear_temporary`] removes it. Only for use under
/// a lock on the file. A new file gets `mode` less the umask.
pub fn replace_recoverably(path: &Path, bytes: &[u8], mode: u32) -> Result<bool, FileError> {
    clear_temporary(path)?;
    let temporary = temporary_of(path);
    let name = temporary.file_name().unwrap_or_default();
    let fixed = tempfile::Builder::new()
        .prefix(name)
        .rand_bytes(0)
        .to_owned();
    replace(path, bytes, fixed, mode)
}

/// The place beside `path` in which something is made that is to be renamed to `path`. It depends
/// on the path alone.
pub fn temporary_of(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default();
    let digest = Sha256::digest(name.as_encoded_bytes());
    let digits: String = digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    parent_of(path).join(format!("{TEMPORARY_PREFIX}{digits}"))
}

/// Removes the file at [`temporary_of`] `path`, which a killed process has left; nothing there is
/// as good. Only for use under a lock on the file at `path`.
pub fn clear_temporary(path: &Path) -> Result<(), FileError> {
    let temporary = temporary_of(path);
    match std::fs::remove_file(&temporary) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(FileError::when("remove", &temporary)(error))
        }
        _ => Ok(()),
    }
}

fn replace(
    path: &Path,
    bytes: &[u8],
    temporary: tempfile::Builder<'_, '_>,
    mode: u32,
) -> Result<bool, FileError> {
    let old = open_regular(path, "replace", Opening::Read)?;
    if let Some((file, metadata)) = &old
        && metadata.len() == bytes.len() as u64
        && holds(file, bytes).map_err(FileError::when("read", path))?
    {
        return Ok(false);
    }
    let directory = parent_of(path);
    let metadata = old.map(|(_, metadata)| metadata);
    // What replaces a file may be as secret as that is.
    let mode = metadata.as_ref().map_or(mode, |_| 0o600);
    temporary_in(temporary, directory, mode)
        .and_then(|temporary| write_beside(temporary, path, bytes, metadata))
        .map_err(FileError::when("write", path))?;
    sync_directory(directory)?;
    Ok(true)
}

fn holds(file: &File, bytes: &[u8]) -> io::Result<bool> {
    let mut content = Vec::with_capacity(bytes.len());
    file.take(bytes.len() as u64 + 1)
        .read_to_end(&mut content)?;
    Ok(content == bytes)
}

fn temporary_in(
    mut builder: tempfile::Builder<'_, '_>,
    directory: &Path,
    mode: u32,
) -> io::Result<NamedTempFile> {
    platform::give_mode(&mut builder, mode);
    builder.tempfile_in(directory)
}

fn write_beside(
    mut temporary: NamedTempFile,
    path: &Path,
    bytes: &[u8],
    old: Option<Metadata>,
) -> io::Result<()> {
    temporary.write_all(bytes)?;
    let file = temporary.as_file();
    if let Some(old) = old {
        platform::make_alike(file, &old)?;
    }
    or_plain_sync(file, file.sync_all())?;
    platform::persist(temporary, path)
}

/// Returns the directory that a path is in: `.` for a bare name.
fn parent_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    }
}

/// Appends `bytes` to `file`, which was opened for appending from `path`, with one write, and
/// returns when they would survive a power cut. If that fails, the file is cut back to what it
/// was, so that what is reported as failed is not there either.
pub fn append_synced(file: &mut File, path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let length = file
        .metadata()
        .map_err(FileError::when("append to", path))?
        .len();
    let written = append(file, bytes).and_then(|()| or_plain_sync(file, file.sync_data()));
    written.map_err(|error| {
        // If even this fails, half a line stays behind, and readers know what to do with it.
        let _ = file.set_len(length);
        FileError::when("append to", path)(error)
    })
}
