//! `sync`: every pack's commits as declared.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use serde::Serialize;

use crate::{
    engine::{
        decide::{self, CheckoutRole, Step, Wanted},
        node::Node,
        observe::{self, Place},
        outcome::{Change, PackFailure, PackOutcome, Verdict},
        select::Selection,
        session::Session,
        sync_options::SyncOptions,
        tree,
    },
    git::{failure::FailureClass, refs::ObjectId},
    model::lock::{LockEntry, Lockfile},
    store::lockfile::LockfileWriter,
};

use super::{
    books::{self, Books},
    error::{ErrorKind, OpError},
    present::{self, FailureReport},
    rm,
    run::{self, Run},
};

/// What to synchronise, and how.
#[derive(Debug, Default)]
pub struct SyncRequest {
    /// How.
    pub options: SyncOptions,
    /// Which packs.
    pub selection: Selection,
    /// Remove packs that nothing declares any more.
    pub prune: bool,
}

/// What a `sync` did, sorted by id.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct SyncReport {
    /// One for each pack.
    pub packs: Vec<SyncedPack>,
}

/// What a `sync` did to one pack.
#[derive(Debug, Clone, Serialize)]
pub struct SyncedPack {
    /// The pack.
    pub id: String,
    /// How its turn ended.
    pub result: Verdict,
    /// What changed.
    pub change: Change,
    /// The commit before; `""`: there was none.
    #[serde(serialize_with = "present::commit")]
    pub sha_before: Option<ObjectId>,
    /// The commit after; `""`: there is none.
    #[serde(serialize_with = "present::commit")]
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
    fn of(outcomes: Vec<PackOutcome>) -> Self {
        let mut packs: Vec<_> = outcomes.into_iter().map(SyncedPack::from).collect();
        packs.sort_by(|a, b| a.id.cmp(&b.id));
        Self { packs }
    }

    /// The packs that failed.
    pub fn failed(&self) -> impl Iterator<Item = &SyncedPack> {
        self.packs.iter().filter(|pack| pack.result == Verdict::Err)
    }

    /// The exit code: 4 when a pack failed, 8 when all that failed name something unknown.
    pub fn exit_code(&self) -> u8 {
        failures_exit_code(self.failed())
    }
}

/// The exit code for packs that failed.
pub(super) fn failures_exit_code<'a>(failed: impl Iterator<Item = &'a SyncedPack>) -> u8 {
    let unknown: Vec<bool> = failed
        .map(|pack| {
            pack.failure
                .as_ref()
                .is_some_and(|failure| failure.failure.is_unknown_name())
        })
        .collect();
    match unknown.as_slice() {
        [] => 0,
        unknown if unknown.iter().all(|unknown| *unknown) => ErrorKind::UnknownName.exit_code(),
        _ => ErrorKind::Pack.exit_code(),
    }
}

/// Brings the workspace's packs into the declared state; with `dry_run`, says what that would be.
///
/// # Errors
/// Fails when the run as a whole cannot be carried out. A pack that fails is in the report.
pub async fn sync(session: &Arc<Session>, request: SyncRequest) -> Result<SyncReport, OpError> {
    if session.settings.dry_run {
        return plan(session, request).await;
    }
    run::holding_workspace(session, "sync", async {
        synchronise(session, request).await
    })
    .await
}

async fn synchronise(session: &Arc<Session>, request: SyncRequest) -> Result<SyncReport, OpError> {
    let Books {
        lockfile, roots, ..
    } = books::read(session)?;
    if request.options.locked {
        check_locked(&roots, &lockfile, &request.options)?;
    }
    books::hide_packs(session, books::places(&roots))?;
    let whole = request.selection.is_everything() && request.options.recursive;
    let wanted = request.selection.wanted_texts();
    let mut writer = LockfileWriter::new(&session.workspace, lockfile.clone());
    let run = Run {
        verb: "sync",
        roots,
        lockfile: lockfile.clone(),
        options: request.options,
        selection: request.selection,
    };
    let outcomes = run::run(session, run, &mut writer).await;
    let mut outcomes = match outcomes {
        Ok(outcomes) => outcomes,
        Err(error) => {
            writer.finish()?;
            return Err(error);
        }
    };
    if whole && !session.cancel.is_stopped() {
        outcomes.extend(leftover(session, &lockfile, &outcomes, request.prune, &mut writer).await?);
    }
    writer.finish()?;
    if session.cancel.is_stopped() {
        return Err(run::cancelled(&outcomes));
    }
    if outcomes.is_empty() && !whole {
        return Err(nothing_matches(&wanted, &lockfile));
    }
    Ok(SyncReport::of(outcomes))
}

/// Packs that the lockfile knows and that nothing declares any more: forgotten when they are
/// gone, removed with `prune`, named otherwise.
async fn leftover(
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
        .filter(is_certain)
        .collect();
    entries.sort_by(|a, b| b.id.cmp(&a.id));
    entries
}

fn check_locked(
    roots: &[Result<Node, Box<PackOutcome>>],
    lockfile: &Lockfile,
    options: &SyncOptions,
) -> Result<(), OpError> {
    let lacking: Vec<_> = roots
        .iter()
        .flatten()
        .filter(|node| {
            !lockfile
                .get(node.path.as_str())
                .is_some_and(|entry| options.agrees(entry, node))
        })
        .map(|node| format!("`{}`", node.path))
        .collect();
    if lacking.is_empty() {
        return Ok(());
    }
    Err(OpError::new(
        ErrorKind::Books,
        format!(
            "the lockfile does not match the manifest, and --locked was given: {}",
            lacking.join(", ")
        ),
    )
    .with_hint("run `grex sync` without --locked, and commit grex.lock.jsonl"))
}

