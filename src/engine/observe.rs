//! What is on disk where a pack belongs. Reads files; asks git only where they are of an unusual
//! kind.

use std::{
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use crate::{
    git::{
        checkout::{self, NotARepository, Operation},
        config::{Remote, RepositoryConfig},
        objects,
        refs::{Head, ObjectId},
        repository::Repository,
        run::{Git, GitError},
        view::{self, View},
    },
    model::{reference::RefName, url::PackUrl},
    sys::{cancel::Cancel, fs},
};

use super::node::Node;

/// What lies at a pack's place.
pub enum Place {
    /// Nothing, or an empty directory.
    Free,
    /// Something that is not a repository.
    Taken(&'static str),
    /// A repository that cannot be used as it is.
    Broken(String),
    /// A repository of its own.
    Repository(Box<Checkout>),
}

/// A repository with a work tree, at one moment.
pub struct Checkout {
    /// The work tree.
    pub root: PathBuf,
    /// Its `.git`.
    pub git_dir: PathBuf,
    /// What is checked out.
    pub head: Head,
    /// The commit that is checked out.
    pub commit: Option<ObjectId>,
    /// The remote that the pack's declaration means.
    pub remote: RemoteMatch,
    /// There is a commit and no index: the work tree was never filled.
    pub is_unfilled: bool,
    /// What somebody has begun and not ended.
    pub under_way: Option<Operation>,
    /// The age of an `index.lock`.
    pub index_lock: Option<Duration>,
    /// What the declaration means here.
    pub meaning: Meaning,
    /// The repository's settings.
    pub config: RepositoryConfig,
}

/// Which remote of a repository is the declared one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RemoteMatch {
    /// This one has the declared URL.
    Same(String),
    /// None has; this is what it has instead.
    Other(String),
    /// There are no remotes.
    None,
}

/// What a declared ref means in a repository: a branch, then a tag, then a commit id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Meaning {
    /// No ref is declared: the branch that is checked out, if it has an upstream.
    Current(Option<Followed>),
    /// A branch of the declared remote.
    Branch(Followed),
    /// A tag or a commit. The commit is `None` when an abbreviation is not resolved yet.
    Pin(Option<ObjectId>),
    /// A ref that is neither a branch nor a tag (`refs/pull/7/head`), as last fetched. It may have
    /// moved since.
    Ref(ObjectId),
    /// Nothing here has that name.
    Unknown,
}

/// A branch and what it follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Followed {
    /// The local branch's short name.
    pub branch: String,
    /// The remote's name.
    pub remote: String,
    /// The branch's full name on the remote.
    pub merge_ref: String,
    /// The full name of the remote-tracking ref.
    pub tracking: String,
    /// The configured refspecs keep the branch there; otherwise a fetch has to be told.
    pub is_configured: bool,
    /// Where the local branch is.
    pub local: Option<ObjectId>,
    /// Where the remote-tracking ref is.
    pub upstream: Option<ObjectId>,
}

impl Followed {
    /// The local branch's full name.
    pub fn branch_ref(&self) -> String {
        format!("refs/heads/{}", self.branch)
    }
}

/// Looks at `root`, where `node` belongs, for what `wanted` means there.
///
/// # Errors
/// Fails when what is there cannot be read.
pub async fn observe(
    git: &Git,
    root: &Path,
    node: &Node,
    wanted: Option<&RefName>,
    cancel: &Cancel,
) -> Result<Place, GitError> {
    let git_dir = match checkout::own_git_dir(root) {
        Ok(git_dir) => git_dir,
        Err(NotARepository::Missing { .. }) => return Ok(without_repository(root)),
        Err(error) => return Ok(Place::Broken(error.to_string())),
    };
    let git_dir = git_dir.path();
    let repository = git.repository(root);
    let config = view::settings(&repository, git_dir, cancel).await?;
    let view = View::of_configured(&repository, git_dir, &config, cancel).await?;
    let remote = match_remote(&config, &node.url);
    let name = match &remote {
        RemoteMatch::Same(name) => Some(name.as_str()),
        RemoteMatch::Other(_) | RemoteMatch::None => None,
    };
    let meaning = mean(&view, &config, git_dir, name, wanted)?;
    let commit = view.head_commit()?;
    Ok(Place::Repository(Box::new(Checkout {
        root: root.to_owned(),
        is_unfilled: commit.is_some() && !git_dir.join("index").exists(),
        commit,
        head: view.head,
        remote,
        under_way: checkout::operation(git_dir),
        index_lock: checkout::index_lock_age(git_dir, SystemTime::now()),
        meaning,
        config,
        git_dir: git_dir.to_owned(),
    })))
}

/// What is at a place where no repository is.
fn without_repository(root: &Path) -> Place {
    if fs::is_vacant(root) {
        Place::Free
    } else if root.is_dir() {
        Place::Taken("a directory that is no git repository")
    } else {
        Place::Taken("something that is no directory")
    }
}

