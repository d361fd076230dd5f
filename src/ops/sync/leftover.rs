//! Packs that the lockfile knows and that nothing declares any more.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use crate::{
    engine::{
        outcome::{PackOutcome, Verdict},
        session::Session,
    },
    model::lock::{LockEntry, Lockfile},
    ops::{error::OpError, rm},
    store::lockfile::LockfileWriter,
};

/// Packs that the lockfile knows and that nothing declares any more: forgotten when they are
/// gone, removed with `prune`, named otherwise.
pub(super) async fn leftover(
    session: &Arc<Session>,
    lockfile: &Lockfile,
    outcomes: &[PackOutcome],
    prune: bool,
    writer: &mut LockfileWriter,
) -> Result<Vec<PackOutcome>, OpError> {
    let mut found = Vec::new();
    for entry in undeclared(lockfile, outcomes) {
        let Some(node) = rm::node_of(entry) else {
            writer.forget(&entry.id);
            continue;
        };
        let root = session.workspace.pack_root(&node.path)?;
        if !root.exists() {
            writer.forget(&entry.id);
        } else if prune {
            let outcome = rm::prune(session, &node, &root).await?;
            if outcome.verdict == Verdict::Ok {
                writer.forget(&entry.id);
            }
            found.push(outcome);
        } else {
            found.push(PackOutcome {
                message: Some(String::from(
                    "nothing declares it any more; `grex sync --prune` removes it",
                )),
                ..PackOutcome::unchanged(&node.path, &node.url, Verdict::Skipped)
            });
        }
    }
    Ok(found)
}

/// The deepest first. What lies below a pack that failed may well be declared by it.
pub(super) fn undeclared<'a>(
    lockfile: &'a Lockfile,
    outcomes: &[PackOutcome],
) -> Vec<&'a LockEntry> {
    let declared: HashSet<&str> = outcomes
        .iter()
        .map(|outcome| outcome.path.as_str())
        .collect();
    let uncertain: HashSet<&str> = outcomes
        .iter()
        .filter(|outcome| outcome.verdict != Verdict::Ok)
        .map(|outcome| outcome.path.as_str())
        .collect();
    let parents: BTreeMap<&str, Option<&str>> = lockfile
        .entries
        .values()
        .map(|entry| (entry.id.as_str(), entry.parent.as_deref()))
        .collect();
    let is_certain = |entry: &&LockEntry| {
        let mut parent = entry.parent.as_deref();
        let mut steps = 0;
        while let Some(id) = parent.filter(|_| steps < 64) {
            if uncertain.contains(id) {
                return false;
            }
            parent = parents.get(id).copied().flatten();
            steps += 1;
        }
        true
    };
    let mut entries: Vec<_> = lockfile
        .entries
        .values()
        .filter(|entry| !declared.contains(entry.id.as_str()))
        .filter(is_certain)
        .collect();
    entries.sort_by(|a, b| b.id.cmp(&a.id));
    entries
}
