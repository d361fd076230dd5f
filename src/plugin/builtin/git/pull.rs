//! Up to date by fetch and fast-forward, or by a checkout that leaves nothing behind.

use std::path::Path;

use super::fetcher::{Wanted, own, watch};
use crate::{
    git::{
        config::RepositoryConfig,
        failure::FailureClass,
        refs::{Head, ObjectId},
        repository::{FetchRequest, Repository, Untracked},
        run::{Git, GitError},
        view::{self, View},
    },
    model::{redact, reference::RefName, url::PackUrl},
    plugin::fetcher::{FetchCx, FetchError},
};

/// Fetches, and moves the checkout of `target`, which is at `before`, as far as nothing is lost:
/// the branch that is followed and checked out forward, or to the tag or commit that is asked for.
/// A checkout on another branch stays.
pub(super) async fn pull(
    cx: &FetchCx<'_>,
    git: &Git,
    target: &Path,
    wanted: &Wanted,
    before: Option<&ObjectId>,
) -> Result<(), FetchError> {
    let repository = git.repository(target);
    let git_dir = own(target)?;
    let config = view::settings(&repository, git_dir.path(), cx.cancel).await?;
    let remote = matching(&config, &wanted.url)?;
    let at = View::of(&repository, git_dir.path(), cx.cancel).await?.head;
    let current = match &at {
        Head::Branch(branch) | Head::Unborn(branch) => Some(branch.as_str()),
        Head::Detached(_) => None,
    };
    let Some(name) = &wanted.reference else {
        let upstream = current.and_then(|branch| config.branch_upstream(branch));
        let upstream = upstream.filter(|upstream| upstream.remote == remote);
        fetch(cx, &repository, &remote, &[], wanted).await?;
        return match upstream {
            Some(upstream) => {
                let merge = &upstream.merge;
                let theirs = merge.strip_prefix("refs/heads/").unwrap_or(merge);
                forward(cx, &repository, &config, &remote, theirs, git_dir.path()).await
            }
            None => Ok(()),
        };
    };
    if name
        .commit_id()
        .is_some_and(|id| before.is_some_and(|at| at.as_str() == id))
    {
        return Ok(());
    }
    fetch(cx, &repository, &remote, &[], wanted).await?;
    let view = View::of(&repository, git_dir.path(), cx.cancel).await?;
    let theirs = name.short_name();
    let is_branch = name.branch_ref().is_some()
        && name.commit_id().is_none()
        && view.find(&tracking(&config, &remote, theirs))?.is_some();
    if !is_branch {
        let commit = find(cx, &repository, &remote, name, wanted).await?;
        return pin(cx, &repository, &at, before, &commit).await;
    }
    if current == Some(theirs) {
        forward(cx, &repository, &config, &remote, theirs, git_dir.path()).await?;
    }
    Ok(())
}

/// The remote of the clone at `target`, whatever the user calls it.
pub(super) async fn remote(
    cx: &FetchCx<'_>,
    repository: &Repository<'_>,
    target: &Path,
    wanted: &Wanted,
) -> Result<String, FetchError> {
    let config = view::settings(repository, own(target)?.path(), cx.cancel).await?;
    matching(&config, &wanted.url)
}

fn matching(config: &RepositoryConfig, url: &PackUrl) -> Result<String, FetchError> {
    let remotes = config.remotes();
    let is_same = |text: &str| {
        text == url.as_str()
            || PackUrl::parse(text).is_ok_and(|found| found.identity() == url.identity())
    };
    if let Some(remote) = remotes
        .iter()
        .find(|remote| remote.url.as_deref().is_some_and(is_same))
    {
        return Ok(remote.name.clone());
    }
    let instead = match remotes.into_iter().find_map(|remote| remote.url) {
        Some(other) => format!("comes from {}", redact::secrets(&other)),
        None => String::from("has no remote"),
    };
    Err(FetchError::new(
        "other",
        format!("the repository there {instead}, not from {url}"),
    ))
}

