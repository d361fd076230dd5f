//! `symlink`: makes a link to something in the pack.

use async_trait::async_trait;
use serde_json::Value;

use self::{intent::Intent, record::Record};
use super::parents;
use crate::{
    model::{
        action::{ArgumentError, SymlinkArguments, Vocabulary, parse, schema_of},
        undo::UndoRecord,
    },
    plugin::{
        action::{ActionCx, ActionOutcome, ActionPlan, ActionPlugin, Resource},
        builtin::place::written,
        change::Change,
        error::ActionError,
    },
};

mod carry_out;
mod intent;
mod record;
#[cfg(all(test, unix))]
mod tests;
mod undo;

/// The action `symlink`.
pub(super) struct Symlink;

#[async_trait]
impl ActionPlugin for Symlink {
    fn name(&self) -> &str {
        SymlinkArguments::NAME
    }

    fn keeps_to_its_plan(&self) -> bool {
        true
    }

    fn schema(&self) -> Value {
        schema_of::<SymlinkArguments>()
    }

    fn check(&self, arguments: &Value, _: &Vocabulary) -> Result<(), ArgumentError> {
        parse::<SymlinkArguments>(arguments).map(drop)
    }

    fn claims(&self, cx: &ActionCx<'_>, arguments: &Value) -> Result<Vec<Resource>, ActionError> {
        let arguments: SymlinkArguments = parse(arguments)?;
        let dst = written(cx, "dst", arguments.dst.as_str())?;
        Ok(vec![Resource::path(&dst, true, "dst")])
    }

    async fn plan(&self, cx: &ActionCx<'_>, arguments: &Value) -> Result<ActionPlan, ActionError> {
        Intent::of(cx, arguments)?.plan()
    }

    async fn apply(
        &self,
        cx: &ActionCx<'_>,
        arguments: &Value,
    ) -> Result<ActionOutcome, ActionError> {
        if cx.scene.cancel.is_stopped() {
            return Err(ActionError::Cancelled);
        }
        let intent = Intent::of(cx, arguments)?;
        let outcome = ActionOutcome::from(intent.plan()?);
        if !outcome.changes.is_empty() {
            cx.host.announce(&outcome.undo).await?;
            carry_out::carry_out(&intent)?;
        }
        Ok(outcome)
    }

    async fn undo(
        &self,
        cx: &ActionCx<'_>,
        record: &UndoRecord,
    ) -> Result<Vec<Change>, ActionError> {
        let data = Record::of(record)?;
        let (mut changes, gone) = undo::link(cx, &data)?;
        changes.extend(parents::take_back(cx, &record.directories, gone)?);
        Ok(changes)
    }
}
