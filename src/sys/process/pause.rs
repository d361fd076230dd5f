//! Ctrl-Z: children have groups and sessions of their own, so the terminal stops only grex. Here
//! they are stopped with it, and go on with it.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard},
};

use super::{SpawnError, group, spawn::Leader};

/// Nothing is started while everything is stopped.
static STARTING: RwLock<()> = RwLock::new(());

/// The children that run now, by their numbers.
static RUNNING: Mutex<BTreeMap<u32, Leader>> = Mutex::new(BTreeMap::new());

fn running() -> MutexGuard<'static, BTreeMap<u32, Leader>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A child that can be stopped, until this is dropped.
pub(super) struct Pausable(Option<u32>);

impl Pausable {
    /// Starts a child by `start`, which also says who it is.
    pub(super) fn start<T>(
        start: impl FnOnce() -> Result<(T, Option<Leader>), SpawnError>,
    ) -> Result<(T, Option<Leader>, Self), SpawnError> {
        let _gate = STARTING.read().unwrap_or_else(PoisonError::into_inner);
        let (child, leader) = start()?;
        let stopped = leader.filter(|leader| !leader.hears_stops);
        if let Some(leader) = stopped {
            running().insert(leader.process, leader);
        }
        let pausable = Self(stopped.map(|leader| leader.process));
        Ok((child, leader, pausable))
    }

    /// It has ended; its number may be another's soon.
    pub(super) fn end(&mut self) {
        if let Some(process) = self.0.take() {
            running().remove(&process);
        }
    }
}

impl Drop for Pausable {
    fn drop(&mut self) {
        self.end();
    }
}

/// All children, stopped; they go on when it is dropped.
pub struct Paused {
    stopped: Vec<Leader>,
    _gate: RwLockWriteGuard<'static, ()>,
}

/// Stops all children.
pub fn pause() -> Paused {
    let gate = STARTING.write().unwrap_or_else(PoisonError::into_inner);
    let stopped: Vec<_> = running().values().copied().collect();
    stopped.iter().copied().for_each(group::pause);
    Paused {
        stopped,
        _gate: gate,
    }
}

impl Drop for Paused {
    fn drop(&mut self) {
        self.stopped.iter().copied().for_each(group::resume);
    }
}
