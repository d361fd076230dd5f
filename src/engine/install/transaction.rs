//! The install of one pack, so that it happens as a whole or not at all, and can be taken back in
//! every case: also after this process was killed at any moment of it.
//!
//! The record of the pack says "not complete" before the first change; every change is announced
//! in the journal before it is made; the record is completed, and the journal told so, after the
//! last one. What a killed run leaves is put together by [`super::recover`].

use std::{collections::BTreeMap, path::Path};

use super::{
    candidate::{Candidate, failure_of},
    plan::{self, PlannedPack},
    run::InstallContext,
    runner::{Mode, Runner},
    work,
};
use crate::{
    engine::{deferral, event::Event, outcome::PackFailure},
    git::failure::FailureClass,
    model::undo::UndoRecord,
    plugin::pack_type::ActionReport,
    store::{
        StoreError, layout,
        undo::{self, Installed, UndoError},
    },
    sys::{cancel::Cancel, lock},
};

/// What the install of one pack came to.
pub(super) struct Done {
    pub(super) actions: Vec<ActionReport>,
    pub(super) record: Installed,
    /// Variables that it has set for packs that come after it.
    pub(super) session: BTreeMap<String, String>,
}

/// What came of one try to install a pack.
pub(super) enum Attempt {
    /// It was installed, or everything that was done for it is taken back, unless the failure says
    /// otherwise.
    Ended(Box<Result<Done, PackFailure>>),
    /// Somebody else is at work in the pack, and nothing was done; the text says who.
    Held(String),
}

/// Installs one pack, if nobody else is at work in it right now: who has a permit does not wait for a
/// pack.
// proof: Grex.Scheduler.noPermit
pub(super) async fn install(
    cx: &InstallContext,
    candidate: &Candidate,
    planned: &PlannedPack,
    inherited: &BTreeMap<String, String>,
) -> Attempt {
    let body = transact(cx, candidate, planned, inherited);
    let Some(lock) = layout::pack_lock(&candidate.identity.root) else {
        return Attempt::Ended(Box::new(body.await));
    };
    match lock::try_hold(&lock, &cx.holder, body).await {
        Ok(result) => Attempt::Ended(Box::new(result)),
        Err(error) => match deferral::who_holds(error) {
            Ok(holder) => Attempt::Held(holder),
            Err(error) => {
                let failure = PackFailure::new(FailureClass::Other, error.to_string());
                Attempt::Ended(Box::new(Err(failure)))
            }
        },
    }
}

async fn transact(
    cx: &InstallContext,
    candidate: &Candidate,
    planned: &PlannedPack,
    inherited: &BTreeMap<String, String>,
) -> Result<Done, PackFailure> {
    let id = &candidate.identity.id;
    cx.session.observer.observe(Event::Installing(id));
    begin(cx, candidate, planned).map_err(|error| unwritten(&error))?;
    let runner = Runner::new(
        &cx.session,
        &cx.machine,
        &candidate.identity,
        &cx.session.cancel,
        Mode::Apply(&cx.journal),
        candidate.records(),
    )
    .after(inherited, false);
    runner.foretell(&planned.undo, &planned.uses);
    let result = apply(cx, candidate, &runner).await;
    let record = match result {
        Ok((actions, record)) => match write_down(cx, candidate, &record) {
            Ok(_) => Ok((actions, record)),
            Err(error) => return Err(unfinished(cx, candidate, &runner, &error).await),
        },
        Err(error) => Err(error),
    };
    match record {
        Ok((actions, record)) => {
            // Should this fail, the next run finds the records that the pack has already.
            drop(cx.journal.end_install(id));
            let session = (*runner.state().session).clone();
            Ok(Done {
                actions,
                record,
                session,
            })
        }
        Err(failure) => Err(roll_back(cx, candidate, &runner.made(), failure).await),
    }
}

/// Writes down what is installed now, or forgets a pack of which nothing is any more.
fn write_down(
    cx: &InstallContext,
    candidate: &Candidate,
    record: &Installed,
) -> Result<bool, UndoError> {
    let workspace = &cx.session.workspace;
    let nothing_left = record.records.is_empty() && record.directories.is_empty();
    match candidate.surface.is_inert && nothing_left {
        true => undo::remove(workspace, &record.id),
        false => undo::write(workspace, &cx.seal, record),
    }
}

/// All was done, and cannot be written down. What programs have done can be taken back only by the
/// pack's own teardown: where there is nothing else, the record stays that says "not complete".
async fn unfinished(
    cx: &InstallContext,
    candidate: &Candidate,
    runner: &Runner<'_>,
    error: &UndoError,
) -> PackFailure {
    let message = format!("cannot write down what was installed: {error}");
    let failure = PackFailure::new(FailureClass::Other, message);
    let made = runner.made();
    match made.is_empty() {
        true => failure,
        false => roll_back(cx, candidate, &made, failure).await,
    }
}

