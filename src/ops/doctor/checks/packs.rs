//! Packs that are declared and not there, there and not declared, or known to the books alone.

use std::sync::Arc;

use crate::{
    engine::outcome::{PackOutcome, Verdict},
    git::{checkout, config::RepositoryConfig},
    model::{lock::LockEntry, path::PackPath, shell},
    ops::{
        doctor::{
            observed::{Declared, Observed},
            remedy::Remedy,
            report::Finding,
            repositories::State,
        },
        status, sync,
    },
};

pub(super) const MISSING: &str = "missing";
pub(super) const ORPHAN: &str = "orphan";
pub(super) const UNDECLARED: &str = "undeclared";

/// Packs that are declared and not there.
pub(super) fn missing(observed: &Observed) -> Vec<Finding> {
    let declared = observed.declared.iter();
    let nodes =
        declared.flat_map(|declared| declared.nodes.iter().map(move |node| (declared, node)));
    let absent =
        nodes.filter(|(declared, node)| state(declared, &node.path) == Some(&State::Missing));
    let findings = absent.map(|(_, node)| {
        let detail = format!("it is declared ({}), and nothing is there", node.url);
        let fix = format!(
            "`grex sync --only {}` clones it",
            shell::quote(node.path.as_str())
        );
        Finding::warning(MISSING, detail, fix).about(&node.path)
    });
    findings.collect()
}

fn state<'a>(declared: &'a Declared, path: &PackPath) -> Option<&'a State> {
    declared.repositories.get(path).map(|seen| &seen.state)
}

/// Packs that the lockfile knows and that nothing declares any more.
pub(super) fn orphans(observed: &Observed) -> Vec<Finding> {
    let (Some(declared), Ok(facts)) = (&observed.declared, &observed.lockfile) else {
        return Vec::new();
    };
    // What the workspace's own pack declares is not known then.
    if declared.own_trouble.is_some() {
        return Vec::new();
    }
    let outcomes = outcomes(declared);
    let entries = sync::undeclared(&facts.known, &outcomes);
    let (there, gone): (Vec<&LockEntry>, Vec<&LockEntry>) = entries
        .into_iter()
        .partition(|entry| is_there(observed, entry));
    let forget: Arc<[String]> = gone.iter().map(|entry| entry.id.clone()).collect();
    let there = there.iter().map(|entry| {
        let detail = "it is there and in the lockfile, and nothing declares it any more";
        let fix = match observed.has_rejected {
            // Its line may be one of them: nothing should go for that.
            true => {
                "see first whether a line of grex.jsonl.rejected declared it; `grex add` declares it again"
            }
            false => {
                "`grex sync --prune` takes back what it installed and moves it to the trash; `grex add` declares it again"
            }
        };
        Finding::warning(ORPHAN, detail, fix).about(&entry.id)
    });
    let gone = gone.iter().map(|entry| {
        let detail = "it is in the lockfile, nothing declares it any more, and it is gone";
        let fix = "`grex doctor --fix` forgets it, as the next `grex sync` would";
        Finding::warning(ORPHAN, detail, fix)
            .about(&entry.id)
            .mended_by(Remedy::RewriteLockfile {
                forget: Arc::clone(&forget),
            })
    });
    there.chain(gone).collect()
}

fn is_there(observed: &Observed, entry: &LockEntry) -> bool {
    let place = PackPath::parse(&entry.path).ok();
    let root = place.and_then(|path| observed.session.workspace.pack_root(&path).ok());
    root.is_some_and(|root| root.exists())
}

/// The declared packs as a run that changes nothing would leave them. What a pack that is not there
/// declares is not known.
fn outcomes(declared: &Declared) -> Vec<PackOutcome> {
    let nodes = declared.nodes.iter().map(|node| {
        let verdict = match state(declared, &node.path) {
            Some(State::Missing) | None => Verdict::Skipped,
            Some(_) => Verdict::Ok,
        };
        PackOutcome::unchanged(&node.path, &node.url, verdict)
    });
    // Last, so that a pack with both is uncertain.
    nodes.chain(declared.troubles.iter().cloned()).collect()
}

/// Repositories in the workspace that nothing declares.
pub(super) fn undeclared(observed: &Observed) -> Vec<Finding> {
    let Some(declared) = &observed.declared else {
        return Vec::new();
    };
    if declared.own_trouble.is_some() {
        return Vec::new();
    }
    let known = observed.lockfile.as_ref().map(|facts| &facts.known);
    let is_orphan = |path: &str| known.is_ok_and(|known| known.get(path).is_some());
    let mut found = status::undeclared(&observed.session, &declared.nodes);
    found.retain(|path| !declared.knows(path) && !is_orphan(path));
    found.sort();
    let findings = found.iter().map(|path| {
        let fix = match origin(observed, path) {
            Some(url) => format!(
                "`grex add {} {}` declares it, or move it out of the workspace",
                shell::quote(&url),
                shell::quote(path)
            ),
            None => {
                String::from("move it out of the workspace, or give it a remote and `grex add` it")
            }
        };
        Finding::warning(UNDECLARED, "a repository that nothing declares", fix).about(path)
    });
    findings.collect()
}

fn origin(observed: &Observed, path: &str) -> Option<String> {
    let root = observed.session.workspace.root().join(path);
    let git_dir = checkout::own_git_dir(&root).ok()?;
    let config = RepositoryConfig::read(git_dir.path()).ok()?;
    let mut remotes = config.remotes();
    remotes.sort_by_key(|remote| remote.name != "origin");
    remotes.into_iter().next()?.url
}