/// The commit that a tag, a commit id or a ref of another kind means, fetched by its name where the
/// clone does not have it.
pub(super) async fn find(
    cx: &FetchCx<'_>,
    repository: &Repository<'_>,
    remote: &str,
    name: &RefName,
    wanted: &Wanted,
) -> Result<ObjectId, FetchError> {
    let revision = name.tag_ref().unwrap_or_else(|| name.to_string());
    for revision in [revision.as_str(), name.as_str()] {
        if let Some(commit) = repository.commit_of(revision, cx.cancel).await? {
            return Ok(commit);
        }
    }
    let missing = || {
        let class = FailureClass::NoSuchRef.name();
        FetchError::new(class, format!("{} has no `{name}`", wanted.url))
            .with_hint(format!("`git ls-remote {}` lists what it has", wanted.url))
    };
    let refspec = match (name.full_ref(), name.commit_id()) {
        (Some(full), _) => format!("+{full}:{full}"),
        (None, Some(id)) => id.to_owned(),
        (None, None) => return Err(missing()),
    };
    match fetch(cx, repository, remote, &[refspec], wanted).await {
        Err(error) if ["other", "no-such-ref"].contains(&error.class.as_str()) => {
            return Err(missing());
        }
        result => result?,
    }
    let found = repository.commit_of(name.as_str(), cx.cancel).await?;
    found.ok_or_else(missing)
}

async fn fetch(
    cx: &FetchCx<'_>,
    repository: &Repository<'_>,
    remote: &str,
    refspecs: &[String],
    wanted: &Wanted,
) -> Result<(), FetchError> {
    let request = FetchRequest {
        remote,
        refspecs,
        is_local: wanted.url.is_local(),
        from_user: wanted.from_user,
    };
    let fetched = repository.fetch(&request, &mut watch(cx)).await;
    fetched.map_err(|error| wanted.advised(error))
}

fn tracking(config: &RepositoryConfig, remote: &str, theirs: &str) -> String {
    config
        .tracking_ref(remote, theirs)
        .unwrap_or_else(|| format!("refs/remotes/{remote}/{theirs}"))
}

/// Fast-forwards the branch that is checked out to what was fetched of `theirs`, if there is any.
async fn forward(
    cx: &FetchCx<'_>,
    repository: &Repository<'_>,
    config: &RepositoryConfig,
    remote: &str,
    theirs: &str,
    git_dir: &Path,
) -> Result<(), FetchError> {
    let tracking = tracking(config, remote, theirs);
    let view = View::of(repository, git_dir, cx.cancel).await?;
    if view.find(&tracking)?.is_none() {
        return Ok(());
    }
    Ok(repository.fast_forward(&tracking, &mut watch(cx)).await?)
}

/// Checks out a commit, unless that would leave commits behind that nothing else holds. Local
/// changes that are in the way git refuses to overwrite; any other are refused here.
async fn pin(
    cx: &FetchCx<'_>,
    repository: &Repository<'_>,
    at: &Head,
    before: Option<&ObjectId>,
    commit: &ObjectId,
) -> Result<(), FetchError> {
    if before == Some(commit) {
        return Ok(());
    }
    let status = repository.status(Untracked::Usual, cx.cancel).await?;
    if status.staged + status.unstaged + status.conflicts > 0 {
        let message = "local changes are in the way of another commit";
        return Err(
            FetchError::new(FailureClass::Dirty.name(), message).with_hint("commit or stash them")
        );
    }
    let mut elsewhere = vec!["--remotes", "--tags"];
    if matches!(at, Head::Detached(_)) {
        elsewhere.push("--branches");
    }
    let own = match before {
        Some(_) => {
            repository
                .count_commits(&["HEAD"], &elsewhere, cx.cancel)
                .await?
        }
        None => 0,
    };
    if own > 0 {
        let message = format!("the checkout has commits of its own ({own})");
        return Err(FetchError::new(FailureClass::Diverged.name(), message)
            .with_hint("keep them on a branch and push it"));
    }
    let checked_out: Result<(), GitError> = repository
        .check_out_detached(commit.as_str(), &mut watch(cx))
        .await;
    Ok(checked_out?)
}
