//! Moves of checkouts in the journal.

use super::file::{Durability, Journal};
use super::record::Record;
use crate::model::path::PackPath;
use crate::store::StoreError;

/// A move of a checkout from one commit to another that was announced and is not known to be on
/// disk as a whole: files of either commit may be there, and beginnings of files.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfinishedMove {
    /// The pack.
    pub id: String,
    /// Its place below the workspace.
    pub path: PackPath,
    /// The id of the commit that was checked out, in hexadecimal; none where there was none.
    pub from: Option<String>,
    /// The id of the commit that it was to become.
    pub to: String,
    /// Whether it was ticked off, but not yet synced: after a power cut files may be missing.
    pub is_made: bool,
}

impl Journal {
    /// Returns the moves that are not known to be on disk as a whole, oldest first.
    #[must_use]
    pub fn unfinished_moves(&self) -> Vec<UnfinishedMove> {
        self.lock().moves.values().cloned().collect()
    }

    /// Announces that the checkout of the pack `id` at `path` is about to be moved from the commit
    /// `from` to the commit `to`. When this returns, the line survives a power cut: it is all that
    /// tells files that git had half written from the user's own.
    ///
    /// # Errors
    /// The line cannot be written: the move must not begin.
    pub fn begin_move(
        &self,
        id: &str,
        path: &PackPath,
        from: Option<&str>,
        to: &str,
    ) -> Result<(), StoreError> {
        let record = Record::MoveBegin {
            id: id.into(),
            path: path.clone(),
            from: from.map(str::to_owned),
            to: to.into(),
        };
        self.write(&mut self.lock(), record, Durability::Now)
    }

    /// Ticks the move of the pack `id` off: it is made, or git refused and has changed nothing.
    ///
    /// # Errors
    /// The line cannot be written: the next run will look at the pack, no more.
    pub fn end_move(&self, id: &str) -> Result<(), StoreError> {
        let mut state = self.lock();
        if !state.moves.contains_key(id) {
            return Ok(());
        }
        let record = Record::MoveEnd { id: id.into() };
        self.write(&mut state, record, Durability::Later)
    }
}
