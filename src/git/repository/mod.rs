//! The commands on a repository that is there: fetch, move, ask. One function each.

mod half_made;
mod moves;
mod queries;
mod records;

use std::path::Path;

pub use half_made::Changed;

use super::{
    command::{GitCommand, Nature},
    run::Git,
};

/// A repository with a work tree, at its root. That its `.git` is its own was checked by whoever
/// made this (`git::checkout::own_git_dir`).
#[derive(Clone, Copy)]
pub struct Repository<'a> {
    git: &'a Git,
    root: &'a Path,
}

/// One `git fetch`.
#[derive(Debug, Clone, Copy)]
pub struct FetchRequest<'a> {
    /// The remote's name.
    pub remote: &'a str,
    /// The refspecs to use instead of the configured ones; none: the configured ones.
    pub refspecs: &'a [String],
    /// The remote is a path or a `file` URL: nothing can ask.
    pub is_local: bool,
    /// See [`super::clone::CloneRequest::from_user`].
    pub from_user: bool,
}

/// How far `status` looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// As git does by itself: untracked files as the user has it set, where directories stand for
    /// what is in them.
    Usual,
    /// Wherever work can be: each untracked file, the ignored ones too, and the stash.
    AllWork,
}

impl Git {
    /// The repository whose work tree is `root`.
    pub fn repository<'a>(&'a self, root: &'a Path) -> Repository<'a> {
        Repository { git: self, root }
    }
}

impl Repository<'_> {
    /// The root of the work tree.
    pub fn root(&self) -> &Path {
        self.root
    }

    fn command(&self, subcommand: &'static str, nature: Nature) -> GitCommand {
        GitCommand::new(self.git, self.root, subcommand, nature)
    }
}
