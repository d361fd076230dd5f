//! `update`: every pack's commits as declared, and then every pack installed whose commit or
//! installable surface is not what was installed here.

use std::{collections::HashSet, sync::Arc};

use crate::{
    engine::{
        install::survey::Surveyed,
        outcome::{PackOutcome, Verdict},
        select::Selection,
        session::Session,
        sync_options::SyncOptions,
    },
    model::{
        filter,
        path::{PackId, PackPath},
    },
    store::lockfile::LockfileWriter,
};

use super::{
    books,
    error::{ErrorKind, OpError},
    install::{self, InstallRun, TrustPolicy},
    run,
    sync::{self, SyncRequest},
};

pub(super) use self::report::join;
pub use self::report::{UpdateReport, UpdatedPack};

mod report;

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
            return Err(error.with_hint(sync::did_you_mean(&closest)));
        }
    }
    Ok(())
}
