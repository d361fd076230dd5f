//! An action that announces nothing: it links `$HOME/.quiet`, and only says afterwards how to take
//! that back.

use std::{fs, os::unix::fs::symlink};

use async_trait::async_trait;
use grex::{
    model::undo::UndoRecord,
    plugin::{
        action::{ActionCx, ActionOutcome, ActionPlan, ActionPlugin, Resource},
        change::Change,
        error::ActionError,
        foreseen::Sight,
    },
};
use serde_json::{Value, json};

/// The action.
pub(crate) struct Quiet;

fn link(cx: &ActionCx<'_>, is_there: bool) -> Change {
    let target = || Some("nowhere".to_owned());
    Change::Link {
        path: path(cx),
        old: if is_there { target() } else { None },
        new: if is_there { None } else { target() },
    }
}

fn path(cx: &ActionCx<'_>) -> String {
    let path = cx.scene.places.home.join(".quiet");
    path.to_str().unwrap().to_owned()
}

#[async_trait]
impl ActionPlugin for Quiet {
    fn name(&self) -> &str {
        "quiet"
    }

    fn schema(&self) -> Value {
        json!({"type": "object"})
    }

    async fn plan(&self, cx: &ActionCx<'_>, _: &Value) -> Result<ActionPlan, ActionError> {
        let is_missing = cx.host.look(path(cx).as_ref())? == Sight::Nothing;
        Ok(ActionPlan {
            changes: is_missing.then(|| link(cx, false)).into_iter().collect(),
            resources: vec![Resource::path(&path(cx), true, "path")],
            ..ActionPlan::default()
        })
    }

    async fn apply(
        &self,
        cx: &ActionCx<'_>,
        arguments: &Value,
    ) -> Result<ActionOutcome, ActionError> {
        let plan = self.plan(cx, arguments).await?;
        let record = UndoRecord {
            action: "quiet".into(),
            resource: plan.resources[0].name.clone(),
            data: json!({}),
            directories: Vec::new(),
        };
        for _ in &plan.changes {
            symlink("nowhere", path(cx)).map_err(|error| ActionError::failed(error.to_string()))?;
        }
        Ok(ActionOutcome {
            undo: plan.changes.iter().map(|_| record.clone()).collect(),
            changes: plan.changes,
            resources: plan.resources,
            ..ActionOutcome::default()
        })
    }

    async fn undo(&self, cx: &ActionCx<'_>, _: &UndoRecord) -> Result<Vec<Change>, ActionError> {
        if cx.host.look(path(cx).as_ref())? == Sight::Nothing {
            return Ok(Vec::new());
        }
        if !cx.scene.dry_run {
            fs::remove_file(path(cx)).map_err(|error| ActionError::failed(error.to_string()))?;
        }
        Ok(vec![link(cx, true)])
    }
}
