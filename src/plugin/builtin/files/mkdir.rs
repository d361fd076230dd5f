//! `mkdir`: makes a directory and what is missing of its parents.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use serde_json::{Value, json};

use super::{anchor::Anchor, parents};
use crate::{
    model::{
        action::{ArgumentError, MkdirArguments, Vocabulary, parse, schema_of},
        undo::UndoRecord,
    },
    plugin::{
        action::{ActionCx, ActionOutcome, ActionPlan, ActionPlugin, Resource},
        builtin::{
            follow::follow,
            place::{Place, in_words, utf8},
        },
        change::Change,
        error::ActionError,
        foreseen::Sight,
    },
    sys::fs::temporary_of,
};

#[cfg(all(test, unix))]
mod tests;

/// The action `mkdir`.
pub(super) struct Mkdir;

/// What is to be made.
struct Intent {
    place: Place,
    mode: u32,
    /// The directory is there already.
    is_done: bool,
}

impl Intent {
    fn of(cx: &ActionCx<'_>, arguments: &Value) -> Result<Self, ActionError> {
        let MkdirArguments { path, mode } = parse(arguments)?;
        let place = Place::of(cx, "path", path.as_str())?;
        if let Some(obstacle) = &place.obstacle {
            let message = format!("cannot make the directory {}: {obstacle}", place.written);
            return Err(ActionError::precondition(message));
        }
        let is_done = match &place.sight {
            Sight::Nothing => false,
            Sight::Directory { .. } => true,
            // One that leads to a directory is as good as the directory.
            Sight::Link(_) if is_directory(cx, &place)? => true,
            other => return Err(occupied(&place, other)),
        };
        Ok(Self {
            place,
            mode: mode.bits(),
            is_done,
        })
    }

    fn changes(&self) -> Result<Vec<Change>, ActionError> {
        if self.is_done {
            return Ok(Vec::new());
        }
        let mut changes = parents::changes(&self.place.missing)?;
        changes.push(Change::Directory {
            path: self.place.text()?,
        });
        Ok(changes)
    }

    /// What would change, and what an apply announces and returns.
    fn plan(&self) -> Result<ActionPlan, ActionError> {
        Ok(ActionPlan {
            changes: self.changes()?,
            resources: self.resources(),
            undo: self.undo()?,
            ..ActionPlan::default()
        })
    }

    fn resources(&self) -> Vec<Resource> {
        vec![Resource::path(&self.place.written, false, "path")]
    }

    fn undo(&self) -> Result<Vec<UndoRecord>, ActionError> {
        if self.is_done {
            return Ok(Vec::new());
        }
        let made = self.place.missing.iter().chain([&self.place.path]);
        Ok(vec![UndoRecord {
            action: MkdirArguments::NAME.to_owned(),
            resource: format!("path:{}", self.place.written),
            data: json!({}),
            directories: made.map(|path| utf8(path)).collect::<Result<_, _>>()?,
        }])
    }

    fn carry_out(&self) -> Result<(), ActionError> {
        // Whatever the mode: what is to be made inside must be possible to make.
        parents::make(&self.place.missing, self.mode | 0o300)?;
        Anchor::of(&self.place.path)?.make_directory(self.mode, true)?;
        Ok(())
    }
}

fn is_directory(cx: &ActionCx<'_>, place: &Place) -> Result<bool, ActionError> {
    let found = follow(cx.host, &place.path)?;
    Ok(matches!(found.sight, Sight::Directory { .. }))
}

fn occupied(place: &Place, sight: &Sight) -> ActionError {
    let message = format!(
        "cannot make the directory {}: {} stands there",
        place.written,
        in_words(sight)
    );
    ActionError::precondition(message).with_hint("move it away, or name another path")
}

#[async_trait]
impl ActionPlugin for Mkdir {
    fn name(&self) -> &str {
        MkdirArguments::NAME
    }

    fn keeps_to_its_plan(&self) -> bool {
        true
    }

    fn schema(&self) -> Value {
        schema_of::<MkdirArguments>()
    }

    fn check(&self, arguments: &Value, _: &Vocabulary) -> Result<(), ArgumentError> {
        parse::<MkdirArguments>(arguments).map(drop)
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
        if !intent.is_done {
            cx.host.announce(&outcome.undo).await?;
            intent.carry_out()?;
        }
        Ok(outcome)
    }

    async fn undo(
        &self,
        cx: &ActionCx<'_>,
        record: &UndoRecord,
    ) -> Result<Vec<Change>, ActionError> {
        let temporary = take_back_temporary(cx, record);
        parents::take_back(cx, &record.directories, temporary)
    }
}

/// Removes what a killed run was about to give its name, and returns what is gone then.
fn take_back_temporary(cx: &ActionCx<'_>, record: &UndoRecord) -> Vec<PathBuf> {
    let Some(path) = record.directories.last().map(Path::new) else {
        return Vec::new();
    };
    if !cx.scene.dry_run
        && let Ok(anchor) = Anchor::of(path)
    {
        anchor.remove_temporary_directory();
    }
    vec![temporary_of(path)]
}
