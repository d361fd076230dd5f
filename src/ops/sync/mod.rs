//! `sync`: every pack's commits as declared.

mod after_sync;
mod leftover;
mod matching;
mod plan;
mod prune;
mod report;

use std::sync::Arc;

use crate::{
    engine::{
        node::Found, outcome::PackOutcome, select::Selection, session::Session,
        sync_options::SyncOptions,
    },
    model::lock::Lockfile,
    store::lockfile::LockfileWriter,
};

use super::{
    books::{self, Books},
    error::{ErrorKind, OpError},
    run::{self, Run},
    typed::usage,
};

pub use self::report::{SyncReport, SyncedPack};
pub(super) use self::{
    leftover::undeclared,
    matching::{did_you_mean, no_match, nothing_matches},
    plan::plan_packs,
    report::exit_code_of,
};

/// What to synchronise, and how.
#[derive(Debug, Default)]
pub struct SyncRequest {
    /// How.
    pub options: SyncOptions,
    /// Which packs.
    pub selection: Selection,
    /// Remove packs that nothing declares any more.
    pub prune: bool,
}

impl SyncRequest {
    /// Checks that its parts go together.
    ///
    /// # Errors
    /// Fails when packs that nothing declares are to be removed in a run that is not about all.
    pub fn check(&self) -> Result<(), OpError> {
        if !self.prune || (self.selection.is_everything() && self.options.recursive) {
            return Ok(());
        }
        Err(usage(
            "--prune is about every pack: it goes with neither --only, --filter nor --no-recursive",
        ))
    }
}

/// Brings the workspace's packs into the declared state; with `dry_run`, says what that would be.
///
/// # Errors
/// Fails when the run as a whole cannot be carried out. A pack that fails is in the report.
pub async fn sync(session: &Arc<Session>, request: SyncRequest) -> Result<SyncReport, OpError> {
    if session.settings.dry_run {
        return plan::plan(session, request).await;
    }
    run::holding_workspace(session, "sync", async {
        let outcomes = synchronise(session, request, "sync").await?;
        Ok(SyncReport {
            cancelled: session.cancel.is_stopped(),
            ..SyncReport::of(outcomes)
        })
    })
    .await
}

/// Does so while the workspace is held, for the run `verb`. The result has an outcome for each
/// pack that the request is about.
pub(super) async fn synchronise(
    session: &Arc<Session>,
    request: SyncRequest,
    verb: &'static str,
) -> Result<Vec<PackOutcome>, OpError> {
    let Books {
        manifest,
        lockfile,
        roots,
    } = books::read(session)?;
    if request.options.locked {
        check_locked(&roots, &lockfile, &request.options)?;
    }
    books::hide_packs(session, books::places(&roots))?;
    let whole = request.selection.is_everything() && request.options.recursive;
    let selection = request.selection.clone();
    let mut writer = LockfileWriter::new(&session.workspace, lockfile.clone());
    let run = Run {
        verb,
        roots,
        lockfile: lockfile.clone(),
        options: request.options,
        selection: request.selection,
    };
    let outcomes = run::run(session, run, &mut writer).await;
    let mut outcomes = match outcomes {
        Ok(outcomes) => outcomes,
        Err(error) => {
            writer.finish()?;
            return Err(error);
        }
    };
    if whole && !session.cancel.is_stopped() {
        outcomes.extend(
            leftover::leftover(session, &lockfile, &outcomes, request.prune, &mut writer).await?,
        );
    }
    writer.finish()?;
    books::note_types(session, verb, &manifest, &outcomes).await?;
    if outcomes.is_empty() && !whole && !session.cancel.is_stopped() {
        return Err(nothing_matches(&selection, &lockfile));
    }
    after_sync::run(session, &mut outcomes).await?;
    Ok(outcomes)
}

fn check_locked(
    roots: &[Found],
    lockfile: &Lockfile,
    options: &SyncOptions,
) -> Result<(), OpError> {
    let mut lacking: Vec<_> = roots
        .iter()
        .flatten()
        .filter(|node| {
            !lockfile
                .get(node.path.as_str())
                .is_some_and(|entry| options.agrees(entry, node))
        })
        .map(|node| format!("`{}`", node.path))
        .collect();
    if lacking.is_empty() {
        return Ok(());
    }
    lacking.sort();
    Err(OpError::new(
        ErrorKind::Books,
        format!(
            "the lockfile does not match the manifest, and --locked was given: {}",
            lacking.join(", ")
        ),
    )
    .with_hint("run `grex sync` without --locked, and commit grex.lock.jsonl"))
}
