//! A clone that an interrupted run had put in place: believed only when it is whole.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::moves::take_back;
use crate::{
    engine::session::Session,
    git::{
        checkout,
        run::{Git, GitError},
        view::View,
    },
    model::path::PackPath,
    store::{journal::UnfinishedMove, origin, trash},
};

/// Looks at the clone at `root`. Files that were half written are written again; a clone of which
/// more is missing goes to the trash, and is cloned again.
///
/// # Errors
/// Fails when git cannot be started.
pub(in crate::engine) async fn check(
    session: &Session,
    git: &Git,
    path: &PackPath,
    root: &Path,
) -> Result<(), GitError> {
    // What came from elsewhere than git cannot be checked, and git has no business in it.
    if !root.join(".git").is_dir() || origin::read(root).is_some() {
        return Ok(());
    }
    let repository = git.repository(root);
    let whole = async {
        repository.check_connectivity(&session.cancel).await?;
        let indexes = pack_indexes(&root.join(".git/objects/pack"));
        repository.verify_packs(&indexes, &session.cancel).await
    };
    match whole.await {
        Ok(()) => {}
        Err(GitError::Failed(_)) => {
            put_away(session, path, root);
            return Ok(());
        }
        Err(error) => return Err(error),
    }
    let Ok(git_dir) = checkout::own_git_dir(root) else {
        return Ok(());
    };
    let is_empty = |name: &str| {
        let metadata = git_dir.path().join(name).metadata();
        metadata.is_ok_and(|metadata| metadata.len() == 0)
    };
    if is_empty("index") || is_empty("config") {
        put_away(session, path, root);
        return Ok(());
    }
    let view = View::of(&repository, git_dir.path(), &session.cancel).await;
    let Some(head) = view.ok().and_then(|view| view.head_commit().ok().flatten()) else {
        return Ok(());
    };
    let unfinished = UnfinishedMove {
        id: path.to_string(),
        path: path.clone(),
        from: None,
        to: head.to_string(),
        is_made: false,
    };
    take_back(session, git, &unfinished, root).await.map(drop)
}

/// The indexes of the packs in a directory.
fn pack_indexes(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    paths
        .filter(|path| path.extension().is_some_and(|end| end == "idx"))
        .collect()
}

fn put_away(session: &Session, path: &PackPath, root: &Path) {
    let text = match trash::move_to_trash(&session.workspace, root, path, session.clock.now()) {
        Ok(kept) => format!(
            "`{path}` was left unfinished by an interrupted run; it is kept in {}",
            kept.display()
        ),
        Err(error) => format!("`{path}` was left unfinished by an interrupted run: {error}"),
    };
    session.warn(&text);
}
