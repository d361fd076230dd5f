//! The lines of the journal, and what they add up to.

use std::fs::File;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::clones::{CloneProgress, UnfinishedClone, is_temporary};
use super::installs::UnfinishedInstall;
use crate::model::path::PackPath;
use crate::model::undo::UndoRecord;

/// One line. Kinds are added, never changed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(super) enum Record {
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
    InstallBegin {
        id: String,
    },
    /// Carries a seal: recovery acts upon it.
    InstallAnnounce {
        id: String,
        records: Vec<UndoRecord>,
    },
    InstallEnd {
        id: String,
    },
    /// A kind of a later program: its line must not be thrown away.
    #[serde(other, skip_serializing)]
    Unknown,
}

/// What the lines so far add up to, and the file that they are in.
#[derive(Debug, Default)]
pub(super) struct State {
    /// By the name of the temporary directory, which is never used twice.
    pub(super) clones: IndexMap<String, UnfinishedClone>,
    /// By the pack's id.
    pub(super) installs: IndexMap<String, UnfinishedInstall>,
    /// Whether a line of a later kind is in the file.
    pub(super) foreign: bool,
    /// Whether there is anything in the file.
    pub(super) filled: bool,
    /// Whether the file ends in a line that was cut off.
    pub(super) torn: bool,
    /// Whether a line of this run is known to be on disk.
    pub(super) synced: bool,
    /// Open once this run has something to write.
    pub(super) file: Option<File>,
}

impl State {
    /// Says whether no line in the file is needed any more.
    pub(super) fn is_settled(&self) -> bool {
        self.clones.is_empty() && self.installs.is_empty() && !self.foreign
    }

    pub(super) fn apply(&mut self, record: Record) {
        match record {
            Record::CloneBegin {
                id,
                path,
                temporary,
            } => self.begin_clone(id, path, temporary),
            Record::CloneEnd { temporary } => {
                if let Some(clone) = self.clones.get_mut(&temporary) {
                    clone.progress = CloneProgress::Placed;
                }
            }
            Record::Synced => self
                .clones
                .retain(|_, clone| clone.progress == CloneProgress::Announced),
            Record::InstallBegin { id } => {
                self.install(id);
            }
            Record::InstallAnnounce { id, records } => self.install(id).records.extend(records),
            Record::InstallEnd { id } => {
                self.installs.shift_remove(&id);
            }
            Record::Unknown => self.foreign = true,
        }
    }

    /// The unfinished install of a pack, which begins with this if it has not yet.
    pub(super) fn install(&mut self, id: String) -> &mut UnfinishedInstall {
        self.installs
            .entry(id)
            .or_insert_with_key(|id| UnfinishedInstall {
                id: id.clone(),
                records: Vec::new(),
                unsealed: 0,
            })
    }

    fn begin_clone(&mut self, id: String, path: PackPath, temporary: String) {
        // Recovery deletes what has this name, so it must be a name of ours.
        if is_temporary(&temporary) {
            let clone = UnfinishedClone {
                id,
                path,
                temporary: temporary.clone(),
                progress: CloneProgress::Announced,
            };
            self.clones.insert(temporary, clone);
        }
    }
}
