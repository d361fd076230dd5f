//! Whether a directory is a repository of its own.
//!
//! `git -C child` where `child/.git` is missing, or is not what git calls a repository, acts on the
//! repository above: the worst thing that can happen to a tool of nested repositories. So this is
//! checked before any command on an existing pack.

use std::path::{Path, PathBuf};

use crate::git::file::{Found, look, read};
use crate::git::refs::parse_head;
use crate::sys::fs::FileError;

/// `HEAD` is one line.
const HEAD_LIMIT: u64 = 8 * 1024;
const GIT_FILE_LIMIT: u64 = 8 * 1024;

/// The `.git` directory of a repository of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitDir {
    path: PathBuf,
}

/// Why a directory is not a repository of its own.
#[derive(Debug, thiserror::Error)]
pub enum NotARepository {
    /// There is no `.git`, or the directory itself is not there.
    #[error("{} is not there", path.display())]
    Missing {
        /// The `.git` that was looked for.
        path: PathBuf,
    },
    /// `.git` is a symbolic link: the repository is somewhere else.
    #[error("{} is a symbolic link", path.display())]
    Link {
        /// The link.
        path: PathBuf,
    },
    /// `.git` is a file, as in a submodule or a linked worktree.
    #[error("{} is a file: this is a submodule or a linked worktree of another repository", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The git directory that the file names, as written; `None` where it names none.
        target: Option<String>,
    },
    /// `.git` is there and git would not take it for a repository.
    #[error("{} is not a working repository: {reason}", path.display())]
    Broken {
        /// The `.git`.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// It could not be looked at.
    #[error(transparent)]
    Unreadable(#[from] FileError),
}

impl GitDir {
    /// The `.git` directory.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Finds the repository that is `pack_root`'s own: `.git` is a directory, not a link, and holds
/// what git itself asks for (`HEAD`, `objects`, `refs`).
pub fn own_git_dir(pack_root: &Path) -> Result<GitDir, NotARepository> {
    let path = pack_root.join(".git");
    match look(&path, GIT_FILE_LIMIT)? {
        Found::Directory => {}
        Found::Missing => return Err(NotARepository::Missing { path }),
        Found::Link => return Err(NotARepository::Link { path }),
        Found::File(content) => {
            let target = content
                .strip_prefix(b"gitdir:")
                .map(|target| String::from_utf8_lossy(target.trim_ascii()).into_owned());
            return Err(NotARepository::File { path, target });
        }
        Found::Special => {
            let reason = "it is neither a directory nor a file";
            return Err(NotARepository::Broken { path, reason });
        }
    }
    match fault(&path)? {
        Some(reason) => Err(NotARepository::Broken { path, reason }),
        None => Ok(GitDir { path }),
    }
}

/// What keeps git from taking this directory for a repository.
fn fault(git_dir: &Path) -> Result<Option<&'static str>, FileError> {
    match read(&git_dir.join("HEAD"), HEAD_LIMIT)? {
        Found::File(text) if text.trim_ascii().is_empty() => return Ok(Some("HEAD is empty")),
        Found::File(text) if parse_head(&text).is_none() => {
            return Ok(Some("HEAD names neither a branch nor a commit"));
        }
        Found::File(_) => {}
        // How git once wrote HEAD, and still reads it.
        Found::Link => match std::fs::read_link(git_dir.join("HEAD")) {
            Ok(target) if target.starts_with("refs") => {}
            _ => return Ok(Some("HEAD is a link that leads out of refs")),
        },
        Found::Missing => return Ok(Some("HEAD is missing")),
        Found::Directory | Found::Special => return Ok(Some("HEAD is not a file")),
    }
    if !matches!(
        look(&git_dir.join("commondir"), GIT_FILE_LIMIT)?,
        Found::Missing
    ) {
        return Ok(Some("it belongs to another repository (commondir)"));
    }
    if !git_dir.join("objects").is_dir() {
        return Ok(Some("the directory objects is missing"));
    }
    if !git_dir.join("refs").is_dir() {
        return Ok(Some("the directory refs is missing"));
    }
    Ok(None)
}
