//! Installs packs: in parallel, each after those that come before it.

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use tokio::task::JoinSet;

use super::{
    candidate::{Candidate, Reason},
    machine::Machine,
    plan::{InstallPlan, PlannedPack},
    transaction::{self, Attempt, Done},
    waiting::Waiting,
};
use crate::{
    engine::{
        deferral::{self, Later, Refused, Standing, sleep_until},
        event::Event,
        outcome::PackFailure,
        permits::Permits,
        scheduler::{Lane, Limits},
        session::Session,
    },
    plugin::pack_type::ActionReport,
    store::{journal::Journal, seal::Seal, undo::Installed},
    sys::{
        lock::Holder,
        timings::{self, Kind},
    },
};

/// What all installs of a run share.
pub struct InstallContext {
    /// The session.
    pub session: Arc<Session>,
    /// The machine.
    pub machine: Machine,
    /// Where changes are announced.
    pub journal: Journal,
    /// Marks what is written as this user's own.
    pub seal: Seal,
    /// Names the run to whoever finds a lock held.
    pub holder: Holder,
}

/// How the install of a pack ended.
#[derive(Debug)]
pub enum Ended {
    /// It is installed.
    Installed {
        /// Action by action.
        actions: Vec<ActionReport>,
        /// What is known of it now.
        record: Box<Installed>,
    },
    /// It failed, and what was done is taken back.
    Failed(PackFailure),
    /// It was not tried.
    Skipped(String),
}

impl Ended {
    fn lacking(before: &str) -> Self {
        Self::Skipped(format!(
            "`{before}`, which comes before it, is not installed"
        ))
    }
}

/// A pack's turn.
struct Turn {
    candidate: Arc<Candidate>,
    planned: PlannedPack,
    standing: Standing,
}

/// The loop of the installs.
struct Installs {
    cx: Arc<InstallContext>,
    limit: usize,
    permits: Permits,
    plan: InstallPlan,
    waiting: Waiting,
    ready: VecDeque<Turn>,
    /// Turns that come later, because somebody else was at work in the pack.
    later: Later<Turn>,
    /// What packs have set for those that come after them.
    sessions: HashMap<String, BTreeMap<String, String>>,
    at_work: JoinSet<(Turn, Attempt)>,
    ended: Vec<(String, Ended)>,
}

/// Installs those of `candidates` that need it, are planned, and are `approved`. `on_done` is told
/// of each as it ends. The result has one ending for each pack that needs an install and is
/// approved.
pub async fn install(
    cx: Arc<InstallContext>,
    candidates: Vec<Candidate>,
    plan: InstallPlan,
    approved: &HashSet<String>,
    on_done: &mut (dyn FnMut(&str, &Ended) + Send),
) -> Vec<(String, Ended)> {
    // All installs are local.
    let limit = cx.session.limits().local;
    let mut installs = Installs {
        cx,
        limit,
        permits: Permits::new("installs", Limits::new(Some(limit), limit, None, limit)),
        plan,
        waiting: Waiting::default(),
        ready: VecDeque::new(),
        later: Later::new(),
        sessions: HashMap::new(),
        at_work: JoinSet::new(),
        ended: Vec::new(),
    };
    installs.queue(candidates, approved);
    installs.run(on_done).await;
    installs.ended
}

impl Installs {
    /// Sorts the packs into those that may start and those that wait.
    fn queue(&mut self, candidates: Vec<Candidate>, approved: &HashSet<String>) {
        let mut absent: HashSet<String> = HashSet::new();
        for candidate in candidates {
            if candidate.reason == Reason::None {
                continue;
            }
            let id = candidate.identity.id.clone();
            let lacking = candidate
                .after
                .iter()
                .find(|before| absent.contains(*before));
            if let Some(failure) = self.plan.failures.remove(&id) {
                absent.insert(id.clone());
                self.ended.push((id, Ended::Failed(failure)));
            } else if !approved.contains(&id) {
                absent.insert(id);
            } else if let Some(before) = lacking {
                let ended = Ended::lacking(before);
                absent.insert(id.clone());
                self.ended.push((id, ended));
            } else if let Some(candidate) = self.waiting.add(id, candidate) {
                self.is_ready(candidate);
            }
        }
    }

    /// A pack has its first turn as soon as there is a permit.
    fn is_ready(&mut self, candidate: Arc<Candidate>) {
        let planned = self.plan.packs.remove(&candidate.identity.id);
        self.stand_in_line(Turn {
            candidate,
            planned: planned.unwrap_or_default(),
            standing: Standing::first(),
        });
    }

