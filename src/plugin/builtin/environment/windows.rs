//! Variables that last, in the registry of Windows.

use std::{io, time::Duration};

use serde::{Deserialize, Serialize};
use winreg::{
    HKCU, HKLM, RegKey,
    enums::{KEY_READ, KEY_WRITE, REG_EXPAND_SZ, REG_SZ, RegType},
    types::{FromRegValue as _, ToRegValue as _},
};

use super::batch::{Setting, Wanted, scope_name};
use crate::{
    model::{
        action::{EnvArguments, EnvScope},
        undo::UndoRecord,
    },
    plugin::{action::ActionCx, change::Change, error::ActionError},
    sys::process::{Limits, Spawn, run},
};

/// Deletes a variable that does not exist: that sends the settings-changed broadcast and does
/// nothing else, so that programs started from now on see what has changed.
const BROADCAST: &str =
    "[Environment]::SetEnvironmentVariable('GREX_SETTINGS_CHANGED', $null, 'User')";

/// How long the broadcast may take: a program that hangs does not answer it.
const BROADCAST_LIMIT: Duration = Duration::from_secs(15);

/// What is read: planning and applying see the same registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ReadFrom {
    /// While planning.
    Host,
    /// While applying.
    Disk,
}

/// A text in the registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Stored {
    text: String,
    /// `%NAME%` in it is replaced by whoever reads it.
    expands: bool,
}

/// How one variable is taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct RegistryUndo {
    name: String,
    scope: EnvScope,
    old: Option<Stored>,
    new: Stored,
}

/// The variables that a batch sets, in order.
pub(super) struct Durable {
    edits: Vec<RegistryUndo>,
}

impl Durable {
    /// Nothing is set yet.
    pub(super) fn new(_: ReadFrom) -> Self {
        Self { edits: Vec::new() }
    }

    /// Sets a variable, in memory.
    ///
    /// # Errors
    /// The registry cannot be read, or holds something that is no text.
    pub(super) fn set(
        &mut self,
        _: &ActionCx<'_>,
        wanted: &Wanted,
    ) -> Result<Setting, ActionError> {
        let is_same = |edit: &&RegistryUndo| {
            edit.scope == wanted.scope && edit.name.eq_ignore_ascii_case(&wanted.name)
        };
        let old = match self.edits.iter().rev().find(is_same) {
            Some(edit) => Some(edit.new.clone()),
            None => stored(wanted.scope, &wanted.name)?,
        };
        let new = Stored {
            text: wanted.value.clone(),
            expands: false,
        };
        if old.as_ref() == Some(&new) {
            return Ok(Setting::default());
        }
        let edit = RegistryUndo {
            name: wanted.name.clone(),
            scope: wanted.scope,
            old,
            new,
        };
        let data = serde_json::to_value(&edit)
            .map_err(|error| ActionError::failed(format!("cannot write a record: {error}")))?;
        let setting = Setting {
            changes: vec![change(&edit, edit.old.as_ref(), Some(&edit.new))],
            undo: Some(UndoRecord {
                action: EnvArguments::NAME.to_owned(),
                resource: wanted.resource(),
                data,
                directories: Vec::new(),
            }),
        };
        self.edits.push(edit);
        Ok(setting)
    }

    /// Writes what was set.
    ///
    /// # Errors
    /// The registry cannot be written. What came before is.
    pub(super) async fn write(self, cx: &ActionCx<'_>) -> Result<(), ActionError> {
        for edit in &self.edits {
            store(edit.scope, &edit.name, Some(&edit.new))?;
        }
        if !self.edits.is_empty() {
            broadcast(cx).await;
        }
        Ok(())
    }
}

/// Takes back several records, in the order given.
pub(super) async fn take_back(
    cx: &ActionCx<'_>,
    records: &[&UndoRecord],
) -> Vec<Result<Vec<Change>, ActionError>> {
    let results: Vec<_> = records
        .iter()
        .map(|record| take_back_one(record, cx.scene.dry_run))
        .collect();
    let has_changed = results.iter().flatten().any(|changes| !changes.is_empty());
    if has_changed && !cx.scene.dry_run {
        broadcast(cx).await;
    }
    results
}

fn take_back_one(record: &UndoRecord, dry_run: bool) -> Result<Vec<Change>, ActionError> {
    let undo = RegistryUndo::deserialize(&record.data).map_err(|error| {
        let resource = &record.resource;
        ActionError::failed(format!(
            "the undo record of {resource} cannot be read: {error}"
        ))
    })?;
    if stored(undo.scope, &undo.name)?.as_ref() != Some(&undo.new) {
        return Ok(Vec::new());
    }
    if !dry_run {
        store(undo.scope, &undo.name, undo.old.as_ref())?;
    }
    Ok(vec![change(&undo, Some(&undo.new), undo.old.as_ref())])
}

fn change(edit: &RegistryUndo, old: Option<&Stored>, new: Option<&Stored>) -> Change {
    Change::Variable {
        name: edit.name.clone(),
        scope: scope_name(edit.scope).to_owned(),
        old: old.map(|stored| stored.text.clone()),
        new: new.map(|stored| stored.text.clone()),
    }
}

/// The key that holds the variables of a scope.
fn key(scope: EnvScope, access: u32) -> io::Result<RegKey> {
    match scope {
        EnvScope::Machine => HKLM.open_subkey_with_flags(
            r"SYSTEM\CurrentControlSet\Control\Session Manager\Environment",
            access,
        ),
        EnvScope::User | EnvScope::Session => HKCU.open_subkey_with_flags("Environment", access),
    }
}

fn stored(scope: EnvScope, name: &str) -> Result<Option<Stored>, ActionError> {
    let value = match key(scope, KEY_READ).and_then(|key| key.get_raw_value(name)) {
        Ok(value) => value,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("read", name, &error)),
    };
    let expands = match value.vtype {
        RegType::REG_SZ => false,
        RegType::REG_EXPAND_SZ => true,
        _ => {
            let message = format!("the variable `{name}` is no text in the registry");
            return Err(ActionError::precondition(message));
        }
    };
    let text = String::from_reg_value(&value).map_err(|error| failed("read", name, &error))?;
    Ok(Some(Stored { text, expands }))
}

fn store(scope: EnvScope, name: &str, value: Option<&Stored>) -> Result<(), ActionError> {
    let write = |key: RegKey| match value {
        Some(stored) => {
            let mut raw = stored.text.to_reg_value();
            raw.vtype = if stored.expands {
                REG_EXPAND_SZ
            } else {
                REG_SZ
            };
            key.set_raw_value(name, &raw)
        }
        None => key.delete_value(name),
    };
    let written = key(scope, KEY_WRITE).and_then(write);
    written.map_err(|error| match scope {
        EnvScope::Machine => failed("write", name, &error)
            .with_hint("run grex as an administrator, or set it with `scope: user`"),
        EnvScope::User | EnvScope::Session => failed("write", name, &error),
    })
}

fn failed(action: &str, name: &str, error: &io::Error) -> ActionError {
    ActionError::failed(format!(
        "cannot {action} the variable `{name}` in the registry: {error}"
    ))
}

/// Whoever does not hear of it sees the change after the next login.
async fn broadcast(cx: &ActionCx<'_>) {
    let mut spawn = Spawn::new("powershell.exe".as_ref());
    for argument in ["-NoProfile", "-NonInteractive", "-Command", BROADCAST] {
        spawn.argument(argument);
    }
    let limits = Limits {
        stall: Some(BROADCAST_LIMIT),
        ..Limits::default()
    };
    drop(run(&spawn, limits, cx.scene.cancel, &mut |_, _| {}).await);
}
