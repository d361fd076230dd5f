//! The workspace's books at the beginning of a verb: manifest, lockfile, and the packs that have
//! no parent among the packs.

use std::{collections::HashMap, fmt::Display, path::Path};

use crate::{
    engine::{
        node::Found,
        outcome::{PackOutcome, Verdict},
        session::Session,
        tree,
    },
    model::{
        block,
        event::{Event as ManifestEvent, Patch},
        lock::Lockfile,
        manifest::Manifest,
        path::{self, PackId, PackPath},
        url::PackUrl,
    },
    store::{blocks, lockfile, manifest},
    sys::{
        fs,
        lock::{Holder, Wait},
    },
};

use super::error::{ErrorKind, OpError};

/// What the books say.
pub(super) struct Books {
    pub(super) manifest: Manifest,
    pub(super) lockfile: Lockfile,
    pub(super) roots: Vec<Found>,
}

/// Reads the books. What in them does not stop a verb is said as a warning.
pub(super) fn read(session: &Session) -> Result<Books, OpError> {
    let (manifest, lockfile) = read_files(session)?;
    let roots = roots(session, &manifest)?;
    Ok(Books {
        manifest,
        lockfile,
        roots,
    })
}

/// Reads the packs that have no parent among the packs, for a verb that asks nothing of where they
/// stand.
pub(super) fn read_roots(session: &Session) -> Result<Vec<Found>, OpError> {
    roots(session, &read_manifest(session)?)
}

fn roots(session: &Session, manifest: &Manifest) -> Result<Vec<Found>, OpError> {
    let roots = tree::roots(&session.workspace, &session.vocabulary, manifest)
        .map_err(|failure| OpError::of_pack(PackId::workspace(), failure))?;
    check_places(&roots)?;
    Ok(roots)
}

/// Reads manifest and lockfile, and nothing else.
pub(super) fn read_files(session: &Session) -> Result<(Manifest, Lockfile), OpError> {
    let manifest = read_manifest(session)?;
    let (lockfile, warnings) = lockfile::read(&session.workspace)?;
    warn(session, &session.workspace.lockfile(), &warnings);
    Ok((manifest, lockfile))
}

fn read_manifest(session: &Session) -> Result<Manifest, OpError> {
    let manifest = manifest::read(&session.workspace)?.manifest;
    warn(session, session.workspace.manifest(), &manifest.warnings);
    Ok(manifest)
}

fn warn(session: &Session, book: &Path, warnings: &[impl Display]) {
    for warning in warnings {
        session.warn(&format!("{}: {warning}", book.display()));
    }
}

/// Refuses packs that are in each other's way.
pub(super) fn check_places(roots: &[Found]) -> Result<(), OpError> {
    match path::conflict(places(roots)) {
        None => Ok(()),
        Some(conflict) => Err(OpError::new(
            ErrorKind::Books,
            format!("among the registered packs, {conflict}"),
        )
        .with_hint(
            "take one of the two out: its line from grex.jsonl, or what .grex/pack.yaml has of it in `children`",
        )),
    }
}

/// Makes `.gitignore` hide exactly the packs that have no parent among the packs.
pub(super) fn hide_packs<'a>(
    session: &Session,
    packs: impl IntoIterator<Item = &'a PackPath>,
) -> Result<bool, OpError> {
    let lines = hidden_lines(packs);
    Ok(blocks::ensure(
        &session.workspace.gitignore(),
        None,
        &lines,
    )?)
}

/// What `.gitignore` has to say to hide these packs.
pub(super) fn hidden_lines<'a>(packs: impl IntoIterator<Item = &'a PackPath>) -> Vec<String> {
    let mut lines: Vec<String> = packs.into_iter().map(block::ignore_line).collect();
    lines.push(format!("{}*", fs::TEMPORARY_PREFIX));
    lines
}

/// The places of the packs among `roots`.
pub(super) fn places(roots: &[Found]) -> impl Iterator<Item = &PackPath> {
    roots.iter().map(|root| match root {
        Ok(node) => &node.path,
        Err(outcome) => &outcome.path,
    })
}

/// Appends events to the manifest.
pub(super) async fn append(
    session: &Session,
    verb: &'static str,
    events: &[ManifestEvent<'_>],
) -> Result<(), OpError> {
    let holder = Holder::this_process(verb, session.clock.now_text());
    let wait = Wait {
        timeout: session.settings.lock_timeout,
        on_wait: &mut |_| (),
        cancel: session.cancel.token(),
    };
    Ok(manifest::append(&session.workspace, events, &holder, wait).await?)
}

/// Says in the manifest what type the packs really are, where it says otherwise: their pack.yaml is
/// the authority.
pub(super) async fn note_types(
    session: &Session,
    verb: &'static str,
    manifest: &Manifest,
    outcomes: &[PackOutcome],
) -> Result<(), OpError> {
    let types: HashMap<&str, &str> = outcomes
        .iter()
        .filter(|outcome| outcome.verdict == Verdict::Ok)
        .filter_map(|outcome| outcome.entry.as_ref())
        .map(|entry| (entry.path.as_str(), entry.pack_type.as_str()))
        .collect();
    let now = session.clock.now_text();
    let events: Vec<_> = manifest
        .packs
        .values()
        .filter_map(|declaration| {
            let seen = *types.get(declaration.path.as_str())?;
            let patch = Patch::default().pack_type(seen);
            (seen != declaration.pack_type)
                .then(|| ManifestEvent::update(&now, &declaration.id, patch))
        })
        .collect();
    append(session, verb, &events).await
}

/// A URL as it was typed in `directory`: a relative path is one from there, as with `git clone`.
pub(super) fn typed_url(url: &PackUrl, directory: &Path) -> Result<PackUrl, OpError> {
    if !url.is_relative() {
        return Ok(url.clone());
    }
    let nowhere =
        |why: String| OpError::new(ErrorKind::Usage, format!("`{url}` leads nowhere: {why}"));
    let base = PackUrl::local(directory)
        .ok_or_else(|| nowhere(format!("no URL can name {}", directory.display())))?;
    url.resolve(&base)
        .map_err(|error| nowhere(error.to_string()))
}