    fn stand_in_line(&mut self, mut turn: Turn) {
        turn.standing.stand_in_line(&self.permits);
        self.ready.push_back(turn);
    }

    async fn run(&mut self, on_done: &mut (dyn FnMut(&str, &Ended) + Send)) {
        let cancel = self.cx.session.cancel.clone();
        loop {
            let is_stopped = cancel.is_stopped();
            if is_stopped {
                // None of them is shown as at work: that begins with the pack's lock.
                drop(self.later.take_all());
                self.ready.clear();
            }
            while self.at_work.len() < self.limit
                && let Some(turn) = self.ready.pop_front()
            {
                self.start(turn);
            }
            if self.at_work.is_empty() && self.later.is_empty() {
                break;
            }
            let due = self.later.next_due();
            tokio::select! {
                Some(ended) = self.at_work.join_next() => match ended {
                    Ok((turn, attempt)) => self.tried(turn, attempt, on_done),
                    Err(error) => std::panic::resume_unwind(error.into_panic()),
                },
                () = sleep_until(due) => self.wake(),
                () = cancel.stopped(), if !is_stopped => {}
            }
        }
        for id in self.waiting.take_all() {
            let why = String::from("not tried: the run was stopped");
            self.ended.push((id, Ended::Skipped(why)));
        }
    }

    fn start(&mut self, mut turn: Turn) {
        // All installs are local, and nothing else is at work.
        turn.standing.start(&self.permits, &Lane::Network);
        let mut inherited = BTreeMap::new();
        for before in &turn.candidate.after {
            inherited.extend(self.sessions.get(before).cloned().unwrap_or_default());
        }
        let cx = Arc::clone(&self.cx);
        let permit = timings::permit(|| format!("{}: install", turn.candidate.identity.id));
        self.at_work
            .spawn(turn.standing.task.act(permit.over(async move {
                let attempt = transaction::install(&cx, &turn.candidate, &turn.planned, &inherited);
                let attempt = attempt.await;
                if let Attempt::Held(holder) = &attempt {
                    timings::moment(Kind::Again, || format!("comes again: held by {holder}"));
                }
                (turn, attempt)
            })));
    }

    fn tried(
        &mut self,
        mut turn: Turn,
        attempt: Attempt,
        on_done: &mut (dyn FnMut(&str, &Ended) + Send),
    ) {
        turn.standing.stop();
        let holder = match attempt {
            Attempt::Ended(result) => return self.end(&turn.candidate, *result, on_done),
            Attempt::Held(holder) => holder,
        };
        let lock_timeout = self.cx.session.settings.lock_timeout;
        match turn.standing.refused(lock_timeout) {
            Refused::Again { pause, is_first } => {
                if is_first {
                    self.tell(&turn, &holder);
                }
                self.postpone(turn, pause, &holder);
            }
            Refused::Enough => {
                let failure = deferral::busy(&holder);
                self.end(&turn.candidate, Err(failure), on_done);
            }
        }
    }

    /// Tells that a pack waits, and for whom: its turns come again for as long as that takes.
    fn tell(&self, turn: &Turn, holder: &str) {
        let id = &turn.candidate.identity.id;
        let text = format!("waiting for the pack `{id}`, which is held by {holder}");
        self.cx.session.observer.observe(Event::Waiting(&text));
    }

    fn postpone(&mut self, turn: Turn, pause: Duration, holder: &str) {
        let id = &turn.candidate.identity.id;
        let event = Event::Postponed(id, pause, holder);
        self.cx.session.observer.observe(event);
        self.later.postpone(turn, pause);
    }

    fn wake(&mut self) {
        for turn in self.later.take_due() {
            self.stand_in_line(turn);
        }
    }

    fn end(
        &mut self,
        candidate: &Candidate,
        result: Result<Done, PackFailure>,
        on_done: &mut (dyn FnMut(&str, &Ended) + Send),
    ) {
        let id = candidate.identity.id.clone();
        self.cx.session.observer.observe(Event::Installed(&id));
        self.waiting.remove(&id);
        let ended = match result {
            Ok(done) => {
                self.sessions.insert(id.clone(), done.session);
                for candidate in self.waiting.release(&id) {
                    self.is_ready(candidate);
                }
                Ended::Installed {
                    actions: done.actions,
                    record: Box::new(done.record),
                }
            }
            Err(failure) => {
                for (dependent, before) in self.waiting.give_up_on(&id) {
                    self.ended.push((dependent, Ended::lacking(&before)));
                }
                Ended::Failed(failure)
            }
        };
        on_done(&id, &ended);
        self.ended.push((id, ended));
    }
}
