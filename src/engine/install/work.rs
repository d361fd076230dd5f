//! What is done with a candidate, planned or in earnest: its install by its type, or only the
//! actions of one name.

use std::collections::HashSet;

use super::{
    candidate::Candidate,
    runner::{Runner, State},
};
use crate::{
    model::{action::ActionEntry, undo::UndoRecord},
    plugin::{
        error::PackError,
        pack_type::{ActionReport, PackCx, PackHost},
    },
};

/// Does it.
pub(super) async fn work(
    runner: &Runner<'_>,
    candidate: &Candidate,
) -> Result<Vec<ActionReport>, PackError> {
    if let Some(name) = &candidate.only {
        return only(runner, candidate, name).await;
    }
    let scene = runner.scene();
    let cx = PackCx {
        scene: runner.machine.scene(runner.session, &scene),
        surface: &candidate.surface,
        host: runner,
    };
    let report = match candidate.installed {
        Some(_) => candidate.plugin.update(&cx, &candidate.pack).await,
        None => candidate.plugin.install(&cx, &candidate.pack).await,
    };
    Ok(report?.actions)
}

/// The places of the actions of one name in a pack's list.
pub fn places_of(candidate: &Candidate, name: &str) -> Vec<usize> {
    let actions = candidate.pack.spec.actions.iter().enumerate();
    actions
        .filter(|(_, action)| action.name == name)
        .map(|(place, _)| place)
        .collect()
}

async fn only(
    runner: &Runner<'_>,
    candidate: &Candidate,
    name: &str,
) -> Result<Vec<ActionReport>, PackError> {
    let places = places_of(candidate, name);
    let entries: Vec<ActionEntry> = places
        .iter()
        .map(|place| &candidate.pack.spec.actions[*place])
        .map(|action| ActionEntry {
            name: action.name.clone(),
            arguments: action.arguments.clone(),
        })
        .collect();
    let result = runner.apply(&entries).await;
    for (place, _) in &mut runner.state().resources {
        *place = places.get(*place).copied().unwrap_or(*place);
    }
    result.map_err(|error| match error {
        PackError::Action {
            index,
            action,
            error,
        } => PackError::Action {
            index: places.get(index).copied().unwrap_or(index),
            action,
            error,
        },
        error => error,
    })
}

/// The records of things that no action is about any more. What was left out may be.
pub(super) fn stale(candidate: &Candidate, state: &State) -> Vec<UndoRecord> {
    if candidate.only.is_some() || state.skipped_rest || state.unknown_from.is_some() {
        return Vec::new();
    }
    let declared: HashSet<&str> = state
        .resources
        .iter()
        .map(|(_, resource)| resource.name.as_str())
        .collect();
    candidate
        .records()
        .iter()
        .filter(|record| !declared.contains(record.resource.as_str()))
        .cloned()
        .collect()
}
