//! What the lockfile says of a pack after its turn.

use super::UnitContext;
use crate::{
    engine::{node::Node, outcome::PackOutcome},
    git::refs::{Head, ObjectId},
    model::{lock::LockEntry, path::PackId},
};

/// The branch that is checked out, if any.
pub(super) fn branch_of(head: &Head) -> Option<String> {
    match head {
        Head::Branch(branch) | Head::Unborn(branch) => Some(branch.clone()),
        Head::Detached(_) => None,
    }
}

/// Completes `outcome` with the lockfile's entry. What was installed, and what other writers
/// have put there, is kept.
pub(super) fn with_entry(
    cx: &UnitContext,
    node: &Node,
    outcome: PackOutcome,
    branch: Option<String>,
) -> PackOutcome {
    let known = cx.known(node);
    let entry = LockEntry {
        url: node.declared.as_str().to_owned(),
        reference: node.reference.clone(),
        branch,
        sha: outcome
            .after
            .as_ref()
            .map(ObjectId::to_string)
            .unwrap_or_default(),
        pack_type: known
            .map(|known| known.pack_type.clone())
            .or_else(|| node.observed_type.clone())
            .unwrap_or_else(|| String::from("meta")),
        parent: node.parent.as_ref().map(PackId::to_string),
        actions_hash: known
            .map(|known| known.actions_hash.clone())
            .unwrap_or_default(),
        installed_at: known.and_then(|known| known.installed_at.clone()),
        extra: known.map(|known| known.extra.clone()).unwrap_or_default(),
        ..LockEntry::new(node.path.as_str(), node.path.as_str())
    };
    PackOutcome {
        entry: Some(entry),
        ..outcome
    }
}
