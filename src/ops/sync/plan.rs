//! What a `sync` would do, found out without changing anything and without a network.

use std::{path::Path, sync::Arc};

use crate::{
    engine::{
        decide::{self, CheckoutRole, Step, Wanted},
        node::Node,
        observe::{self, Place},
        outcome::{Change, PackFailure, PackOutcome, Verdict},
        provenance,
        session::Session,
        tree,
    },
    git::{failure::FailureClass, refs::ObjectId},
    model::lock::Lockfile,
    ops::{
        books::{self, Books},
        error::OpError,
    },
    sys::fs,
};

use super::{SyncReport, SyncRequest, after_sync, check_locked, leftover, nothing_matches};

pub(super) async fn plan(
    session: &Arc<Session>,
    request: SyncRequest,
) -> Result<SyncReport, OpError> {
    plan_packs(session, &request).await.map(SyncReport::of)
}

/// What a `sync` would do, as outcomes.
pub(in crate::ops) async fn plan_packs(
    session: &Arc<Session>,
    request: &SyncRequest,
) -> Result<Vec<PackOutcome>, OpError> {
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
                    outcomes.push(plan_pack(session, request, &lockfile, &node).await?);
                }
            }
            Err(outcome) => outcomes.push(*outcome),
        }
    }
    if outcomes.is_empty() && !request.selection.is_everything() {
        return Err(nothing_matches(&request.selection, &lockfile));
    }
    let whole = request.selection.is_everything() && request.options.recursive;
    if whole {
        let left = leftover::foresee(session, &lockfile, &outcomes, request.prune).await?;
        outcomes.extend(left);
    }
    after_sync::plan(session, &mut outcomes).await?;
    Ok(outcomes)
}

async fn plan_pack(
    session: &Session,
    request: &SyncRequest,
    lockfile: &Lockfile,
    node: &Node,
) -> Result<PackOutcome, OpError> {
    let root = session.workspace.pack_root(&node.path)?;
    let known = lockfile.get(node.path.as_str());
    if !session.registry.is_git(&node.url) {
        let has_no_commit = known.is_some_and(|known| known.sha.is_empty());
        return Ok(match request.options.locked && has_no_commit {
            true => PackOutcome::failed(&node.path, &node.url, provenance::without_commit(node)),
            false => plan_beyond_git(session, node, &root),
        });
    }
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

/// What is no git work tree is its fetcher's to look at, which may need a network.
fn plan_beyond_git(session: &Session, node: &Node, root: &Path) -> PackOutcome {
    if let Err(error) = session.registry.fetcher_of(&node.url) {
        return refused(node, error.to_string());
    }
    let (change, message) = if fs::is_vacant(root) {
        (Change::Cloned, format!("would be cloned from {}", node.url))
    } else if let Err(failure) = provenance::check(node, root) {
        return PackOutcome::failed(&node.path, &node.url, failure);
    } else {
        (
            Change::Fetched,
            format!("would be updated from {}", node.url),
        )
    };
    PackOutcome {
        change,
        message: Some(message),
        ..PackOutcome::unchanged(&node.path, &node.url, Verdict::Ok)
    }
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
