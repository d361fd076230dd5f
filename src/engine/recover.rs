//! What an interrupted run has left: looked at before the next one begins, under the workspace
//! lock, so that whoever left it is gone.

mod moves;

use std::path::Path;

use super::session::Session;
use crate::{
    git::run::{Git, GitError},
    model::path::PackPath,
    store::{
        journal::{Journal, UnfinishedClone},
        origin, trash,
    },
    sys::fs,
};

/// Clears clones that were never finished, and checks those that were put in place by a run
/// that did not end well: what is not whole goes to the trash, and is cloned again. Takes back what
/// a killed git has half written into a work tree.
///
/// # Errors
/// Fails when git cannot be started.
pub async fn recover(session: &Session, git: &Git, journal: &Journal) -> Result<(), GitError> {
    for unfinished in journal.unfinished() {
        let Ok(root) = session.workspace.pack_root(&unfinished.path) else {
            continue;
        };
        let parent = root.parent().unwrap_or(&root);
        let is_cleared = clear(session, &parent.join(&unfinished.temporary));
        moves::fill(session, git, &unfinished, &root).await?;
        check(session, git, &unfinished, &root).await?;
        if is_cleared {
            // Should this fail, the next run looks once more, and that is all.
            drop(journal.end_clone(&unfinished.temporary));
        }
    }
    moves::recover(session, git, journal).await
}

/// Returns whether nothing is left of it.
fn clear(session: &Session, temporary: &Path) -> bool {
    let removed = fs::remove_tree(temporary);
    if let Err(error) = &removed {
        session.warn(&format!("a leftover of an interrupted run stays: {error}"));
    }
    removed.is_ok()
}

async fn check(
    session: &Session,
    git: &Git,
    unfinished: &UnfinishedClone,
    root: &Path,
) -> Result<(), GitError> {
    // What came from elsewhere than git cannot be checked, and git has no business in it.
    if !root.join(".git").is_dir() || origin::read(root).is_some() {
        return Ok(());
    }
    match git
        .repository(root)
        .check_connectivity(&session.cancel)
        .await
    {
        Ok(()) => {}
        Err(GitError::Failed(_)) => put_away(session, &unfinished.path, root),
        Err(error) => return Err(error),
    }
    Ok(())
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
