//! Installs packs: in parallel, each after those that come before it.

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::task::JoinSet;

use super::{
    candidate::{Candidate, Reason},
    machine::Machine,
    plan::{InstallPlan, PlannedPack},
    transaction::{self, Attempt, Done},
};
use crate::{
    engine::{
        dispatcher::sleep_until,
        event::Event,
        outcome::PackFailure,
        permits::{Permit, Permits, Queued},
        scheduler::{Lane, Limits},
        session::Session,
    },
    git::failure::FailureClass,
    plugin::pack_type::ActionReport,
    store::{journal::Journal, seal::Seal, undo::Installed},
    sys::{
        lock::{Holder, LockError, trace::Task},
        process::room,
        timings,
    },
};

/// How long a pack that another process holds is left alone.
const DEFERRAL: Duration = Duration::from_millis(100);

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

/// A pack's turn.
struct Turn {
    candidate: Arc<Candidate>,
    planned: PlannedPack,
    deferred_since: Option<Instant>,
    /// Who takes locks for it.
    task: Task,
    queued: Option<Queued>,
    permit: Option<Permit>,
}

/// The loop of the installs.
struct Installs {
    cx: Arc<InstallContext>,
    limit: usize,
    permits: Permits,
    plan: InstallPlan,
    waiting: HashMap<String, Arc<Candidate>>,
    /// How many packs each still waits for.
    unmet: HashMap<String, usize>,
    /// Who waits for a pack.
    dependents: HashMap<String, Vec<String>>,
    ready: VecDeque<Turn>,
    /// Turns that come later, because somebody else was at work in the pack.
    later: Vec<(Instant, Turn)>,
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
    let limit = limit(&cx.session);
    let mut installs = Installs {
        cx,
        limit,
        permits: Permits::new("installs", Limits::new(Some(limit), limit, limit)),
        plan,
        waiting: HashMap::new(),
        unmet: HashMap::new(),
        dependents: HashMap::new(),
        ready: VecDeque::new(),
        later: Vec::new(),
        sessions: HashMap::new(),
        at_work: JoinSet::new(),
        ended: Vec::new(),
    };
    installs.queue(candidates, approved);
    installs.run(on_done).await;
    installs.ended
}