/// Works out again what `wanted` means, after a fetch.
///
/// # Errors
/// Fails when the refs cannot be read.
pub async fn look_again(
    repository: &Repository<'_>,
    checkout: &Checkout,
    remote: &str,
    wanted: Option<&RefName>,
    cancel: &Cancel,
) -> Result<Meaning, GitError> {
    let config = &checkout.config;
    let view = View::of_configured(repository, &checkout.git_dir, config, cancel).await?;
    mean(&view, config, &checkout.git_dir, Some(remote), wanted)
}

fn match_remote(config: &RepositoryConfig, url: &PackUrl) -> RemoteMatch {
    let remotes = config.remotes();
    let same = |text: &str| {
        text == url.as_str()
            || PackUrl::parse(text).is_ok_and(|found| found.identity() == url.identity())
    };
    // `origin` first: a fork's second remote may have the same URL.
    let mut candidates: Vec<_> = remotes.iter().collect();
    candidates.sort_by_key(|remote| remote.name != "origin");
    let url = |remote: &Remote| remote.url.clone();
    match candidates
        .iter()
        .find(|remote| remote.url.as_deref().is_some_and(same))
    {
        Some(remote) => RemoteMatch::Same(remote.name.clone()),
        None => candidates
            .first()
            .and_then(|remote| url(remote))
            .map_or(RemoteMatch::None, RemoteMatch::Other),
    }
}

fn mean(
    view: &View,
    config: &RepositoryConfig,
    git_dir: &Path,
    remote: Option<&str>,
    wanted: Option<&RefName>,
) -> Result<Meaning, GitError> {
    let Some(wanted) = wanted else {
        return Ok(Meaning::Current(current_upstream(view, config)?));
    };
    if let Some(id) = wanted.commit_id() {
        return Ok(Meaning::Pin(ObjectId::parse(&id.to_ascii_lowercase()).ok()));
    }
    if let (Some(branch), Some(remote)) = (wanted.branch_ref(), remote)
        && let followed = follow(view, config, wanted.short_name(), remote, &branch)?
        && followed.upstream.is_some()
    {
        return Ok(Meaning::Branch(followed));
    }
    if let Some(tag) = wanted.tag_ref()
        && let Some(value) = view.find(&tag)?
    {
        return Ok(Meaning::Pin(Some(peel(
            git_dir,
            view,
            value.id,
            value.peeled,
        ))));
    }
    if let Some(full) = wanted.full_ref()
        && let Some(value) = view.find(full)?
    {
        return Ok(Meaning::Ref(peel(git_dir, view, value.id, value.peeled)));
    }
    if wanted.may_be_short_id() {
        let here = view
            .head_commit()?
            .filter(|commit| commit.as_str().starts_with(wanted.as_str()));
        return Ok(Meaning::Pin(here));
    }
    Ok(Meaning::Unknown)
}

fn current_upstream(view: &View, config: &RepositoryConfig) -> Result<Option<Followed>, GitError> {
    let (Head::Branch(branch) | Head::Unborn(branch)) = &view.head else {
        return Ok(None);
    };
    match config.branch_upstream(branch) {
        // A remote named `.` is this repository: there is nothing to fetch.
        Some(upstream) if upstream.remote != "." => {
            follow(view, config, branch, &upstream.remote, &upstream.merge).map(Some)
        }
        _ => Ok(None),
    }
}

fn follow(
    view: &View,
    config: &RepositoryConfig,
    branch: &str,
    remote: &str,
    merge_ref: &str,
) -> Result<Followed, GitError> {
    let theirs = merge_ref.strip_prefix("refs/heads/").unwrap_or(merge_ref);
    let configured = config.tracking_ref(remote, theirs);
    let is_configured = configured.is_some();
    let tracking = configured.unwrap_or_else(|| format!("refs/remotes/{remote}/{theirs}"));
    let local = match &view.head {
        Head::Branch(checked_out) if checked_out == branch => view.head_commit()?,
        _ => view
            .find(&format!("refs/heads/{branch}"))?
            .map(|value| value.id),
    };
    Ok(Followed {
        local,
        upstream: view.find(&tracking)?.map(|value| value.id),
        branch: branch.to_owned(),
        remote: remote.to_owned(),
        merge_ref: merge_ref.to_owned(),
        tracking,
        is_configured,
    })
}

/// The commit that a tag names: `packed-refs` knows, or a loose tag object, or it is the commit
/// itself. An annotated tag in a pack stays its own id, which is no commit that HEAD could be.
fn peel(git_dir: &Path, view: &View, id: ObjectId, peeled: Option<ObjectId>) -> ObjectId {
    let at_head = view
        .head_commit()
        .is_ok_and(|commit| commit.as_ref() == Some(&id));
    match peeled {
        Some(commit) => commit,
        None if at_head => id,
        None => objects::peel_tag(git_dir, &id).unwrap_or(id),
    }
}
