//! What is on disk where a pack belongs. Reads files; asks git only where they are of an unusual
//! kind.

use std::{path::{Path, PathBuf}, time::Duration};

use crate::{
    git::{
        checkout::{self, NotARepository, Operation},
        config::RepositoryConfig,
        objects,
        refs::{Head, ObjectId},
        repository::Repository,
        run::{Git, GitError},
        view::{self, View},
    },
    model::{reference::RefName, url::PackUrl},
    sys::cancel::Cancel,
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
        Err(NotARepository::Missing | NotARepository::EmptyDirectory) => return Ok(Place::Free),
        Err(NotARepository::File) => return Ok(Place::Taken("a file")),
        Err(NotARepository::NoGitDir) => return Ok(Place::Taken("a directory that is no git repository")),
        Err(error) => return Ok(Place::Broken(error.to_string())),
    };
    let repository = git.repository(root);
    let view = View::of(&repository, &git_dir, cancel).await?;
    let config = view::settings(&repository, &git_dir, cancel).await?;
    let remote = match_remote(&config, &node.url);
    let name = match &remote {
        RemoteMatch::Same(name) => Some(name.as_str()),
        RemoteMatch::Other(_) | RemoteMatch::None => None,
    };
    let meaning = mean(&view, &config, &git_dir, name, wanted)?;
    Ok(Place::Repository(Box::new(Checkout {
        root: root.to_owned(),
        commit: view.head_commit()?,
        head: view.head,
        remote,
        under_way: checkout::under_way(&git_dir),
        index_lock: checkout::index_lock_age(&git_dir),
        meaning,
        config,
        git_dir,
    })))
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
    let view = View::of(repository, &checkout.git_dir, cancel).await?;
    mean(&view, &checkout.config, &checkout.git_dir, Some(remote), wanted)
}

fn match_remote(config: &RepositoryConfig, url: &PackUrl) -> RemoteMatch {
    let wanted = url.identity();
    let remotes = config.remotes();
    let same = |text: &str| {
        text == url.as_str() || PackUrl::parse(text).is_ok_and(|found| found.identity() == wanted)
    };
    // `origin` first: a fork's second remote may have the same URL.
    let mut candidates: Vec<_> = remotes.iter().collect();
    candidates.sort_by_key(|remote| remote.name != "origin");
    match candidates.iter().find(|remote| same(&remote.url)) {
        Some(remote) => RemoteMatch::Same(remote.name.clone()),
        None => candidates.first().map_or(RemoteMatch::None, |remote| RemoteMatch::Other(remote.url.clone())),
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
        return Ok(Meaning::Pin(ObjectId::parse(id)));
    }
    if let (Some(branch), Some(remote)) = (wanted.branch_name(), remote)
        && let Some(followed) = follow(view, config, branch, remote, &format!("refs/heads/{branch}"))?
        && followed.upstream.is_some()
    {
        return Ok(Meaning::Branch(followed));
    }
    if let Some(tag) = wanted.tag_name()
        && let Some(value) = view.find(&format!("refs/tags/{tag}"))?
    {
        return Ok(Meaning::Pin(Some(peel(git_dir, view, value.id, value.peeled))));
    }
    if wanted.may_be_short_id() {
        let here = view.head_commit()?.filter(|commit| commit.as_str().starts_with(wanted.as_str()));
        return Ok(Meaning::Pin(here));
    }
    Ok(Meaning::Unknown)
}

fn current_upstream(view: &View, config: &RepositoryConfig) -> Result<Option<Followed>, GitError> {
    let (Head::Branch(branch) | Head::Unborn(branch)) = &view.head else { return Ok(None) };
    match config.branch_upstream(branch) {
        // A remote named `.` is this repository: there is nothing to fetch.
        Some((remote, merge_ref)) if remote != "." => follow(view, config, branch, &remote, &merge_ref),
        _ => Ok(None),
    }
}

fn follow(
    view: &View,
    config: &RepositoryConfig,
    branch: &str,
    remote: &str,
    merge_ref: &str,
) -> Result<Option<Followed>, GitError> {
    let Some(tracking) = config.tracking_ref(remote, merge_ref) else { return Ok(None) };
    Ok(Some(Followed {
        local: view.find(&format!("refs/heads/{branch}"))?.map(|value| value.id),
        upstream: view.find(&tracking)?.map(|value| value.id),
        branch: branch.to_owned(),
        remote: remote.to_owned(),
        merge_ref: merge_ref.to_owned(),
        tracking,
    }))
}

/// The commit that a tag names: `packed-refs` knows, or a loose tag object, or it is the commit
/// itself. An annotated tag in a pack stays its own id, which is no commit that HEAD could be.
fn peel(git_dir: &Path, view: &View, id: ObjectId, peeled: Option<ObjectId>) -> ObjectId {
    let at_head = view.head_commit().is_ok_and(|commit| commit.as_ref() == Some(&id));
    match peeled {
        Some(commit) => commit,
        None if at_head => id,
        None => objects::peel_tag(git_dir, &id).unwrap_or(id),
    }
}
