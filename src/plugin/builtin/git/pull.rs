//! Up to date by fetch and fast-forward, or by a checkout that leaves nothing behind.

use std::path::Path;

use super::fetcher::{Wanted, own, watch};
use crate::{
    git::{
        checkout::GitDir,
        config::RepositoryConfig,
        failure::FailureClass,
        refs::{Head, ObjectId},
        repository::{Extent, FetchRequest, Repository},
        run::{Git, GitError},
        view::{self, View},
    },
    model::{redact, reference::RefName, shell, url::PackUrl},
    plugin::fetcher::{FetchCx, FetchError},
};

/// A repository that is brought up to date.
struct Pull<'a> {
    cx: &'a FetchCx<'a>,
    repository: Repository<'a>,
    git_dir: GitDir,
    config: RepositoryConfig,
    /// The remote that the source means.
    remote: String,
    wanted: &'a Wanted,
}

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
    let pull = Pull {
        remote: matching(&config, &wanted.url)?,
        cx,
        repository,
        git_dir,
        config,
        wanted,
    };
    let at = pull.view().await?.head;
    match &wanted.reference {
        None => pull.current(&at).await,
        Some(name) => pull.named(name, &at, before).await,
    }
}

impl Pull<'_> {
    async fn view(&self) -> Result<View, GitError> {
        View::of(&self.repository, self.git_dir.path(), self.cx.cancel).await
    }

    async fn fetch(&self) -> Result<(), FetchError> {
        fetch(self.cx, &self.repository, &self.remote, &[], self.wanted).await
    }

    /// The branch that is checked out, if it follows one of this remote.
    async fn current(&self, at: &Head) -> Result<(), FetchError> {
        self.fetch().await?;
        let upstream = branch_of(at)
            .and_then(|branch| self.config.branch_upstream(branch))
            .filter(|upstream| upstream.remote == self.remote);
        let Some(upstream) = upstream else {
            return Ok(());
        };
        let merge = &upstream.merge;
        self.forward(merge.strip_prefix("refs/heads/").unwrap_or(merge))
            .await
    }

    async fn named(
        &self,
        name: &RefName,
        at: &Head,
        before: Option<&ObjectId>,
    ) -> Result<(), FetchError> {
        let is_there = |id| before.is_some_and(|before| before.as_str() == id);
        if name.commit_id().is_some_and(is_there) {
            return Ok(());
        }
        self.fetch().await?;
        let theirs = name.short_name();
        let may_be_branch = name.branch_ref().is_some() && name.commit_id().is_none();
        if may_be_branch && self.view().await?.find(&self.tracking(theirs))?.is_some() {
            return match branch_of(at) == Some(theirs) {
                true => self.forward(theirs).await,
                false => Ok(()),
            };
        }
        let commit = find(self.cx, &self.repository, &self.remote, name, self.wanted).await?;
        pin(self.cx, &self.repository, at, before, &commit).await
    }

    /// Fast-forwards the branch that is checked out to what was fetched of `theirs`, if there is
    /// any.
    async fn forward(&self, theirs: &str) -> Result<(), FetchError> {
        let tracking = self.tracking(theirs);
        if self.view().await?.find(&tracking)?.is_none() {
            return Ok(());
        }
        let mut watch = watch(self.cx);
        Ok(self.repository.fast_forward(&tracking, &mut watch).await?)
    }

    fn tracking(&self, theirs: &str) -> String {
        self.config
            .tracking_ref(&self.remote, theirs)
            .unwrap_or_else(|| format!("refs/remotes/{}/{theirs}", self.remote))
    }
}

fn branch_of(at: &Head) -> Option<&str> {
    match at {
        Head::Branch(branch) | Head::Unborn(branch) => Some(branch),
        Head::Detached(_) => None,
    }
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
        FetchError::new(class, format!("{} has no `{name}`", wanted.url)).with_hint(format!(
            "`git ls-remote {}` lists what it has",
            shell::quote(&wanted.url.to_string())
        ))
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
    fetched.map(drop).map_err(|error| wanted.advised(error))
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
    let status = repository.status(Extent::Usual, cx.cancel).await?;
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
