//! What a person has begun in a checkout and not finished.

use std::path::Path;

use serde::Serialize;

use crate::git::file::{Found, look};

const TODO_LIMIT: u64 = 4 * 1024 * 1024;

/// A git command that stopped half-way and waits for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// `git merge` (or `git pull`).
    Merge,
    /// `git rebase`.
    Rebase,
    /// `git cherry-pick`.
    CherryPick,
    /// `git revert`.
    Revert,
    /// `git bisect`.
    Bisect,
    /// `git am`.
    Am,
}

impl Operation {
    /// What to call it: `merge`, `cherry-pick`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Merge => "merge",
            Self::Rebase => "rebase",
            Self::CherryPick => "cherry-pick",
            Self::Revert => "revert",
            Self::Bisect => "bisect",
            Self::Am => "am",
        }
    }

    /// The command that gives it up.
    #[must_use]
    pub const fn abort_command(self) -> &'static str {
        match self {
            Self::Merge => "git merge --abort",
            Self::Rebase => "git rebase --abort",
            Self::CherryPick => "git cherry-pick --abort",
            Self::Revert => "git revert --abort",
            Self::Bisect => "git bisect reset",
            Self::Am => "git am --abort",
        }
    }

    /// The command that goes on with it; a bisection goes on by judging commits.
    #[must_use]
    pub const fn continue_command(self) -> Option<&'static str> {
        match self {
            Self::Merge => Some("git merge --continue"),
            Self::Rebase => Some("git rebase --continue"),
            Self::CherryPick => Some("git cherry-pick --continue"),
            Self::Revert => Some("git revert --continue"),
            Self::Bisect => None,
            Self::Am => Some("git am --continue"),
        }
    }
}

/// What is under way, from the files that `git status` goes by too. A rebase comes first: it
/// stops in merges and picks of its own, which only it can continue. A bisection comes last. (With reftable, a pick or revert of one commit is not
/// a file, and is not seen here: its conflict is in the status.)
#[must_use]
pub fn operation(git_dir: &Path) -> Option<Operation> {
    let has = |name: &str| git_dir.join(name).symlink_metadata().is_ok();
    if has("rebase-apply") {
        return Some(if has("rebase-apply/applying") {
            Operation::Am
        } else {
            Operation::Rebase
        });
    }
    if has("rebase-merge") {
        return Some(Operation::Rebase);
    }
    if has("MERGE_HEAD") {
        return Some(Operation::Merge);
    }
    if has("CHERRY_PICK_HEAD") {
        return Some(Operation::CherryPick);
    }
    if has("REVERT_HEAD") {
        return Some(Operation::Revert);
    }
    sequence(git_dir).or_else(|| has("BISECT_LOG").then_some(Operation::Bisect))
}

/// Between two commits of a series there is no `..._HEAD`, only the list of what remains.
fn sequence(git_dir: &Path) -> Option<Operation> {
    let Ok(Found::File(todo)) = look(&git_dir.join("sequencer/todo"), TODO_LIMIT) else {
        return None;
    };
    let first = todo
        .split(u8::is_ascii_whitespace)
        .find(|word| !word.is_empty())?;
    match first {
        b"pick" | b"p" => Some(Operation::CherryPick),
        b"revert" => Some(Operation::Revert),
        _ => None,
    }
}
