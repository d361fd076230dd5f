//! What became of the installs.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    engine::{
        install::{candidate::Reason, plan::PlannedPack, run::Ended},
        outcome::PackFailure,
    },
    model::redact,
    plugin::{change::Change, foreseen::Foretold, pack_type::ActionReport},
};

/// What became of one action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ActionLine {
    /// The action, or the hook.
    pub action: String,
    /// Whether it changed anything, or would.
    pub changed: bool,
    /// What there is to say.
    pub message: Option<String>,
    /// The changes, in order.
    pub changes: Vec<Change>,
}

/// What became of the install of one pack.
#[derive(Debug, Clone)]
pub struct PackInstall {
    /// The pack's id.
    pub id: String,
    /// Why it was to be installed.
    pub reason: Reason,
    /// It was installed, or would be.
    pub reinstalled: bool,
    /// Action by action.
    pub actions: Vec<ActionLine>,
    /// Where the actions stand in the pack's list, where only some of it ran.
    pub places: Vec<usize>,
    /// In a plan, the text files that would change, whole.
    pub texts: Vec<(PathBuf, Foretold)>,
    /// What there is to say.
    pub message: Option<String>,
    /// Why it is not installed.
    pub failure: Option<PackFailure>,
}

impl From<ActionReport> for ActionLine {
    fn from(report: ActionReport) -> Self {
        Self {
            action: report.action,
            changed: report.changed,
            message: report.message,
            changes: report.changes.into_iter().map(masked).collect(),
        }
    }
}

/// A change without the secrets that variables in it stood for: reports are printed and kept.
fn masked(change: Change) -> Change {
    let mask = |text: String| redact::secrets(&text).into_owned();
    match change {
        Change::Run { command, directory } => Change::Run {
            command: mask(command),
            directory,
        },
        Change::Entry {
            path,
            block,
            old,
            new,
        } => Change::Entry {
            path,
            block,
            old: old.map(mask),
            new: new.map(mask),
        },
        Change::Variable {
            name,
            scope,
            old,
            new,
        } => Change::Variable {
            name,
            scope,
            old: old.map(mask),
            new: new.map(mask),
        },
        Change::Write {
            path,
            before,
            after,
        } => Change::Write {
            path,
            before: before.map(mask),
            after: after.map(mask),
        },
        change => change,
    }
}

impl PackInstall {
    pub(super) fn unchanged(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            reason: Reason::None,
            reinstalled: false,
            actions: Vec::new(),
            places: Vec::new(),
            texts: Vec::new(),
            message: None,
            failure: None,
        }
    }

    pub(in crate::ops) fn failed(id: &str, reason: Reason, failure: PackFailure) -> Self {
        Self {
            reason,
            failure: Some(failure),
            ..Self::unchanged(id)
        }
    }

    pub(super) fn skipped(id: &str, reason: Reason, why: &str) -> Self {
        Self {
            reason,
            message: Some(why.to_owned()),
            ..Self::unchanged(id)
        }
    }

    pub(super) fn planned(id: &str, reason: Reason, plan: PlannedPack) -> Self {
        Self {
            reason,
            reinstalled: true,
            actions: plan.actions.into_iter().map(ActionLine::from).collect(),
            texts: plan.texts,
            message: plan.unknown_from,
            ..Self::unchanged(id)
        }
    }

    pub(super) fn ended(id: &str, reason: Reason, ended: Ended) -> Self {
        match ended {
            Ended::Installed { actions, .. } => Self {
                reason,
                reinstalled: true,
                actions: actions.into_iter().map(ActionLine::from).collect(),
                ..Self::unchanged(id)
            },
            Ended::Failed(failure) => Self::failed(id, reason, failure),
            Ended::Skipped(why) => Self {
                reason,
                message: Some(why),
                ..Self::unchanged(id)
            },
        }
    }
}