/// Says in the pack's record that its install is not complete, and in the journal what is about to
/// happen.
fn begin(
    cx: &InstallContext,
    candidate: &Candidate,
    planned: &PlannedPack,
) -> Result<(), StoreError> {
    let id = &candidate.identity.id;
    let incomplete = Installed {
        actions_hash: String::new(),
        sha: String::new(),
        records: candidate.records().to_vec(),
        resources: planned.claims.clone(),
        ..record_of(cx, candidate)
    };
    undo::write(&cx.session.workspace, &cx.seal, &incomplete)?;
    cx.journal.begin_install(id)?;
    if !planned.undo.is_empty() {
        cx.journal.announce(id, &planned.undo)?;
    }
    Ok(())
}

async fn apply(
    cx: &InstallContext,
    candidate: &Candidate,
    runner: &Runner<'_>,
) -> Result<(Vec<ActionReport>, Installed), PackFailure> {
    let mut actions = work::work(runner, candidate)
        .await
        .map_err(|error| failure_of(&candidate.pack, &error))?;
    let made = runner.made();
    let stale = work::stale(candidate, &runner.state());
    let (taken_back, problem) = runner.take_back(&stale).await;
    if let Some(error) = problem {
        let message = format!("what it declares no more cannot be taken back: {error}");
        return Err(PackFailure::new(FailureClass::Other, message));
    }
    actions.extend(taken_back);
    let mut records = candidate.records().to_vec();
    records.retain(|record| !stale.contains(record));
    records.extend(made);
    let mut resources = plan::exclusive(&runner.state().resources);
    let mut record = record_of(cx, candidate);
    keep_directories(&mut record.directories, &stale);
    if candidate.only.is_none() {
        return Ok((
            actions,
            Installed {
                records,
                resources,
                ..record
            },
        ));
    }
    // A part of the pack is not the pack: whether it is installed is as before.
    let before = match &candidate.installed {
        Some(installed) => installed.clone(),
        None => Installed {
            actions_hash: String::new(),
            sha: String::new(),
            ..record
        },
    };
    resources.retain(|resource| !before.resources.contains(resource));
    resources.extend(before.resources.iter().cloned());
    let record = Installed {
        records,
        resources,
        ..before
    };
    Ok((actions, record))
}

/// Adds the directories of records that were taken back, as far as they are still there: others
/// have put something into them. They are tried again with the pack's teardown.
fn keep_directories(kept: &mut Vec<String>, taken_back: &[UndoRecord]) {
    for directory in taken_back.iter().flat_map(|record| &record.directories) {
        if !kept.contains(directory) {
            kept.push(directory.clone());
        }
    }
    kept.retain(|directory| {
        let metadata = Path::new(directory).symlink_metadata();
        metadata.is_ok_and(|metadata| metadata.is_dir())
    });
}

/// Takes back what this run has done to the pack. That is not to be cancelled: the pack would be
/// neither as it was nor as it should be.
async fn roll_back(
    cx: &InstallContext,
    candidate: &Candidate,
    made: &[UndoRecord],
    failure: PackFailure,
) -> PackFailure {
    let undisturbed = Cancel::new();
    let runner = Runner::new(
        &cx.session,
        &cx.machine,
        &candidate.identity,
        &undisturbed,
        Mode::ForGood,
        &[],
    );
    let (_, problem) = runner.take_back(made).await;
    let restored = match problem {
        None => restore_record(cx, candidate).map_err(|error| error.to_string()),
        Some(error) => Err(error.to_string()),
    };
    match restored {
        Ok(()) => failure,
        Err(problem) => PackFailure {
            message: format!(
                "{}; and not everything that was done before could be taken back: {problem}",
                failure.message
            ),
            hint: Some(String::from(
                "`grex rm` or the next `grex update` tries again; nothing is forgotten",
            )),
            ..failure
        },
    }
}

/// The pack's record is again what it was before this run.
fn restore_record(cx: &InstallContext, candidate: &Candidate) -> Result<(), StoreError> {
    let workspace = &cx.session.workspace;
    let id = &candidate.identity.id;
    match &candidate.installed {
        Some(installed) => undo::write(workspace, &cx.seal, installed)?,
        None => undo::remove(workspace, id)?,
    };
    cx.journal.end_install(id)
}

fn unwritten(error: &StoreError) -> PackFailure {
    PackFailure::new(
        FailureClass::Other,
        format!(
            "nothing was installed, since it cannot be written down how to take it back: {error}"
        ),
    )
}

/// What is known of a pack once it is installed, but for what its actions have done.
fn record_of(cx: &InstallContext, candidate: &Candidate) -> Installed {
    Installed {
        id: candidate.identity.id.clone(),
        name: candidate.identity.name.clone(),
        pack_type: candidate.plugin.name().to_owned(),
        url: candidate.url.clone(),
        sha: candidate.commit.clone(),
        actions_hash: candidate.hash.clone(),
        installed_at: cx.session.clock.now_text(),
        surface: candidate.surface.clone(),
        records: Vec::new(),
        resources: Vec::new(),
        directories: candidate
            .installed
            .as_ref()
            .map(|installed| installed.directories.clone())
            .unwrap_or_default(),
        torn: false,
    }
}
