//! The workspace's books at the beginning of a verb: manifest, lockfile, and the packs that have
//! no parent among the packs.

use crate::{
    engine::{
        event::Event,
        node::Node,
        outcome::PackOutcome,
        session::Session,
        tree,
    },
    model::{
        block,
        lock::Lockfile,
        manifest::Manifest,
        path::{self, PackPath},
    },
    store::{blocks, lockfile, manifest},
};

use super::error::{ErrorKind, OpError};

/// What the books say.
pub(super) struct Books {
    pub(super) manifest: Manifest,
    pub(super) lockfile: Lockfile,
    pub(super) roots: Vec<Result<Node, PackOutcome>>,
}

/// Reads the books. What in them does not stop a verb is said as a warning.
pub(super) fn read(session: &Session) -> Result<Books, OpError> {
    let warn = |text: &str| session.observer.observe(Event::Warning(text));
    let file = manifest::read(&session.workspace)?;
    for warning in file.warnings() {
        warn(&warning);
    }
    let locked = lockfile::read(&session.workspace)?;
    for warning in locked.warnings() {
        warn(&warning);
    }
    check_places(&file.manifest)?;
    let roots = tree::roots(&session.workspace, &session.vocabulary, &file.manifest)?;
    Ok(Books { manifest: file.manifest, lockfile: locked.lockfile, roots })
}

fn check_places(manifest: &Manifest) -> Result<(), OpError> {
    match path::conflict(manifest.packs.values().map(|declaration| &declaration.path)) {
        None => Ok(()),
        Some(conflict) => Err(OpError::new(ErrorKind::Books, format!("in the manifest, {conflict}"))
            .with_hint("remove one of the two with `grex rm --keep-files`")),
    }
}

/// Makes `.gitignore` hide exactly the packs that have no parent among the packs.
pub(super) fn hide_packs<'a>(
    session: &Session,
    packs: impl IntoIterator<Item = &'a PackPath>,
) -> Result<bool, OpError> {
    let mut lines: Vec<String> = packs.into_iter().map(block::ignore_line).collect();
    lines.push(String::from(blocks::TEMPORARY_CLONES));
    Ok(blocks::ensure(&session.workspace.gitignore(), &lines)?)
}

/// The places of the packs among `roots`.
pub(super) fn places(roots: &[Result<Node, PackOutcome>]) -> impl Iterator<Item = &PackPath> {
    roots.iter().map(|root| match root {
        Ok(node) => &node.path,
        Err(outcome) => &outcome.path,
    })
}
