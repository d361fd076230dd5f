//! What an undo record of env says.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    model::{
        action::{EnvArguments, EnvScope},
        undo::UndoRecord,
    },
    plugin::error::ActionError,
};

/// How one variable is taken back.
///
/// ```json
/// {"name":"EDITOR","scope":"user","files":[{"path":"/home/me/.profile","block":"dotfiles",
///  "old":null,"new":"export EDITOR='vi'","made":false}]}
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct EnvUndo {
    /// The variable.
    pub(super) name: String,
    /// For whom it was set.
    pub(super) scope: EnvScope,
    /// The files that changed, in order.
    pub(super) files: Vec<FileUndo>,
}

/// What changed in one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileUndo {
    /// The file, absolute.
    pub(super) path: String,
    /// The block's name.
    pub(super) block: String,
    /// The variable's line before; `None`: there was none.
    pub(super) old: Option<String>,
    /// Its line then.
    pub(super) new: String,
    /// The file is there only because of grex: it goes when nothing is left in it.
    pub(super) made: bool,
}

impl EnvUndo {
    /// Reads a record that may have been written long ago.
    ///
    /// # Errors
    /// It is not one of env's.
    pub(super) fn of(record: &UndoRecord) -> Result<Self, ActionError> {
        Self::deserialize(&record.data).map_err(|error| {
            ActionError::failed(format!(
                "the undo record of {} cannot be read: {error}",
                record.resource
            ))
        })
    }

    /// The record to announce.
    ///
    /// # Errors
    /// Never in practice: every part of it can be written as JSON.
    pub(super) fn into_record(
        self,
        resource: &str,
        directories: Vec<String>,
    ) -> Result<UndoRecord, ActionError> {
        let data = serde_json::to_value(self)
            .map_err(|error| ActionError::failed(format!("cannot write a record: {error}")))?;
        Ok(UndoRecord {
            action: EnvArguments::NAME.to_owned(),
            resource: resource.to_owned(),
            data,
            directories,
        })
    }
}

/// Whether the latest record about a file says that grex made it; `None`: there is no record. All
/// records of a pack say the same of a file.
pub(super) fn is_said_to_be_made(previous: &[UndoRecord], path: &str) -> Option<bool> {
    previous
        .iter()
        .rev()
        .filter(|record| record.action == EnvArguments::NAME)
        .filter_map(|record| record.data.get("files")?.as_array())
        .flatten()
        .find(|file| file.get("path").and_then(Value::as_str) == Some(path))
        .map(|file| file.get("made") == Some(&Value::Bool(true)))
}
