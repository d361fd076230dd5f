//! What an action may ask for: looks at the machine, a place for its records, and the actions that
//! are inside it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use async_trait::async_trait;

use super::{Mode, Runner, lock, state::key};
use crate::{
    model::{
        action::{ActionEntry, Step},
        undo::UndoRecord,
    },
    plugin::{
        action::{ActionHost, ActionOutcome, ActionPlan, Resource},
        error::ActionError,
        foreseen::{Sight, on_disk, read_text},
        open_block::HeldLines,
        pack_type::PackHost,
    },
    sys::reason::reason,
};

#[async_trait]
impl ActionHost for Runner<'_> {
    fn say(&self, line: &str) {
        PackHost::say(self, line);
    }

    fn look(&self, path: &Path) -> Result<Sight, ActionError> {
        match &self.mode {
            Mode::Plan(foreseen) => lock(foreseen).look(path),
            Mode::Apply(_) | Mode::ForGood => on_disk(path).map_err(|error| {
                ActionError::precondition(format!(
                    "cannot look at {}: {}",
                    path.display(),
                    reason(&error)
                ))
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
        Ok(self.apply_inner(entries).await?.into())
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
