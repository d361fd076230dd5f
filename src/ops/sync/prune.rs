//! Takes out a pack that nothing declares any more.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use crate::{
    engine::{
        loss,
        node::{Node, Root},
        outcome::{Change, PackFailure, PackOutcome, Verdict},
        session::Session,
    },
    git::failure::FailureClass,
    model::{lock::LockEntry, manifest::Declaration, path::PackPath, url::PackUrl},
    ops::error::OpError,
    store::trash,
};

/// A pack that the lockfile knows as one to be looked at; `None` when its entry makes no sense.
pub(super) fn node_of(entry: &LockEntry) -> Option<Node> {
    let declaration = Declaration {
        id: entry.id.clone(),
        url: PackUrl::parse(&entry.url).ok()?,
        path: PackPath::parse(&entry.path).ok()?,
        pack_type: entry.pack_type.clone(),
        reference: entry.reference.clone(),
        extra: serde_json::Map::new(),
    };
    Root::new(None, PackUrl::local(Path::new("/")))
        .registered(&declaration)
        .ok()
}

/// What would be lost with `node`, which is at `root`. `others` are asked about on their own.
pub(super) async fn work_to_lose(
    session: &Session,
    node: &Node,
    root: &Path,
    others: &HashSet<PathBuf>,
) -> Result<Vec<String>, OpError> {
    if !session.registry.is_git(&node.url) {
        return Ok(loss::work_beyond_git(root).to_lose);
    }
    let git = session.git().await?;
    let work = loss::work_to_lose(git, root, others, &session.cancel).await;
    Ok(work.to_lose)
}

/// The outcome of a pack that nothing declares and that has work to lose.
pub(super) fn refuse_to_prune(node: &Node, work: &[String]) -> PackOutcome {
    let failure = PackFailure::new(
        FailureClass::Dirty,
        format!(
            "nothing declares it any more, but there is work to lose: {}",
            work.join("; ")
        ),
    )
    .with_hint("push or commit it, or move the directory away yourself")
    .as_refusal();
    PackOutcome::failed(&node.path, &node.url, failure)
}

/// Moves a pack that nothing declares, and that has no work to lose, to the trash.
pub(super) fn prune(session: &Session, node: &Node, root: &Path) -> Result<PackOutcome, OpError> {
    let kept = trash::move_to_trash(&session.workspace, root, &node.path, session.clock.now())?;
    Ok(PackOutcome {
        change: Change::Removed,
        message: Some(format!(
            "nothing declares it any more; moved to {}",
            kept.display()
        )),
        ..PackOutcome::unchanged(&node.path, &node.url, Verdict::Ok)
    })
}
