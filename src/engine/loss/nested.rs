//! Repositories inside a pack that are none of its child packs.

use std::{
    collections::HashSet,
    io,
    path::{Path, PathBuf},
};

use crate::sys::fs::FileError;

/// Finds the repositories below `root`, whose own `.git` is `git_dir`, that are none of
/// `children`: clones, worktrees, submodules (those too whose work trees are gone), and bare ones.
/// Links are not followed.
///
/// # Errors
/// Fails when a directory cannot be read: what is in it, nobody knows.
pub(super) fn repositories(
    root: &Path,
    git_dir: &Path,
    children: &HashSet<PathBuf>,
) -> Result<Vec<PathBuf>, FileError> {
    let mut found = Vec::new();
    let mut open = vec![root.to_owned(), git_dir.join("modules")];
    while let Some(directory) = open.pop() {
        let mut below = Vec::new();
        let mut names = HashSet::new();
        for (name, is_directory) in entries(&directory)? {
            let path = directory.join(&name);
            if name == ".git" {
                // The pack's own, or a repository (or a worktree, or a submodule) below it.
                if directory != root {
                    found.push(directory.clone());
                }
            } else if is_directory && !children.contains(&path) {
                below.push(path);
            }
            names.insert(name);
        }
        let is_bare = ["HEAD", "objects", "refs"]
            .iter()
            .all(|name| names.contains(std::ffi::OsStr::new(name)));
        if is_bare {
            found.push(directory);
        } else {
            open.extend(below);
        }
    }
    found.sort();
    Ok(found)
}

/// The names in a directory, and whether each is a directory; nothing where none is.
fn entries(directory: &Path) -> Result<Vec<(std::ffi::OsString, bool)>, FileError> {
    let entries = match std::fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries.map_err(FileError::when("read", directory))?,
    };
    entries
        .map(|entry| {
            let entry = entry.map_err(FileError::when("read", directory))?;
            let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
            Ok((entry.file_name(), is_directory))
        })
        .collect()
}
