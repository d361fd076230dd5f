//! Two actions.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use grex::{
    model::{
        action::{ArgumentError, Vocabulary},
        undo::UndoRecord,
    },
    plugin::{
        action::{ActionCx, ActionOutcome, ActionPlan, ActionPlugin, Applied, Resource},
        change::Change,
        error::ActionError,
        foreseen::Sight,
        open_block::HeldLines,
    },
};
use serde_json::{Value, json};

use super::{
    data,
    host::{Host, scene},
};

/// What the trait demands.
pub(super) struct Least;

#[async_trait]
impl ActionPlugin for Least {
    fn name(&self) -> &str {
        "least"
    }

    fn schema(&self) -> Value {
        json!({"type": "object", "properties": {"path": {"type": "string"}}})
    }

    async fn plan(&self, _: &ActionCx<'_>, _: &Value) -> Result<ActionPlan, ActionError> {
        Ok(ActionPlan::default())
    }

    async fn apply(&self, _: &ActionCx<'_>, _: &Value) -> Result<ActionOutcome, ActionError> {
        Ok(ActionOutcome::default())
    }

    async fn undo(&self, _: &ActionCx<'_>, _: &UndoRecord) -> Result<Vec<Change>, ActionError> {
        Ok(Vec::new())
    }
}

/// All that it lets one do.
pub(super) struct Most;

#[async_trait]
impl ActionPlugin for Most {
    fn name(&self) -> &str {
        "most"
    }

    fn schema(&self) -> Value {
        json!({"type": "object"})
    }

    fn check(&self, arguments: &Value, vocabulary: &Vocabulary) -> Result<(), ArgumentError> {
        let inner: Result<(), ArgumentError> = vocabulary.check_action("least", arguments);
        inner
    }

    fn keeps_to_its_plan(&self) -> bool {
        true
    }

    fn gathers(&self) -> bool {
        true
    }

    fn claims(&self, cx: &ActionCx<'_>, arguments: &Value) -> Result<Vec<Resource>, ActionError> {
        let path: String = cx.expand("path", arguments["path"].as_str().unwrap_or_default())?;
        Ok(vec![Resource::path(&path, true, "path")])
    }

    async fn plan(&self, cx: &ActionCx<'_>, arguments: &Value) -> Result<ActionPlan, ActionError> {
        scene(&cx.scene);
        let previous: &[UndoRecord] = cx.previous;
        let path = cx.scene.pack.root.join("file");
        cx.host.say("planning");
        let seen: Sight = cx.host.look(&path)?;
        let is_there = match seen {
            Sight::Nothing => false,
            Sight::Directory { empty } => !empty,
            Sight::Link(text) => !text.is_empty(),
            Sight::File | Sight::Other => true,
        };
        let lies: Option<PathBuf> = cx.host.lies_at(&path);
        let text: Option<String> = cx.host.text(&path)?;
        let held: HeldLines = cx.host.held_lines(&path, "block", &[String::from("x")])?;
        let (lines, has_crlf): (Vec<String>, bool) = (held.lines, held.has_crlf);
        let inner: ActionPlan = cx.host.plan_inner(&[data::entry()]).await?;
        assert_eq!(
            (is_there, text, lines.len(), has_crlf),
            (false, None, 0, false)
        );
        assert_eq!((previous.len(), lies), (1, Some(path)));
        Ok(ActionPlan {
            changes: data::changes(),
            resources: self.claims(cx, arguments)?,
            undo: vec![data::record()],
            message: Some(String::from("planned")),
            skips_rest: inner.skips_rest,
        })
    }

    async fn apply(
        &self,
        cx: &ActionCx<'_>,
        arguments: &Value,
    ) -> Result<ActionOutcome, ActionError> {
        let plan = self.plan(cx, arguments).await?;
        cx.host.announce(&plan.undo).await?;
        cx.host.set_session_variable("NAME", Some("value"));
        let inner: ActionOutcome = cx.host.apply_inner(&[data::entry()]).await?;
        let again = ActionPlan::from(ActionOutcome::from(plan));
        Ok(ActionOutcome {
            changes: again.changes,
            resources: again.resources,
            undo: again.undo,
            message: again.message,
            skips_rest: inner.skips_rest,
        })
    }

    async fn apply_all(&self, cx: &ActionCx<'_>, uses: &[&Value]) -> Applied {
        let mut outcomes = Vec::new();
        for arguments in uses {
            match self.apply(cx, arguments).await {
                Ok(outcome) => outcomes.push(outcome),
                Err(error) => {
                    let error = Some(error);
                    return Applied { outcomes, error };
                }
            }
        }
        let error = None;
        Applied { outcomes, error }
    }

    async fn undo(
        &self,
        cx: &ActionCx<'_>,
        record: &UndoRecord,
    ) -> Result<Vec<Change>, ActionError> {
        let known: bool = cx.previous.contains(record);
        if known {
            Ok(data::changes())
        } else {
            Ok(Vec::new())
        }
    }

    async fn undo_all(
        &self,
        cx: &ActionCx<'_>,
        records: &[&UndoRecord],
    ) -> Vec<Result<Vec<Change>, ActionError>> {
        let mut results = Vec::new();
        for record in records {
            results.push(self.undo(cx, record).await);
        }
        results
    }
}

/// What is called of a plugin, with what it is given.
async fn act(action: &dyn ActionPlugin, host: &Host) {
    let records = [data::record()];
    let cx: ActionCx<'_> = ActionCx {
        scene: host.scene(),
        previous: &records,
        host,
    };
    let arguments = json!({"path": "$HOME/x"});
    let vocabulary = super::registry().unwrap().vocabulary();
    action.check(&arguments, &vocabulary).unwrap();
    let claimed = action.claims(&cx, &arguments).unwrap();
    let planned = action.plan(&cx, &arguments).await.unwrap();
    let outcome = action.apply(&cx, &arguments).await.unwrap();
    assert_eq!(planned.changes, outcome.changes);
    assert_eq!(planned.resources, claimed);
    let applied: Applied = action.apply_all(&cx, &[&arguments, &arguments]).await;
    assert_eq!((applied.outcomes.len(), applied.error), (2, None));
    let undone = action.undo_all(&cx, &[&records[0]]).await;
    assert_eq!(undone.len(), 1);
    assert_eq!(action.keeps_to_its_plan(), action.gathers());
    assert!(!Path::new(action.name()).is_absolute());
}

#[tokio::test]
async fn actions_are_called_as_they_were() {
    let host = Host::new();
    act(&Least, &host).await;
    act(&Most, &host).await;
    assert!(host.said() > 0);
}
