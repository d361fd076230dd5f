//! The loop of a run. It owns the frontier: what waits, what is at work, what comes later. Units
//! report to it; nothing else is shared. A pack's children start as soon as it has reported them.

mod locked;

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
    time::Duration,
};

use tokio::task::JoinSet;

use self::locked::Locked;
use super::{
    deferral::{self, Later, Refused, Standing, sleep_until},
    event::Event,
    node::{Found, Node},
    outcome::{PackFailure, PackOutcome, Verdict},
    permits::Permits,
    scheduler::{Lane, Scheduler},
    terminal::Held,
    unit::{self, UnitContext, UnitEnd},
};
use crate::{
    git::failure::FailureClass,
    model::{path::PackPath, text},
    sys::timings::{self, Kind},
};

/// The first pause before another try; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(400);

/// A pack's turn, with what it has been through.
struct Turn {
    node: Node,
    failures: u32,
    /// It has the terminal: git may ask.
    may_ask: bool,
    standing: Standing,
}

impl Turn {
    fn first(node: Node) -> Self {
        Self {
            node,
            failures: 0,
            may_ask: false,
            standing: Standing::first(),
        }
    }
}

struct Dispatcher<'a> {
    cx: Arc<UnitContext>,
    scheduler: Scheduler<Turn>,
    permits: Permits,
    at_work: JoinSet<(Lane, Turn, UnitEnd)>,
    later: Later<Turn>,
    /// What has a turn with the terminal, one at a time, when everything else is done.
    locked: VecDeque<Locked>,
    seen: HashSet<PackPath>,
    outcomes: Vec<PackOutcome>,
    stopping: bool,
    on_done: &'a mut (dyn FnMut(&PackOutcome) + Send),
}

/// Takes all packs from `roots` down through the run. `on_done` is told of each as it is done
/// with, for the books. The result has one outcome for each pack that the run is about.
pub async fn dispatch(
    cx: Arc<UnitContext>,
    roots: Vec<Found>,
    on_done: &mut (dyn FnMut(&PackOutcome) + Send),
) -> Vec<PackOutcome> {
    let limits = cx.session.limits();
    let mut dispatcher = Dispatcher {
        scheduler: Scheduler::new(limits),
        permits: Permits::new("packs", limits),
        at_work: JoinSet::new(),
        later: Later::new(),
        locked: VecDeque::new(),
        seen: HashSet::new(),
        outcomes: Vec::new(),
        stopping: false,
        on_done,
        cx,
    };
    dispatcher.discover(roots);
    dispatcher.run().await;
    dispatcher.outcomes
}

