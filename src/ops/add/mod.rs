//! `add`: register a pack, clone it with its children, and install them.

mod plan;
mod report;

use std::{path::PathBuf, sync::Arc};

use crate::{
    engine::{
        install::survey::Surveyed,
        node::{Found, Node},
        outcome::{Change, PackOutcome, Verdict},
        select::Selection,
        session::Session,
        sync_options::SyncOptions,
        tree,
    },
    model::{
        event::{Event as ManifestEvent, Patch},
        manifest::Declaration,
        path::{self, PackPath},
        reference::RefName,
        url::PackUrl,
    },
    store::{lockfile::LockfileWriter, trash},
};

use super::{
    books::{self, Books},
    error::{ErrorKind, OpError},
    install::{self, InstallRun, PackInstall, TrustPolicy},
    run::{self, Run},
};
use report::Added;

pub use report::{AddReport, Registered};

/// What to register.
#[derive(Debug)]
pub struct AddRequest {
    /// Where it comes from. A relative path is one from `directory`.
    pub url: PackUrl,
    /// Where it goes; `None`: the URL's last segment.
    pub path: Option<PackPath>,
    /// The branch, tag or commit to follow.
    pub reference: Option<RefName>,
    /// Its type, until its pack.yaml says otherwise.
    pub pack_type: Option<String>,
    /// The directory that relative paths start from, absolute.
    pub directory: PathBuf,
    /// Install the pack and its children once they are there.
    pub install: bool,
    /// Who approves what they would run.
    pub trust: TrustPolicy,
}

/// Registers a pack and clones it; with `dry_run`, says what that would be.
///
/// # Errors
/// Fails when the pack cannot be registered or cloned; nothing is registered then. A child that
/// fails is in the report.
pub async fn add(session: &Arc<Session>, request: AddRequest) -> Result<AddReport, OpError> {
    let url = absolute(&request)?;
    session
        .registry
        .fetcher_of(&url)
        .map_err(|error| OpError::new(ErrorKind::Usage, error.to_string()))?;
    let path = match &request.path {
        Some(path) => path.clone(),
        None => url
            .default_path()
            .map_err(|error| OpError::new(ErrorKind::Usage, error.to_string()))?,
    };
    let declaration = Declaration {
        id: path.to_string(),
        url,
        path,
        pack_type: request
            .pack_type
            .clone()
            .unwrap_or_else(|| String::from("meta")),
        reference: request.reference.clone(),
        extra: serde_json::Map::new(),
    };
    if session.settings.dry_run {
        return plan::plan(session, declaration, &request).await;
    }
    run::holding_workspace(session, "add", async {
        let added = register(session, declaration).await?;
        if !request.install {
            return Ok(report::report(added, Vec::new()));
        }
        let roots = books::read(session)?.roots;
        let installs = installs(session, roots, &added, &request.trust).await?;
        Ok(AddReport {
            cancelled: session.cancel.is_stopped(),
            ..report::report(added, installs)
        })
    })
    .await
}

/// Installs the pack and those below it, or plans that.
async fn installs(
    session: &Arc<Session>,
    roots: Vec<Found>,
    added: &Added,
    trust: &TrustPolicy,
) -> Result<Vec<PackInstall>, OpError> {
    let lockfile = books::read_files(session)?.1;
    let mut writer = LockfileWriter::new(&session.workspace, lockfile);
    let path = added.declaration.path.clone();
    let unusable = added
        .children
        .iter()
        .filter(|child| child.verdict != Verdict::Ok)
        .map(|child| child.path.to_string())
        .collect();
    let is_about = move |pack: &Surveyed| pack.path().is_some_and(|own| own.starts_with(&path));
    let run = InstallRun {
        verb: "add",
        is_about: &is_about,
        unusable: &unusable,
        force: false,
        only: None,
        trust,
    };
    let installs = install::install(session, roots, &mut writer, run).await;
    if !session.settings.dry_run {
        writer.finish()?;
    }
    installs
}

/// A path that was typed is one from where it was typed, as with `git clone`.
fn absolute(request: &AddRequest) -> Result<PackUrl, OpError> {
    books::typed_url(&request.url, &request.directory)
}

async fn register(session: &Arc<Session>, declaration: Declaration) -> Result<Added, OpError> {
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
        return Err(give_up(session, own));
    }
    let entry_type = own.entry.as_ref().map(|entry| entry.pack_type.clone());
    let declaration = Declaration {
        pack_type: entry_type.unwrap_or(declaration.pack_type),
        ..declaration
    };
    let hidden: Vec<_> = books::places(&books.roots)
        .chain([&declaration.path])
        .collect();
    books::hide_packs(session, hidden)?;
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
    books::append(session, "add", event.as_slice()).await?;
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

/// Checks that the declaration fits beside what is registered.
fn node_for(session: &Session, books: &Books, declaration: &Declaration) -> Result<Node, OpError> {
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
fn give_up(session: &Session, outcome: PackOutcome) -> OpError {
    let path = outcome.path.clone();
    if outcome.change == Change::Cloned
        && let Ok(root) = session.workspace.pack_root(&path)
        && let Err(error) =
            trash::move_to_trash(&session.workspace, &root, &path, session.clock.now())
    {
        return OpError::from(error).about(path);
    }
    match outcome.failure {
        Some(failure) => OpError::of_pack(path, failure),
        None => run::cancelled(&[]),
    }
}
