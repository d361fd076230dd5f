//! `rmdir`: removes a directory, or renames it out of the way.

use std::path::PathBuf;

use async_trait::async_trait;
use serde::Deserialize;
use serde_json::Value;

use self::put_back::{Record, put_back};
use super::{anchor::Anchor, precious};
use crate::{
    model::{
        action::{ArgumentError, RmdirArguments, Vocabulary, parse, schema_of},
        undo::UndoRecord,
    },
    plugin::{
        action::{ActionCx, ActionOutcome, ActionPlan, ActionPlugin, Resource},
        builtin::{
            follow::is_vacant,
            place::{Place, free_name, in_words, utf8},
        },
        change::Change,
        error::ActionError,
        foreseen::Sight,
    },
    sys,
};

mod put_back;
#[cfg(all(test, unix))]
mod tests;

/// The action `rmdir`.
pub(super) struct Rmdir;

/// What is to be done.
enum Step {
    /// It is absent.
    Nothing,
    /// It is empty.
    Remove,
    /// It is renamed.
    Backup(PathBuf),
    /// It goes with what it holds, by this name.
    Force(PathBuf),
}

struct Intent {
    place: Place,
    step: Step,
}

impl Intent {
    fn of(cx: &ActionCx<'_>, arguments: &Value) -> Result<Self, ActionError> {
        let RmdirArguments {
            path,
            backup,
            force,
        } = parse(arguments)?;
        refuse_empty_variables(cx, path.as_str())?;
        let place = Place::of(cx, "path", path.as_str())?;
        let refuse = |what: String| {
            let message = format!("cannot remove the directory {}: {what}", place.written);
            ActionError::precondition(message)
        };
        let step = match &place.sight {
            Sight::Nothing => Step::Nothing,
            Sight::Directory { .. } => {
                precious::refuse(cx, &place.path)?;
                precious::refuse_own_files(cx, &place.path)?;
                if backup {
                    Step::Backup(place.backup_name(cx)?)
                } else if is_vacant(cx.host, &place.path, &[])? {
                    Step::Remove
                } else if force {
                    if let Some(lies_at) = cx.host.lies_at(&place.path) {
                        precious::refuse_mounts_below(&lies_at)?;
                    }
                    Step::Force(aside(cx, &place)?)
                } else {
                    return Err(refuse("it is not empty".to_owned()).with_hint(
                        "`backup: true` renames it out of the way, `force: true` removes what it holds",
                    ));
                }
            }
            Sight::Link(_) => {
                let what = format!("{} stands there", in_words(&place.sight));
                return Err(refuse(what).with_hint("name the directory itself"));
            }
            other => return Err(refuse(format!("{} stands there", in_words(other)))),
        };
        Ok(Self { place, step })
    }

    fn changes(&self) -> Result<Vec<Change>, ActionError> {
        let path = self.place.text()?;
        Ok(match &self.step {
            Step::Nothing => Vec::new(),
            Step::Remove | Step::Force(_) => vec![Change::Remove {
                path,
                with_content: matches!(self.step, Step::Force(_)),
            }],
            Step::Backup(to) => vec![Change::Move {
                from: path,
                to: utf8(to)?,
            }],
        })
    }

    /// What would change, and what an apply announces and returns.
    fn plan(&self, cx: &ActionCx<'_>) -> Result<ActionPlan, ActionError> {
        Ok(ActionPlan {
            changes: self.changes()?,
            resources: self.resources(),
            undo: self.undo(cx)?,
            ..ActionPlan::default()
        })
    }

    fn resources(&self) -> Vec<Resource> {
        vec![Resource::path(&self.place.written, false, "path")]
    }

