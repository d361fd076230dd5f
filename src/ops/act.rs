//! `run`: every action of one name in the packs that are meant, outside of their lifecycle, for
//! whoever writes a pack. What it changes is written down all the same, and `rm` takes it back.

use std::{collections::HashSet, sync::Arc};

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    engine::{
        install::{candidate::Reason, survey::Surveyed},
        node::Found,
        outcome::PackFailure,
        select::Selection,
        session::Session,
        tree,
    },
    model::path::PackId,
    plugin::change::Change,
    store::lockfile::LockfileWriter,
};

use super::{
    books,
    error::{ErrorKind, OpError},
    install::{self, InstallRun, PackInstall, TrustPolicy},
    run,
    sync::{exit_code_of, no_match},
};

/// What to run, and where.
#[derive(Default)]
pub struct ActRequest {
    /// The action's name.
    pub action: String,
    /// Which packs.
    pub selection: Selection,
    /// Who approves what packs would run.
    pub trust: TrustPolicy,
}

/// What became of one action.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ActedAction {
    /// The pack.
    pub pack: String,
    /// The action.
    pub action: String,
    /// Its place in the pack's list, counted from 0.
    pub idx: usize,
    /// Whether it changed anything, or would.
    pub changed: bool,
    /// What there is to say.
    pub message: Option<String>,
    /// The changes, in order.
    pub changes: Vec<Change>,
}

/// What became of all of them.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct ActReport {
    /// One for each action, by pack and place.
    pub actions: Vec<ActedAction>,
    /// The packs, for who shows them to a person.
    #[serde(skip)]
    pub packs: Vec<PackInstall>,
    /// The run was cancelled before everything was done.
    #[serde(skip)]
    pub cancelled: bool,
}

impl ActReport {
    /// The packs of which an action failed, or was not approved.
    pub fn failed(&self) -> impl Iterator<Item = (&str, &PackFailure)> {
        let packs = self.packs.iter();
        packs.filter_map(|pack| Some((pack.id.as_str(), pack.failure.as_ref()?)))
    }

    /// The exit code: that of what failed.
    pub fn exit_code(&self) -> u8 {
        if self.cancelled {
            return ErrorKind::Cancelled.exit_code();
        }
        exit_code_of(self.failed().map(|(_, failure)| Some(failure)))
    }
}

/// Runs every action of a name; with `dry_run`, says what that would be.
///
/// # Errors
/// No action has that name, no pack matches, or the books cannot be read or written.
pub async fn act(session: &Arc<Session>, request: ActRequest) -> Result<ActReport, OpError> {
    if let Err(error) = session.registry.action(&request.action) {
        let hint = error.hint().unwrap_or_default().to_owned();
        return Err(OpError::new(ErrorKind::UnknownName, error.to_string()).with_hint(hint));
    }
    if session.settings.dry_run {
        return carry_out(session, request).await;
    }
    run::holding_workspace(session, "run", async { carry_out(session, request).await }).await
}

async fn carry_out(session: &Arc<Session>, request: ActRequest) -> Result<ActReport, OpError> {
    let books = books::read(session)?;
    let (selected, unreadable) = selected(session, books.roots.clone(), &request.selection).await?;
    let includes_own = request.selection.is_everything();
    let is_about = move |pack: &Surveyed| match pack.path() {
        Some(_) => selected.contains(&pack.id),
        None => includes_own,
    };
    let mut writer = LockfileWriter::new(&session.workspace, books.lockfile);
    let run = InstallRun {
        verb: "run",
        is_about: &is_about,
        unusable: &HashSet::new(),
        force: false,
        only: Some(&request.action),
        trust: &request.trust,
    };
    let mut packs = install::install(session, books.roots, &mut writer, run).await?;
    packs.extend(unreadable);
    packs.sort_by(|a, b| a.id.cmp(&b.id));
    let actions = packs
        .iter()
        .flat_map(|pack| {
            pack.actions
                .iter()
                .zip(&pack.places)
                .map(|(line, place)| ActedAction {
                    pack: pack.id.clone(),
                    action: line.action.clone(),
                    idx: *place,
                    changed: line.changed,
                    message: line.message.clone(),
                    changes: line.changes.clone(),
                })
        })
        .collect();
    Ok(ActReport {
        actions,
        packs,
        cancelled: session.cancel.is_stopped(),
    })
}

/// The ids of the packs on disk that are meant, and those of them whose actions cannot be read.
async fn selected(
    session: &Arc<Session>,
    roots: Vec<Found>,
    selection: &Selection,
) -> Result<(HashSet<String>, Vec<PackInstall>), OpError> {
    let mut all = Vec::new();
    let mut selected = HashSet::new();
    let mut troubles = Vec::new();
    for found in tree::on_disk(session, roots) {
        let node = match found {
            Ok(node) => node,
            Err(outcome) => {
                troubles.push(*outcome);
                continue;
            }
        };
        let root = session.workspace.pack_root(&node.path)?;
        let id = PackId::from(node.path.clone()).to_string();
        let is_selected = match selection.filters.is_empty() {
            true => selection.names(&node),
            false => {
                let git = session.git().await?;
                selection.selects(session, git, &node, &root).await?
            }
        };
        if is_selected {
            selected.insert(id.clone());
        }
        all.push(id);
    }
    if selected.is_empty() && !selection.is_everything() {
        let ids: Vec<&str> = all.iter().map(String::as_str).collect();
        return Err(no_match(selection, &ids));
    }
    let unreadable = troubles
        .into_iter()
        .filter_map(|outcome| {
            let id = PackId::from(outcome.path).to_string();
            let is_meant = selection.is_everything() || selected.contains(&id);
            let failure = outcome.failure.filter(|_| is_meant)?;
            Some(PackInstall::failed(&id, Reason::Forced, failure))
        })
        .collect();
    Ok((selected, unreadable))
}
