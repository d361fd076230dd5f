//! `update`: every pack's commits as declared, and then every pack installed whose commit or
//! installable surface is not what was installed here.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use serde::Serialize;

use crate::{
    engine::{
        install::{candidate::Reason, survey::Surveyed},
        outcome::{Change, PackFailure, PackOutcome, Verdict},
        select::Selection,
        session::Session,
        sync_options::SyncOptions,
    },
    git::refs::ObjectId,
    model::{
        filter,
        path::{PackId, PackPath},
    },
    store::lockfile::LockfileWriter,
};

use super::{
    books,
    error::{ErrorKind, OpError},
    install::{self, ActionLine, InstallRun, PackInstall, TrustPolicy},
    present::{self, FailureReport},
    run,
    sync::{self, SyncRequest},
};

/// What to update.
#[derive(Default)]
pub struct UpdateRequest {
    /// Packs that are named, each with everything below it; none: every pack that is selected.
    pub packs: Vec<PackId>,
    /// Which packs.
    pub selection: Selection,
    /// Install again what has not changed.
    pub force: bool,
    /// Who approves what packs would run.
    pub trust: TrustPolicy,
}

/// What an `update` did, sorted by id.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct UpdateReport {
    /// One for each pack.
    pub packs: Vec<UpdatedPack>,
    /// The run was cancelled before every pack was done.
    #[serde(skip)]
    pub cancelled: bool,
}

/// What an `update` did to one pack.
#[derive(Debug, Clone, Serialize)]
pub struct UpdatedPack {
    /// The pack.
    pub id: String,
    /// Whether its commits are as declared.
    pub synced: bool,
    /// What changed of its commits.
    pub change: Change,
    /// The commit before; `""`: there was none.
    #[serde(serialize_with = "present::commit")]
    pub sha_before: Option<ObjectId>,
    /// The commit after; `""`: there is none.
    #[serde(serialize_with = "present::commit")]
    pub sha_after: Option<ObjectId>,
    /// How many commits came; null where only another git process could tell.
    pub commits: Option<u64>,
    /// Whether it was installed, or would be.
    pub reinstalled: bool,
    /// Why.
    pub reason: Reason,
    /// What became of its actions, in order.
    pub actions: Vec<ActionLine>,
    /// What there is to say.
    pub message: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureReport>,
    /// The install itself, for who shows it to a person.
    #[serde(skip)]
    pub install: Option<PackInstall>,
    /// The synchronisation, for who shows it to a person.
    #[serde(skip)]
    pub sync: Option<sync::SyncedPack>,
}

impl UpdateReport {
    /// The packs that failed.
    pub fn failed(&self) -> impl Iterator<Item = &UpdatedPack> {
        self.packs.iter().filter(|pack| pack.failure.is_some())
    }

    /// The exit code: 130 when the run was cancelled; 4 when a pack failed, or 8 or 9 when all
    /// that failed did for one of those reasons.
    pub fn exit_code(&self) -> u8 {
        if self.cancelled {
            return ErrorKind::Cancelled.exit_code();
        }
        let failures = self.failed().filter_map(|pack| pack.failure.as_ref());
        sync::exit_code_of(failures.map(|report| Some(&report.failure)))
    }
}

/// Brings packs up to date and installs them; with `dry_run`, says what that would be.
///
/// # Errors
/// Fails when the run as a whole cannot be carried out. A pack that fails is in the report.
pub async fn update(
    session: &Arc<Session>,
    request: UpdateRequest,
) -> Result<UpdateReport, OpError> {
    if session.settings.dry_run {
        return carry_out(session, request, "update").await;
    }
    run::holding_workspace(session, "update", async {
        carry_out(session, request, "update").await
    })
    .await
}

