//! Takes back what was done, by its records.

use super::{Mode, Runner, lock};
use crate::{
    model::undo::UndoRecord,
    plugin::{error::ActionError, pack_type::ActionReport},
};

impl Runner<'_> {
    /// Takes records back, the last one first, as far as that goes. Returns what was changed and
    /// the first thing that went wrong.
    pub(in crate::engine::install) async fn take_back(
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
