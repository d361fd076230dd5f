//! Runs the actions of one pack, for its pack type: plans them, applies them with their undo
//! written down first, or takes them back.

use std::{
    collections::{BTreeMap, HashSet},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;

use super::machine::{Machine, PackScene};
use crate::{
    engine::{event::Event, session::Session},
    model::{
        action::{ActionEntry, Step},
        undo::UndoRecord,
        variables::Variables,
    },
    plugin::{
        action::{ActionCx, ActionHost, ActionOutcome, ActionPlan, Resource},
        change::Change,
        error::{ActionError, PackError},
        foreseen::{Foreseen, Sight, on_disk, read_text},
        open_block::HeldLines,
        pack_type::{ActionReport, PackHost},
        scene::PackIdentity,
    },
    store::journal::Journal,
    sys::cancel::Cancel,
};

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

/// What has come of it so far.
#[derive(Default)]
pub(super) struct State {
    variables: Arc<Variables>,
    /// Variables that were set for later actions.
    pub(super) session: Arc<BTreeMap<String, String>>,
    /// How to take back what earlier installs and earlier actions did, oldest first.
    stack: Arc<Vec<UndoRecord>>,
    /// How many of the stack were there before this run.
    known: usize,
    /// What was written down and may still be to happen.
    foretold: HashSet<String>,
    /// What was announced by the actions at work, in order.
    announced: Vec<UndoRecord>,
    /// Everything that was announced or returned.
    made: HashSet<String>,
    /// What plans say that apply will announce.
    pub(super) planned: Vec<UndoRecord>,
    /// What the actions are about, each with its action's place.
    pub(super) resources: Vec<(usize, Resource)>,
    /// A program runs somewhere in the plan: what comes after it may not be known before.
    pub(super) runs_programs: bool,
    /// Why the plan ends before the actions do.
    pub(super) unknown_from: Option<String>,
    /// The rest of the actions was left out.
    pub(super) skipped_rest: bool,
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

    /// Takes note of records that are in the journal already.
    pub(super) fn foretell(&self, records: &[UndoRecord]) {
        let mut state = self.state();
        state.foretold.extend(records.iter().map(key));
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

    /// Applies the entries from `start` on that are of one action, at least one, and returns their
    /// outcomes and how it ended.
    async fn apply_alike(
        &self,
        entries: &[ActionEntry],
    ) -> (Vec<ActionOutcome>, Option<ActionError>) {
        let plugin = match self.session.registry.action(&entries[0].name) {
            Ok(plugin) => plugin,
            Err(error) => return (Vec::new(), Some(error)),
        };
        let uses: Vec<_> = entries.iter().map(|entry| &entry.arguments).collect();
        let bench = self.bench();
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

    /// Takes entries through, those of one action together. `each` gets the place of an entry and
    /// what became of it, as a plan.
    async fn take_through(
        &self,
        entries: &[ActionEntry],
        mut each: impl FnMut(usize, ActionOutcome) + Send,
    ) -> Result<bool, (usize, ActionError)> {
        let mut start = 0;
        while start < entries.len() {
            if self.cancel.is_stopped() {
                return Err((start, ActionError::Cancelled));
            }
            let (outcomes, error) = if self.is_plan() {
                match self.plan_one(&entries[start]).await {
                    Ok(plan) => (vec![planned(plan)], None),
                    Err(error) => (Vec::new(), Some(error)),
                }
            } else {
                self.apply_alike(alike(&entries[start..])).await
            };
            let mut skips = false;
            for outcome in outcomes {
                skips |= outcome.skips_rest;
                each(start, outcome);
                start += 1;
            }
            if let Some(error) = error {
                return Err((start, error));
            }
            if skips {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Keeps what an outcome of the pack's own list says.
    fn note(&self, index: usize, outcome: &ActionOutcome) {
        let mut state = self.state();
        let resources = outcome.resources.iter().cloned();
        state
            .resources
            .extend(resources.map(|resource| (index, resource)));
        let is_run = |change: &Change| matches!(change, Change::Run { .. });
        state.runs_programs |= outcome.changes.iter().any(is_run);
        if self.is_plan() {
            state.planned.extend(outcome.undo.iter().cloned());
        }
    }

    /// Takes records back, the last one first, as far as that goes. Returns what was changed and
    /// the first thing that went wrong.
    pub(super) async fn take_back(
        &self,
        records: &[UndoRecord],
    ) -> (Vec<ActionReport>, Option<ActionError>) {
        let mut reports = Vec::new();
        let mut problem = None;
        let backwards: Vec<&UndoRecord> = records.iter().rev().collect();
        for alike in backwards.chunk_by(|one, other| one.action == other.action) {
            let plugin = match self.session.registry.action(&alike[0].action) {
                Ok(plugin) => plugin,
                Err(error) => {
                    problem.get_or_insert(error);
                    continue;
                }
            };
            let bench = self.bench();
            let results = plugin.undo_all(&self.context(&bench), alike).await;
            for result in results {
                match result {
                    Ok(changes) => {
                        if let Mode::Plan(foreseen) = &self.mode
                            && let Err(error) = lock(foreseen).foresee(&changes)
                        {
                            problem.get_or_insert(error);
                        }
                        reports.push(ActionReport {
                            action: alike[0].action.clone(),
                            changed: !changes.is_empty(),
                            message: None,
                            changes,
                        });
                    }
                    Err(error) => drop(problem.get_or_insert(error)),
                }
            }
        }
        (reports, problem)
    }
}

#[async_trait]
impl PackHost for Runner<'_> {
    fn say(&self, line: &str) {
        self.session
            .observer
            .observe(Event::Output(&self.pack.id, line));
    }

    async fn apply(&self, actions: &[ActionEntry]) -> Result<Vec<ActionReport>, PackError> {
        let mut reports = Vec::new();
        let result = self
            .take_through(actions, |index, outcome| {
                self.note(index, &outcome);
                reports.push(ActionReport {
                    action: actions[index].name.clone(),
                    changed: !outcome.changes.is_empty(),
                    message: outcome.message,
                    changes: outcome.changes,
                });
            })
            .await;
        match result {
            Ok(skips) => self.state().skipped_rest |= skips,
            Err((_, ActionError::Cancelled)) => return Err(PackError::Cancelled),
            Err((index, error)) if self.is_unknown_yet(&error) => {
                let name = &actions[index].name;
                let why = format!(
                    "action {} (`{name}`) is planned once the programs before it have run: {error}",
                    index + 1
                );
                self.state().unknown_from = Some(why);
            }
            Err((index, error)) => {
                return Err(PackError::Action {
                    index,
                    action: actions
                        .get(index)
                        .map(|entry| entry.name.clone())
                        .unwrap_or_default(),
                    error,
                });
            }
        }
        Ok(reports)
    }

    async fn undo(&self) -> Result<Vec<ActionReport>, PackError> {
        let records = Arc::clone(&self.state().stack);
        let (reports, problem) = self.take_back(&records).await;
        match problem {
            None => Ok(reports),
            Some(ActionError::Cancelled) => Err(PackError::Cancelled),
            Some(error) => Err(PackError::Unusable {
                message: format!("not everything could be taken back: {error}"),
                hint: error.hint().map(str::to_owned),
            }),
        }
    }
}

impl Runner<'_> {
    /// A plan cannot know what programs will have changed.
    fn is_unknown_yet(&self, error: &ActionError) -> bool {
        let depends_on_the_machine = matches!(
            error,
            ActionError::Precondition { .. } | ActionError::Failed { .. }
        );
        self.is_plan() && depends_on_the_machine && self.state().runs_programs
    }
}

#[async_trait]
impl ActionHost for Runner<'_> {
    fn say(&self, line: &str) {
        PackHost::say(self, line);
    }

    fn look(&self, path: &Path) -> Result<Sight, ActionError> {
        match &self.mode {
            Mode::Plan(foreseen) => lock(foreseen).look(path),
            Mode::Apply(_) | Mode::ForGood => on_disk(path).map_err(|error| {
                ActionError::precondition(format!("cannot look at {}: {error}", path.display()))
            }),
        }
    }

    fn lies_at(&self, path: &Path) -> Option<PathBuf> {
        match &self.mode {
            Mode::Plan(foreseen) => lock(foreseen).lies_at(path),
            Mode::Apply(_) | Mode::ForGood => Some(path.to_path_buf()),
        }
    }

    fn text(&self, path: &Path) -> Result<Option<String>, ActionError> {
        match &self.mode {
            Mode::Plan(foreseen) => lock(foreseen).text(path),
            Mode::Apply(_) | Mode::ForGood => read_text(path),
        }
    }

    fn held_lines(
        &self,
        path: &Path,
        name: &str,
        beginnings: &[String],
    ) -> Result<HeldLines, ActionError> {
        match &self.mode {
            Mode::Plan(foreseen) => lock(foreseen).held_lines(path, name, beginnings),
            Mode::Apply(_) | Mode::ForGood => {
                let text = read_text(path)?.unwrap_or_default();
                HeldLines::of(path, &text, name, beginnings)
            }
        }
    }

    async fn announce(&self, records: &[UndoRecord]) -> Result<(), ActionError> {
        if self.is_plan() {
            return Err(ActionError::failed("a plan announces nothing"));
        }
        self.write_down(records)?;
        let mut state = self.state();
        state.made.extend(records.iter().map(key));
        state.announced.extend_from_slice(records);
        Ok(())
    }

    fn set_session_variable(&self, name: &str, value: Option<&str>) {
        let mut state = self.state();
        let session = Arc::make_mut(&mut state.session);
        match value {
            Some(value) => {
                session.insert(name.to_owned(), value.to_owned());
                Arc::make_mut(&mut state.variables).set(name, value);
            }
            None => {
                session.remove(name);
                let usual = self.machine.variables.get(name).map(str::to_owned);
                let variables = Arc::make_mut(&mut state.variables);
                match usual {
                    Some(usual) => variables.set(name, usual),
                    None => variables.unset(name),
                }
            }
        }
    }

    async fn plan_inner(&self, entries: &[ActionEntry]) -> Result<ActionPlan, ActionError> {
        let outcome = self.apply_inner(entries).await?;
        Ok(ActionPlan {
            changes: outcome.changes,
            resources: outcome.resources,
            undo: outcome.undo,
            message: outcome.message,
            skips_rest: outcome.skips_rest,
        })
    }

    async fn apply_inner(&self, entries: &[ActionEntry]) -> Result<ActionOutcome, ActionError> {
        let mut whole = ActionOutcome::default();
        let mut messages = Vec::new();
        let result = self
            .take_through(entries, |index, outcome| {
                let above = [Step::Index(index), Step::Key(entries[index].name.clone())];
                let resources = outcome.resources.into_iter().map(|resource| Resource {
                    argument: above.iter().cloned().chain(resource.argument).collect(),
                    ..resource
                });
                whole.resources.extend(resources);
                whole.changes.extend(outcome.changes);
                whole.undo.extend(outcome.undo);
                messages.extend(outcome.message);
            })
            .await;
        match result {
            Ok(skips) => whole.skips_rest = skips,
            Err((index, error)) => return Err(below(index, entries, error)),
        }
        whole.message = (!messages.is_empty()).then(|| messages.join("; "));
        Ok(whole)
    }
}

/// What an action may know at one moment.
struct Bench<'a> {
    scene: PackScene<'a>,
    previous: Arc<Vec<UndoRecord>>,
}

impl State {
    /// Makes what was announced part of the stack, and what was only returned. Returns the latter,
    /// which is not written down yet: a plugin that announces nothing returns its records at
    /// least.
    fn settle<'r>(&mut self, returned: impl Iterator<Item = &'r UndoRecord>) -> Vec<UndoRecord> {
        let late: Vec<UndoRecord> = returned
            .filter(|record| self.made.insert(key(record)))
            .cloned()
            .collect();
        let stack = Arc::make_mut(&mut self.stack);
        stack.append(&mut self.announced);
        stack.extend(late.iter().cloned());
        late
    }
}

/// An error of an entry, as whoever has the list sees it.
fn below(index: usize, entries: &[ActionEntry], error: ActionError) -> ActionError {
    let name = entries
        .get(index)
        .map(|entry| entry.name.clone())
        .unwrap_or_default();
    match error {
        ActionError::Arguments { error } => ActionError::Arguments {
            error: error.below([Step::Index(index), Step::Key(name)]),
        },
        ActionError::Precondition { message, hint } => ActionError::Precondition {
            message: format!("`{name}`: {message}"),
            hint,
        },
        ActionError::Failed { message, hint } => ActionError::Failed {
            message: format!("`{name}`: {message}"),
            hint,
        },
        error => error,
    }
}

fn alike(entries: &[ActionEntry]) -> &[ActionEntry] {
    entries
        .chunk_by(|one, other| one.name == other.name)
        .next()
        .unwrap_or_default()
}

fn planned(plan: ActionPlan) -> ActionOutcome {
    ActionOutcome {
        changes: plan.changes,
        resources: plan.resources,
        undo: plan.undo,
        message: plan.message,
        skips_rest: plan.skips_rest,
    }
}

/// What makes two records the same.
fn key(record: &UndoRecord) -> String {
    serde_json::to_string(record).unwrap_or_default()
}

fn lock(foreseen: &Mutex<Foreseen>) -> MutexGuard<'_, Foreseen> {
    foreseen.lock().unwrap_or_else(PoisonError::into_inner)
}
