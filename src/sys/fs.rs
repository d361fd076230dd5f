//! Files: bounded reads, atomic writes, synced appends. (Placeholder of the agreed signatures.)
use std::{io, path::{Path, PathBuf}};

/// What a file operation was, on what, and why it failed.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}", path.display())]
pub struct FileError {
    /// A verb phrase, e.g. `read`.
    pub action: &'static str,
    /// The file.
    pub path: PathBuf,
    /// The cause.
    #[source]
    pub source: io::Error,
}

/// Reads a regular file of at most `limit` bytes without following a link at its last component;
/// `None` where there is none. A FIFO, a device, a link or a longer file is an error, at once.
pub fn read_regular(path: &Path, limit: u64) -> Result<Option<Vec<u8>>, FileError> {
    let _ = limit;
    std::fs::read(path).map(Some).map_err(|source| FileError { action: "read", path: path.into(), source })
}
