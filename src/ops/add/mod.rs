//! `add`: register a pack, clone it with its children, and install them.

mod plan;
mod register;
mod report;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    engine::{install::survey::Surveyed, node::Found, outcome::Verdict, session::Session},
    model::{manifest::Declaration, path::PackPath, reference::RefName, url::PackUrl},
    store::lockfile::LockfileWriter,
};

use super::{
    books::{self},
    error::{ErrorKind, OpError},
    install::{self, InstallRun, PackInstall, TrustPolicy},
    run::{self},
};
use register::{Added, node_for, register};

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
    check_typed_path(&request.url, &url)?;
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
        let installs = installs(session, roots, &added, &request.trust)
            .await
            .map_err(|error| not_installed(&added, error))?;
        Ok(AddReport {
            cancelled: session.cancel.is_stopped(),
            ..report::report(added, installs)
        })
    })
    .await
}

/// The pack is there all the same.
fn not_installed(added: &Added, error: OpError) -> OpError {
    let path = &added.declaration.path;
    OpError {
        message: format!(
            "`{path}` is registered and cloned, and not installed: {}",
            error.message
        ),
        ..error
    }
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

/// A relative path that leads to nothing is a slip, and most often a URL that lacks its beginning.
fn check_typed_path(typed: &PackUrl, url: &PackUrl) -> Result<(), OpError> {
    let place = Path::new(url.as_str());
    if !typed.is_relative() || !url.is_local() || place.exists() {
        return Ok(());
    }
    let typed = typed.as_str();
    let first = typed.split('/').next().unwrap_or(typed);
    let hint = if typed.starts_with(['~', '$']) {
        "the shell has not put anything in the place of `~` or `$`: leave the quotes away".into()
    } else if let Some((user, host)) = first.split_once('@') {
        let (_, rest) = typed.split_once('/').unwrap_or((typed, ""));
        format!("ssh wants a colon behind the host: `{user}@{host}:{rest}`")
    } else if first.contains('.') && !first.starts_with('.') && typed.contains('/') {
        format!("for a server, write how to reach it: `https://{typed}`")
    } else {
        "a path is seen from the current directory; a URL begins with https:// or has a colon behind its host".into()
    };
    let message = format!("there is nothing at {}", place.display());
    Err(OpError::new(ErrorKind::Usage, message).with_hint(hint))
}

/// A path that was typed is one from where it was typed, as with `git clone`.
fn absolute(request: &AddRequest) -> Result<PackUrl, OpError> {
    books::typed_url(&request.url, &request.directory)
}
