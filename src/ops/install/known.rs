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
    ops::error::OpError,
    store::{
        seal::Seal,
        undo::{self, Installed},
    },
};

/// What is known of packs.
pub(in crate::ops) struct Known {
    lockfile: Lockfile,
    installed: HashMap<String, Installed>,
    /// Records that cannot be used, by the pack's id.
    unusable: HashMap<String, String>,
}

impl Known {
    /// Reads the records of this machine.
    pub(in crate::ops) fn read(
        session: &Session,
        seal: &Seal,
        lockfile: &Lockfile,
    ) -> Result<Self, OpError> {
        let mut known = Self {
            lockfile: lockfile.clone(),
            installed: HashMap::new(),
            unusable: HashMap::new(),
        };
        for record in undo::all(&session.workspace, seal)? {
            match record {
                Ok(installed) => {
                    known.installed.insert(installed.id.clone(), installed);
                }
                Err((id, error)) => {
                    known.unusable.insert(id, error.to_string());
                }
            }
        }
        Ok(known)
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
    pub(in crate::ops) fn record(&self, id: &str) -> Result<Option<&Installed>, PackFailure> {
        match self.unusable.get(id) {
            Some(problem) => Err(PackFailure::new(
                FailureClass::Other,
                format!("what was installed of it cannot be known: {problem}"),
            )),
            None => Ok(self.installed.get(id)),
        }
    }

    /// The ids of the packs of which something is installed, or unreadably so.
    pub(in crate::ops) fn ids(&self) -> impl Iterator<Item = &str> {
        self.installed
            .keys()
            .chain(self.unusable.keys())
            .map(String::as_str)
    }
}

impl Books for Known {
    fn commit(&self, pack: &Surveyed) -> String {
        if let (Some(_), Some(entry)) = (&pack.node, self.lockfile.get(&pack.id)) {
            return entry.sha.clone();
        }
        // The workspace's own pack has no line of its own, or one that only an install writes.
        checkout::own_git_dir(&pack.root)
            .ok()
            .and_then(|git_dir| Refs::open(git_dir.path()).ok())
            .and_then(|refs| refs.head_commit().ok().flatten())
            .map(|commit| commit.to_string())
            .unwrap_or_default()
    }

    fn installed(&self, id: &str) -> Result<Option<Installed>, PackFailure> {
        Ok(self.record(id)?.cloned())
    }
}
