//! Actions: what a pack does to the machine.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    change::Change, error::ActionError, foreseen::Sight, open_block::HeldLines, scene::Scene,
};
use crate::model::{
    action::{ActionEntry, ArgumentError, Step, Vocabulary},
    undo::UndoRecord,
};

/// An action. It answers three questions: what would you change, do it, take it back.
///
/// Applying twice equals applying once. Whatever is changed can be taken back from the records
/// that [`ActionHost::announce`] got and [`Self::apply`] returned, even if the process died at any
/// moment in between: a record is announced before the change that it is about.
///
/// See docs/plugins.md for a whole one.
#[async_trait]
pub trait ActionPlugin: Send + Sync {
    /// Its name in pack.yaml.
    fn name(&self) -> &str;

    /// The JSON Schema of its arguments.
    fn schema(&self) -> Value;

    /// Refuses arguments that it does not understand, before anything runs. Reads nothing but
    /// them. `vocabulary` is for actions that contain actions.
    ///
    /// # Errors
    /// The path in the error is one inside the arguments. By default the schema decides.
    fn check(&self, arguments: &Value, vocabulary: &Vocabulary) -> Result<(), ArgumentError> {
        let _ = vocabulary;
        super::registry::check_against(&self.schema(), arguments)
    }

    /// Says whether an apply neither reads nor changes anything but what its plan names in changes
    /// and resources, and what belongs to the pack. The order of such uses can be left.
    fn keeps_to_its_plan(&self) -> bool {
        false
    }

    /// Says whether many uses are cheaper together than one after another. They are then gathered
    /// for [`Self::apply_all`] past others that keep to their plans, where that makes no
    /// difference.
    fn gathers(&self) -> bool {
        false
    }

    /// What it is about and nobody else may be, as far as its arguments tell: the machine is not
    /// looked at. It is asked where an action cannot be planned, for what is in its way may be
    /// another action's. By default there is no such thing.
    ///
    /// # Errors
    /// The arguments are refused.
    fn claims(&self, cx: &ActionCx<'_>, arguments: &Value) -> Result<Vec<Resource>, ActionError> {
        let _ = (cx, arguments);
        Ok(Vec::new())
    }

    /// What would change. Reads only.
    ///
    /// # Errors
    /// As far as it can be known, whatever [`Self::apply`] would fail with.
    async fn plan(&self, cx: &ActionCx<'_>, arguments: &Value) -> Result<ActionPlan, ActionError>;

    /// Makes it so.
    ///
    /// # Errors
    /// What was announced is taken back by whoever called, through [`Self::undo`].
    async fn apply(
        &self,
        cx: &ActionCx<'_>,
        arguments: &Value,
    ) -> Result<ActionOutcome, ActionError>;

    /// Makes several uses of this action so, which follow each other. An action for which many small
    /// changes cost as much as one large one does them together; by default they are applied one
    /// after another. Uses after the first that fails are left.
    async fn apply_all(&self, cx: &ActionCx<'_>, uses: &[&Value]) -> Applied {
        let mut applied = Applied::default();
        for arguments in uses {
            match self.apply(cx, arguments).await {
                Ok(outcome) => applied.outcomes.push(outcome),
                Err(error) => {
                    applied.error = Some(error);
                    break;
                }
            }
        }
        applied
    }

    /// Takes back what one record is about, and returns what that changed (with
    /// [`Scene::dry_run`]: would change). The change may never have been made, be half made, or be
    /// undone already; what is not as the action left it is somebody else's and stays.
    ///
    /// # Errors
    /// What could not be taken back is left as it is, whole.
    async fn undo(
        &self,
        cx: &ActionCx<'_>,
        record: &UndoRecord,
    ) -> Result<Vec<Change>, ActionError>;

    /// Takes back several records, in the order given. By default one after another. A record that
    /// fails does not stop the others.
    async fn undo_all(
        &self,
        cx: &ActionCx<'_>,
        records: &[&UndoRecord],
    ) -> Vec<Result<Vec<Change>, ActionError>> {
        let mut results = Vec::with_capacity(records.len());
        for record in records {
            results.push(self.undo(cx, record).await);
        }
        results
    }
}

/// What an action has at hand.
#[derive(Clone, Copy)]
pub struct ActionCx<'a> {
    /// The run.
    pub scene: Scene<'a>,
    /// What this pack's earlier installs, and earlier actions of this one, have left to take back:
    /// what it changed before is its own to change again.
    pub previous: &'a [UndoRecord],
    /// Whoever runs the action.
    pub host: &'a dyn ActionHost,
}

/// Whoever runs an action.
#[async_trait]
pub trait ActionHost: Send + Sync {
    /// Shows a line of output of something that the action runs.
    fn say(&self, line: &str);

    /// What is at a path, links not followed: while planning, as earlier actions of the plan will
    /// have left it.
    ///
    /// # Errors
    /// It cannot be looked at.
    fn look(&self, path: &Path) -> Result<Sight, ActionError>;

