//! Taking back what packs have installed, for whatever verb removes them.

use std::{collections::HashSet, path::Path, sync::Mutex};

use crate::{
    engine::{
        install::{
            order,
            survey::survey,
            teardown::{self, TornDown},
        },
        node::Found,
        outcome::PackFailure,
        session::Session,
    },
    git::failure::FailureClass,
    model::path::PackPath,
    plugin::foreseen::Foreseen,
};

use super::{
    error::OpError,
    install::{Bench, Known},
};

/// What teardowns of a run work with.
pub(super) struct Teardowns {
    bench: Bench,
    known: Known,
    foreseen: Mutex<Foreseen>,
}

impl Teardowns {
    /// Opens what they need; `None` where nothing was ever installed.
    pub(super) fn open(session: &Session, verb: &str) -> Result<Option<Self>, OpError> {
        if !session.workspace.undo_directory().is_dir() {
            return Ok(None);
        }
        let bench = Bench::open(session, verb)?;
        let (lockfile, _) = crate::store::lockfile::read(&session.workspace)?;
        let known = Known::read(session, &bench.seal, &lockfile);
        Ok(Some(Self {
            bench,
            known,
            foreseen: Mutex::default(),
        }))
    }

    /// Takes back what was installed of one pack; with `dry_run`, says what that would change.
    /// Nothing was: nothing is done.
    pub(super) async fn run(
        &self,
        session: &Session,
        path: &PackPath,
        root: &Path,
    ) -> Result<TornDown, PackFailure> {
        let Some(installed) = self.known.record(path.as_str())? else {
            return Ok(TornDown::default());
        };
        let machine = &self.bench.machine;
        if session.settings.dry_run {
            return teardown::plan_teardown(session, machine, &installed, root, &self.foreseen)
                .await;
        }
        teardown::tear_down(session, machine, &self.bench.seal, &installed, root).await
    }

    /// Packs below `path`, other than those that are `known` there, of which something is
    /// installed: children that their owner declares no more.
    pub(super) fn left_below(&self, path: &PackPath, known: &[PackPath]) -> Vec<PackPath> {
        let installed = self.known.ids().filter_map(|id| PackPath::parse(id).ok());
        installed
            .filter(|found| found != path && found.starts_with(path) && !known.contains(found))
            .collect()
    }

    /// Forgets what was installed of a pack, and leaves it where it is.
    pub(super) fn forget(&self, session: &Session, path: &PackPath) -> Result<(), PackFailure> {
        crate::store::undo::remove(&session.workspace, path.as_str())
            .map(drop)
            .map_err(|error| PackFailure::new(FailureClass::Other, error.to_string()))
    }
}

/// Sorts packs in the order in which they are taken back: the reverse of the order of their
/// installs. Where packs wait for each other, owners come before their children.
pub(super) fn in_order(session: &Session, roots: Vec<Found>, packs: &[PackPath]) -> Vec<PackPath> {
    let wanted: HashSet<&PackPath> = packs.iter().collect();
    let mut sorted: Vec<PackPath> = Vec::new();
    if let Ok(survey) = survey(session, roots)
        && let Ok(ordered) = crate::engine::install::ordered(&survey)
        && let Ok(sequence) = order::order(&ordered)
    {
        let backwards = sequence.into_iter().rev();
        let paths = backwards.filter_map(|index| survey.packs[index].path());
        sorted.extend(paths.filter(|path| wanted.contains(path)).cloned());
    }
    // What is not on disk, or in no order, has at least its place in the tree.
    let mut rest: Vec<PackPath> = packs
        .iter()
        .filter(|path| !sorted.contains(path))
        .cloned()
        .collect();
    rest.sort();
    sorted.extend(rest);
    sorted
}
