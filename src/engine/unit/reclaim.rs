//! `sync --force` on a pack that is broken: what lies there goes to the trash, whole, and the
//! pack is cloned again; when that fails it comes back. Nothing is deleted.

use std::path::Path;

use super::{Stop, UnitContext, clone};
use crate::{
    engine::{
        decide::Wanted,
        node::Node,
        outcome::{PackFailure, PackOutcome},
    },
    git::{failure::FailureClass, run::GitError},
    store::trash,
    sys::fs,
};

/// Reclaims the pack if git finds its objects missing or broken; otherwise the failure stands.
pub(super) async fn if_broken(
    cx: &UnitContext,
    node: &Node,
    root: &Path,
    wanted: &Wanted,
    failure: PackFailure,
) -> Result<PackOutcome, Stop> {
    match cx
        .git
        .repository(root)
        .check_connectivity(cx.cancel())
        .await
    {
        Ok(()) => Err(failure.into()),
        Err(GitError::Failed(broken)) => reclaim(cx, node, root, wanted, &broken.essence).await,
        Err(error) => Err(error.into()),
    }
}

/// Moves what lies at `root` to the trash and clones.
pub(super) async fn reclaim(
    cx: &UnitContext,
    node: &Node,
    root: &Path,
    wanted: &Wanted,
    reason: &str,
) -> Result<PackOutcome, Stop> {
    let session = &cx.session;
    let kept = trash::move_to_trash(&session.workspace, root, &node.path, session.clock.now())
        .map_err(|error| PackFailure::new(FailureClass::Disk, error.to_string()))?;
    let outcome = match clone::clone(cx, node, root, wanted).await {
        Ok(outcome) => outcome,
        Err(stop) => {
            let trash = session.workspace.trash();
            return Err(put_back(&trash, &kept, root, stop));
        }
    };
    let message = format!(
        "was broken ({reason}); what was there is kept in {}",
        kept.display()
    );
    Ok(PackOutcome {
        message: Some(message),
        ..outcome
    })
}

/// Puts back what was there before a clone that failed, and says where it is when that fails too.
fn put_back(trash: &Path, kept: &Path, root: &Path, stop: Stop) -> Stop {
    let Err(error) = fs::rename_noreplace(kept, root) else {
        let mut bin: Vec<_> = kept
            .ancestors()
            .skip(1)
            .take_while(|directory| directory.starts_with(trash))
            .map(Path::to_owned)
            .collect();
        bin.reverse();
        fs::remove_empty(&bin);
        return stop;
    };
    match stop {
        Stop::Failed(failure) => Stop::Failed(PackFailure {
            message: format!(
                "{}; what was there is kept in {}: {error}",
                failure.message,
                kept.display()
            ),
            ..failure
        }),
        stop @ (Stop::Deferred(_) | Stop::Cancelled) => stop,
    }
}