/// Does so while the workspace is held, for the run `verb`.
pub(super) async fn carry_out(
    session: &Arc<Session>,
    request: UpdateRequest,
    verb: &'static str,
) -> Result<UpdateReport, OpError> {
    let names_own = request.packs.contains(&PackId::workspace());
    let within: Vec<PackPath> = request
        .packs
        .iter()
        .filter_map(|pack| pack.path().cloned())
        .collect();
    check_named(session, &within)?;
    let is_whole = request.packs.is_empty() && request.selection.is_everything();
    let selection = Selection {
        within,
        ..request.selection
    };
    let only_own = names_own && selection.is_everything();
    let outcomes = if only_own {
        Vec::new()
    } else {
        synchronise(session, selection, verb).await?
    };
    let about: HashSet<String> = outcomes
        .iter()
        .map(|outcome| outcome.path.to_string())
        .collect();
    let unusable: HashSet<String> = outcomes
        .iter()
        .filter(|outcome| outcome.verdict != Verdict::Ok)
        .map(|outcome| outcome.path.to_string())
        .collect();
    let includes_own = is_whole || names_own;
    let is_about = move |pack: &Surveyed| match pack.path() {
        Some(_) => about.contains(&pack.id),
        None => includes_own,
    };
    let books = books::read(session)?;
    let mut writer = LockfileWriter::new(&session.workspace, books.lockfile);
    let run = InstallRun {
        verb,
        is_about: &is_about,
        unusable: &unusable,
        force: request.force,
        only: None,
        trust: &request.trust,
    };
    let installs = match session.cancel.is_stopped() {
        true => Ok(Vec::new()),
        false => install::install(session, books.roots, &mut writer, run).await,
    };
    if !session.settings.dry_run {
        writer.finish()?;
    }
    Ok(UpdateReport {
        packs: join(outcomes, installs?),
        cancelled: session.cancel.is_stopped(),
    })
}

async fn synchronise(
    session: &Arc<Session>,
    selection: Selection,
    verb: &'static str,
) -> Result<Vec<PackOutcome>, OpError> {
    let request = SyncRequest {
        options: SyncOptions::default(),
        selection,
        prune: false,
    };
    if session.settings.dry_run {
        return sync::plan_packs(session, &request).await;
    }
    sync::synchronise(session, request, verb).await
}

/// Refuses a name that nothing has, before anything is done about the others.
fn check_named(session: &Session, named: &[PackPath]) -> Result<(), OpError> {
    if named.is_empty() {
        return Ok(());
    }
    let books = books::read(session)?;
    let ids: Vec<String> = books::places(&books.roots)
        .map(ToString::to_string)
        .chain(books.lockfile.entries.keys().cloned())
        .collect();
    for pack in named {
        if !ids.iter().any(|id| id == pack.as_str()) {
            let closest = filter::closest(ids.iter().map(String::as_str), pack.as_str());
            let error =
                OpError::new(ErrorKind::Usage, format!("there is no pack `{pack}`")).about(pack);
            return Err(match closest.as_slice() {
                [] => error.with_hint("`grex ls` lists the packs"),
                closest => error.with_hint(format!("did you mean {}?", closest.join(", "))),
            });
        }
    }
    Ok(())
}

/// Puts together what became of each pack's commits and of its install.
pub(super) fn join(outcomes: Vec<PackOutcome>, installs: Vec<PackInstall>) -> Vec<UpdatedPack> {
    let mut installs: HashMap<String, PackInstall> = installs
        .into_iter()
        .map(|install| (install.id.clone(), install))
        .collect();
    let mut packs: Vec<UpdatedPack> = outcomes
        .into_iter()
        .map(|outcome| {
            let install = installs.remove(outcome.path.as_str());
            updated(sync::SyncedPack::from(outcome), install)
        })
        .collect();
    // The workspace's own pack is not synchronised.
    packs.extend(installs.into_values().map(own));
    packs.sort_by(|a, b| a.id.cmp(&b.id));
    packs
}

fn updated(sync: sync::SyncedPack, install: Option<PackInstall>) -> UpdatedPack {
    let told = install.as_ref();
    let install_failure: Option<PackFailure> = told.and_then(|install| install.failure.clone());
    let failure = sync
        .failure
        .clone()
        .or_else(|| install_failure.map(FailureReport::from));
    let message = told
        .and_then(|install| install.message.clone())
        .or_else(|| sync.message.clone())
        .or_else(|| failure.as_ref().map(|failure| failure.message.clone()));
    UpdatedPack {
        id: sync.id.clone(),
        synced: sync.result == Verdict::Ok,
        change: sync.change,
        sha_before: sync.sha_before.clone(),
        sha_after: sync.sha_after.clone(),
        commits: sync.commits,
        reinstalled: told.is_some_and(|install| install.reinstalled),
        reason: told.map_or(Reason::None, |install| install.reason),
        actions: told
            .map(|install| install.actions.clone())
            .unwrap_or_default(),
        message,
        failure,
        install,
        sync: Some(sync),
    }
}

fn own(install: PackInstall) -> UpdatedPack {
    let failure = install.failure.clone().map(FailureReport::from);
    UpdatedPack {
        id: install.id.clone(),
        synced: true,
        change: Change::None,
        sha_before: None,
        sha_after: None,
        commits: None,
        reinstalled: install.reinstalled,
        reason: install.reason,
        actions: install.actions.clone(),
        message: install
            .message
            .clone()
            .or_else(|| failure.as_ref().map(|failure| failure.message.clone())),
        failure,
        install: Some(install),
        sync: None,
    }
}
