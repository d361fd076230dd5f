//! Is there work to lose? Asked before a pack is moved away. Any answer, and any error while
//! asking, means yes.

mod nested;

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use crate::{
    git::{
        checkout::{self, NotARepository},
        refs::ObjectId,
        repository::{Extent, Repository},
        run::{Git, GitError},
        status::PathKind,
        view,
    },
    sys::{cancel::Cancel, fs},
};

/// The most paths that one finding names.
const NAMED_PATHS: usize = 5;

/// What a pack has that is nowhere else.
#[derive(Debug, Default)]
pub struct Work {
    /// What would be lost, one line each; empty: nothing.
    pub to_lose: Vec<String>,
    /// Ignored files and directories, which are no work, but go along: the first of them.
    pub ignored: Vec<String>,
}

/// Finds out what the pack at `root` has that is nowhere else. `children` are the places of packs below
/// `root`, which are asked about on their own.
pub async fn work_to_lose(
    git: &Git,
    root: &Path,
    children: &HashSet<PathBuf>,
    cancel: &Cancel,
) -> Work {
    let mut work = Work::default();
    let git_dir = match checkout::own_git_dir(root) {
        Ok(git_dir) => git_dir,
        Err(NotARepository::Missing { .. }) if fs::is_vacant(root) => return work,
        Err(error) => {
            work.find(format!("it cannot be asked: {error}"));
            return work;
        }
    };
    let git_dir = git_dir.path();
    if let Some(operation) = checkout::operation(git_dir) {
        work.find(format!("a {} is under way", operation.name()));
    }
    match checkout::linked_worktrees(git_dir) {
        Ok(worktrees) if worktrees.is_empty() => {}
        Ok(worktrees) => {
            let more = plural(worktrees.len() as u64, "worktree");
            work.find(format!("{more} more of it"));
        }
        Err(error) => work.find(format!("its worktrees cannot be listed: {error}")),
    }
    match nested::repositories(root, git_dir, children) {
        Ok(found) => found.iter().for_each(|place| {
            work.find(format!("a repository of its own is in {}", place.display()));
        }),
        Err(error) => work.find(format!("it cannot be looked through: {error}")),
    }
    if let Err(error) = ask(git, root, git_dir, cancel, &mut work).await {
        work.find(format!("it cannot be asked: {error}"));
    }
    work
}

/// What there is to lose with a pack at `root` that is no git work tree: everything, as soon as
/// there is anything.
pub fn work_beyond_git(root: &Path) -> Work {
    let mut work = Work::default();
    if !fs::is_vacant(root) {
        work.find(String::from(
            "it is not a git repository, so nobody can tell what of it is nowhere else",
        ));
    }
    work
}

impl Work {
    fn find(&mut self, finding: String) {
        self.to_lose.push(finding);
    }
}

async fn ask(
    git: &Git,
    root: &Path,
    git_dir: &Path,
    cancel: &Cancel,
    work: &mut Work,
) -> Result<(), GitError> {
    let repository = git.repository(root);
    let status = repository.status(Extent::AllWork, cancel).await?;
    let ignored = status
        .paths
        .iter()
        .filter(|path| path.kind == PathKind::Ignored);
    work.ignored = ignored
        .map(|path| path.path.clone())
        .take(NAMED_PATHS)
        .collect();
    let changed = status.changed();
    if changed > 0 {
        let paths: Vec<_> = status
            .changed_paths()
            .take(NAMED_PATHS)
            .map(|path| format!("`{path}`"))
            .collect();
        work.find(format!(
            "{}, changed or untracked: {}",
            plural(changed, "file"),
            paths.join(", ")
        ));
    }
    // Older versions of git do not count stashes; the file tells.
    if status.stash > 0 || checkout::has_stash(git_dir) {
        work.find(String::from("stashed changes"));
    }
    let hidden = repository.hidden_files(cancel).await?;
    // A sparse checkout marks what it leaves out in the same way; only what is there can be edited.
    let hidden = hidden
        .iter()
        .filter(|path| root.join(path).exists())
        .count();
    if hidden > 0 {
        work.find(format!(
            "{} marked so that git does not see edits",
            plural(hidden as u64, "file")
        ));
    }
    // On a branch without commits there is no HEAD to ask about.
    let head = status.head.is_some().then_some("HEAD");
    unpublished(&repository, git_dir, head, cancel, work).await
}

/// Commits that no remote is known to have.
async fn unpublished(
    repository: &Repository<'_>,
    git_dir: &Path,
    head: Option<&str>,
    cancel: &Cancel,
    work: &mut Work,
) -> Result<(), GitError> {
    let with_head = |refs: &[&'static str]| -> Vec<_> {
        let refs = refs.iter().copied();
        head.into_iter().chain(refs).collect()
    };
    let tags = tags(repository, git_dir, &with_head(&["--tags"]), cancel).await?;
    let mut excluded = vec!["--remotes"];
    excluded.extend(tags.published.iter().map(ObjectId::as_str));
    // All refs: notes, and whatever else somebody keeps commits under. Stashes are told of.
    let refs = with_head(&["--exclude=refs/stash", "--all"]);
    let unpushed = repository.count_commits(&refs, &excluded, cancel).await?;
    if unpushed > 0 {
        work.find(format!("{} that no remote has", plural(unpushed, "commit")));
    }
    if tags.unpublished > 0 {
        let tags = plural(tags.unpublished, "tag");
        work.find(format!("{tags} that no remote is known to have"));
    }
    let kept = with_head(&["--all"]);
    let forgotten = repository
        .count_commits(&["--reflog"], &kept, cancel)
        .await?;
    if forgotten > 0 {
        work.find(format!(
            "{} that only the reflog knows",
            plural(forgotten, "commit")
        ));
    }
    Ok(())
}

/// A repository's tags.
#[derive(Default)]
struct Tags {
    /// Those that a remote has.
    published: Vec<ObjectId>,
    /// How many new ones no remote has, or can be asked for.
    unpublished: u64,
}

/// Asks the remotes, over the network, which tags they have, where that matters: when some tag
/// reaches commits that no remote branch does, or has come since the clone, which packs those that
/// it brings. Such a tag looks like one of the user's own.
async fn tags(
    repository: &Repository<'_>,
    git_dir: &Path,
    refs: &[&str],
    cancel: &Cancel,
) -> Result<Tags, GitError> {
    let off_branches = repository
        .count_commits(refs, &["--remotes"], cancel)
        .await?;
    let is_new = |name: &str| git_dir.join(name).is_file();
    let tags: HashSet<_> = repository.tags(cancel).await?.into_iter().collect();
    let new = tags.iter().filter(|(_, name)| is_new(name));
    let new: HashSet<_> = new.collect();
    if tags.is_empty() || (off_branches == 0 && new.is_empty()) {
        return Ok(Tags::default());
    }
    let config = view::settings(repository, git_dir, cancel).await?;
    let mut published = HashSet::new();
    for remote in config.remotes() {
        // A remote that cannot be asked has nothing, as far as we know.
        if let Ok(theirs) = repository.remote_tags(&remote.name, cancel).await {
            published.extend(theirs.into_iter().filter(|tag| tags.contains(tag)));
        }
    }
    let unpublished = new.iter().filter(|tag| !published.contains(**tag)).count();
    Ok(Tags {
        unpublished: unpublished as u64,
        published: published.into_iter().map(|(id, _)| id).collect(),
    })
}

fn plural(count: u64, what: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {what}{s}")
}
