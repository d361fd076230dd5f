//! Why the record of an installed pack cannot be used.

use std::path::{Path, PathBuf};

use crate::store::StoreError;
use crate::store::seal::SealError;
use crate::sys::fs::FileError;

/// Why the record of an installed pack cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum UndoError {
    /// It does not carry this user's seal.
    #[error(
        "{} was not written by your own grex on this machine (its seal is not yours), so nothing in it is acted upon: move it away, and take back by hand what it may stand for",
        path.display()
    )]
    NotOurs {
        /// The file.
        path: PathBuf,
    },
    /// It is no such record.
    #[error(
        "{} is damaged ({reason}): restore it from a backup, or move it away and take back by hand what the pack installed",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A later program wrote it.
    #[error(
        "{} has schema_version {version}, and this grex reads \"1\": use the grex that wrote it, or a later one",
        path.display()
    )]
    Version {
        /// The file.
        path: PathBuf,
        /// Its version, as JSON.
        version: String,
    },
    /// It is about another pack than its name says.
    #[error(
        "{} is about the pack `{id}`, whose file has another name: move it away",
        path.display()
    )]
    Misnamed {
        /// The file.
        path: PathBuf,
        /// The pack that it is about.
        id: String,
    },
    /// Something else is in the place of a directory of ours, a link for example.
    #[error("{} is not a directory of our own: move it away", path.display())]
    NotDirectory {
        /// What is there.
        path: PathBuf,
    },
    /// There is no seal.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The directory of this machine's own files cannot be used.
    #[error(transparent)]
    Store(#[from] Box<StoreError>),
    /// A file operation failed.
    #[error(transparent)]
    File(#[from] FileError),
}

impl UndoError {
    /// The file that the error is about, where it is one.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::NotOurs { path }
            | Self::Damaged { path, .. }
            | Self::Version { path, .. }
            | Self::Misnamed { path, .. }
            | Self::NotDirectory { path } => Some(path),
            Self::File(error) => Some(&error.path),
            Self::Store(error) => error.file(),
            Self::Seal(_) => None,
        }
    }
}
