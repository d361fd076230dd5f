//! The scheduler's permits in the lock trace: who stands in the queue, who has one, who gives it back.

use super::scheduler::{Lane, Limits};
use crate::sys::lock::trace::{Hold, Lock, Task, Waiting};

/// Writes down what happens to the permits of one kind, of which a verb has so many.
#[derive(Debug, Clone, Copy)]
pub(super) struct Permits {
    kind: &'static str,
    limits: Limits,
}

/// A unit that stands in the queue; unless it starts, it leaves the queue with this value.
#[derive(Debug)]
pub(super) struct Queued {
    task: Task,
    waiting: Waiting,
}

/// A permit, given back with this value, which has to go before the scheduler knows of it.
#[derive(Debug)]
pub(super) struct Permit {
    _in_the_lane: Option<Hold>,
    _in_all: Hold,
}

impl Permits {
    /// Permits for `kind`, in words.
    pub(super) fn new(kind: &'static str, limits: Limits) -> Self {
        Self { kind, limits }
    }

    /// `task` stands in the queue now.
    pub(super) fn ask(&self, task: Task) -> Queued {
        let of = || String::from(self.kind);
        let lock = Lock::Permit {
            of: &of,
            permits: self.limits.total,
        };
        let waiting = Waiting::begin(task, &lock);
        Queued { task, waiting }
    }

    /// The scheduler has let it start, in this lane.
    pub(super) fn start(&self, queued: Queued, lane: &Lane) -> Permit {
        let Queued { task, waiting } = queued;
        let in_all = waiting.granted();
        let counted = match lane {
            Lane::Local => Some(("this machine", self.limits.local)),
            Lane::Host(host) => Some((host.as_str(), self.limits.per_host)),
            // As many as there are in all.
            Lane::Network => None,
        };
        let in_the_lane = counted.map(|(name, permits)| {
            let of = || format!("{} on {name}", self.kind);
            let lock = Lock::Permit { of: &of, permits };
            Hold::taken(task, &lock)
        });
        Permit {
            _in_the_lane: in_the_lane,
            _in_all: in_all,
        }
    }
}
