//! `require`: stops, skips or warns unless something holds.

use async_trait::async_trait;
use serde_json::Value;

use super::predicate::{key, parts, unmet};
use crate::{
    model::{
        action::{
            ArgumentError, OperatingSystem, RequireArguments, RequireOnFail, Step, Vocabulary,
            parse, schema_of,
        },
        undo::UndoRecord,
    },
    plugin::{
        action::{ActionCx, ActionOutcome, ActionPlan, ActionPlugin},
        change::Change,
        error::ActionError,
    },
};

#[cfg(all(test, unix))]
mod tests;

/// The action `require`.
pub(super) struct Require;

#[async_trait]
impl ActionPlugin for Require {
    fn name(&self) -> &str {
        RequireArguments::NAME
    }

    fn schema(&self) -> Value {
        schema_of::<RequireArguments>()
    }

    fn check(&self, arguments: &Value, _: &Vocabulary) -> Result<(), ArgumentError> {
        parse::<RequireArguments>(arguments).map(drop)
    }

    async fn plan(&self, cx: &ActionCx<'_>, arguments: &Value) -> Result<ActionPlan, ActionError> {
        let arguments: RequireArguments = parse(arguments)?;
        refuse_foreign(cx, &arguments)?;
        let Some(reason) = unmet(cx, &arguments.condition, &[]).await? else {
            return Ok(ActionPlan::default());
        };
        let (message, skips_rest) = match arguments.on_fail {
            RequireOnFail::Error => return Err(ActionError::precondition(reason)),
            RequireOnFail::Skip => (
                format!("the actions after this are left out: {reason}"),
                true,
            ),
            RequireOnFail::Warn => (reason, false),
        };
        Ok(ActionPlan {
            message: Some(message),
            skips_rest,
            ..ActionPlan::default()
        })
    }

    async fn apply(
        &self,
        cx: &ActionCx<'_>,
        arguments: &Value,
    ) -> Result<ActionOutcome, ActionError> {
        let plan = self.plan(cx, arguments).await?;
        Ok(ActionOutcome {
            message: plan.message,
            skips_rest: plan.skips_rest,
            ..ActionOutcome::default()
        })
    }

    /// There is never anything to take back.
    async fn undo(&self, _: &ActionCx<'_>, _: &UndoRecord) -> Result<Vec<Change>, ActionError> {
        Ok(Vec::new())
    }
}

/// Refuses to ask directly for what only Windows could answer: it could never hold.
fn refuse_foreign(cx: &ActionCx<'_>, arguments: &RequireArguments) -> Result<(), ActionError> {
    if cx.scene.platform == OperatingSystem::Windows {
        return Ok(());
    }
    let (list, predicates) = parts(&arguments.condition);
    let foreign = predicates
        .iter()
        .enumerate()
        .find(|(_, predicate)| predicate.is_windows_only());
    let Some((index, predicate)) = foreign else {
        return Ok(());
    };
    let name = key(predicate);
    let path = vec![
        Step::Key(list.to_owned()),
        Step::Index(index),
        Step::Key(name.to_owned()),
    ];
    let message = format!("`{name}` can be required on Windows only");
    Err(ArgumentError::new(path, message)
        .with_hint("require it inside `when: {os: windows, ...}`")
        .into())
}
