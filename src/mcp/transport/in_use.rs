//! The ids of the requests that are at work.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use rmcp::model::RequestId;
use tokio_util::task::{TaskTracker, task_tracker::TaskTrackerToken};

/// The ids that must not be used again yet. An id is free when its request was answered or
/// cancelled, *and* whoever worked on it has ended: `rmcp` takes the late answer of a cancelled
/// request for the answer to a new one of the same id.
#[derive(Clone, Default)]
pub(super) struct InUse {
    states: Arc<Mutex<HashMap<RequestId, State>>>,
    at_work: TaskTracker,
}

#[derive(Clone, Copy, Default)]
struct State {
    is_settled: bool,
    has_ended: bool,
    is_forsaken: bool,
}

/// Travels with a request; its last clone is dropped when nobody works on the request any more.
#[derive(Clone)]
pub(in crate::mcp) struct AtWork(Arc<End>);

struct End {
    in_use: InUse,
    id: RequestId,
    _token: TaskTrackerToken,
}

impl AtWork {
    /// The request is not answered, whatever its handler returns.
    pub(in crate::mcp) fn forsake(&self) {
        let End { in_use, id, .. } = &*self.0;
        in_use.change(id, |state| state.is_forsaken = true);
    }
}

impl InUse {
    /// Takes an id; none if it is in use.
    pub(super) fn take(&self, id: &RequestId) -> Option<AtWork> {
        let mut ids = self.ids();
        if ids.contains_key(id) {
            return None;
        }
        ids.insert(id.clone(), State::default());
        let end = End {
            in_use: self.clone(),
            id: id.clone(),
            _token: self.at_work.token(),
        };
        Some(AtWork(Arc::new(end)))
    }

    /// Empty while nobody works on any request.
    pub(super) fn at_work(&self) -> TaskTracker {
        self.at_work.clone()
    }

    /// The request was answered, or will not be.
    pub(super) fn settle(&self, id: &RequestId) {
        self.change(id, |state| state.is_settled = true);
    }

    /// Whether the request is not to be answered.
    pub(super) fn is_forsaken(&self, id: &RequestId) -> bool {
        self.ids().get(id).is_some_and(|state| state.is_forsaken)
    }

    fn change(&self, id: &RequestId, change: impl FnOnce(&mut State)) {
        let mut ids = self.ids();
        if let Some(state) = ids.get_mut(id) {
            change(state);
            if state.is_settled && state.has_ended {
                ids.remove(id);
            }
        }
    }

    fn ids(&self) -> MutexGuard<'_, HashMap<RequestId, State>> {
        self.states.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.in_use.change(&self.id, |state| state.has_ended = true);
    }
}

impl fmt::Debug for AtWork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AtWork")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_free_when_it_is_answered_and_nobody_works_on_it() {
        let in_use = InUse::default();
        let id = RequestId::Number(1);
        let other = RequestId::String("1".into());
        for settled_first in [true, false] {
            let at_work = in_use.take(&id).expect("it is free");
            assert!(in_use.take(&id).is_none());
            assert!(in_use.take(&other).is_some(), "a string is another id");
            in_use.settle(&other);
            if settled_first {
                in_use.settle(&id);
                assert!(in_use.take(&id).is_none());
                drop(at_work);
            } else {
                drop(at_work);
                assert!(in_use.take(&id).is_none());
                in_use.settle(&id);
            }
        }
        assert!(in_use.ids().is_empty());
    }

    #[test]
    fn what_is_forsaken_is_so_until_it_is_settled() {
        let in_use = InUse::default();
        let id = RequestId::Number(1);
        let at_work = in_use.take(&id).expect("it is free");
        assert!(!in_use.is_forsaken(&id));
        at_work.forsake();
        drop(at_work);
        assert!(in_use.is_forsaken(&id));
        in_use.settle(&id);
        assert!(!in_use.is_forsaken(&id) && in_use.take(&id).is_some());
    }
}
