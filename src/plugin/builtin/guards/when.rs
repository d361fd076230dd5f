//! `when`: runs actions if conditions hold.

use async_trait::async_trait;
use serde_json::Value;

use super::predicate::unmet;
use crate::{
    model::{
        action::{
            ActionEntry, ArgumentError, Condition, Step, Vocabulary, WhenArguments, parse,
            schema_of,
        },
        undo::UndoRecord,
    },
    plugin::{
        action::{ActionCx, ActionOutcome, ActionPlan, ActionPlugin, Resource},
        change::Change,
        error::ActionError,
    },
};

#[cfg(all(test, unix))]
mod tests;

/// The argument that holds the actions.
const ACTIONS: &str = "actions";

/// The action `when`. What its actions leave to take back, they take back themselves.
pub(super) struct When;

#[async_trait]
impl ActionPlugin for When {
    fn name(&self) -> &str {
        WhenArguments::NAME
    }

    fn schema(&self) -> Value {
        schema_of::<WhenArguments>()
    }

    /// What is inside is checked with the same vocabulary.
    fn check(&self, arguments: &Value, vocabulary: &Vocabulary) -> Result<(), ArgumentError> {
        let when: WhenArguments = parse(arguments)?;
        for (index, entry) in when.actions.iter().enumerate() {
            vocabulary
                .check_action(&entry.name, &entry.arguments)
                .map_err(|error| error.below([below(), Step::Index(index)]))?;
        }
        Ok(())
    }

    async fn plan(&self, cx: &ActionCx<'_>, arguments: &Value) -> Result<ActionPlan, ActionError> {
        let Some(actions) = chosen(cx, arguments).await? else {
            return Ok(ActionPlan::default());
        };
        let plan = cx.host.plan_inner(&actions).await.map_err(outward)?;
        Ok(ActionPlan {
            resources: plan.resources.into_iter().map(resource).collect(),
            // It leaves out the rest of this list, not of the one that this is in.
            skips_rest: false,
            ..plan
        })
    }

    async fn apply(
        &self,
        cx: &ActionCx<'_>,
        arguments: &Value,
    ) -> Result<ActionOutcome, ActionError> {
        let Some(actions) = chosen(cx, arguments).await? else {
            return Ok(ActionOutcome::default());
        };
        let outcome = cx.host.apply_inner(&actions).await.map_err(outward)?;
        Ok(ActionOutcome {
            resources: outcome.resources.into_iter().map(resource).collect(),
            skips_rest: false,
            ..outcome
        })
    }

    /// There are no records of its own.
    async fn undo(&self, _: &ActionCx<'_>, _: &UndoRecord) -> Result<Vec<Change>, ActionError> {
        Ok(Vec::new())
    }
}

/// The actions, if everything that is given holds.
async fn chosen(
    cx: &ActionCx<'_>,
    arguments: &Value,
) -> Result<Option<Vec<ActionEntry>>, ActionError> {
    let WhenArguments {
        os,
        all_of,
        any_of,
        none_of,
        actions,
    } = parse(arguments)?;
    if os.is_some_and(|os| os != cx.scene.platform) {
        return Ok(None);
    }
    let given = [
        all_of.map(Condition::AllOf),
        any_of.map(Condition::AnyOf),
        none_of.map(Condition::NoneOf),
    ];
    for condition in given.into_iter().flatten() {
        if unmet(cx, &condition, &[]).await?.is_some() {
            return Ok(None);
        }
    }
    Ok(Some(actions))
}

fn below() -> Step {
    Step::Key(ACTIONS.to_owned())
}

fn resource(mut resource: Resource) -> Resource {
    resource.argument.insert(0, below());
    resource
}

fn outward(error: ActionError) -> ActionError {
    match error {
        ActionError::Arguments { error } => error.below([below()]).into(),
        error => error,
    }
}
