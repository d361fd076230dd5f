//! How outcomes look in reports.

use std::{borrow::Cow, path::Path};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use crate::{
    engine::outcome::PackFailure,
    git::{failure::FailureClass, refs::ObjectId},
};

/// A failure as reports carry it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FailureReport {
    /// The kind of failure: `auth`, `network`, `not-found`, `no-such-ref`, `dirty`, `diverged`,
    /// `busy`, `disk` or `other`.
    #[schemars(with = "FailureClass")]
    pub class: &'static str,
    /// What failed and why.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// The git command that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// The file, line and column, when the failure is one of a pack.yaml.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// The failure itself, for who shows it to a person.
    #[serde(skip)]
    pub failure: PackFailure,
}

/// A place in a file, line and column from 1.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Place {
    /// The file.
    pub file: String,
    /// The line.
    pub line: Option<u32>,
    /// The column.
    pub column: Option<u32>,
}

impl From<PackFailure> for FailureReport {
    fn from(failure: PackFailure) -> Self {
        Self {
            class: failure.class.name(),
            message: failure.message.clone(),
            hint: failure.hint.clone(),
            command: failure.command.clone(),
            place: failure.file.as_ref().map(|file| Place {
                file: file.file.clone(),
                line: file.line,
                column: file.column,
            }),
            failure,
        }
    }
}

/// How a commit looks in a schema: its id, or nothing where there is none.
pub(super) struct Commit;

impl JsonSchema for Commit {
    fn schema_name() -> Cow<'static, str> {
        "Commit".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "pattern": "^([0-9a-f]{40}|[0-9a-f]{64})?$"})
    }
}

/// Serialises a commit as its id, and no commit as the empty string.
pub(super) fn commit<S: Serializer>(
    id: &Option<ObjectId>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(id.as_ref().map_or("", ObjectId::as_str))
}

/// Serialises a path as text; bytes that are no text are replaced.
pub(super) fn path<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}

/// Serialises a path that need not be there.
pub(super) fn optional_path<S: Serializer>(
    path: &Option<std::path::PathBuf>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    path.as_ref()
        .map(|path| path.to_string_lossy())
        .serialize(serializer)
}
