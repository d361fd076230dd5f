//! Packs that the lockfile knows and that nothing declares any more.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    path::PathBuf,
    sync::Arc,
};

use crate::{
    engine::{
        node::Node,
        outcome::{Change, PackFailure, PackOutcome, Verdict},
        session::Session,
    },
    model::{
        lock::{LockEntry, Lockfile},
        path::{PackId, PackPath},
    },
    ops::{error::OpError, teardown::Teardowns},
    store::lockfile::LockfileWriter,
};

use super::prune;

/// A pack that nothing declares any more, and that is still there.
struct Leftover<'a> {
    entry: &'a LockEntry,
    node: Node,
    root: PathBuf,
}

/// Packs that the lockfile knows and that nothing declares any more: forgotten when they are
/// gone, removed with `prune`, named otherwise.
pub(super) async fn leftover(
    session: &Arc<Session>,
    lockfile: &Lockfile,
    outcomes: &[PackOutcome],
    prune: bool,
    writer: &mut LockfileWriter,
) -> Result<Vec<PackOutcome>, OpError> {
    let mut there = Vec::new();
    for entry in undeclared(lockfile, outcomes) {
        let Some(node) = prune::node_of(entry) else {
            writer.forget(&entry.id);
            continue;
        };
        let root = session.workspace.pack_root(&node.path)?;
        if root.exists() {
            there.push(Leftover { entry, node, root });
        } else {
            writer.forget(&entry.id);
        }
    }
    if prune {
        return remove(session, &there, writer).await;
    }
    let named = there.iter().map(|leftover| {
        leftover.kept(String::from(
            "nothing declares it any more; `grex sync --prune` removes it",
        ))
    });
    Ok(named.collect())
}

/// What a run would do about them, found out without changing anything.
pub(super) async fn foresee(
    session: &Session,
    lockfile: &Lockfile,
    outcomes: &[PackOutcome],
    prune: bool,
) -> Result<Vec<PackOutcome>, OpError> {
    let mut there = Vec::new();
    for entry in undeclared(lockfile, outcomes) {
        let Some(node) = prune::node_of(entry) else {
            continue;
        };
        let root = session.workspace.pack_root(&node.path)?;
        if root.exists() {
            there.push(Leftover { entry, node, root });
        }
    }
    if !prune {
        let named = there
            .iter()
            .map(|leftover| leftover.kept(String::from("nothing declares it any more")));
        return Ok(named.collect());
    }
    let paths = there.iter().map(|leftover| &leftover.node.path).collect();
    let staying = staying(session, &there, &paths).await?;
    let foreseen = there.iter().zip(staying).map(|(leftover, stays)| {
        stays.map_or_else(
            || PackOutcome {
                change: Change::Removed,
                ..leftover.kept(String::from("would be moved to the trash"))
            },
            |outcome| *outcome,
        )
    });
    Ok(foreseen.collect())
}

/// For each pack why it stays, if it does: it has work to lose, or lies together with one that has.
async fn staying(
    session: &Session,
    there: &[Leftover<'_>],
    paths: &HashSet<&PackPath>,
) -> Result<Vec<Option<Box<PackOutcome>>>, OpError> {
    let places = there.iter().map(|leftover| leftover.root.clone()).collect();
    let mut work = Vec::new();
    let mut with_work: HashMap<PackPath, &PackPath> = HashMap::new();
    for leftover in there {
        let found = prune::work_to_lose(session, &leftover.node, &leftover.root, &places).await?;
        if !found.is_empty() {
            let path = &leftover.node.path;
            with_work.insert(outermost(path, paths), path);
        }
        work.push(found);
    }
    let staying = there.iter().zip(work).map(|(leftover, work)| {
        let other = with_work.get(&outermost(&leftover.node.path, paths))?;
        Some(Box::new(if work.is_empty() {
            leftover.kept(format!(
                "nothing declares it any more; it stays with `{other}`, which has work to lose"
            ))
        } else {
            prune::refuse_to_prune(&leftover.node, &work)
        }))
    });
    Ok(staying.collect())
}

/// Moves packs to the trash, those that lie in one another together or not at all, as `rm` does.
async fn remove(
    session: &Session,
    there: &[Leftover<'_>],
    writer: &mut LockfileWriter,
) -> Result<Vec<PackOutcome>, OpError> {
    let paths: HashSet<&PackPath> = there.iter().map(|leftover| &leftover.node.path).collect();
    let staying = staying(session, there, &paths).await?;
    let going: Vec<&Leftover<'_>> = there
        .iter()
        .zip(&staying)
        .filter_map(|(leftover, stays)| stays.is_none().then_some(leftover))
        .collect();
    let mut untaken = take_back(session, &going).await?;
    let kept: HashSet<PackPath> = untaken.keys().map(|path| outermost(path, &paths)).collect();
    let mut outcomes = Vec::new();
    for (leftover, stays) in there.iter().zip(staying) {
        let node = &leftover.node;
        if let Some(failure) = untaken.remove(&node.path) {
            outcomes.push(PackOutcome::failed(&node.path, &node.url, failure));
            continue;
        }
        let outcome = match stays {
            Some(outcome) => *outcome,
            None if kept.contains(&outermost(&node.path, &paths)) => leftover.kept(String::from(
                "nothing declares it any more; it stays with a pack whose teardown failed",
            )),
            None => prune::prune(session, node, &leftover.root)?,
        };
        if outcome.verdict == Verdict::Ok {
            writer.forget(&leftover.entry.id);
        }
        outcomes.push(outcome);
    }
    Ok(outcomes)
}

/// Takes back what packs have installed, owners before their children, and returns what could not
/// be.
async fn take_back(
    session: &Session,
    going: &[&Leftover<'_>],
) -> Result<HashMap<PackPath, PackFailure>, OpError> {
    let mut untaken = HashMap::new();
    let Some(teardowns) = Teardowns::open(session, "sync")? else {
        return Ok(untaken);
    };
    for leftover in going.iter().rev() {
        let path = &leftover.node.path;
        if let Err(failure) = teardowns.run(session, path, &leftover.root).await {
            untaken.insert(path.clone(), failure);
        }
    }
    Ok(untaken)
}

impl Leftover<'_> {
    fn kept(&self, message: String) -> PackOutcome {
        PackOutcome {
            message: Some(message),
            ..PackOutcome::unchanged(&self.node.path, &self.node.url, Verdict::Skipped)
        }
    }
}

/// The outermost of `paths` that `path`, one of them, lies in; itself when it lies in none.
fn outermost(path: &PackPath, paths: &HashSet<&PackPath>) -> PackPath {
    let mut found = path.clone();
    let mut above = path.parent();
    while let Some(outer) = above {
        above = outer.parent();
        if paths.contains(&outer) {
            found = outer;
        }
    }
    found
}

/// The deepest first. What lies below a pack that failed may well be declared by it.
fn undeclared<'a>(lockfile: &'a Lockfile, outcomes: &[PackOutcome]) -> Vec<&'a LockEntry> {
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
        // The workspace's own pack is declared by being there.
        .filter(|entry| PackId::workspace().as_str() != entry.id)
        .filter(is_certain)
        .collect();
    entries.sort_by(|a, b| b.id.cmp(&a.id));
    entries
}
