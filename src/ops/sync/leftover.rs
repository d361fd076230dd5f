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
    git::failure::FailureClass,
    model::{
        lock::{LockEntry, Lockfile},
        path::{PackId, PackPath},
    },
    ops::{
        error::{ErrorKind, OpError},
        run,
        teardown::Teardowns,
    },
    store::lockfile::LockfileWriter,
};

use super::prune;

/// A pack that nothing declares any more, and that is still there.
struct Leftover {
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
            there.push(Leftover { node, root });
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
    for node in undeclared(lockfile, outcomes)
        .into_iter()
        .filter_map(prune::node_of)
    {
        let root = session.workspace.pack_root(&node.path)?;
        if root.exists() {
            there.push(Leftover { node, root });
        }
    }
    if !prune {
        let said = "nothing declares it any more";
        return Ok(there
            .iter()
            .map(|leftover| leftover.kept(said.to_owned()))
            .collect());
    }
    let places: HashSet<PathBuf> = there.iter().map(|leftover| leftover.root.clone()).collect();
    let mut foreseen = Vec::new();
    for group in together(&there).values() {
        let going = group.iter().map(|leftover| PackOutcome {
            change: Change::Removed,
            ..leftover.kept(String::from("would be moved to the trash"))
        });
        foreseen.extend(match with_work(session, group, &places).await? {
            Some(staying) => staying,
            None => going.collect(),
        });
    }
    Ok(foreseen)
}

/// Packs with those that they lie in, by the outermost.
fn together(there: &[Leftover]) -> BTreeMap<PackPath, Vec<&Leftover>> {
    let paths: HashSet<&PackPath> = there.iter().map(|leftover| &leftover.node.path).collect();
    let mut together: BTreeMap<PackPath, Vec<&Leftover>> = BTreeMap::new();
    for leftover in there {
        let outermost = outermost(&leftover.node.path, &paths);
        together.entry(outermost).or_default().push(leftover);
    }
    together
}

/// Moves packs to the trash, those that lie in one another together or not at all, as `rm` does.
async fn remove(
    session: &Session,
    there: &[Leftover],
    writer: &mut LockfileWriter,
) -> Result<Vec<PackOutcome>, OpError> {
    let places: HashSet<PathBuf> = there.iter().map(|leftover| leftover.root.clone()).collect();
    let teardowns = Teardowns::open(session, "sync")?;
    let mut outcomes = Vec::new();
    for group in together(there).values() {
        for outcome in remove_group(session, group, &places, teardowns.as_ref()).await? {
            if outcome.verdict == Verdict::Ok {
                writer.forget(outcome.path.as_str());
            }
            outcomes.push(outcome);
        }
    }
    Ok(outcomes)
}

/// Moves packs that lie in one another to the trash, the deepest first, unless there is a reason
/// against one of them. Nobody else is at work in them meanwhile.
async fn remove_group(
    session: &Session,
    group: &[&Leftover],
    places: &HashSet<PathBuf>,
    teardowns: Option<&Teardowns>,
) -> Result<Vec<PackOutcome>, OpError> {
    let roots: Vec<_> = group.iter().map(|leftover| &*leftover.root).collect();
    let may_go = async {
        match with_work(session, group, places).await? {
            Some(outcomes) => Ok(Some(outcomes)),
            None => Ok(take_back(session, group, teardowns).await),
        }
    };
    let removed = run::holding_packs(session, "sync", &roots, may_go, async |stay| match stay {
        Some(outcomes) => Ok(outcomes),
        None => group
            .iter()
            .map(|leftover| prune::prune(session, &leftover.node, &leftover.root))
            .collect(),
    });
    match removed.await {
        Err(error) if error.kind == ErrorKind::Locked => {
            let failed = |leftover: &&Leftover| {
                let failure = PackFailure::new(FailureClass::Busy, error.to_string())
                    .with_hint(error.hint.clone().unwrap_or_default());
                PackOutcome::failed(&leftover.node.path, &leftover.node.url, failure)
            };
            Ok(group.iter().map(failed).collect())
        }
        result => result,
    }
}

/// The outcomes of packs that stay because one of them has work to lose; `None` when none has.
async fn with_work(
    session: &Session,
    group: &[&Leftover],
    places: &HashSet<PathBuf>,
) -> Result<Option<Vec<PackOutcome>>, OpError> {
    let mut found = Vec::new();
    for leftover in group {
        found.push(prune::work_to_lose(session, &leftover.node, &leftover.root, places).await?);
    }
    let Some(first) = found.iter().position(|work| !work.is_empty()) else {
        return Ok(None);
    };
    let other = &group[first].node.path;
    let outcomes = group.iter().zip(&found).map(|(leftover, work)| {
        if work.is_empty() {
            leftover.kept(format!(
                "nothing declares it any more; it stays with `{other}`, which has work to lose"
            ))
        } else {
            prune::refuse_to_prune(&leftover.node, work)
        }
    });
    Ok(Some(outcomes.collect()))
}

/// Takes back what packs have installed, owners before their children, and returns the outcomes
/// when they stay because that failed.
async fn take_back(
    session: &Session,
    group: &[&Leftover],
    teardowns: Option<&Teardowns>,
) -> Option<Vec<PackOutcome>> {
    let teardowns = teardowns?;
    let mut untaken: HashMap<&PackPath, PackFailure> = HashMap::new();
    for leftover in group.iter().rev() {
        let path = &leftover.node.path;
        if let Err(failure) = teardowns.run(session, path, &leftover.root).await {
            untaken.insert(path, failure);
        }
    }
    if untaken.is_empty() {
        return None;
    }
    let outcomes = group.iter().map(|leftover| {
        let node = &leftover.node;
        match untaken.remove(&node.path) {
            Some(failure) => PackOutcome::failed(&node.path, &node.url, failure),
            None => leftover.kept(String::from(
                "nothing declares it any more; it stays with a pack whose teardown failed",
            )),
        }
    });
    Some(outcomes.collect())
}

impl Leftover {
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

/// The entries of packs that are none of `outcomes`, the deepest first. What lies below a pack that failed may well be declared by it.
pub(in crate::ops) fn undeclared<'a>(
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
        // The workspace's own pack is declared by being there.
        .filter(|entry| PackId::workspace().as_str() != entry.id)
        .filter(is_certain)
        .collect();
    entries.sort_by(|a, b| b.id.cmp(&a.id));
    entries
}
