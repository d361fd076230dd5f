//! Takes back what was installed of a pack, however long ago and whatever the pack is now.

use std::{
    path::{Path, PathBuf},
    sync::Mutex,
};

use super::{
    machine::Machine,
    plan,
    runner::{Mode, Runner},
};
use crate::{
    engine::{event::Event, outcome::PackFailure, session::Session},
    git::failure::FailureClass,
    model::pack::PackSpec,
    plugin::{
        error::PackError,
        foreseen::{Foreseen, Foretold},
        pack_type::{ActionReport, Pack, PackCx, PackHost},
        scene::PackIdentity,
    },
    store::{
        StoreError,
        seal::Seal,
        undo::{self, Installed},
    },
    sys::timings::{self, Kind},
};

/// What a teardown did, or would.
#[derive(Debug, Default)]
pub struct TornDown {
    /// Action by action.
    pub actions: Vec<ActionReport>,
    /// In a plan, the text files that it would change, whole.
    pub texts: Vec<(PathBuf, Foretold)>,
}

/// Says what a teardown would change. `foreseen` has what came before it.
///
/// # Errors
/// It would fail.
pub async fn plan_teardown(
    session: &Session,
    machine: &Machine,
    installed: &Installed,
    root: &Path,
    foreseen: &Mutex<Foreseen>,
) -> Result<TornDown, PackFailure> {
    let actions = run(session, machine, installed, root, Mode::Plan(foreseen)).await?;
    Ok(TornDown {
        actions,
        texts: plan::take_texts(foreseen),
    })
}

/// Takes back what was installed of the pack at `root`, and forgets it.
///
/// # Errors
/// Something is left; it is not forgotten.
pub async fn tear_down(
    session: &Session,
    machine: &Machine,
    seal: &Seal,
    installed: &Installed,
    root: &Path,
) -> Result<TornDown, PackFailure> {
    begin(session, seal, installed)
        .map_err(|error| PackFailure::new(FailureClass::Other, error.to_string()))?;
    session.observer.observe(Event::Installing(&installed.id));
    let span = timings::span(Kind::Pack, || format!("{}: teardown", installed.id));
    let result = run(session, machine, installed, root, Mode::ForGood).await;
    drop(span);
    session.observer.observe(Event::Installed(&installed.id));
    let actions = result?;
    remove_leftover(session, seal, installed)
        .and_then(|()| undo::remove(&session.workspace, &installed.id).map_err(StoreError::from))
        .map_err(|error| PackFailure::new(FailureClass::Other, error.to_string()))?;
    Ok(TornDown {
        actions,
        texts: Vec::new(),
    })
}

/// Says in the pack's record that it is not whole any more, so that an install after a teardown
/// that never ended does it all again.
fn begin(session: &Session, seal: &Seal, installed: &Installed) -> Result<(), StoreError> {
    if installed.is_whole() {
        let torn = Installed {
            torn: true,
            ..installed.clone()
        };
        undo::write(&session.workspace, seal, &torn)?;
    }
    Ok(())
}

async fn run(
    session: &Session,
    machine: &Machine,
    installed: &Installed,
    root: &Path,
    mode: Mode<'_>,
) -> Result<Vec<ActionReport>, PackFailure> {
    let Some(plugin) = session.registry.pack_type(&installed.pack_type) else {
        let message = format!(
            "it was installed as a pack of type `{}`, which this grex does not know",
            installed.pack_type
        );
        return Err(PackFailure::new(FailureClass::Other, message));
    };
    let identity = PackIdentity {
        id: installed.id.clone(),
        name: installed.name.clone(),
        root: root.to_owned(),
    };
    // What runs is what was installed; what the pack says today was never agreed to.
    let pack = Pack {
        id: installed.id.clone(),
        root: root.to_owned(),
        spec: PackSpec::plain(&installed.name),
        children: Vec::new(),
    };
    let runner = Runner::new(
        session,
        machine,
        &identity,
        &session.cancel,
        mode,
        &installed.records,
    );
    let scene = runner.scene();
    let cx = PackCx {
        scene: machine.scene(session, &scene),
        surface: &installed.surface,
        host: &runner,
    };
    // An install that never came to its end has done less than its teardown undoes.
    let is_half = installed.actions_hash.is_empty() && !installed.records.is_empty();
    let result = match is_half {
        true => runner.undo().await,
        false => {
            let report = plugin.teardown(&cx, &pack).await;
            report.map(|report| report.actions)
        }
    };
    result.map_err(|error| failure(&error))
}

fn failure(error: &PackError) -> PackFailure {
    let failure = PackFailure::new(FailureClass::Other, format!("its teardown failed: {error}"));
    match error.hint() {
        Some(hint) => failure.with_hint(format!("{hint}; --skip-teardown leaves it as it is")),
        None => failure.with_hint("correct that and try again, or leave it with --skip-teardown"),
    }
}

/// Directories that were made for a pack may hold what others have put there since. They are
/// tried again whenever something else is taken back.
fn remove_leftover(
    session: &Session,
    seal: &Seal,
    installed: &Installed,
) -> Result<(), StoreError> {
    let before = undo::read_leftover(&session.workspace, seal)?;
    let mut directories = before.clone();
    for directory in installed
        .records
        .iter()
        .flat_map(|record| &record.directories)
        .chain(&installed.directories)
    {
        if !directories.contains(directory) {
            directories.push(directory.clone());
        }
    }
    // The longest first, so that what is inside goes before what it is in.
    directories.sort_by_key(|directory| std::cmp::Reverse(directory.len()));
    directories.retain(|directory| {
        let place = Path::new(directory);
        let is_ours = place
            .symlink_metadata()
            .is_ok_and(|metadata| metadata.is_dir());
        is_ours && std::fs::remove_dir(place).is_err()
    });
    if directories == before {
        return Ok(());
    }
    undo::write_leftover(&session.workspace, seal, directories)?;
    Ok(())
}
