//! What an `add` reports.

use schemars::JsonSchema;
use serde::Serialize;

use super::register::Added;
use crate::{
    engine::{install::candidate::Reason, outcome::Change},
    git::refs::ObjectId,
    ops::{
        error::ErrorKind,
        install::{ActionLine, PackInstall},
        present::{self, FailureReport},
        sync,
        update::{self, UpdatedPack},
    },
};

/// Whether a registration is news.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Registered {
    /// It is, and the pack was cloned.
    Cloned,
    /// It is, and the repository was there already.
    Adopted,
    /// It is not: the pack was registered already.
    Already,
}

/// What was registered.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AddReport {
    /// The pack.
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub pack_type: String,
    /// Its place.
    pub path: String,
    /// The commit that is checked out; `""`: none.
    #[serde(serialize_with = "present::commit")]
    #[schemars(with = "present::Commit")]
    pub sha: Option<ObjectId>,
    /// Whether everything that it installs is installed.
    pub installed: bool,
    /// Whether that is news.
    pub registered: Registered,
    /// What changed on disk.
    pub change: Change,
    /// Its children, each with what became of it.
    pub children: Vec<UpdatedPack>,
    /// What became of its actions, in order.
    pub actions: Vec<ActionLine>,
    /// Why it is registered and not installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureReport>,
    /// The install itself, for who shows it to a person.
    #[serde(skip)]
    pub install: Option<PackInstall>,
    /// The run was cancelled before everything was done.
    #[serde(skip)]
    pub cancelled: bool,
}

impl AddReport {
    /// The exit code: that of what failed.
    pub fn exit_code(&self) -> u8 {
        if self.cancelled {
            return ErrorKind::Cancelled.exit_code();
        }
        let children = self
            .children
            .iter()
            .filter_map(|child| child.failure.as_ref());
        let failures = children.chain(&self.failure);
        sync::exit_code_of(failures.map(|report| Some(&report.failure)))
    }
}

/// What is said of it, with what became of the installs of it and of those below it.
pub(super) fn report(added: Added, mut installs: Vec<PackInstall>) -> AddReport {
    let Added {
        declaration,
        registered,
        own,
        children,
    } = added;
    let path = declaration.path.to_string();
    let place = installs.iter().position(|install| install.id == path);
    let install = place.map(|place| installs.remove(place));
    let failure = install.as_ref().and_then(|install| install.failure.clone());
    let skipped = install
        .as_ref()
        .is_some_and(|install| !install.reinstalled && install.reason != Reason::None);
    let children = update::join(children, installs);
    let is_whole = install.is_some() && failure.is_none() && !skipped;
    AddReport {
        id: path.clone(),
        pack_type: declaration.pack_type,
        path,
        sha: own.after,
        installed: is_whole && children.iter().all(|child| child.failure.is_none()),
        registered,
        change: own.change,
        children,
        actions: install
            .as_ref()
            .map(|install| install.actions.clone())
            .unwrap_or_default(),
        failure: failure.map(FailureReport::from),
        install,
        cancelled: false,
    }
}
