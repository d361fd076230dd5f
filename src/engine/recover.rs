//! What an interrupted run has left: looked at before the next one begins, under the workspace
//! lock, so that whoever left it is gone.

pub(super) mod half_cloned;
mod moves;

use std::path::Path;

use super::session::Session;
use crate::{
    git::run::{Git, GitError},
    store::{journal::Journal, layout},
    sys::{
        fs,
        lock::{self, Holder, LockError},
    },
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
        let check = half_cloned::check(session, git, &unfinished.path, &root);
        let is_checked = holding(session, &root, check).await.transpose()?.is_some();
        if is_cleared && is_checked {
            // Should this fail, the next run looks once more, and that is all.
            drop(journal.end_clone(&unfinished.temporary));
        }
    }
    moves::recover(session, git, journal).await
}

/// Does `work` under the lock of the pack at `root`, which a run in another workspace may hold; then
/// it is `None`, and whoever holds it is told by git what is the matter. A lock that cannot be opened
/// comes to the same, and is warned of.
async fn holding<T>(session: &Session, root: &Path, work: impl Future<Output = T>) -> Option<T> {
    let Some(lock) = layout::pack_lock(root) else {
        return Some(work.await);
    };
    let holder = Holder::this_process("recover", session.clock.now_text());
    match lock::try_hold(&lock, &holder, work).await {
        Ok(result) => Some(result),
        Err(LockError::Held { .. }) => None,
        Err(error) => {
            session.warn(&format!(
                "what an interrupted run has left stays unchecked: {error}"
            ));
            None
        }
    }
}

/// Returns whether nothing is left of it.
fn clear(session: &Session, temporary: &Path) -> bool {
    let removed = fs::remove_tree(temporary);
    if let Err(error) = &removed {
        session.warn(&format!("a leftover of an interrupted run stays: {error}"));
    }
    removed.is_ok()
}