    /// How to take it back. Of a directory that is only planned, nobody knows the mode yet.
    fn undo(&self, cx: &ActionCx<'_>) -> Result<Vec<UndoRecord>, ActionError> {
        let (backup, aside) = match &self.step {
            Step::Nothing => return Ok(Vec::new()),
            Step::Remove => (None, None),
            Step::Backup(to) => (Some(utf8(to)?), None),
            Step::Force(aside) => (None, Some(utf8(aside)?)),
        };
        let place = cx.host.lies_at(&self.place.path);
        let Some(metadata) = place.and_then(|place| place.symlink_metadata().ok()) else {
            return Ok(Vec::new());
        };
        let record = Record {
            path: self.place.text()?,
            // Where there are no modes, it goes unused.
            mode: sys::fs::mode(&metadata).unwrap_or(0o777),
            backup,
            aside,
        };
        Ok(vec![UndoRecord {
            action: RmdirArguments::NAME.to_owned(),
            resource: format!("path:{}", self.place.written),
            data: serde_json::to_value(record)
                .map_err(|error| ActionError::failed(error.to_string()))?,
            directories: Vec::new(),
        }])
    }

    fn carry_out(&self) -> Result<(), ActionError> {
        let anchor = Anchor::of(&self.place.path)?;
        match &self.step {
            Step::Nothing => {}
            Step::Remove => anchor.remove_directory()?,
            Step::Backup(to) => anchor.move_to(to)?,
            Step::Force(aside) => {
                // Renamed first, it goes as a whole for everybody else, and what a run that dies
                // leaves of it has a name of ours.
                anchor.move_to(aside)?;
                sys::fs::remove_tree(aside)?;
            }
        }
        Ok(())
    }
}

/// Refuses a path in which a component is nothing once it is expanded: with an empty variable,
/// `$PREFIX/lib` is `/lib`.
fn refuse_empty_variables(cx: &ActionCx<'_>, text: &str) -> Result<(), ActionError> {
    let expanded = cx.expand("path", text)?;
    let vanishes = |component: &&str| {
        let written = if *component == "~" {
            "$HOME"
        } else {
            component
        };
        let expanded = cx.scene.variables.expand(written);
        !component.is_empty()
            && expanded
                .is_ok_and(|value| value != *component && value.trim_matches(['/', '.']).is_empty())
    };
    let is_nothing = expanded != text && expanded.trim_matches(['/', '.']).is_empty();
    // Without a home directory, `~/lib` is `/lib` as well.
    match text.split('/').find(vanishes) {
        Some(component) => Err(ActionError::precondition(format!(
            "`{component}` in `{text}` expands to nothing"
        ))),
        None if is_nothing => Err(ActionError::precondition(format!(
            "`{text}` expands to nothing"
        ))),
        None => Ok(()),
    }
}

/// A name for a directory while its content is removed.
fn aside(cx: &ActionCx<'_>, place: &Place) -> Result<PathBuf, ActionError> {
    let name = format!("{}rmdir.{}", sys::fs::TEMPORARY_PREFIX, cx.scene.stamp);
    free_name(cx.host, place.path.with_file_name(name))
}

#[async_trait]
impl ActionPlugin for Rmdir {
    fn name(&self) -> &str {
        RmdirArguments::NAME
    }

    fn keeps_to_its_plan(&self) -> bool {
        true
    }

    fn schema(&self) -> Value {
        schema_of::<RmdirArguments>()
    }

    fn check(&self, arguments: &Value, _: &Vocabulary) -> Result<(), ArgumentError> {
        parse::<RmdirArguments>(arguments).map(drop)
    }

    async fn plan(&self, cx: &ActionCx<'_>, arguments: &Value) -> Result<ActionPlan, ActionError> {
        Intent::of(cx, arguments)?.plan(cx)
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
        let outcome = ActionOutcome::from(intent.plan(cx)?);
        if !matches!(intent.step, Step::Nothing) {
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
        let data: Record = Record::deserialize(&record.data).map_err(|error| {
            ActionError::failed(format!("the record of rmdir cannot be read: {error}"))
        })?;
        put_back(cx, &data)
    }
}