impl Dispatcher<'_> {
    // proof: Grex.Scheduler.WorksFor
    async fn run(&mut self) {
        let cancel = self.cx.session.cancel.clone();
        loop {
            // A unit that has ended of it may be heard of before the request itself.
            if cancel.is_stopped() && !self.stopping {
                self.stop();
            }
            self.start_what_may();
            if self.at_work.is_empty() && self.later.is_empty() {
                if self.locked.is_empty() {
                    return;
                }
                self.hand_over();
                continue;
            }
            let due = self.later.next_due();
            tokio::select! {
                Some(ended) = self.at_work.join_next() => match ended {
                    Ok((lane, turn, end)) => self.ended(&lane, turn, end),
                    Err(error) => std::panic::resume_unwind(error.into_panic()),
                },
                () = sleep_until(due) => self.wake(),
                () = cancel.stopped(), if !self.stopping => self.stop(),
            }
        }
    }

    fn start_what_may(&mut self) {
        while !self.stopping {
            let Some((lane, mut turn)) = self.scheduler.start_next() else {
                return;
            };
            turn.standing.start(&self.permits, &lane);
            let cx = Arc::clone(&self.cx);
            let last = turn.failures >= cx.session.settings.retries;
            let terminal = cx.session.terminal.clone().filter(|_| turn.may_ask);
            let permit = timings::permit(|| turn.node.path.to_string());
            self.at_work
                .spawn(turn.standing.task.act(permit.over(async move {
                    let end = match terminal {
                        Some(terminal) => {
                            let cx = cx.with_terminal(Arc::clone(&terminal));
                            let _held = Held::take(terminal.as_ref(), turn.node.path.as_str());
                            // Whatever fails now is told to whoever sits there.
                            unit::run(&cx, &turn.node, true).await
                        }
                        None => unit::run(&cx, &turn.node, last).await,
                    };
                    match &end {
                        UnitEnd::Again(failure) => timings::moment(Kind::Again, || {
                            format!("comes again: {}", text::shown(&failure.message))
                        }),
                        UnitEnd::Deferred(holder) => {
                            timings::moment(Kind::Again, || {
                                format!("comes again: held by {holder}")
                            });
                        }
                        _ => {}
                    }
                    (lane, turn, end)
                })));
        }
    }

    /// Puts a turn into the queue for a permit.
    fn enqueue(&mut self, mut turn: Turn) {
        turn.standing.stand_in_line(&self.permits);
        self.scheduler.enqueue(Lane::of(&turn.node.url), turn);
    }

    // proof: Grex.Scheduler.noPermit
    fn ended(&mut self, lane: &Lane, mut turn: Turn, end: UnitEnd) {
        turn.standing.stop();
        self.scheduler.release(lane);
        if !matches!(end, UnitEnd::Deferred(_)) {
            turn.standing.served();
        }
        match end {
            UnitEnd::Done(outcome, children) if self.may_unlock(&turn, &outcome) => {
                self.set_aside(Locked {
                    turn,
                    outcome,
                    children,
                });
            }
            UnitEnd::Done(outcome, children) => {
                self.done(*outcome);
                self.discover(children);
            }
            UnitEnd::Passed(children) => self.discover(children),
            UnitEnd::Deferred(holder) => self.defer(turn, &holder),
            UnitEnd::Again(failure) => self.try_again(turn, &failure),
            UnitEnd::Cancelled => self.skip(&turn.node),
        }
    }

    fn discover(&mut self, nodes: Vec<Found>) {
        for node in nodes {
            match node {
                Ok(node) if !self.seen.insert(node.path.clone()) => {
                    let failure = PackFailure::new(
                        FailureClass::Other,
                        "two packs are declared at this path",
                    )
                    .with_hint("give one of them another path");
                    self.done(PackOutcome::failed(&node.path, &node.url, failure));
                }
                Ok(node) if self.stopping => self.skip(&node),
                Ok(node) => self.enqueue(Turn::first(node)),
                Err(outcome) => self.done(*outcome),
            }
        }
        self.cx
            .session
            .observer
            .observe(Event::Known(self.seen.len()));
    }

    fn done(&mut self, outcome: PackOutcome) {
        (self.on_done)(&outcome);
        self.cx.session.observer.observe(Event::Finished(&outcome));
        if outcome.verdict == Verdict::Err && self.cx.options.fail_fast {
            self.stop();
        }
        self.outcomes.push(outcome);
    }

    fn skip(&mut self, node: &Node) {
        let outcome = PackOutcome {
            message: Some(String::from("not tried: the run was stopped")),
            ..PackOutcome::unchanged(&node.path, &node.url, Verdict::Skipped)
        };
        self.cx.session.observer.observe(Event::Finished(&outcome));
        self.outcomes.push(outcome);
    }

    fn defer(&mut self, mut turn: Turn, holder: &str) {
        match turn.standing.refused(self.cx.session.settings.lock_timeout) {
            Refused::Again { pause, .. } => self.postpone(turn, pause, holder),
            Refused::Enough => {
                let failure = deferral::busy(holder);
                self.done(PackOutcome::failed(
                    &turn.node.path,
                    &turn.node.url,
                    failure,
                ));
            }
        }
    }

    fn try_again(&mut self, mut turn: Turn, failure: &PackFailure) {
        let pause = jittered(FIRST_PAUSE * 2_u32.saturating_pow(turn.failures.min(6)));
        turn.failures += 1;
        self.postpone(turn, pause, &failure.message);
    }

    fn postpone(&mut self, mut turn: Turn, pause: Duration, why: &str) {
        // It comes back among the others.
        turn.may_ask = false;
        if self.stopping {
            return self.skip(&turn.node);
        }
        self.cx
            .session
            .observer
            .observe(Event::Postponed(turn.node.path.as_str(), pause, why));
        self.later.postpone(turn, pause);
    }

    fn wake(&mut self) {
        for turn in self.later.take_due() {
            self.enqueue(turn);
        }
    }

    fn stop(&mut self) {
        self.stopping = true;
        let waiting = self.scheduler.drain();
        let later = self.later.take_all();
        for turn in waiting.into_iter().chain(later) {
            self.skip(&turn.node);
        }
        self.leave_all_locked();
    }
}

/// Between three quarters of `pause` and all of it, so that what failed together does not come
/// back together.
fn jittered(pause: Duration) -> Duration {
    let nanos = std::time::UNIX_EPOCH
        .elapsed()
        .unwrap_or_default()
        .subsec_nanos();
    pause - pause / 4 * (nanos % 1_000) / 1_000
}
