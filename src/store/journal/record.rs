//! The lines of the journal, and what they add up to.

use std::fs::File;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::clones::{CloneProgress, UnfinishedClone, is_temporary};
use super::installs::UnfinishedInstall;
use super::moves::UnfinishedMove;
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
    MoveBegin {
        id: String,
        path: PackPath,
        from: Option<String>,
        to: String,
    },
    MoveEnd {
        id: String,
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
    pub(super) moves: IndexMap<String, UnfinishedMove>,
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
        let is_quiet = self.clones.is_empty() && self.moves.is_empty();
        is_quiet && self.installs.is_empty() && !self.foreign
    }

    /// Says whether something has ended that is not known to be on disk.
    pub(super) fn is_to_be_synced(&self) -> bool {
        let placed = |clone: &UnfinishedClone| clone.progress == CloneProgress::Placed;
        self.clones.values().any(placed) || self.moves.values().any(|one| one.is_made)
    }

    /// The places below `root` of what has ended and is not known to be on disk.
    pub(super) fn ended_at(&self, root: &Path) -> Vec<PathBuf> {
        let clones = self.clones.values();
        let placed = clones.filter(|clone| clone.progress == CloneProgress::Placed);
        let made = self.moves.values().filter(|one| one.is_made);
        placed
            .map(|clone| &clone.path)
            .chain(made.map(|one| &one.path))
            .map(|path| root.join(path.as_str()))
            .collect()
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
            Record::MoveBegin { id, path, from, to } => self.begin_move(id, path, from, to),
            Record::MoveEnd { id } => {
                if let Some(one) = self.moves.get_mut(&id) {
                    one.is_made = true;
                }
            }
            Record::Synced => {
                self.clones
                    .retain(|_, clone| clone.progress == CloneProgress::Announced);
                self.moves.retain(|_, one| !one.is_made);
            }
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

    fn begin_move(&mut self, id: String, path: PackPath, from: Option<String>, to: String) {
        // Of two in a row the second sets out from where nothing is certain yet.
        let from = self.moves.get(&id).map_or(from, |one| one.from.clone());
        let one = UnfinishedMove {
            id: id.clone(),
            path,
            from,
            to,
            is_made: false,
        };
        self.moves.insert(id, one);
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
