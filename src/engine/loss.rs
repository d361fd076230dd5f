//! Is there work to lose? Asked before a pack is moved away. Any answer, and any error while
//! asking, means yes.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use crate::{
    git::{
        checkout::{self, NotARepository},
        refs::ObjectId,
        repository::{Repository, Untracked},
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
    for nested in nested_repositories(root, children) {
        work.find(format!(
            "a repository of its own is in {}",
            nested.display()
        ));
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
    let status = repository
        .status(Untracked::EverythingAndIgnored, cancel)
        .await?;
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
    if status.head.is_some() {
        unpublished(&repository, git_dir, cancel, work).await?;
    }
    Ok(())
}

/// Commits that no remote is known to have.
async fn unpublished(
    repository: &Repository<'_>,
    git_dir: &Path,
    cancel: &Cancel,
    work: &mut Work,
) -> Result<(), GitError> {
    let published = published_tags(repository, git_dir, cancel).await?;
    let mut excluded = vec!["--remotes"];
    excluded.extend(published.iter().map(ObjectId::as_str));
    let unpushed = repository
        .count_commits(&["HEAD", "--branches", "--tags"], &excluded, cancel)
        .await?;
    if unpushed > 0 {
        work.find(format!("{} that no remote has", plural(unpushed, "commit")));
    }
    let kept = ["HEAD", "--all"];
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

/// Tags that a remote has. They are only asked for, over the network, when some tag reaches
/// commits that no remote branch does: a tag off the branches looks like work of one's own.
async fn published_tags(
    repository: &Repository<'_>,
    git_dir: &Path,
    cancel: &Cancel,
) -> Result<Vec<ObjectId>, GitError> {
    let off_branches = repository
        .count_commits(&["HEAD", "--tags"], &["--remotes"], cancel)
        .await?;
    if off_branches == 0 {
        return Ok(Vec::new());
    }
    let tags: HashSet<_> = repository.tags(cancel).await?.into_iter().collect();
    if tags.is_empty() {
        return Ok(Vec::new());
    }
    let config = view::settings(repository, git_dir, cancel).await?;
    let mut published = Vec::new();
    for remote in config.remotes() {
        // A remote that cannot be asked has nothing, as far as we know.
        if let Ok(theirs) = repository.remote_tags(&remote.name, cancel).await {
            published.extend(
                theirs
                    .into_iter()
                    .filter(|tag| tags.contains(tag))
                    .map(|(id, _)| id),
            );
        }
    }
    Ok(published)
}

fn plural(count: u64, what: &str) -> String {
    let s = if count == 1 { "" } else { "s" };
    format!("{count} {what}{s}")
}

/// Repositories below `root` that are none of `children`. Links are not followed.
fn nested_repositories(root: &Path, children: &HashSet<PathBuf>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(directory) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&directory) else {
            continue;
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if entry.file_name() == ".git" {
                // The pack's own, or a repository (or a worktree, or a submodule) below it.
                if directory != root {
                    found.push(directory.clone());
                }
            } else if is_directory && !children.contains(&path) {
                open.push(path);
            }
        }
    }
    found.sort();
    found
}
