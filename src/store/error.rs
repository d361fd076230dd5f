//! Why the books could not be read or written.

use std::path::{Path, PathBuf};

use super::private::PrivateError;
use super::seal::SealError;
use super::trust::TrustError;
use super::undo::UndoError;
use crate::model::block::BlockError;
use crate::model::event::EventError;
use crate::model::manifest::ManifestError;
use crate::sys::fs::FileError;
use crate::sys::lock::LockError;

/// Why the books could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no workspace at a directory or above it.
    #[error("{} is in no workspace: there is no grex.jsonl in it or above it", start.display())]
    NoWorkspace {
        /// Where the search began.
        start: PathBuf,
    },
    /// A workspace's manifest is not there.
    #[error("there is no manifest {}", path.display())]
    NoManifest {
        /// Where it should be.
        path: PathBuf,
    },
    /// The manifest cannot be trusted.
    #[error("{}: {source}", path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// The line, and what is wrong with it.
        source: ManifestError,
    },
    /// An event cannot be written.
    #[error("cannot record the change: {0}")]
    Event(#[from] EventError),
    /// A component of a path is a symbolic link that must not be followed.
    #[error("{} is a symbolic link {reason}: nothing is done through it", link.display())]
    Link {
        /// The component.
        link: PathBuf,
        /// Where it leads, in words that follow `a symbolic link`.
        reason: String,
    },
    /// A file's managed blocks are broken.
    #[error("{}: {source}", path.display())]
    Block {
        /// The file.
        path: PathBuf,
        /// The line, and what is wrong with it.
        source: BlockError,
    },
    /// Something cannot be moved to the trash because that is on another file system.
    #[error(
        "{} is on another file system than the trash {}: nothing was moved; move it away yourself",
        from.display(),
        trash.display()
    )]
    OtherFilesystem {
        /// What was to be moved.
        from: PathBuf,
        /// The trash.
        trash: PathBuf,
    },
    /// There is no seal for grex's own records.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The record of an installed pack cannot be used.
    #[error(transparent)]
    Undo(#[from] UndoError),
    /// A file that should be this user's alone cannot be used.
    #[error(transparent)]
    Private(#[from] PrivateError),
    /// A lock was not had.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// A file operation failed.
    #[error(transparent)]
    File(#[from] FileError),
}

impl From<TrustError> for StoreError {
    fn from(error: TrustError) -> Self {
        match error {
            TrustError::Private(error) => Self::Private(error),
            TrustError::Lock(error) => Self::Lock(error),
        }
    }
}

impl StoreError {
    /// Says whether the books themselves are at fault, and not the machine or the request.
    pub fn is_about_content(&self) -> bool {
        matches!(self, Self::Manifest { .. } | Self::Block { .. })
    }

    /// The file that the error is about.
    pub fn file(&self) -> Option<&Path> {
        match self {
            Self::Manifest { path, .. } | Self::Block { path, .. } | Self::NoManifest { path } => {
                Some(path)
            }
            Self::Link { link, .. } => Some(link),
            Self::File(error) => Some(&error.path),
            Self::Undo(error) => error.file(),
            Self::NoWorkspace { .. }
            | Self::Event(_)
            | Self::OtherFilesystem { .. }
            | Self::Seal(_)
            | Self::Private(_)
            | Self::Lock(_) => None,
        }
    }

    /// The line in that file, from 1.
    pub fn line(&self) -> Option<usize> {
        match self {
            Self::Manifest { source, .. } => Some(source.line),
            Self::Block { source, .. } => source.line(),
            _ => None,
        }
    }
}
