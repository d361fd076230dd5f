//! Clones in the journal.

use super::file::{Durability, Journal};
use super::record::Record;
use crate::model::path::PackPath;
use crate::store::StoreError;
use crate::sys::fs::{FileError, TEMPORARY_PREFIX};

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

impl Journal {
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
        self.write(&mut self.lock(), record, Durability::Later)
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
            Durability::Later,
        )
    }
}

pub(super) fn is_temporary(name: &str) -> bool {
    name.starts_with(TEMPORARY_PREFIX) && !name.contains('/')
}
