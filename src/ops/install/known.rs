//! What the books know of packs: commits from the lockfile, installs from this machine's records.

use std::collections::HashMap;

use crate::{
    engine::{
        install::{candidate::Books, survey::Surveyed},
        outcome::PackFailure,
        session::Session,
    },
    git::{checkout, failure::FailureClass, refs::Refs},
    model::lock::Lockfile,
    store::{
        Workspace,
        seal::Seal,
        undo::{self, Installed, UndoError},
    },
};

/// What is known of packs.
pub(in crate::ops) struct Known {
    workspace: Workspace,
    seal: Seal,
    lockfile: Lockfile,
    installed: HashMap<String, Installed>,
    /// Every record could be used: who has none among them has none.
    is_complete: bool,
}

impl Known {
    /// Reads the records of this machine. One that cannot be used is a warning, and an error for
    /// whoever asks about its pack.
    pub(in crate::ops) fn read(session: &Session, seal: &Seal, lockfile: &Lockfile) -> Self {
        let records = undo::all(&session.workspace, seal);
        for error in records.iter().filter_map(|record| record.as_ref().err()) {
            session.warn(&error.to_string());
        }
        Self::of(session, seal, lockfile, &records)
    }

    /// What these records say, which are all that there are.
    pub(in crate::ops) fn of(
        session: &Session,
        seal: &Seal,
        lockfile: &Lockfile,
        records: &[Result<Installed, UndoError>],
    ) -> Self {
        let usable = records.iter().flatten().cloned();
        Self {
            workspace: session.workspace.clone(),
            seal: seal.clone(),
            lockfile: lockfile.clone(),
            installed: usable.map(|record| (record.id.clone(), record)).collect(),
            is_complete: records.iter().all(Result::is_ok),
        }
    }

    /// What installed packs have claimed for themselves, with the pack's id.
    pub(super) fn claimed(&self) -> HashMap<String, String> {
        self.installed
            .values()
            .flat_map(|installed| {
                installed
                    .resources
                    .iter()
                    .map(|resource| (resource.clone(), installed.id.clone()))
            })
            .collect()
    }

    /// What was installed of a pack here.
    pub(in crate::ops) fn record(&self, id: &str) -> Result<Option<Installed>, PackFailure> {
        if let Some(installed) = self.installed.get(id) {
            return Ok(Some(installed.clone()));
        }
        if self.is_complete {
            return Ok(None);
        }
        undo::read(&self.workspace, &self.seal, id).map_err(|error| {
            PackFailure::new(
                FailureClass::Other,
                format!("what was installed of it cannot be known: {error}"),
            )
        })
    }

    /// The ids of the packs of which something is installed.
    pub(in crate::ops) fn ids(&self) -> impl Iterator<Item = &str> {
        self.installed.keys().map(String::as_str)
    }
}

impl Books for Known {
    fn commit(&self, pack: &Surveyed) -> String {
        if pack.node.is_none() {
            // The workspace's own pack is installed as it lies there. Its commit holds the lockfile,
            // which would have to name it.
            return String::new();
        }
        if let Some(entry) = self.lockfile.get(&pack.id) {
            return entry.sha.clone();
        }
        checkout::own_git_dir(&pack.root)
            .ok()
            .and_then(|git_dir| Refs::open(git_dir.path()).ok())
            .and_then(|refs| refs.head_commit().cloned())
            .map(|commit| commit.to_string())
            .unwrap_or_default()
    }

    fn installed(&self, id: &str) -> Result<Option<Installed>, PackFailure> {
        self.record(id)
    }
}
