//! What a `sync` reports.

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    engine::outcome::{Change, PackFailure, PackOutcome, Verdict},
    git::refs::ObjectId,
    ops::{
        error::ErrorKind,
        present::{self, FailureReport},
    },
};

/// What a `sync` did, sorted by id.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct SyncReport {
    /// One for each pack.
    pub packs: Vec<SyncedPack>,
    /// The run was cancelled before every pack was done.
    #[serde(skip)]
    pub cancelled: bool,
}

/// What a `sync` did to one pack.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SyncedPack {
    /// The pack.
    pub id: String,
    /// How its turn ended.
    pub result: Verdict,
    /// What changed.
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
    /// What there is to say.
    pub message: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureReport>,
}

impl From<PackOutcome> for SyncedPack {
    fn from(outcome: PackOutcome) -> Self {
        let failure = outcome.failure.map(FailureReport::from);
        let message = outcome
            .message
            .or_else(|| failure.as_ref().map(|failure| failure.message.clone()));
        Self {
            id: outcome.path.to_string(),
            result: outcome.verdict,
            change: outcome.change,
            sha_before: outcome.before,
            sha_after: outcome.after,
            commits: outcome.commits,
            message,
            failure,
        }
    }
}

impl SyncReport {
    pub(in crate::ops) fn of(outcomes: Vec<PackOutcome>) -> Self {
        let mut packs: Vec<_> = outcomes.into_iter().map(SyncedPack::from).collect();
        packs.sort_by(|a, b| a.id.cmp(&b.id));
        Self {
            packs,
            cancelled: false,
        }
    }

    /// The packs that failed.
    pub fn failed(&self) -> impl Iterator<Item = &SyncedPack> {
        self.packs.iter().filter(|pack| pack.result == Verdict::Err)
    }

    /// The exit code: 130 when the run was cancelled; 4 when a pack failed, or 8 or 9 when all that
    /// failed did for one of those reasons.
    pub fn exit_code(&self) -> u8 {
        if self.cancelled {
            return ErrorKind::Cancelled.exit_code();
        }
        exit_code_of(
            self.failed()
                .map(|pack| pack.failure.as_ref().map(|report| &report.failure)),
        )
    }
}

/// The exit code for packs that failed: of one kind, its own; otherwise that of failed packs.
/// `None`: nothing is known but that it failed.
pub(in crate::ops) fn exit_code_of<'a>(
    failures: impl Iterator<Item = Option<&'a PackFailure>>,
) -> u8 {
    let mut kinds: Vec<ErrorKind> = failures.map(kind_of).collect();
    kinds.dedup();
    match kinds.as_slice() {
        [] => 0,
        [kind] => kind.exit_code(),
        _ => ErrorKind::Pack.exit_code(),
    }
}

fn kind_of(failure: Option<&PackFailure>) -> ErrorKind {
    match failure {
        Some(failure) if failure.is_unknown_name() => ErrorKind::UnknownName,
        Some(failure) if failure.is_refusal => ErrorKind::Refused,
        _ => ErrorKind::Pack,
    }
}