/// A selection that nothing matches.
pub(super) fn nothing_matches(wanted: &[String], lockfile: &Lockfile) -> OpError {
    let ids: Vec<&str> = lockfile
        .entries
        .values()
        .map(|entry| entry.id.as_str())
        .collect();
    no_match(wanted, &ids)
}

/// A selection that none of `ids` matches; the closest are suggested.
pub(super) fn no_match(wanted: &[String], ids: &[&str]) -> OpError {
    let error = OpError::new(
        ErrorKind::Usage,
        format!("no pack matches {}", wanted.join(" or ")),
    );
    let mut closest: Vec<String> = Vec::new();
    for text in wanted {
        for candidate in crate::model::filter::closest(ids.iter().copied(), text) {
            if !closest.contains(&candidate) {
                closest.push(candidate);
            }
        }
    }
    match closest.as_slice() {
        [] => error.with_hint("`grex ls` lists the packs"),
        closest => error.with_hint(format!("did you mean {}?", closest.join(", "))),
    }
}

async fn plan(session: &Arc<Session>, request: SyncRequest) -> Result<SyncReport, OpError> {
    let Books {
        lockfile, roots, ..
    } = books::read(session)?;
    if request.options.locked {
        check_locked(&roots, &lockfile, &request.options)?;
    }
    let nodes = if request.options.recursive {
        tree::on_disk(session, roots)
    } else {
        roots
    };
    let wanted = request.selection.wanted_texts();
    let git = session.git().await?.clone();
    let mut outcomes = Vec::new();
    for node in nodes {
        match node {
            Ok(node) => {
                let root = session.workspace.pack_root(&node.path)?;
                if request
                    .selection
                    .selects(session, &git, &node, &root)
                    .await?
                {
                    outcomes.push(plan_pack(session, &request, &lockfile, &node).await?);
                }
            }
            Err(outcome) => outcomes.push(*outcome),
        }
    }
    if outcomes.is_empty() && !request.selection.is_everything() {
        return Err(nothing_matches(&wanted, &lockfile));
    }
    let whole = request.selection.is_everything() && request.options.recursive;
    if whole {
        for entry in undeclared(&lockfile, &outcomes) {
            if let Some(node) = rm::node_of(entry)
                .filter(|node| session.workspace.root().join(node.path.as_str()).exists())
            {
                let message = if request.prune {
                    "would be moved to the trash"
                } else {
                    "nothing declares it any more"
                };
                let change = if request.prune {
                    Change::Removed
                } else {
                    Change::None
                };
                outcomes.push(PackOutcome {
                    change,
                    message: Some(message.to_owned()),
                    ..PackOutcome::unchanged(&node.path, &node.url, Verdict::Skipped)
                });
            }
        }
    }
    Ok(SyncReport::of(outcomes))
}

async fn plan_pack(
    session: &Session,
    request: &SyncRequest,
    lockfile: &Lockfile,
    node: &Node,
) -> Result<PackOutcome, OpError> {
    let root = session.workspace.pack_root(&node.path)?;
    let known = lockfile.get(node.path.as_str());
    let exact = known
        .filter(|_| request.options.locked)
        .and_then(|known| ObjectId::parse(&known.sha).ok());
    let reference = request
        .options
        .reference
        .clone()
        .or_else(|| node.reference.clone());
    let wanted = Wanted { reference, exact };
    let place = observe::observe(
        session.git().await?,
        &root,
        node,
        wanted.reference.as_ref(),
        &session.cancel,
    )
    .await?;
    let would = |change: Change, message: String| PackOutcome {
        change,
        message: Some(message),
        ..PackOutcome::unchanged(&node.path, &node.url, Verdict::Ok)
    };
    Ok(match place {
        Place::Free => would(Change::Cloned, format!("would be cloned from {}", node.url)),
        Place::Taken(what) => refused(node, format!("{what} is in its place")),
        Place::Broken(reason) => refused(node, reason),
        Place::Repository(checkout) => {
            let outcome = match decide::decide(node, &checkout, &wanted, known) {
                Step::Leave => would(Change::UpToDate, String::from("stays where it is pinned")),
                Step::Pin(_) => would(
                    Change::Updated,
                    String::from("would be checked out at its pin"),
                ),
                Step::Refuse(refusal) => {
                    PackOutcome::failed(&node.path, &node.url, (*refusal).into())
                }
                Step::Fetch(fetch) => would(Change::Fetched, fetch_plan(&fetch)),
            };
            PackOutcome {
                before: checkout.commit.clone(),
                after: checkout.commit,
                ..outcome
            }
        }
    })
}

fn fetch_plan(fetch: &decide::Fetch) -> String {
    let remote = &fetch.remote;
    match (&fetch.follows, fetch.checkout) {
        (Some(followed), CheckoutRole::OnBranch) => {
            format!(
                "would fetch {remote} and fast-forward `{}` if it moved",
                followed.branch
            )
        }
        (Some(followed), CheckoutRole::Switch) => {
            format!(
                "would fetch {remote} and change over to `{}`",
                followed.branch
            )
        }
        (Some(followed), CheckoutRole::Aside) => {
            format!(
                "would fetch {remote} and move `{}`, which is not checked out",
                followed.branch
            )
        }
        (None, _) => format!("would fetch {remote}"),
    }
}

fn refused(node: &Node, reason: String) -> PackOutcome {
    PackOutcome::failed(
        &node.path,
        &node.url,
        PackFailure::new(FailureClass::Other, reason),
    )
}
