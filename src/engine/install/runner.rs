//! Runs the actions of one pack, for its pack type: plans them, applies them with their undo
//! written down first, or takes them back.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use self::state::key;
use super::{
    gather::{self, Use},
    machine::{Machine, PackScene},
};
use crate::{
    engine::session::Session,
    model::{action::ActionEntry, undo::UndoRecord},
    plugin::{
        action::{ActionCx, ActionHost, ActionOutcome, ActionPlan},
        change::Change,
        error::ActionError,
        foreseen::Foreseen,
        scene::PackIdentity,
    },
    store::journal::Journal,
    sys::{
        cancel::Cancel,
        timings::{self, Kind},
    },
};

pub(super) use self::state::State;

mod action_host;
mod pack_host;
mod state;
mod take_back;

/// What is done with the actions.
pub(super) enum Mode<'a> {
    /// They are planned; nothing changes.
    Plan(&'a Mutex<Foreseen>),
    /// They are applied; how to take them back is written into the journal first.
    Apply(&'a Journal),
    /// They are applied for good: a pack's own teardown.
    ForGood,
}

/// One pack's actions at work.
pub(super) struct Runner<'a> {
    pub(super) session: &'a Session,
    pub(super) machine: &'a Machine,
    pub(super) pack: &'a PackIdentity,
    pub(super) cancel: &'a Cancel,
    pub(super) mode: Mode<'a>,
    state: Mutex<State>,
}

impl<'a> Runner<'a> {
    /// A runner for a pack with these records of earlier installs.
    pub(super) fn new(
        session: &'a Session,
        machine: &'a Machine,
        pack: &'a PackIdentity,
        cancel: &'a Cancel,
        mode: Mode<'a>,
        records: &[UndoRecord],
    ) -> Self {
        let state = State {
            variables: Arc::new(machine.variables_of(pack)),
            stack: Arc::new(records.to_vec()),
            known: records.len(),
            ..State::default()
        };
        Self {
            session,
            machine,
            pack,
            cancel,
            mode,
            state: Mutex::new(state),
        }
    }

    /// Starts with variables that packs which come before have set, and with what is known of
    /// them: whether any of them runs programs.
    pub(super) fn after(self, session: &BTreeMap<String, String>, runs_programs: bool) -> Self {
        for (name, value) in session {
            self.set_session_variable(name, Some(value));
        }
        self.state().runs_programs = runs_programs;
        self
    }

    /// Takes note of the plan, whose records are in the journal already.
    pub(super) fn foretell(&self, records: &[UndoRecord], uses: &[Use]) {
        let mut state = self.state();
        state.foretold.extend(records.iter().map(key));
        state.uses = uses.to_vec();
    }

    /// What this run has made to be taken back, oldest first.
    pub(super) fn made(&self) -> Vec<UndoRecord> {
        let state = self.state();
        let mut made = state.stack[state.known..].to_vec();
        made.extend(state.announced.iter().cloned());
        made
    }

