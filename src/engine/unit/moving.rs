//! A move of a checkout, announced before git begins and ticked off when it is made.

use super::{Stop, UnitContext};
use crate::{
    engine::{node::Node, outcome::PackFailure},
    git::{failure::FailureClass, refs::ObjectId, run::GitError},
    store::StoreError,
};

/// Lets `git` move the checkout from the commit `from` (none: nothing is checked out) to `to`. A git that was killed, or found the disk full, leaves the
/// move in the journal: the next run takes back what it has half written.
pub(super) async fn moving(
    cx: &UnitContext,
    node: &Node,
    from: Option<&ObjectId>,
    to: &ObjectId,
    git: impl Future<Output = Result<(), GitError>>,
) -> Result<Result<(), GitError>, Stop> {
    let id = node.path.as_str();
    cx.journal
        .begin_move(id, &node.path, from.map(ObjectId::as_str), to.as_str())
        .map_err(unrecorded)?;
    let result = git.await;
    let is_settled = match &result {
        Ok(()) => true,
        // It looked, and refused before it had changed anything.
        Err(GitError::Failed(failure)) => matches!(
            failure.class,
            FailureClass::Dirty | FailureClass::Diverged | FailureClass::Busy
        ),
        Err(_) => false,
    };
    if is_settled {
        cx.journal.end_move(id).map_err(unrecorded)?;
    }
    Ok(result)
}

fn unrecorded(error: StoreError) -> PackFailure {
    PackFailure::new(FailureClass::Disk, error.to_string())
}
