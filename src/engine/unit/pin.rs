//! A pack that is pinned to a tag or a commit, or to the lockfile's commit.

use super::{Stop, UnitContext, clone, moving::moving, record, update};
use crate::{
    engine::{
        decide::Wanted,
        node::Node,
        observe::{Checkout, RemoteMatch},
        outcome::{Change, PackFailure, PackOutcome, Verdict},
    },
    git::{
        failure::FailureClass,
        refs::{Head, ObjectId},
        repository::{Extent, Repository},
        status::StatusReport,
    },
    model::reference::RefName,
};

/// The most paths that a message names.
const NAMED_PATHS: usize = 5;

/// Checks out the pinned commit, if the checkout is clean and has no commits of the user's own.
pub(super) async fn pin(
    cx: &UnitContext,
    node: &Node,
    checkout: &Checkout,
    commit: Option<ObjectId>,
    wanted: &Wanted,
) -> Result<PackOutcome, Stop> {
    let repository = cx.git.repository(&checkout.root);
    let remote = match &checkout.remote {
        RemoteMatch::Same(name) => name.as_str(),
        RemoteMatch::Other(_) | RemoteMatch::None => "origin",
    };
    let revision = match (&commit, &wanted.reference) {
        (Some(commit), _) => commit.to_string(),
        (None, Some(name)) => name.to_string(),
        (None, None) => {
            return Err(PackFailure::new(FailureClass::NoSuchRef, "nothing is pinned").into());
        }
    };
    let target = find_commit(cx, node, &repository, remote, &revision).await?;
    let mut outcome = PackOutcome {
        before: checkout.commit.clone(),
        after: Some(target.clone()),
        change: Change::UpToDate,
        ..PackOutcome::unchanged(&node.path, &node.url, Verdict::Ok)
    };
    if checkout.commit.as_ref() == Some(&target) {
        outcome.commits = Some(0);
        return Ok(record::with_entry(
            cx,
            node,
            outcome,
            record::branch_of(&checkout.head),
        ));
    }
    ensure_nothing_is_left_behind(cx, node, &repository, checkout).await?;
    let branch = branch_to_keep(cx, node, checkout, wanted);
    let mut watch = cx.watch(&node.path, false);
    let commit = target.as_str();
    let git = async {
        match &branch {
            Some(branch) => {
                repository
                    .check_out_branch(branch, Some(commit), &mut watch)
                    .await
            }
            None => repository.check_out_detached(commit, &mut watch).await,
        }
    };
    moving(cx, node, checkout.commit.as_ref(), &target, git).await??;
    outcome.change = Change::Updated;
    outcome.message = wanted
        .reference
        .as_ref()
        .filter(|_| branch.is_none())
        .map(|name| format!("now at `{}`", RefName::as_str(name)));
    Ok(record::with_entry(cx, node, outcome, branch))
}

/// The commit that `revision`, a commit id or its abbreviation, names; fetched if it is missing.
pub(super) async fn find_commit(
    cx: &UnitContext,
    node: &Node,
    repository: &Repository<'_>,
    remote: &str,
    revision: &str,
) -> Result<ObjectId, Stop> {
    if let Some(commit) = repository.commit_of(revision, cx.cancel()).await? {
        return Ok(commit);
    }
    update::fetch_refs(cx, node, repository, remote, &[]).await?;
    if let Some(commit) = repository.commit_of(revision, cx.cancel()).await? {
        return Ok(commit);
    }
    // Servers give a commit that no branch reaches when asked for it by its full id, and refs that
    // no refspec covers by their full names.
    let by_name = match revision.starts_with("refs/") {
        true => Some(format!("+{revision}:{revision}")),
        false => ObjectId::parse(revision)
            .is_ok()
            .then(|| revision.to_owned()),
    };
    if let Some(refspec) = by_name {
        update::fetch_refs(cx, node, repository, remote, &[refspec])
            .await
            .map_err(|stop| match stop {
                Stop::Failed(failure)
                    if matches!(failure.class, FailureClass::Other | FailureClass::NoSuchRef) =>
                {
                    Stop::Failed(clone::no_such_ref(revision, node))
                }
                stop => stop,
            })?;
        if let Some(commit) = repository.commit_of(revision, cx.cancel()).await? {
            return Ok(commit);
        }
    }
    Err(clone::no_such_ref(revision, node).into())
}

/// With the lockfile's commit, the branch that it was on stays checked out.
fn branch_to_keep(
    cx: &UnitContext,
    node: &Node,
    checkout: &Checkout,
    wanted: &Wanted,
) -> Option<String> {
    let branch = cx
        .known(node)?
        .branch
        .clone()
        .filter(|_| wanted.exact.is_some())?;
    (record::branch_of(&checkout.head).as_ref() == Some(&branch)).then_some(branch)
}

async fn ensure_nothing_is_left_behind(
    cx: &UnitContext,
    node: &Node,
    repository: &Repository<'_>,
    checkout: &Checkout,
) -> Result<(), Stop> {
    let status = repository.status(Extent::Usual, cx.cancel()).await?;
    if status.staged + status.unstaged + status.conflicts > 0 {
        return Err(dirty(&status, checkout).into());
    }
    let known = cx.known(node);
    let own = match &checkout.head {
        Head::Branch(_) if status.upstream.is_some() => status.ahead.unwrap_or(0),
        Head::Branch(_) => {
            repository
                .count_commits(&["HEAD"], &["--remotes", "--tags"], cx.cancel())
                .await?
        }
        Head::Unborn(_) => 0,
        // The commit that was pinned by its id until now: it came from the server, on no branch
        // perhaps. The lockfile alone says less, it names the user's own commits too.
        Head::Detached(id)
            if known
                .and_then(|known| known.reference.as_ref())
                .is_some_and(|pinned| is_abbreviated_by(id, pinned)) =>
        {
            0
        }
        Head::Detached(_) => {
            repository
                .count_commits(
                    &["HEAD"],
                    &["--branches", "--remotes", "--tags"],
                    cx.cancel(),
                )
                .await?
        }
    };
    if own > 0 {
        let root = checkout.root.display();
        return Err(PackFailure::new(
            FailureClass::Diverged,
            format!("the checkout has commits of its own ({own}), and another commit is pinned"),
        )
        .with_hint(format!(
            "keep them on a branch and push it: `git -C {root} push origin HEAD:refs/heads/NAME`"
        ))
        .into());
    }
    Ok(())
}

fn is_abbreviated_by(id: &ObjectId, name: &RefName) -> bool {
    id.as_str().starts_with(&name.as_str().to_ascii_lowercase())
}

fn dirty(status: &StatusReport, checkout: &Checkout) -> PackFailure {
    let mut paths: Vec<_> = status
        .changed_paths()
        .take(NAMED_PATHS + 1)
        .map(|path| format!("`{path}`"))
        .collect();
    if paths.len() > NAMED_PATHS {
        paths.truncate(NAMED_PATHS);
        paths.push(String::from("..."));
    }
    PackFailure::new(
        FailureClass::Dirty,
        format!(
            "local changes are in the way of another commit: {}",
            paths.join(", ")
        ),
    )
    .with_hint(format!(
        "commit or stash them: `git -C {} stash`",
        checkout.root.display()
    ))
}
