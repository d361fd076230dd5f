//! What became of packs: of their commits, and of their installs.

use std::collections::HashMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    engine::{
        install::candidate::Reason,
        outcome::{Change, PackFailure, PackOutcome, Verdict},
    },
    git::refs::ObjectId,
    ops::{
        error::ErrorKind,
        install::{ActionLine, PackInstall},
        present::{self, FailureReport},
        sync,
    },
};

/// What an `update` did, sorted by id.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct UpdateReport {
    /// One for each pack.
    pub packs: Vec<UpdatedPack>,
    /// The run was cancelled before every pack was done.
    #[serde(skip)]
    pub cancelled: bool,
}

/// What an `update` did to one pack.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct UpdatedPack {
    /// The pack.
    pub id: String,
    /// Whether its commits are as declared.
    pub synced: bool,
    /// What changed of its commits.
    pub change: Change,
    /// The commit before; `""`: there was none.
    #[serde(serialize_with = "present::commit")]
    #[schemars(with = "present::Commit")]
    pub sha_before: Option<ObjectId>,
    /// The commit after; `""`: there is none.
    #[serde(serialize_with = "present::commit")]
    #[schemars(with = "present::Commit")]
    pub sha_after: Option<ObjectId>,
    /// How many commits came; null where only another git process could tell.
    pub commits: Option<u64>,
    /// Whether it was installed, or would be.
    pub reinstalled: bool,
    /// Why.
    pub reason: Reason,
    /// What became of its actions, in order.
    pub actions: Vec<ActionLine>,
    /// What there is to say.
    pub message: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureReport>,
    /// The install itself, for who shows it to a person.
    #[serde(skip)]
    pub install: Option<PackInstall>,
    /// The synchronisation, for who shows it to a person.
    #[serde(skip)]
    pub sync: Option<sync::SyncedPack>,
}

impl UpdateReport {
    /// The packs that failed.
    pub fn failed(&self) -> impl Iterator<Item = &UpdatedPack> {
        self.packs.iter().filter(|pack| pack.failure.is_some())
    }

    /// The exit code: 130 when the run was cancelled; 4 when a pack failed, or 8 or 9 when all
    /// that failed did for one of those reasons.
    pub fn exit_code(&self) -> u8 {
        if self.cancelled {
            return ErrorKind::Cancelled.exit_code();
        }
        let failures = self.failed().filter_map(|pack| pack.failure.as_ref());
        sync::exit_code_of(failures.map(|report| Some(&report.failure)))
    }
}

/// Puts together what became of each pack's commits and of its install.
pub(in crate::ops) fn join(
    outcomes: Vec<PackOutcome>,
    installs: Vec<PackInstall>,
) -> Vec<UpdatedPack> {
    let mut installs: HashMap<String, PackInstall> = installs
        .into_iter()
        .map(|install| (install.id.clone(), install))
        .collect();
    let mut packs: Vec<UpdatedPack> = outcomes
        .into_iter()
        .map(|outcome| {
            let install = installs.remove(outcome.path.as_str());
            updated(sync::SyncedPack::from(outcome), install)
        })
        .collect();
    // The workspace's own pack is not synchronised.
    packs.extend(installs.into_values().map(own));
    packs.sort_by(|a, b| a.id.cmp(&b.id));
    packs
}

fn updated(sync: sync::SyncedPack, install: Option<PackInstall>) -> UpdatedPack {
    let told = install.as_ref();
    let install_failure: Option<PackFailure> = told.and_then(|install| install.failure.clone());
    let failure = sync
        .failure
        .clone()
        .or_else(|| install_failure.map(FailureReport::from));
    let message = told
        .and_then(|install| install.message.clone())
        .or_else(|| sync.message.clone())
        .or_else(|| failure.as_ref().map(|failure| failure.message.clone()));
    UpdatedPack {
        id: sync.id.clone(),
        synced: sync.result == Verdict::Ok,
        change: sync.change,
        sha_before: sync.sha_before.clone(),
        sha_after: sync.sha_after.clone(),
        commits: sync.commits,
        reinstalled: told.is_some_and(|install| install.reinstalled),
        reason: told.map_or(Reason::None, |install| install.reason),
        actions: told
            .map(|install| install.actions.clone())
            .unwrap_or_default(),
        message,
        failure,
        install,
        sync: Some(sync),
    }
}

fn own(install: PackInstall) -> UpdatedPack {
    let failure = install.failure.clone().map(FailureReport::from);
    UpdatedPack {
        id: install.id.clone(),
        synced: true,
        change: Change::None,
        sha_before: None,
        sha_after: None,
        commits: None,
        reinstalled: install.reinstalled,
        reason: install.reason,
        actions: install.actions.clone(),
        message: install
            .message
            .clone()
            .or_else(|| failure.as_ref().map(|failure| failure.message.clone())),
        failure,
        install: Some(install),
        sync: None,
    }
}
