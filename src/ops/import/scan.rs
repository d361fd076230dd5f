//! Repositories on the disk: those in the workspace that nothing declares, and those of which a file
//! says only where they lie.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use crate::{
    engine::{session::Session, tree},
    git::run::GitError,
    model::{
        foreign::{Found, OnDisk, Place, Repository},
        path::PackPath,
    },
    ops::{books::Books, error::OpError},
    sys::fs,
};

use super::checkout::{self, Unusable};

/// Finds the repositories below the workspace that nothing declares. The inside of repositories is
/// theirs, and directories that begin with a dot are left alone.
pub(super) async fn scan(
    session: &Session,
    depth: Option<usize>,
    books: &Books,
    found: &mut Found,
) -> Result<(), OpError> {
    let root = session.workspace.root();
    let declared = declared(session, books, found);
    let mut open = vec![(root.to_owned(), 0)];
    let mut repositories = Vec::new();
    while let Some((directory, level)) = open.pop() {
        if session.cancel.is_stopped() {
            return Err(GitError::Cancelled.into());
        }
        for path in directories(&directory) {
            if declared.contains(&path) {
                continue;
            }
            if path.join(".git").symlink_metadata().is_ok() {
                repositories.push(path);
            } else if depth.is_none_or(|depth| level + 1 < depth) {
                open.push((path, level + 1));
            }
        }
    }
    repositories.sort();
    for path in repositories {
        let inside = path.strip_prefix(root).unwrap_or(&path);
        let name = inside
            .to_string_lossy()
            .replace(std::path::MAIN_SEPARATOR, "/");
        let place = Place {
            file: name.clone(),
            line: 0,
        };
        take(session, &path, &name, place, found).await?;
    }
    Ok(())
}

fn declared(session: &Session, books: &Books, found: &Found) -> HashSet<PathBuf> {
    let root = session.workspace.root();
    let nodes = tree::on_disk(session, books.roots.clone());
    let nodes = nodes.iter().flatten().map(|node| node.path.under(root));
    let named = found.repositories.iter().map(|own| own.path.under(root));
    nodes.chain(named).collect()
}

/// The directories in a directory; what cannot be listed has none.
fn directories(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return Vec::new();
    };
    entries
        .flatten()
        .filter(|entry| {
            let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
            is_directory && !entry.file_name().as_encoded_bytes().starts_with(b".")
        })
        .map(|entry| entry.path())
        .collect()
}

/// Looks at the repositories of which a file says only where they lie.
pub(super) async fn resolve(session: &Session, found: &mut Found) -> Result<(), OpError> {
    let root = session.workspace.root();
    for OnDisk { directory, place } in std::mem::take(&mut found.on_disk) {
        let path = Path::new(&directory);
        if !path.is_absolute() {
            found.fail(&directory, &place, "its path is not absolute");
            continue;
        }
        let Ok(real) = fs::canonicalize(path) else {
            found.fail(&directory, &place, "it is not there");
            continue;
        };
        match real.strip_prefix(root) {
            Err(_) => found.fail(&directory, &place, "it lies outside of the workspace"),
            Ok(inside) if inside.as_os_str().is_empty() => {
                found.skip(&directory, &place, "it is the workspace itself");
            }
            Ok(inside) => {
                let name = inside
                    .to_string_lossy()
                    .replace(std::path::MAIN_SEPARATOR, "/");
                take(session, &real, &name, place, found).await?;
            }
        }
    }
    Ok(())
}

async fn take(
    session: &Session,
    directory: &Path,
    name: &str,
    place: Place,
    found: &mut Found,
) -> Result<(), OpError> {
    let path = match PackPath::parse(name) {
        Ok(path) => path,
        Err(error) => {
            found.fail(name, &place, error.to_string());
            return Ok(());
        }
    };
    match checkout::look(session, directory).await? {
        Ok(checkout) => found.repositories.push(Repository {
            path,
            url: checkout.url,
            reference: checkout.reference,
            place,
        }),
        Err(Unusable::Skipped(reason)) => found.skip(name, &place, reason),
        Err(Unusable::Failed(error)) => found.fail(name, &place, error),
    }
    Ok(())
}
