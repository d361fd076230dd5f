//! What packs do after every synchronisation: the `sync` hook of a scripted one. Only of packs
//! that are installed, and only what was installed: that was approved.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex},
};

use crate::{
    engine::{
        install::{
            candidate::{self, Candidate},
            sync_hook,
        },
        outcome::{PackFailure, PackOutcome, Verdict},
        session::Session,
    },
    ops::{
        books,
        error::OpError,
        install::{Bench, Known},
    },
    plugin::{change::Change, foreseen::Foreseen, pack_type::ActionReport},
};

/// What there is to say of a hook that nobody has approved as it is.
const WAITS: &str = "its sync hook has changed and waits for `grex update`";

/// Lets the packs among `outcomes` that were synchronised do it. One that fails is a failed
/// outcome, with its commits where they are.
pub(super) async fn run(
    session: &Arc<Session>,
    outcomes: &mut [PackOutcome],
) -> Result<(), OpError> {
    let Some((bench, candidates)) = who(session, outcomes).await? else {
        return Ok(());
    };
    let by_id: HashMap<String, usize> = places(outcomes);
    for candidate in &candidates {
        let outcome = &mut outcomes[by_id[&candidate.identity.id]];
        if session.cancel.is_stopped() {
            return Ok(());
        }
        if !is_as_installed(candidate) {
            add_message(outcome, WAITS);
            continue;
        }
        if let Err(failure) = sync_hook::run(session, &bench.machine, candidate).await {
            outcome.verdict = Verdict::Err;
            outcome.failure = Some(failure);
        }
    }
    Ok(())
}

/// Says what they would do.
pub(super) async fn plan(
    session: &Arc<Session>,
    outcomes: &mut [PackOutcome],
) -> Result<(), OpError> {
    let Some((bench, candidates)) = who(session, outcomes).await? else {
        return Ok(());
    };
    let by_id = places(outcomes);
    for candidate in &candidates {
        let outcome = &mut outcomes[by_id[&candidate.identity.id]];
        if !is_as_installed(candidate) {
            add_message(outcome, WAITS);
            continue;
        }
        match planned(session, &bench, candidate).await {
            Ok(actions) => {
                for command in commands(&actions) {
                    add_message(outcome, &format!("would run {command}"));
                }
            }
            Err(failure) => {
                outcome.verdict = Verdict::Err;
                outcome.failure = Some(failure);
            }
        }
    }
    Ok(())
}

/// The packs that have something to do, in their order.
async fn who(
    session: &Arc<Session>,
    outcomes: &[PackOutcome],
) -> Result<Option<(Bench, Vec<Candidate>)>, OpError> {
    if !session.workspace.undo_directory().is_dir() {
        // Nothing was ever installed here: no file is read for it.
        return Ok(None);
    }
    let bench = Bench::open(session, "sync")?;
    let books = books::read(session)?;
    let known = Known::read(session, &bench.seal, &books.lockfile);
    let synchronised: HashSet<&str> = outcomes
        .iter()
        .filter(|outcome| outcome.verdict == Verdict::Ok)
        .map(|outcome| outcome.path.as_str())
        .collect();
    let ids: HashSet<String> = known
        .ids()
        .filter(|id| synchronised.contains(id))
        .map(str::to_owned)
        .collect();
    let mut candidates = Vec::new();
    if !ids.is_empty() {
        let survey = crate::engine::install::survey::survey(session, books.roots)
            .map_err(|failure| OpError::of_pack(".", failure))?;
        let is_about = |pack: &crate::engine::install::survey::Surveyed| ids.contains(&pack.id);
        // What is in the way of an install is told by `update`.
        let judged = candidate::candidates(session, survey, &known, is_about, false);
        candidates = judged.map(|judged| judged.packs).unwrap_or_default();
    }
    let mut busy = Vec::new();
    for candidate in candidates {
        if planned(session, &bench, &candidate)
            .await
            .is_ok_and(|actions| !actions.is_empty())
        {
            busy.push(candidate);
        }
    }
    Ok(Some((bench, busy)).filter(|(_, busy)| !busy.is_empty()))
}

async fn planned(
    session: &Session,
    bench: &Bench,
    candidate: &Candidate,
) -> Result<Vec<ActionReport>, PackFailure> {
    let foreseen = Mutex::new(Foreseen::default());
    sync_hook::plan(session, &bench.machine, candidate, &foreseen).await
}

fn is_as_installed(candidate: &Candidate) -> bool {
    candidate
        .installed
        .as_ref()
        .is_some_and(|installed| installed.actions_hash == candidate.hash)
}

fn places(outcomes: &[PackOutcome]) -> HashMap<String, usize> {
    outcomes
        .iter()
        .enumerate()
        .map(|(index, outcome)| (outcome.path.to_string(), index))
        .collect()
}

fn commands(actions: &[ActionReport]) -> impl Iterator<Item = &str> {
    actions
        .iter()
        .flat_map(|action| &action.changes)
        .filter_map(|change| match change {
            Change::Run { command, .. } => Some(command.as_str()),
            _ => None,
        })
}

fn add_message(outcome: &mut PackOutcome, text: &str) {
    match &mut outcome.message {
        Some(message) => {
            message.push_str("; ");
            message.push_str(text);
        }
        none => *none = Some(text.to_owned()),
    }
}
