//! `add`: register a pack, and clone it with its children.

use std::{path::PathBuf, sync::Arc};

use serde::Serialize;

use crate::{
    engine::{
        install::{candidate::Reason, survey::Surveyed},
        outcome::{Change, PackOutcome, Verdict},
        session::Session,
    },
    git::refs::ObjectId,
    model::{manifest::Declaration, path::PackPath, reference::RefName, url::PackUrl},
    store::lockfile::LockfileWriter,
};

use self::register::{Added, node_for, register};
use super::{
    books,
    error::{ErrorKind, OpError},
    install::{self, ActionLine, InstallRun, PackInstall, TrustPolicy},
    present::{self, FailureReport},
    run, sync,
    update::{self, UpdatedPack},
};

mod register;

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
    /// Whether everything that it installs is installed.
    pub installed: bool,
    /// Whether that is news.
    pub registered: Registered,
    /// What changed on disk.
    pub change: Change,
    /// Its children, each with what became of it.
    pub children: Vec<UpdatedPack>,
    /// What became of its actions, in order.
    pub actions: Vec<ActionLine>,
    /// Why it is registered and not installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureReport>,
    /// The install itself, for who shows it to a person.
    #[serde(skip)]
    pub install: Option<PackInstall>,
    /// The run was cancelled before everything was done.
    #[serde(skip)]
    pub cancelled: bool,
}

impl AddReport {
    /// The exit code: that of what failed.
    pub fn exit_code(&self) -> u8 {
        if self.cancelled {
            return ErrorKind::Cancelled.exit_code();
        }
        let children = self
            .children
            .iter()
            .filter_map(|child| child.failure.as_ref());
        let failures = children.chain(&self.failure);
        sync::exit_code_of(failures.map(|report| Some(&report.failure)))
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
        let added = register(session, declaration).await?;
        match request.install {
            true => install_added(session, added, &request.trust).await,
            false => Ok(report(added, Vec::new())),
        }
    })
    .await
}

/// Installs the pack and those below it.
async fn install_added(
    session: &Arc<Session>,
    added: Added,
    trust: &TrustPolicy,
) -> Result<AddReport, OpError> {
    let books = books::read(session)?;
    let mut writer = LockfileWriter::new(&session.workspace, books.lockfile);
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
    let installs = install::install(session, books.roots, &mut writer, run).await;
    writer.finish()?;
    Ok(AddReport {
        cancelled: session.cancel.is_stopped(),
        ..report(added, installs?)
    })
}

/// A path that was typed is one from where it was typed, as with `git clone`.
fn absolute(request: &AddRequest) -> Result<PackUrl, OpError> {
    books::typed_url(&request.url, &request.directory)
}

fn report(added: Added, mut installs: Vec<PackInstall>) -> AddReport {
    let Added {
        declaration,
        registered,
        own,
        children,
    } = added;
    let path = declaration.path.to_string();
    let place = installs.iter().position(|install| install.id == path);
    let install = place.map(|place| installs.remove(place));
    let failure = install.as_ref().and_then(|install| install.failure.clone());
    let skipped = install
        .as_ref()
        .is_some_and(|install| !install.reinstalled && install.reason != Reason::None);
    let children = update::join(children, installs);
    let is_whole = install.is_some() && failure.is_none() && !skipped;
    AddReport {
        id: path.clone(),
        pack_type: declaration.pack_type,
        path,
        sha: own.after,
        installed: is_whole && children.iter().all(|child| child.failure.is_none()),
        registered,
        change: own.change,
        children,
        actions: install
            .as_ref()
            .map(|install| install.actions.clone())
            .unwrap_or_default(),
        failure: failure.map(FailureReport::from),
        install,
        cancelled: false,
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
    let added = Added {
        declaration: declaration.clone(),
        registered,
        own,
        children: Vec::new(),
    };
    Ok(report(added, Vec::new()))
}
