//! What is to be done for a link, decided before anything is.

use std::path::PathBuf;

use serde_json::Value;

use super::{
    super::{parents, precious},
    record::Record,
};
use crate::{
    model::{
        action::{ArgumentError, LinkKind, Step as At, SymlinkArguments, parse},
        undo::UndoRecord,
    },
    plugin::{
        action::{ActionCx, ActionPlan, Resource},
        builtin::{
            follow::follow,
            place::{Place, in_words, utf8},
            source::{Source, relative},
        },
        change::Change,
        error::ActionError,
        foreseen::Sight,
    },
};

/// A link that is to be, and how it comes about.
pub(super) struct Intent {
    pub(super) place: Place,
    /// What it says.
    pub(super) text: String,
    pub(super) step: Step,
}

/// How a link comes about.
pub(super) enum Step {
    /// It is there already.
    Nothing,
    /// Nothing is in its place.
    Make,
    /// A link of ours that says this is led elsewhere.
    Repoint(String),
    /// What is in its place gets this name.
    Backup(PathBuf),
}

impl Intent {
    /// Decides.
    ///
    /// # Errors
    /// The arguments are refused, or the machine is not as the link needs it.
    pub(super) fn of(cx: &ActionCx<'_>, arguments: &Value) -> Result<Self, ActionError> {
        let arguments: SymlinkArguments = parse(arguments)?;
        let source = source(cx, &arguments)?;
        let place = Place::of(cx, "dst", arguments.dst.as_str())?;
        if let Some(obstacle) = &place.obstacle {
            let message = format!("cannot make the link {}: {obstacle}", place.written);
            return Err(ActionError::precondition(message));
        }
        let text = if arguments.normalize {
            utf8(&source.path)?
        } else {
            let directory = place.path.parent().unwrap_or(&place.path);
            utf8(&relative(directory, &source.real))?
        };
        let step = step(cx, &arguments, &source, &place, &text)?;
        Ok(Self { place, text, step })
    }

    /// What changes, in order.
    ///
    /// # Errors
    /// A path is no text.
    pub(super) fn changes(&self) -> Result<Vec<Change>, ActionError> {
        let path = self.place.text()?;
        let mut changes = parents::changes(&self.place.missing)?;
        let old = match &self.step {
            Step::Nothing => return Ok(Vec::new()),
            Step::Make => None,
            Step::Repoint(old) => Some(old.clone()),
            Step::Backup(to) => {
                changes.push(Change::Move {
                    from: path.clone(),
                    to: utf8(to)?,
                });
                None
            }
        };
        changes.push(Change::Link {
            path,
            old,
            new: Some(self.text.clone()),
        });
        Ok(changes)
    }

    /// What would change, and what an apply announces and returns.
    pub(super) fn plan(&self) -> Result<ActionPlan, ActionError> {
        Ok(ActionPlan {
            changes: self.changes()?,
            resources: self.resources(),
            undo: self.undo()?,
            ..ActionPlan::default()
        })
    }

    /// The place as it is written, and where links on the way lead: two ways to one place are one
    /// place.
    fn resources(&self) -> Vec<Resource> {
        let mut resources = vec![Resource::path(&self.place.written, true, "dst")];
        match self.place.text() {
            Ok(place) if place != self.place.written => {
                resources.push(Resource::path(&place, true, "dst"));
            }
            _ => {}
        }
        resources
    }

    /// How to take it back; nothing where nothing changes.
    ///
    /// # Errors
    /// A path is no text.
    fn undo(&self) -> Result<Vec<UndoRecord>, ActionError> {
        let (old, backup) = match &self.step {
            Step::Nothing => return Ok(Vec::new()),
            Step::Make => (None, None),
            Step::Repoint(old) => (Some(old.clone()), None),
            Step::Backup(to) => (None, Some(utf8(to)?)),
        };
        let record = Record {
            dst: self.place.text()?,
            text: self.text.clone(),
            old,
            backup,
        };
        let directories = self.place.missing.iter().map(|path| utf8(path));
        Ok(vec![UndoRecord {
            action: SymlinkArguments::NAME.to_owned(),
            resource: format!("path:{}", self.place.written),
            data: serde_json::to_value(record)
                .map_err(|error| ActionError::failed(error.to_string()))?,
            directories: directories.collect::<Result<_, _>>()?,
        }])
    }
}

/// Finds `src`, and sees to it that it is there and what `kind` says.
fn source(cx: &ActionCx<'_>, arguments: &SymlinkArguments) -> Result<Source, ActionError> {
    let at = |key: &str| vec![At::Key(key.to_owned())];
    let source = Source::find(cx, &cx.expand("src", arguments.src.as_str())?, &at("src"))?;
    let wrong_kind = |what: &str| {
        let message = format!("`src` is {what}: {}", source.path.display());
        Err(ArgumentError::new(at("kind"), message)
            .with_hint("leave `kind` out")
            .into())
    };
    match (&source.sight, arguments.kind) {
        (Sight::Nothing, _) => Err(ActionError::precondition(format!(
            "`src` is not there: {}",
            source.path.display()
        ))),
        (Sight::Directory { .. }, LinkKind::File) => wrong_kind("a directory, not a file"),
        (Sight::File | Sight::Other, LinkKind::Directory) => wrong_kind("not a directory"),
        _ => Ok(source),
    }
}

fn step(
    cx: &ActionCx<'_>,
    arguments: &SymlinkArguments,
    source: &Source,
    place: &Place,
    text: &str,
) -> Result<Step, ActionError> {
    match &place.sight {
        Sight::Nothing => return Ok(Step::Make),
        Sight::Link(said) => {
            if said == text || leads_to(cx, place, source)? {
                return Ok(Step::Nothing);
            }
            if Record::is_among(cx.previous, &place.text()?, said) {
                return Ok(Step::Repoint(said.clone()));
            }
        }
        Sight::Directory { .. } | Sight::File | Sight::Other => {}
    }
    if source.target.starts_with(&place.path) || source.real.starts_with(&place.path) {
        let message = format!("`src` is in `dst`, or is it: {}", place.written);
        return Err(ActionError::precondition(message));
    }
    if !arguments.backup {
        let message = format!(
            "cannot make the link {}: {} stands there",
            place.written,
            in_words(&place.sight)
        );
        return Err(ActionError::precondition(message)
            .with_hint("`backup: true` renames it out of the way"));
    }
    if matches!(place.sight, Sight::Directory { .. }) {
        precious::refuse(cx, &place.path)?;
    }
    precious::refuse_own_files(cx, &place.path)?;
    Ok(Step::Backup(place.backup_name(cx)?))
}

/// Whether the link that is there leads to `src`, in other words than ours.
fn leads_to(cx: &ActionCx<'_>, place: &Place, source: &Source) -> Result<bool, ActionError> {
    let found = follow(cx.host, &place.path)?;
    Ok(found.sight != Sight::Nothing && found.path == source.target)
}
