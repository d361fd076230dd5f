//! What an undo of a link needs to know.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    model::{action::SymlinkArguments, undo::UndoRecord},
    plugin::error::ActionError,
    sys::fs::TEMPORARY_PREFIX,
};

/// A link that was made, or is about to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Record {
    /// Where it is, without links in its directories.
    pub(super) dst: String,
    /// What it says.
    pub(super) text: String,
    /// What our link that was there before said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) old: Option<String>,
    /// What was there before has this name now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) backup: Option<String>,
}

impl Record {
    /// Reads it.
    ///
    /// # Errors
    /// It is not one of this action's.
    pub(super) fn of(record: &UndoRecord) -> Result<Self, ActionError> {
        Self::deserialize(&record.data).map_err(|error| {
            ActionError::failed(format!("the record of symlink cannot be read: {error}"))
        })
    }

    /// Whether one of `previous` made a link at `dst` that says `text`.
    pub(super) fn is_among(previous: &[UndoRecord], dst: &str, text: &str) -> bool {
        let says = |record: &UndoRecord, key: &str, value: &str| {
            record.data.get(key).and_then(|data| data.as_str()) == Some(value)
        };
        previous.iter().any(|record| {
            record.action == SymlinkArguments::NAME
                && says(record, "dst", dst)
                && says(record, "text", text)
        })
    }
}

/// The name under which a link is made before it gets its own. An undo knows it as well.
pub(super) fn temporary_name(dst: &str, text: &str) -> String {
    let mut digest = Sha256::new();
    digest.update(dst);
    // No path holds it, so no two pairs are one.
    digest.update([0]);
    digest.update(text);
    let digest = digest.finalize();
    let name: String = digest[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{TEMPORARY_PREFIX}{name}")
}
