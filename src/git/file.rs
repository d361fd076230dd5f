//! What lies at a path inside a git directory, told apart before it is read.

use std::io::ErrorKind;
use std::path::Path;

use crate::sys::fs::{FileError, read_regular};

/// What lies at a path.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing, or a component of the path is a file.
    Missing,
    /// A directory.
    Directory,
    /// A symbolic link, wherever it leads.
    Link,
    /// A regular file and its content.
    File(Vec<u8>),
    /// A FIFO, a socket or a device.
    Special,
}

/// Reads `path`, without following a link at its last component, where it is a regular file of at
/// most `limit` bytes, and else says what it is. A longer file is an error.
pub(super) fn read(path: &Path, limit: u64) -> Result<Found, FileError> {
    match read_regular(path, limit) {
        Ok(content) => Ok(content.map_or(Found::Missing, Found::File)),
        Err(error) => match look(path, limit)? {
            // It is what was asked for, and cannot be read.
            Found::File(_) => Err(error),
            found => Ok(found),
        },
    }
}

/// As [`read`], for what is hardly ever a file: looked at before it is opened.
pub(super) fn look(path: &Path, limit: u64) -> Result<Found, FileError> {
    let kind = match std::fs::symlink_metadata(path) {
        Ok(metadata) => metadata.file_type(),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Found::Missing);
        }
        Err(source) => {
            return Err(FileError {
                action: "look at",
                path: path.into(),
                source,
            });
        }
    };
    if kind.is_symlink() {
        return Ok(Found::Link);
    }
    if kind.is_dir() {
        return Ok(Found::Directory);
    }
    if !kind.is_file() {
        return Ok(Found::Special);
    }
    // Git may have renamed or removed it since: then it is simply not there.
    Ok(read_regular(path, limit)?.map_or(Found::Missing, Found::File))
}