    /// What has come of it.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        // Whoever panicked has ended the run; what is here is whole after every statement.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the pack type or an action may know now.
    pub(super) fn scene(&self) -> PackScene<'a> {
        let state = self.state();
        PackScene {
            identity: self.pack,
            variables: Arc::clone(&state.variables),
            session: Arc::clone(&state.session),
            dry_run: self.is_plan(),
            cancel: self.cancel,
        }
    }

    fn is_plan(&self) -> bool {
        matches!(self.mode, Mode::Plan(_))
    }

    /// What an action may know now.
    fn bench(&self) -> Bench<'a> {
        Bench {
            scene: self.scene(),
            previous: Arc::clone(&self.state().stack),
        }
    }

    fn context<'c>(&'c self, bench: &'c Bench<'a>) -> ActionCx<'c> {
        ActionCx {
            scene: self.machine.scene(self.session, &bench.scene),
            previous: &bench.previous,
            host: self,
        }
    }

    /// Plans one action and foresees its changes.
    async fn plan_one(&self, entry: &ActionEntry) -> Result<ActionPlan, ActionError> {
        let Mode::Plan(foreseen) = &self.mode else {
            return Err(ActionError::failed("planned while applying"));
        };
        let plugin = self.session.registry.action(&entry.name)?;
        let bench = self.bench();
        let _span = timings::span(Kind::Action, || format!("{}: plan", entry.name));
        let plan = plugin.plan(&self.context(&bench), &entry.arguments).await?;
        lock(foreseen).foresee(&plan.changes)?;
        for change in &plan.changes {
            if let Change::Variable {
                name, scope, new, ..
            } = change
                && scope == "session"
            {
                self.set_session_variable(name, new.as_deref());
            }
        }
        Ok(plan)
    }

    /// Applies the entries at these places, at least one, all of one action, and returns their
    /// outcomes and how it ended.
    async fn apply_alike(
        &self,
        entries: &[ActionEntry],
        places: &[usize],
    ) -> (Vec<ActionOutcome>, Option<ActionError>) {
        let plugin = match self.session.registry.action(&entries[places[0]].name) {
            Ok(plugin) => plugin,
            Err(error) => return (Vec::new(), Some(error)),
        };
        let uses: Vec<_> = places
            .iter()
            .map(|place| &entries[*place].arguments)
            .collect();
        let bench = self.bench();
        let _span = timings::span(Kind::Action, || match places {
            [_] => entries[places[0]].name.clone(),
            many => format!("{} ({} together)", entries[many[0]].name, many.len()),
        });
        let applied = plugin.apply_all(&self.context(&bench), &uses).await;
        // Whoever looks at the stack has to be gone, or it would be copied.
        drop(bench);
        let mut error = applied.error;
        let returned = applied.outcomes.iter().flat_map(|outcome| &outcome.undo);
        let late = self.state().settle(returned);
        if let Err(problem) = self.write_down(&late) {
            error.get_or_insert(problem);
        }
        (applied.outcomes, error)
    }

    /// Writes down what is not written down already.
    fn write_down(&self, records: &[UndoRecord]) -> Result<(), ActionError> {
        let Mode::Apply(journal) = &self.mode else {
            return Ok(());
        };
        let new: Vec<UndoRecord> = {
            let mut state = self.state();
            records
                .iter()
                .filter(|record| !state.foretold.remove(&key(record)))
                .cloned()
                .collect()
        };
        if new.is_empty() {
            return Ok(());
        }
        journal
            .announce(&self.pack.id, &new)
            .map_err(|error| ActionError::failed(error.to_string()))
    }

    /// Takes entries through, those of one action together where that makes no difference. `each`
    /// gets the place of an entry and what became of it, as a plan.
    async fn take_through(
        &self,
        entries: &[ActionEntry],
        mut each: impl FnMut(usize, ActionOutcome) + Send,
    ) -> Result<bool, (usize, ActionError)> {
        let mut waiting: BTreeSet<usize> = (0..entries.len()).collect();
        while let Some(&first) = waiting.first() {
            if self.cancel.is_stopped() {
                return Err((first, ActionError::Cancelled));
            }
            let (places, outcomes, error) = if self.is_plan() {
                match self.plan_one(&entries[first]).await {
                    Ok(plan) => (vec![first], vec![plan.into()], None),
                    Err(error) => {
                        self.note_refused(&entries[first]);
                        (vec![first], Vec::new(), Some(error))
                    }
                }
            } else {
                let places = self.together(entries, &waiting);
                let (outcomes, error) = self.apply_alike(entries, &places).await;
                (places, outcomes, error)
            };
            let failed = places.get(outcomes.len()).copied().unwrap_or(first);
            let mut skips = false;
            for (place, outcome) in places.into_iter().zip(outcomes) {
                skips |= outcome.skips_rest;
                waiting.remove(&place);
                each(place, outcome);
            }
            if let Some(error) = error {
                return Err((failed, error));
            }
            if skips {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The places of the entries that are applied together next.
    fn together(&self, entries: &[ActionEntry], waiting: &BTreeSet<usize>) -> Vec<usize> {
        let Some(&first) = waiting.first() else {
            return Vec::new();
        };
        let name = &entries[first].name;
        let gathers = self
            .session
            .registry
            .action(name)
            .is_ok_and(|plugin| plugin.gathers());
        let state = self.state();
        let is_planned = state.uses.len() == entries.len()
            && state
                .uses
                .iter()
                .zip(entries)
                .all(|(planned, entry)| planned.action == entry.name);
        if gathers && is_planned {
            let waiting: Vec<usize> = waiting.iter().copied().collect();
            let uses: Vec<&Use> = waiting.iter().map(|place| &state.uses[*place]).collect();
            let places = gather::together(&uses);
            return places.into_iter().map(|place| waiting[place]).collect();
        }
        let alike = waiting
            .iter()
            .copied()
            .take_while(|place| entries[*place].name == *name);
        alike.collect()
    }

    /// Keeps what an action is about that cannot be planned. Of one inside another that is told
    /// without its place.
    fn note_refused(&self, entry: &ActionEntry) {
        let Ok(plugin) = self.session.registry.action(&entry.name) else {
            return;
        };
        let bench = self.bench();
        let claims = plugin.claims(&self.context(&bench), &entry.arguments);
        let mut state = self.state();
        for inner in &mut state.refused {
            inner.argument.clear();
        }
        state.refused.extend(claims.unwrap_or_default());
    }

    /// Keeps what an outcome of the pack's own list says.
    fn note(&self, index: usize, name: &str, outcome: &ActionOutcome) {
        let plugin = self.session.registry.action(name);
        let keeps = plugin.is_ok_and(|plugin| plugin.keeps_to_its_plan());
        let mut state = self.state();
        let resources = outcome.resources.iter().cloned();
        state
            .resources
            .extend(resources.map(|resource| (index, resource)));
        let is_run = |change: &Change| matches!(change, Change::Run { .. });
        state.runs_programs |= outcome.changes.iter().any(is_run);
        if self.is_plan() {
            state.planned.extend(outcome.undo.iter().cloned());
            let (changes, resources) = (&outcome.changes, &outcome.resources);
            state.uses.push(Use::of(name, keeps, changes, resources));
        }
    }
}

/// What an action may know at one moment.
struct Bench<'a> {
    scene: PackScene<'a>,
    previous: Arc<Vec<UndoRecord>>,
}

/// What a plan foresees, for a moment.
pub(super) fn lock(foreseen: &Mutex<Foreseen>) -> MutexGuard<'_, Foreseen> {
    foreseen.lock().unwrap_or_else(PoisonError::into_inner)
}
