//! What has come of the actions of a pack so far.

use std::{
    collections::{BTreeMap, HashSet},
    sync::Arc,
};

use crate::{
    engine::install::gather::Use,
    model::{undo::UndoRecord, variables::Variables},
    plugin::action::Resource,
};

/// What has come of it so far.
#[derive(Default)]
pub(in crate::engine::install) struct State {
    pub(super) variables: Arc<Variables>,
    /// Variables that were set for later actions.
    pub(in crate::engine::install) session: Arc<BTreeMap<String, String>>,
    /// How to take back what earlier installs and earlier actions did, oldest first.
    pub(super) stack: Arc<Vec<UndoRecord>>,
    /// How many of the stack were there before this run.
    pub(super) known: usize,
    /// What was written down and may still be to happen.
    pub(super) foretold: HashSet<String>,
    /// What was announced by the actions at work, in order.
    pub(super) announced: Vec<UndoRecord>,
    /// Everything that was announced or returned.
    pub(super) made: HashSet<String>,
    /// What plans say that apply will announce.
    pub(in crate::engine::install) planned: Vec<UndoRecord>,
    /// The actions' uses as they were planned, in order.
    pub(in crate::engine::install) uses: Vec<Use>,
    /// What the actions are about, each with its action's place.
    pub(in crate::engine::install) resources: Vec<(usize, Resource)>,
    /// What the action is about that could not be planned.
    pub(super) refused: Vec<Resource>,
    /// A program runs somewhere in the plan: what comes after it may not be known before.
    pub(in crate::engine::install) runs_programs: bool,
    /// Why the plan ends before the actions do.
    pub(in crate::engine::install) unknown_from: Option<String>,
    /// The rest of the actions was left out.
    pub(in crate::engine::install) skipped_rest: bool,
}

impl State {
    /// Makes what was announced part of the stack, and what was only returned. Returns the latter,
    /// which is not written down yet: a plugin that announces nothing returns its records at
    /// least.
    pub(super) fn settle<'r>(
        &mut self,
        returned: impl Iterator<Item = &'r UndoRecord>,
    ) -> Vec<UndoRecord> {
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

/// What makes two records the same.
pub(super) fn key(record: &UndoRecord) -> String {
    serde_json::to_string(record).unwrap_or_default()
}
