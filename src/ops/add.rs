//! `add`: register a pack, and clone it with its children.

use std::{path::PathBuf, sync::Arc};

use serde::Serialize;

use crate::{
    engine::{
        node::Node,
        outcome::{Change, PackOutcome, Verdict},
        select::Selection,
        session::Session,
        sync_options::SyncOptions,
        tree,
    },
    git::refs::ObjectId,
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
    present,
    run::{self, Run},
    sync::SyncedPack,
};

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
}

/// Whether a registration is news.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Registered {
    /// It is, and the pack was cloned.
    Cloned,
    /// It is, and the repository was there already.
    Adopted,
    /// It is not: the pack was registered already.
    Already,
}

/// What was registered.
#[derive(Debug, Serialize)]
pub struct AddReport {
    /// The pack.
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub pack_type: String,
    /// Its place.
    pub path: String,
    /// The commit that is checked out; `""`: none.
    #[serde(serialize_with = "present::commit")]
    pub sha: Option<ObjectId>,
    /// Whether its actions were applied.
    pub installed: bool,
    /// Whether that is news.
    pub registered: Registered,
    /// What changed on disk.
    pub change: Change,
    /// Its children, each with what became of it.
    pub children: Vec<SyncedPack>,
}

impl AddReport {
    /// The exit code: 4 or 8 when a child failed.
    pub fn exit_code(&self) -> u8 {
        super::sync::failures_exit_code(
            self.children
                .iter()
                .filter(|child| child.result == Verdict::Err),
        )
    }
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
        return plan(session, &declaration);
    }
    run::holding_workspace(session, "add", async {
        register(session, declaration).await
    })
    .await
}

/// A path that was typed is one from where it was typed, as with `git clone`.
fn absolute(request: &AddRequest) -> Result<PackUrl, OpError> {
    books::typed_url(&request.url, &request.directory)
}

async fn register(session: &Arc<Session>, declaration: Declaration) -> Result<AddReport, OpError> {
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
    Ok(report(&declaration, registered, &own, outcomes))
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

fn report(
    declaration: &Declaration,
    registered: Registered,
    own: &PackOutcome,
    children: Vec<PackOutcome>,
) -> AddReport {
    let mut children: Vec<_> = children.into_iter().map(SyncedPack::from).collect();
    children.sort_by(|a, b| a.id.cmp(&b.id));
    AddReport {
        id: declaration.path.to_string(),
        pack_type: declaration.pack_type.clone(),
        path: declaration.path.to_string(),
        sha: own.after.clone(),
        installed: false,
        registered,
        change: own.change,
        children,
    }
}

fn plan(session: &Session, declaration: &Declaration) -> Result<AddReport, OpError> {
    let books = books::read(session)?;
    node_for(session, &books, declaration)?;
    let root = session.workspace.pack_root(&declaration.path)?;
    let is_live = books
        .manifest
        .packs
        .values()
        .any(|live| live.path == declaration.path);
    let (registered, change) = match (is_live, root.exists()) {
        (true, _) => (Registered::Already, Change::None),
        (false, true) => (Registered::Adopted, Change::None),
        (false, false) => (Registered::Cloned, Change::Cloned),
    };
    let own = PackOutcome {
        change,
        ..PackOutcome::unchanged(&declaration.path, &declaration.url, Verdict::Ok)
    };
    Ok(report(declaration, registered, &own, Vec::new()))
}
