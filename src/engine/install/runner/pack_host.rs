//! What a pack type may ask for: its actions applied, or everything taken back.

use std::sync::Arc;

use async_trait::async_trait;

use super::Runner;
use crate::{
    engine::event::Event,
    model::action::ActionEntry,
    plugin::{
        error::{ActionError, PackError},
        pack_type::{ActionReport, PackHost},
    },
};

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
                self.note(index, &actions[index].name, &outcome);
                let report = ActionReport {
                    action: actions[index].name.clone(),
                    changed: !outcome.changes.is_empty(),
                    message: outcome.message,
                    changes: outcome.changes,
                };
                reports.push((index, report));
            })
            .await;
        if let Err((index, _)) = &result {
            let mut state = self.state();
            let refused = std::mem::take(&mut state.refused);
            let refused = refused.into_iter().map(|resource| (*index, resource));
            state.resources.extend(refused);
        }
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
        reports.sort_by_key(|(index, _)| *index);
        Ok(reports.into_iter().map(|(_, report)| report).collect())
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
