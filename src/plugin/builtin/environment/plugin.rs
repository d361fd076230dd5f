//! The action `env`.

use async_trait::async_trait;
use serde_json::Value;

use super::{
    batch::Batch,
    durable::{ReadFrom, take_back},
};
use crate::{
    model::{
        action::{ArgumentError, EnvArguments, Vocabulary, parse, schema_of},
        undo::UndoRecord,
    },
    plugin::{
        action::{ActionCx, ActionOutcome, ActionPlan, ActionPlugin, Applied},
        change::Change,
        error::ActionError,
    },
};

/// Sets environment variables.
pub(super) struct Environment;

#[async_trait]
impl ActionPlugin for Environment {
    fn name(&self) -> &str {
        EnvArguments::NAME
    }

    fn keeps_to_its_plan(&self) -> bool {
        true
    }

    fn gathers(&self) -> bool {
        true
    }

    fn schema(&self) -> Value {
        schema_of::<EnvArguments>()
    }

    fn check(&self, arguments: &Value, _: &Vocabulary) -> Result<(), ArgumentError> {
        parse::<EnvArguments>(arguments).map(drop)
    }

    async fn plan(&self, cx: &ActionCx<'_>, arguments: &Value) -> Result<ActionPlan, ActionError> {
        let mut batch = Batch::new(ReadFrom::Host);
        batch.add(cx, arguments)?;
        let outcome = batch.into_outcomes().pop().unwrap_or_default();
        Ok(outcome.into())
    }

    async fn apply(
        &self,
        cx: &ActionCx<'_>,
        arguments: &Value,
    ) -> Result<ActionOutcome, ActionError> {
        let mut batch = Batch::new(ReadFrom::Disk);
        batch.add(cx, arguments)?;
        let outcomes = batch.carry_out(cx).await?;
        Ok(outcomes.into_iter().next().unwrap_or_default())
    }

    async fn apply_all(&self, cx: &ActionCx<'_>, uses: &[&Value]) -> Applied {
        let mut batch = Batch::new(ReadFrom::Disk);
        let added = uses
            .iter()
            .try_for_each(|arguments| batch.add(cx, arguments));
        match batch.carry_out(cx).await {
            Ok(outcomes) => Applied {
                outcomes,
                error: added.err(),
            },
            Err(error) => Applied {
                outcomes: Vec::new(),
                error: Some(error),
            },
        }
    }

    async fn undo(
        &self,
        cx: &ActionCx<'_>,
        record: &UndoRecord,
    ) -> Result<Vec<Change>, ActionError> {
        let mut results = take_back(cx, &[record]).await;
        results.pop().unwrap_or_else(|| Ok(Vec::new()))
    }

    async fn undo_all(
        &self,
        cx: &ActionCx<'_>,
        records: &[&UndoRecord],
    ) -> Vec<Result<Vec<Change>, ActionError>> {
        take_back(cx, records).await
    }
}
