//! What may start next: so many at once in all, fewer for local work, fewer for each host. Pure.

use indexmap::IndexMap;

use crate::model::url::{PackUrl, Scheme};

/// How many units may be at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// In all.
    pub total: usize,
    /// On this machine only, where processors are what there is to share.
    pub local: usize,
    /// With one ssh or `git://` host: servers drop what is too much.
    pub per_host: usize,
}

impl Limits {
    /// What waits on a network hardly needs a processor: the more at once, the sooner all are
    /// done, up to here. How far that goes is measured in docs/benchmarks.md.
    const MOST_ON_NETWORK: usize = 64;

    /// So many keep any network busy, and are what a machine gets that does not say what it is.
    const LEAST_ON_NETWORK: usize = 16;

    /// The memory, in bytes, that git may need at once for a big repository that comes in.
    const MEMORY_EACH: u64 = 256 << 20;

    /// The limits for `chosen` packs at work, or else for a machine with so many `processors` and
    /// so much `memory`, in bytes.
    pub fn new(
        chosen: Option<usize>,
        processors: usize,
        memory: Option<u64>,
        per_host: usize,
    ) -> Self {
        let fitting = memory.map_or(0, |memory| memory / Self::MEMORY_EACH);
        let on_network = usize::try_from(fitting)
            .unwrap_or(usize::MAX)
            .clamp(Self::LEAST_ON_NETWORK, Self::MOST_ON_NETWORK);
        Self {
            total: chosen.unwrap_or(on_network),
            local: chosen.unwrap_or(processors.max(4)),
            per_host: per_host.max(1),
        }
    }

    /// The same, with `room` units at most, whatever was chosen.
    #[must_use]
    pub fn within(self, room: usize) -> Self {
        Self {
            total: self.total.min(room),
            local: self.local.min(room),
            per_host: self.per_host.min(room),
        }
    }
}

/// What a unit waits on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Lane {
    /// This machine.
    Local,
    /// A network, where nobody counts connections.
    Network,
    /// A host that does.
    Host(String),
}

impl Lane {
    /// The lane of a pack that comes from `url`.
    pub fn of(url: &PackUrl) -> Self {
        match url.scheme() {
            Scheme::File | Scheme::Path => Self::Local,
            Scheme::Http | Scheme::Https | Scheme::Other => Self::Network,
            Scheme::Ssh | Scheme::Git => url.host_key().map_or(Self::Network, Self::Host),
        }
    }
}

/// The units that wait, and how many are at work. What waits in one lane never holds up another.
#[derive(Debug)]
pub struct Scheduler<T> {
    limits: Limits,
    waiting: IndexMap<Lane, std::collections::VecDeque<T>>,
    at_work: IndexMap<Lane, usize>,
    total: usize,
    turn: usize,
}

impl<T> Scheduler<T> {
    /// A scheduler with nothing in it.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            waiting: IndexMap::new(),
            at_work: IndexMap::new(),
            total: 0,
            turn: 0,
        }
    }

    /// Puts a unit at the end of its lane.
    pub fn enqueue(&mut self, lane: Lane, unit: T) {
        self.waiting.entry(lane).or_default().push_back(unit);
    }

    /// Takes the next unit that may start; its permit is given back with [`Self::release`].
    /// Lanes take turns.
    // proof: Grex.Scheduler.cap
    pub fn start_next(&mut self) -> Option<(Lane, T)> {
        if self.total >= self.limits.total {
            return None;
        }
        let lanes = self.waiting.len();
        for offset in 0..lanes {
            let index = (self.turn + offset) % lanes;
            let (lane, queue) = self.waiting.get_index_mut(index)?;
            let lane = lane.clone();
            let at_work = self.at_work.entry(lane.clone()).or_default();
            if *at_work >= lane_limit(&self.limits, &lane) {
                continue;
            }
            if let Some(unit) = queue.pop_front() {
                *at_work += 1;
                self.total += 1;
                self.turn = index + 1;
                return Some((lane, unit));
            }
        }
        None
    }

    /// Gives a permit back.
    pub fn release(&mut self, lane: &Lane) {
        if let Some(at_work) = self.at_work.get_mut(lane) {
            *at_work = at_work.saturating_sub(1);
        }
        self.total = self.total.saturating_sub(1);
    }

    /// Takes out everything that waits.
    pub fn drain(&mut self) -> Vec<T> {
        self.waiting
            .drain(..)
            .flat_map(|(_, queue)| queue)
            .collect()
    }
}

fn lane_limit(limits: &Limits, lane: &Lane) -> usize {
    match lane {
        Lane::Local => limits.local,
        Lane::Network => limits.total,
        Lane::Host(_) => limits.per_host,
    }
}

#[cfg(test)]
mod tests {
    use super::{Lane, Limits, Scheduler};

    fn host(name: &str) -> Lane {
        Lane::Host(name.to_owned())
    }

    #[test]
    fn no_limit_is_passed_and_permits_come_back() {
        let mut scheduler = Scheduler::new(Limits {
            total: 4,
            local: 2,
            per_host: 1,
        });
        for unit in 0..3 {
            scheduler.enqueue(Lane::Local, unit);
            scheduler.enqueue(host("a"), 10 + unit);
        }
        let mut started: Vec<_> = std::iter::from_fn(|| scheduler.start_next())
            .map(|(_, unit)| unit)
            .collect();
        started.sort_unstable();
        assert_eq!(started, [0, 1, 10]);
        scheduler.release(&host("a"));
        assert_eq!(scheduler.start_next(), Some((host("a"), 11)));
        assert_eq!(scheduler.start_next(), None);
        scheduler.release(&Lane::Local);
        assert_eq!(scheduler.start_next(), Some((Lane::Local, 2)));
    }

    #[test]
    fn a_full_host_does_not_hold_up_another() {
        let mut scheduler = Scheduler::new(Limits {
            total: 8,
            local: 8,
            per_host: 2,
        });
        for unit in 0..100 {
            scheduler.enqueue(host("a"), unit);
        }
        scheduler.enqueue(host("b"), 1000);
        let started: Vec<_> = std::iter::from_fn(|| scheduler.start_next())
            .map(|(_, unit)| unit)
            .collect();
        assert_eq!(started.len(), 3);
        assert!(started.contains(&1000));
    }

    #[test]
    fn the_total_is_a_limit_of_its_own() {
        let mut scheduler = Scheduler::new(Limits::new(Some(2), 64, None, 8));
        for unit in 0..5 {
            scheduler.enqueue(Lane::Network, unit);
            scheduler.enqueue(Lane::Local, unit);
        }
        assert_eq!(std::iter::from_fn(|| scheduler.start_next()).count(), 2);
        assert_eq!(scheduler.drain().len(), 8);
    }

    #[test]
    fn the_machine_sets_what_nobody_chose() {
        let gigabytes = |number: u64| Some(number << 30);
        for (memory, total) in [
            (None, 16),
            (gigabytes(2), 16),
            (gigabytes(7), 28),
            (gigabytes(64), 64),
        ] {
            let limits = Limits {
                total,
                local: 4,
                per_host: 8,
            };
            assert_eq!(Limits::new(None, 2, memory, 8), limits);
        }
        assert_eq!(
            Limits::new(Some(3), 2, gigabytes(64), 8),
            Limits {
                total: 3,
                local: 3,
                per_host: 8
            }
        );
    }

    #[test]
    fn what_was_chosen_does_not_make_room_for_it() {
        let all = |limit| Limits {
            total: limit,
            local: limit,
            per_host: limit,
        };
        assert_eq!(all(64).within(8), all(8));
        assert_eq!(all(3).within(8), all(3));
    }
}
