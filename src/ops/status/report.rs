//! What a `status` reports.

use schemars::JsonSchema;
use serde::Serialize;

use super::installed::InstallState;
use crate::ops::present::{Commit, FailureReport};

/// How a pack differs from what is declared and recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Drift {
    /// It does not.
    Clean,
    /// It has changes that are not committed.
    Dirty,
    /// It is declared and not there.
    Missing,
    /// It is there and nothing declares it.
    Untracked,
    /// It is at another commit than recorded, or was synchronised too long ago.
    Stale,
}

/// What of a pack is installed here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Install {
    /// What the pack asks for is.
    Installed,
    /// The pack has changed since.
    Outdated,
    /// It is, but something of it was changed or removed on the machine.
    Drifted,
    /// Something could be, and is not.
    NotInstalled,
    /// There is nothing to install.
    None,
}

/// One pack's status.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PackStatus {
    /// The pack.
    pub id: String,
    /// Whether a repository is in its place.
    pub on_disk: bool,
    /// Whether the commit is the lockfile's.
    pub sha_match: bool,
    /// Whether what is installed is what the pack now asks for.
    pub actions_hash_match: bool,
    /// How it differs.
    pub drift: Drift,
    /// The branch that is checked out; null when detached.
    pub branch: Option<String>,
    /// The commit that is checked out; `""`: none.
    #[schemars(with = "Commit")]
    pub sha: String,
    /// Commits that the upstream has not; null without an upstream.
    pub ahead: Option<u64>,
    /// Commits that only the upstream has; null without an upstream.
    pub behind: Option<u64>,
    /// Files with staged changes.
    pub staged: u64,
    /// Files with changes that are not staged.
    pub unstaged: u64,
    /// Files that git does not know.
    pub untracked: u64,
    /// Files with conflicts.
    pub conflicts: u64,
    /// What is installed.
    pub install: Install,
    /// Why the pack could not be looked at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureReport>,
}

impl PackStatus {
    pub(super) fn absent(id: &str, drift: Drift) -> Self {
        Self {
            id: id.to_owned(),
            on_disk: false,
            sha_match: false,
            actions_hash_match: false,
            drift,
            branch: None,
            sha: String::new(),
            ahead: None,
            behind: None,
            staged: 0,
            unstaged: 0,
            untracked: 0,
            conflicts: 0,
            install: Install::None,
            failure: None,
        }
    }

    /// Adds what of it is installed.
    pub(super) fn complete(&mut self, state: &InstallState) {
        self.install = state.at(&self.sha);
        self.actions_hash_match = state.hash_matches;
    }
}

/// The packs' status, sorted by id.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct StatusView {
    /// One for each pack.
    pub packs: Vec<PackStatus>,
}

impl StatusView {
    /// Says whether anything differs from what is declared and recorded, or from what was
    /// installed.
    pub fn has_drift(&self) -> bool {
        self.packs
            .iter()
            .any(|pack| pack.drift != Drift::Clean || pack.install == Install::Drifted)
    }

    /// The packs that could not be looked at.
    pub fn failed(&self) -> impl Iterator<Item = &PackStatus> {
        self.packs.iter().filter(|pack| pack.failure.is_some())
    }
}
