//! What a pack's type does after a synchronisation.

use std::sync::Mutex;

use super::{
    candidate::{Candidate, failure_of},
    machine::Machine,
    runner::{Mode, Runner},
};
use crate::{
    engine::{outcome::PackFailure, session::Session},
    plugin::{
        foreseen::Foreseen,
        pack_type::{ActionReport, PackCx},
    },
};

/// Says what it would do.
///
/// # Errors
/// It would fail.
pub async fn plan(
    session: &Session,
    machine: &Machine,
    candidate: &Candidate,
    foreseen: &Mutex<Foreseen>,
) -> Result<Vec<ActionReport>, PackFailure> {
    work(session, machine, candidate, Mode::Plan(foreseen)).await
}

/// Does it.
///
/// # Errors
/// It failed.
pub async fn run(
    session: &Session,
    machine: &Machine,
    candidate: &Candidate,
) -> Result<Vec<ActionReport>, PackFailure> {
    work(session, machine, candidate, Mode::ForGood).await
}

async fn work(
    session: &Session,
    machine: &Machine,
    candidate: &Candidate,
    mode: Mode<'_>,
) -> Result<Vec<ActionReport>, PackFailure> {
    let runner = Runner::new(
        session,
        machine,
        &candidate.identity,
        &session.cancel,
        mode,
        candidate.records(),
    );
    let scene = runner.scene();
    let cx = PackCx {
        scene: machine.scene(session, &scene),
        surface: &candidate.surface,
        host: &runner,
    };
    let report = candidate.plugin.sync(&cx, &candidate.pack).await;
    report
        .map(|report| report.actions)
        .map_err(|error| failure_of(&candidate.pack, &error))
}
