//! Puts a pack into the manifest and on disk, or neither.

use std::{path::Path, sync::Arc};

use super::Registered;
use crate::{
    engine::{
        node::Node,
        outcome::{Change, PackOutcome, Verdict},
        select::Selection,
        session::Session,
        sync_options::SyncOptions,
        tree,
    },
    model::{
        event::{Event as ManifestEvent, Patch},
        manifest::Declaration,
        path,
    },
    ops::{
        books::{self, Books},
        error::{ErrorKind, OpError},
        run::{self, Run},
    },
    store::{lockfile::LockfileWriter, trash},
};

/// A pack that is registered and there.
pub(super) struct Added {
    pub(super) declaration: Declaration,
    pub(super) registered: Registered,
    pub(super) own: PackOutcome,
    pub(super) children: Vec<PackOutcome>,
}

/// Clones the pack, or finds it there, and registers it.
pub(super) async fn register(
    session: &Arc<Session>,
    declaration: Declaration,
) -> Result<Added, OpError> {
    let books = books::read(session)?;
    let mut node = node_for(session, &books, &declaration)?;
    let live = books
        .manifest
        .packs
        .values()
        .find(|live| live.path == declaration.path);
    let unchanged = live.is_some_and(|live| {
        declaration.reference.is_none() || live.reference == declaration.reference
    });
    let mut writer = LockfileWriter::holding_back(&session.workspace, books.lockfile.clone());
    if let Some(live) = live.filter(|_| unchanged) {
        node.reference = live.reference.clone();
        // The same repository may have been typed in another form; the books keep theirs.
        node.declared = live.url.clone();
    }
    let run = Run {
        verb: "add",
        roots: vec![Ok(node)],
        lockfile: books.lockfile.clone(),
        options: SyncOptions::default(),
        selection: Selection::default(),
    };
    let mut outcomes = run::run(session, run, &mut writer).await?;
    let place = outcomes
        .iter()
        .position(|outcome| outcome.path == declaration.path);
    let own = place
        .map(|place| outcomes.remove(place))
        .ok_or_else(|| run::cancelled(&outcomes))?;
    if own.verdict != Verdict::Ok {
        return Err(give_up(session, own, live.is_none()));
    }
    let entry_type = own.entry.as_ref().map(|entry| entry.pack_type.clone());
    let declaration = Declaration {
        pack_type: entry_type.unwrap_or(declaration.pack_type),
        ..declaration
    };
    let now = session.clock.now_text();
    let event = match live {
        _ if unchanged => None,
        // What other writers have put into the declaration stays.
        Some(live) => {
            let patch = Patch::default().reference(declaration.reference.as_ref());
            Some(ManifestEvent::update(&now, &live.id, patch))
        }
        None => Some(ManifestEvent::add(&now, &declaration)),
    };
    declare(session, &books, &declaration, event).await?;
    writer.finish()?;
    let registered = match own.change {
        _ if unchanged => Registered::Already,
        Change::Cloned => Registered::Cloned,
        _ => Registered::Adopted,
    };
    Ok(Added {
        declaration,
        registered,
        own,
        children: outcomes,
    })
}

/// Hides the pack from the workspace's repository, and writes into the manifest what is news.
async fn declare(
    session: &Session,
    books: &Books,
    declaration: &Declaration,
    event: Option<ManifestEvent<'_>>,
) -> Result<(), OpError> {
    let hidden: Vec<_> = books::places(&books.roots)
        .chain([&declaration.path])
        .collect();
    books::hide_packs(session, hidden)?;
    books::append(session, "add", event.as_slice()).await
}

/// Checks that the declaration fits beside what is registered.
pub(super) fn node_for(
    session: &Session,
    books: &Books,
    declaration: &Declaration,
) -> Result<Node, OpError> {
    let usage = |message: String| OpError::new(ErrorKind::Usage, message).about(&declaration.path);
    let root = tree::root_of(&session.workspace);
    let registered = |declaration: &Declaration| {
        root.registered(declaration).map_err(|outcome| {
            let message = outcome
                .failure
                .map(|failure| failure.message)
                .unwrap_or_default();
            usage(message)
        })
    };
    let node = registered(declaration)?;
    if let Some(live) = books
        .manifest
        .packs
        .values()
        .find(|live| live.path == declaration.path)
    {
        if registered(live)?.url.identity() != node.url.identity() {
            return Err(usage(format!(
                "`{}` is registered already, from {}",
                live.path, live.url
            ))
            .with_hint(format!(
                "choose another path, or `grex rm {}` first",
                live.path
            )));
        }
        return Ok(node);
    }
    let paths = books::places(&books.roots).chain([&declaration.path]);
    match path::conflict(paths) {
        None => Ok(node),
        Some(conflict) => Err(usage(conflict.to_string()).with_hint("choose another path")),
    }
}

/// Takes back what a failed `add` has put on disk.
fn give_up(session: &Session, outcome: PackOutcome, is_new: bool) -> OpError {
    let path = outcome.path.clone();
    let url = outcome.url.clone();
    let is_gone = outcome.change == Change::Cloned;
    if outcome.change == Change::Cloned
        && let Ok(root) = session.workspace.pack_root(&path)
        && let Err(error) =
            trash::move_to_trash(&session.workspace, &root, &path, session.clock.now())
    {
        return OpError::from(error).about(path);
    }
    match outcome.failure {
        Some(failure) => {
            let root = session.workspace.pack_root(&path).ok();
            let root = root.filter(|_| is_gone);
            let error = OpError::of_pack(path, failure);
            in_the_repository(error, root.as_deref(), url.as_str(), is_new)
        }
        None => run::cancelled(&[]),
    }
}

/// Says of an error in a pack's file where it is to be corrected. The clone at `root` is gone.
fn in_the_repository(mut error: OpError, root: Option<&Path>, url: &str, is_new: bool) -> OpError {
    let Some(place) = error.place.take() else {
        return error;
    };
    let nothing = if is_new {
        "nothing was registered; "
    } else {
        ""
    };
    let Some(root) = root else {
        error.hint = Some(format!("{nothing}correct the file and add it again"));
        error.place = Some(place);
        return error;
    };
    let place = place.seen_from(&root.display().to_string());
    let at = match (place.line, place.column) {
        (Some(line), Some(column)) => format!("{}:{line}:{column}", place.file),
        _ => place.file.clone(),
    };
    error.message = format!("{at} of {url}: {}", place.message);
    error.hint = Some(format!(
        "{nothing}correct {at} of {url} there, and add it again"
    ));
    error.file = Some(place.file.clone());
    error.place = Some(Box::new(place));
    error
}
