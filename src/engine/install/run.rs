//! Installs packs: in parallel, each after those that come before it.

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    sync::Arc,
};

use tokio::task::JoinSet;

use super::{
    candidate::{Candidate, Reason},
    machine::Machine,
    plan::{InstallPlan, PlannedPack},
    transaction::{self, Done},
};
use crate::{
    engine::{event::Event, outcome::PackFailure, session::Session},
    plugin::pack_type::ActionReport,
    store::{journal::Journal, seal::Seal, undo::Installed},
    sys::{lock::Holder, process::room, timings},
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

/// The loop of the installs.
struct Installs {
    cx: Arc<InstallContext>,
    plan: InstallPlan,
    waiting: HashMap<String, Arc<Candidate>>,
    /// How many packs each still waits for.
    unmet: HashMap<String, usize>,
    /// Who waits for a pack.
    dependents: HashMap<String, Vec<String>>,
    ready: VecDeque<Arc<Candidate>>,
    /// What packs have set for those that come after them.
    sessions: HashMap<String, BTreeMap<String, String>>,
    at_work: JoinSet<(Arc<Candidate>, Result<Done, PackFailure>)>,
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
    let mut installs = Installs {
        cx,
        plan,
        waiting: HashMap::new(),
        unmet: HashMap::new(),
        dependents: HashMap::new(),
        ready: VecDeque::new(),
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
        if before.is_empty() {
            self.ready.push_back(Arc::clone(&candidate));
        }
        self.waiting.insert(id, candidate);
    }

    async fn run(&mut self, on_done: &mut (dyn FnMut(&str, &Ended) + Send)) {
        let processors = std::thread::available_parallelism().map_or(4, usize::from);
        let limit = self
            .cx
            .session
            .settings
            .parallel
            .unwrap_or(processors.max(4))
            .min(room());
        loop {
            while self.at_work.len() < limit && !self.cx.session.cancel.is_stopped() {
                let Some(candidate) = self.ready.pop_front() else {
                    break;
                };
                self.start(candidate);
            }
            match self.at_work.join_next().await {
                Some(Ok((candidate, result))) => self.end(&candidate, result, on_done),
                Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
                None => break,
            }
        }
        for (id, _) in std::mem::take(&mut self.waiting) {
            let why = String::from("not tried: the run was stopped");
            self.ended.push((id, Ended::Skipped(why)));
        }
    }

    fn start(&mut self, candidate: Arc<Candidate>) {
        let id = &candidate.identity.id;
        let planned: PlannedPack = self.plan.packs.remove(id).unwrap_or_default();
        let mut inherited = BTreeMap::new();
        for before in &candidate.after {
            inherited.extend(self.sessions.get(before).cloned().unwrap_or_default());
        }
        let cx = Arc::clone(&self.cx);
        cx.session.observer.observe(Event::Installing(id));
        let permit = timings::permit(|| format!("{id}: install"));
        self.at_work.spawn(permit.over(async move {
            let result = transaction::install(&cx, &candidate, &planned, &inherited).await;
            (candidate, result)
        }));
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
                self.ready.push_back(Arc::clone(candidate));
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