/// How many installs may be at work at once.
fn limit(session: &Session) -> usize {
    let processors = std::thread::available_parallelism().map_or(4, usize::from);
    let chosen = session.settings.parallel;
    chosen.unwrap_or(processors.max(4)).min(room())
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
                let why = format!("`{before}`, which comes before it, is not installed");
                absent.insert(id.clone());
                self.ended.push((id, Ended::Skipped(why)));
            } else {
                self.enqueue(id, candidate);
            }
        }
    }

    fn enqueue(&mut self, id: String, candidate: Candidate) {
        let candidate = Arc::new(candidate);
        let before: Vec<&String> = candidate
            .after
            .iter()
            .filter(|before| self.waiting.contains_key(*before))
            .collect();
        for before in &before {
            self.dependents
                .entry((*before).clone())
                .or_default()
                .push(id.clone());
        }
        self.unmet.insert(id.clone(), before.len());
        let may_start = before.is_empty();
        self.waiting.insert(id, Arc::clone(&candidate));
        if may_start {
            self.is_ready(candidate);
        }
    }

    /// A pack has its first turn as soon as there is a permit.
    fn is_ready(&mut self, candidate: Arc<Candidate>) {
        let planned = self.plan.packs.remove(&candidate.identity.id);
        self.stand_in_line(Turn {
            candidate,
            planned: planned.unwrap_or_default(),
            deferred_since: None,
            task: Task::unit(),
            queued: None,
            permit: None,
        });
    }

    fn stand_in_line(&mut self, mut turn: Turn) {
        turn.queued = Some(self.permits.ask(turn.task));
        self.ready.push_back(turn);
    }

    async fn run(&mut self, on_done: &mut (dyn FnMut(&str, &Ended) + Send)) {
        let cancel = self.cx.session.cancel.clone();
        loop {
            let is_stopped = cancel.is_stopped();
            if is_stopped {
                self.later.clear();
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
            let due = self.later.iter().map(|(due, _)| *due).min();
            tokio::select! {
                Some(ended) = self.at_work.join_next() => match ended {
                    Ok((turn, attempt)) => self.tried(turn, attempt, on_done),
                    Err(error) => std::panic::resume_unwind(error.into_panic()),
                },
                () = sleep_until(due) => self.wake(),
                () = cancel.stopped(), if !is_stopped => {}
            }
        }
        for (id, _) in std::mem::take(&mut self.waiting) {
            let why = String::from("not tried: the run was stopped");
            self.ended.push((id, Ended::Skipped(why)));
        }
    }

    fn start(&mut self, mut turn: Turn) {
        let queued = turn.queued.take();
        // All installs are local, and nothing else is at work.
        turn.permit = queued.map(|queued| self.permits.start(queued, &Lane::Network));
        let mut inherited = BTreeMap::new();
        for before in &turn.candidate.after {
            inherited.extend(self.sessions.get(before).cloned().unwrap_or_default());
        }
        let cx = Arc::clone(&self.cx);
        if turn.deferred_since.is_none() {
            let id = &turn.candidate.identity.id;
            cx.session.observer.observe(Event::Installing(id));
        }
        let permit = timings::permit(|| format!("{}: install", turn.candidate.identity.id));
        self.at_work.spawn(turn.task.act(permit.over(async move {
            let attempt = transaction::install(&cx, &turn.candidate, &turn.planned, &inherited);
            let attempt = attempt.await;
            (turn, attempt)
        })));
    }

    fn tried(
        &mut self,
        mut turn: Turn,
        attempt: Attempt,
        on_done: &mut (dyn FnMut(&str, &Ended) + Send),
    ) {
        drop(turn.permit.take());
        match attempt {
            Attempt::Ended(result) => self.end(&turn.candidate, *result, on_done),
            Attempt::Held(error) => match self.defer(turn, error) {
                Ok(()) => {}
                Err((candidate, failure)) => self.end(&candidate, Err(failure), on_done),
            },
        }
    }

    /// Puts a turn off, unless the time to wait for locks is over.
    fn defer(
        &mut self,
        mut turn: Turn,
        mut error: LockError,
    ) -> Result<(), (Arc<Candidate>, PackFailure)> {
        let is_first = turn.deferred_since.is_none();
        let since = *turn.deferred_since.get_or_insert_with(Instant::now);
        if since.elapsed() >= self.cx.session.settings.lock_timeout {
            if let LockError::Held { waited, .. } = &mut error {
                *waited = since.elapsed();
            }
            let failure = PackFailure::new(FailureClass::Busy, error.to_string());
            return Err((turn.candidate, failure));
        }
        if is_first && let LockError::Held { holder, .. } = &error {
            let holder = holder.as_ref().map(Holder::to_string);
            let text = format!(
                "waiting for the pack `{}`, which is held by {}",
                turn.candidate.identity.id,
                holder.as_deref().unwrap_or("another process")
            );
            self.cx.session.observer.observe(Event::Waiting(&text));
        }
        self.later.push((Instant::now() + DEFERRAL, turn));
        Ok(())
    }

    fn wake(&mut self) {
        let now = Instant::now();
        let due: Vec<_> = self.later.extract_if(.., |(due, _)| *due <= now).collect();
        for (_, turn) in due {
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
                self.release(&id);
                Ended::Installed {
                    actions: done.actions,
                    record: Box::new(done.record),
                }
            }
            Err(failure) => {
                self.give_up_on(&id);
                Ended::Failed(failure)
            }
        };
        on_done(&id, &ended);
        self.ended.push((id, ended));
    }

    /// Those that waited for this pack wait for one less.
    fn release(&mut self, id: &str) {
        for dependent in self.dependents.remove(id).unwrap_or_default() {
            let Some(unmet) = self.unmet.get_mut(&dependent) else {
                continue;
            };
            *unmet -= 1;
            if *unmet == 0
                && let Some(candidate) = self.waiting.get(&dependent)
            {
                self.is_ready(Arc::clone(candidate));
            }
        }
    }

    /// Those that waited for this pack, and those that wait for them, are not tried.
    fn give_up_on(&mut self, id: &str) {
        let mut open = vec![id.to_owned()];
        while let Some(failed) = open.pop() {
            for dependent in self.dependents.remove(&failed).unwrap_or_default() {
                if self.waiting.remove(&dependent).is_some() {
                    let why = format!("`{failed}`, which comes before it, is not installed");
                    self.ended.push((dependent.clone(), Ended::Skipped(why)));
                    open.push(dependent);
                }
            }
        }
    }
}
