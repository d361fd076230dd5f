//! Installs in the journal: what was about to be changed, and how to take it back.

use super::file::{Durability, Journal};
use super::record::Record;
use crate::model::undo::UndoRecord;
use crate::store::StoreError;

/// What the seals of announcements are for.
pub(super) const INSTALL_PURPOSE: &str = "journal-install";

/// An install that began and did not end.
#[derive(Debug, Clone, PartialEq)]
pub struct UnfinishedInstall {
    /// The pack.
    pub id: String,
    /// How to take back what it announced, in that order. Each change may have been made, in part
    /// or not at all.
    pub records: Vec<UndoRecord>,
    /// How many announcements there are that this user's grex did not write. Nothing of them is in
    /// `records`: they are to be warned of, not acted upon.
    pub unsealed: usize,
}

impl Journal {
    /// Returns the installs that did not end, in the order in which they began. To be taken back
    /// from the last record to the first, then ended with [`Self::end_install`].
    #[must_use]
    pub fn unfinished_installs(&self) -> Vec<UnfinishedInstall> {
        self.lock().installs.values().cloned().collect()
    }

    /// Notes that an install, update or teardown of the pack `id` begins. Several packs may be at
    /// it at once. Makes the key of the seal if there is none.
    ///
    /// # Errors
    /// The line cannot be written, or there is no seal: the install must not begin.
    pub fn begin_install(&self, id: &str) -> Result<(), StoreError> {
        self.seal.ready()?;
        let record = Record::InstallBegin { id: id.into() };
        self.write(&mut self.lock(), record, Durability::Later)
    }

    /// Announces what is about to be changed, as how to take it back, in one line. When this
    /// returns, the line survives a power cut. Waits for the disk: once a call, however many
    /// records.
    ///
    /// # Errors
    /// The line cannot be written: nothing of it may be changed.
    pub fn announce(&self, id: &str, records: &[UndoRecord]) -> Result<(), StoreError> {
        if records.is_empty() {
            return Ok(());
        }
        let record = Record::InstallAnnounce {
            id: id.into(),
            records: records.to_vec(),
        };
        self.write(&mut self.lock(), record, Durability::Now)
    }

    /// Ticks the install of the pack `id` off: what it changed is in the pack's own record, or was
    /// taken back. After a power cut the line may be missing, and the install then counts as
    /// unfinished although the pack's record has its changes.
    ///
    /// # Errors
    /// The line cannot be written: the next run will find the install unfinished.
    pub fn end_install(&self, id: &str) -> Result<(), StoreError> {
        let mut state = self.lock();
        if !state.installs.contains_key(id) {
            return Ok(());
        }
        let record = Record::InstallEnd { id: id.into() };
        self.write(&mut state, record, Durability::Later)
    }
}