    /// Where that which is at a path, likewise, lies on disk now; `None` where it is still to be made.
    /// A host that plans answers this from
    /// [`Foreseen::lies_at`](super::foreseen::Foreseen::lies_at).
    fn lies_at(&self, path: &Path) -> Option<PathBuf> {
        Some(path.to_path_buf())
    }

    /// The text of a file, likewise; `None` where there is none. Bytes that are no text are
    /// replaced.
    ///
    /// # Errors
    /// It cannot be read, or is no regular file.
    fn text(&self, path: &Path) -> Result<Option<String>, ActionError>;

    /// The lines that the managed block `name` of a text file has, likewise, and that begin in one
    /// of these ways. A host that plans answers this from
    /// [`Foreseen::held_lines`](super::foreseen::Foreseen::held_lines), which does not read the
    /// whole text again for each line of a long block.
    ///
    /// # Errors
    /// As [`Self::text`], or the file's managed blocks are broken.
    fn held_lines(
        &self,
        path: &Path,
        name: &str,
        beginnings: &[String],
    ) -> Result<HeldLines, ActionError> {
        let text = self.text(path)?.unwrap_or_default();
        HeldLines::of(path, &text, name, beginnings)
    }

    /// Writes down, so that it survives a crash, how to take back what is about to be done.
    ///
    /// # Errors
    /// It could not be written down: the change must not be made.
    async fn announce(&self, records: &[UndoRecord]) -> Result<(), ActionError>;

    /// Sets (or, without a value, unsets) a variable for what comes later in this run.
    fn set_session_variable(&self, name: &str, value: Option<&str>);

    /// Plans actions that an action contains.
    ///
    /// # Errors
    /// The first that fails.
    async fn plan_inner(&self, entries: &[ActionEntry]) -> Result<ActionPlan, ActionError>;

    /// Applies actions that an action contains.
    ///
    /// # Errors
    /// The first that fails; those before it are among what was announced.
    async fn apply_inner(&self, entries: &[ActionEntry]) -> Result<ActionOutcome, ActionError>;
}

/// What an action would change.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ActionPlan {
    /// The changes, in order; none: everything is as it should be.
    pub changes: Vec<Change>,
    /// What the action is about, whether it changes or not.
    pub resources: Vec<Resource>,
    /// What apply will announce. All plans of a pack are written down with one sync; what was not
    /// foreseen costs one each.
    pub undo: Vec<UndoRecord>,
    /// What there is to say, e.g. a warning.
    pub message: Option<String>,
    /// The rest of the pack's actions is left out.
    pub skips_rest: bool,
}

/// What an action changed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ActionOutcome {
    /// The changes, in order; none: everything was as it should be.
    pub changes: Vec<Change>,
    /// What the action is about, whether it changed or not.
    pub resources: Vec<Resource>,
    /// How to take the changes back.
    pub undo: Vec<UndoRecord>,
    /// What there is to say, e.g. a warning.
    pub message: Option<String>,
    /// The rest of the pack's actions is left out.
    pub skips_rest: bool,
}

impl From<ActionPlan> for ActionOutcome {
    /// What comes of a plan that is carried out as it says.
    fn from(plan: ActionPlan) -> Self {
        let ActionPlan {
            changes,
            resources,
            undo,
            message,
            skips_rest,
        } = plan;
        Self {
            changes,
            resources,
            undo,
            message,
            skips_rest,
        }
    }
}

impl From<ActionOutcome> for ActionPlan {
    /// The plan that comes to this.
    fn from(outcome: ActionOutcome) -> Self {
        let ActionOutcome {
            changes,
            resources,
            undo,
            message,
            skips_rest,
        } = outcome;
        Self {
            changes,
            resources,
            undo,
            message,
            skips_rest,
        }
    }
}

/// What became of several uses of an action.
#[derive(Debug, Default)]
pub struct Applied {
    /// Those that went well, in order.
    pub outcomes: Vec<ActionOutcome>,
    /// Why the next one did not.
    pub error: Option<ActionError>,
}

/// A thing on the machine that an action is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resource {
    /// Its name, the same for every action that is about the same thing: `path:/home/me/.vimrc`,
    /// `env:user:EDITOR`.
    pub name: String,
    /// Nobody else may be about it.
    pub exclusive: bool,
    /// The argument that names it, inside the arguments.
    #[serde(default)]
    pub argument: Vec<Step>,
}

impl Resource {
    /// A place in the file system, an absolute path.
    pub fn path(path: &str, exclusive: bool, argument: &str) -> Self {
        Self {
            name: format!("path:{path}"),
            exclusive,
            argument: vec![Step::Key(argument.to_owned())],
        }
    }
}

impl ActionCx<'_> {
    /// Replaces the variables in the text of an argument. A leading `~/` is the home directory.
    ///
    /// # Errors
    /// Points at the argument `key`, with the position in its text.
    pub fn expand(&self, key: &str, text: &str) -> Result<String, ActionError> {
        self.scene.variables.expand(text).map_err(|error| {
            ArgumentError::new(vec![Step::Key(key.to_owned())], error.to_string()).into()
        })
    }
}
