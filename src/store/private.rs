//! Files that are this user's alone: in a directory of their own outside every workspace, for
//! nobody else to read or write.

use std::fs::{File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::sys::env;
use crate::sys::fs::{
    self, FileError, Opening, TEMPORARY_PREFIX, open_regular, or_plain_sync, sync_directory,
};

/// Returns the directory of this user's own files on this machine: `$XDG_STATE_HOME/grex`, or
/// `~/.local/state/grex`. `None` without a home directory.
#[must_use]
pub fn user_state() -> Option<PathBuf> {
    Some(env::state_home()?.join("grex"))
}

/// Why a private file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PrivateError {
    /// Others may read or write it, so that it proves nothing.
    #[error(
        "{} can be read or written by others (mode {mode:03o}), so nothing in it can be trusted: if you know what is in it, run `chmod 600 {}`, else move it away",
        path.display(),
        path.display()
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// It belongs to somebody else.
    #[error(
        "{} belongs to another user, so nothing in it can be trusted: run grex as that user, or set XDG_STATE_HOME to a directory of your own",
        path.display()
    )]
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// A file operation failed.
    #[error(transparent)]
    File(#[from] FileError),
}

/// Makes the directory of private files, and those above it, for this user only. One that is
/// there stays as it is: what is in it is checked file by file.
pub(super) fn ensure_directory(state: &Path) -> Result<(), PrivateError> {
    let made = fs::private_directories().recursive(true).create(state);
    Ok(made.map_err(FileError::when("create the directory", state))?)
}

/// Opens a private file for `action` (a verb phrase for the error); `None` where there is none.
pub(super) fn open(
    path: &Path,
    action: &'static str,
    opening: Opening,
) -> Result<Option<(File, Metadata)>, PrivateError> {
    let Some((file, metadata)) = open_regular(path, action, opening)? else {
        return Ok(None);
    };
    if !fs::is_ours(&metadata) {
        return Err(PrivateError::Foreign { path: path.into() });
    }
    if let Some(mode) = fs::mode(&metadata).map(|mode| mode & 0o777)
        && mode & 0o077 != 0
    {
        return Err(PrivateError::Open {
            path: path.into(),
            mode,
        });
    }
    Ok(Some((file, metadata)))
}

/// Makes a private file with this content, unless there is one: whoever is first makes it, whole,
/// and everybody else reads that. It survives a power cut.
pub(super) fn create_once(path: &Path, bytes: &[u8]) -> Result<(), PrivateError> {
    let directory = path.parent().unwrap_or(Path::new("."));
    let write = || -> io::Result<()> {
        // For its owner only, as temporary files are.
        let mut temporary = tempfile::Builder::new()
            .prefix(TEMPORARY_PREFIX)
            .rand_bytes(12)
            .tempfile_in(directory)?;
        temporary.write_all(bytes)?;
        let file = temporary.as_file();
        or_plain_sync(file, file.sync_all())?;
        match temporary.persist_noclobber(path) {
            Err(error) if error.error.kind() != io::ErrorKind::AlreadyExists => Err(error.error),
            _ => Ok(()),
        }
    };
    write().map_err(FileError::when("create", path))?;
    Ok(sync_directory(directory)?)
}
