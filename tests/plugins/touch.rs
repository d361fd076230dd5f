//! An action that makes an empty file: `- touch: {path: ~/.hushlogin}`.

use std::{fs, io::ErrorKind, path::Path};

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
pub(crate) struct Touch;

#[async_trait]
impl ActionPlugin for Touch {
    fn name(&self) -> &str {
        "touch"
    }

    /// `fails` is for tests: the file is made, and then something goes wrong.
    fn schema(&self) -> Value {
        json!({
            "type": "object",
            "properties": {
                "path": {"type": "string", "minLength": 1},
                "fails": {"type": "boolean", "default": false},
            },
            "required": ["path"],
            "additionalProperties": false,
        })
    }

    async fn plan(&self, cx: &ActionCx<'_>, arguments: &Value) -> Result<ActionPlan, ActionError> {
        let path = place(cx, arguments)?;
        // What earlier actions of the plan will have done is seen through the host.
        let changes = match cx.host.look(Path::new(&path))? {
            Sight::Nothing => {
                let parent = Path::new(&path).parent().unwrap_or(Path::new("/"));
                if !matches!(cx.host.look(parent)?, Sight::Directory { .. }) {
                    let message = format!("{} is no directory", parent.display());
                    return Err(
                        ActionError::precondition(message).with_hint("make it with `mkdir`")
                    );
                }
                vec![write(&path, None, Some(""))]
            }
            Sight::File => Vec::new(),
            Sight::Directory { .. } | Sight::Link(_) | Sight::Other => {
                return Err(ActionError::precondition(format!(
                    "{path} is no regular file"
                )));
            }
        };
        let resource = Resource::path(&path, true, "path");
        let record = changes.first().map(|_| UndoRecord {
            action: self.name().to_owned(),
            resource: resource.name.clone(),
            data: json!({"path": path}),
            directories: Vec::new(),
        });
        Ok(ActionPlan {
            changes,
            resources: vec![resource],
            undo: record.into_iter().collect(),
            ..ActionPlan::default()
        })
    }

    async fn apply(
        &self,
        cx: &ActionCx<'_>,
        arguments: &Value,
    ) -> Result<ActionOutcome, ActionError> {
        // While applying, the host sees the disk: the plan of this moment is what is done.
        let plan = self.plan(cx, arguments).await?;
        let path = place(cx, arguments)?;
        if !plan.changes.is_empty() {
            // First the record, then the change: a crash in between is taken back as well.
            cx.host.announce(&plan.undo).await?;
            fs::File::create_new(&path)
                .map_err(|error| ActionError::failed(format!("cannot make {path}: {error}")))?;
        }
        if arguments["fails"] == true {
            return Err(ActionError::failed(format!("{path} was made, and no more")));
        }
        Ok(ActionOutcome {
            changes: plan.changes,
            resources: plan.resources,
            undo: plan.undo,
            ..ActionOutcome::default()
        })
    }

    async fn undo(
        &self,
        cx: &ActionCx<'_>,
        record: &UndoRecord,
    ) -> Result<Vec<Change>, ActionError> {
        let path = record.data["path"].as_str().unwrap_or_default();
        // Never made, or taken back already; or not as it was left, and somebody else's by now.
        let is_ours = fs::symlink_metadata(path)
            .is_ok_and(|metadata| metadata.is_file() && metadata.len() == 0);
        if !is_ours {
            return Ok(Vec::new());
        }
        if !cx.scene.dry_run {
            match fs::remove_file(path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(ActionError::failed(format!(
                        "cannot remove {path}: {error}"
                    )));
                }
                _ => {}
            }
        }
        Ok(vec![write(path, Some(""), None)])
    }
}

/// Where the file is to be: absolute, or relative to the pack's directory.
fn place(cx: &ActionCx<'_>, arguments: &Value) -> Result<String, ActionError> {
    let path = cx.expand("path", arguments["path"].as_str().unwrap_or_default())?;
    let path = cx.scene.pack.root.join(path);
    Ok(path.to_string_lossy().into_owned())
}

fn write(path: &str, before: Option<&str>, after: Option<&str>) -> Change {
    Change::Write {
        path: path.to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    }
}
