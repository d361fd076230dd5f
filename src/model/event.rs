//! One line of the manifest: what a user asked for.
//!
//! Reading keeps the texts of a line as they are, borrowed where JSON allows it; whether they are
//! a URL, a path or a ref is asked once, of what is still declared in the end (see
//! [`super::manifest`]). Writing starts from typed values only. The format and its older variants
//! are described in `docs/formats.md`.

mod raw;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

use super::manifest::Declaration;
use super::path::PackPath;
use super::reference::RefName;
use super::url::PackUrl;

/// The length in bytes that an event may have, its LF included.
pub const MAX_EVENT: usize = 64 * 1024;

/// The schema version of the events that are written.
pub const WRITTEN_VERSION: &str = "1";

/// The schema versions that are read; `2` was written by another program for the same events.
pub const READ_VERSIONS: [&str; 2] = ["1", "2"];

/// The names that an unknown field cannot have, since they mean something.
const KNOWN_FIELDS: [&str; 8] = [
    "op",
    "ts",
    "id",
    "url",
    "path",
    "type",
    "ref",
    "schema_version",
];

/// Why a line is not an event, or an event cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EventError {
    /// The line is not a JSON object.
    #[error("not an event: {reason} (column {column})")]
    NotJson {
        /// What the JSON parser says.
        reason: String,
        /// Where, from 1.
        column: usize,
    },
    /// The line is what `git merge` leaves in a file with conflicts.
    #[error("a merge conflict marker")]
    ConflictMarker,
    /// A field that the op needs is not there.
    #[error("`{field}` is missing")]
    Missing {
        /// The field.
        field: &'static str,
    },
    /// A field holds another kind of value than text.
    #[error("`{field}` is {found}, not text")]
    NotText {
        /// The field.
        field: String,
        /// What it holds, with an article.
        found: &'static str,
    },
    /// The older form of `update` names a field that is not a pack's to change.
    #[error("`update` cannot change `{field}`")]
    Fixed {
        /// The field.
        field: String,
    },
    /// The event was written for a later program.
    #[error(
        "schema_version {found} is not known here: this program reads {}; a newer one may be needed",
        READ_VERSIONS.map(|version| format!("\"{version}\"")).join(" and ")
    )]
    Version {
        /// The version, as JSON.
        found: String,
    },
    /// The event is longer than [`MAX_EVENT`].
    #[error("longer than the {MAX_EVENT} bytes that an event may have")]
    TooLong,
}

/// One event with its envelope.
#[derive(Debug, Clone, PartialEq)]
pub struct Event<'a> {
    /// When it was asked for: RFC 3339, UTC. Kept for people; no rule looks at it.
    pub ts: Cow<'a, str>,
    /// The pack it is about; empty where an op that has no effect names none.
    pub id: Cow<'a, str>,
    /// What was asked for.
    pub change: Change<'a>,
    /// Fields that this program does not know, in the order of the line.
    pub extra: Map<String, Value>,
}

/// What an event asks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Change<'a> {
    /// Declare a pack, or replace a declaration.
    Add(Added<'a>),
    /// Change some fields of a declared pack.
    Update(Patch<'a>),
    /// Declare a pack no longer.
    Rm,
    /// Written by other programs after a sync: no effect.
    Sync,
    /// An op of the older tool's audit trail, such as `action_*`: no effect.
    Audit(Cow<'a, str>),
    /// An op of a later time: no effect, and reported.
    Unknown(Cow<'a, str>),
}

/// The fields of an `add`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Added<'a> {
    /// Where the pack comes from.
    pub url: Cow<'a, str>,
    /// Where it lies below the workspace.
    pub path: Cow<'a, str>,
    /// Its type as last observed; `pack.yaml` is the authority.
    pub pack_type: Cow<'a, str>,
    /// The branch, tag or commit it follows.
    pub reference: Option<Cow<'a, str>>,
}

/// The fields of an `update`; what is `None` stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Patch<'a> {
    /// Where the pack comes from.
    pub url: Option<Cow<'a, str>>,
    /// Where it lies below the workspace.
    pub path: Option<Cow<'a, str>>,
    /// Its type.
    pub pack_type: Option<Cow<'a, str>>,
    /// What it follows.
    pub reference: RefChange<'a>,
}

/// What an `update` does to the ref.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum RefChange<'a> {
    /// `ref` is not in the event.
    #[default]
    Keep,
    /// `"ref": null`: follow whatever the remote's HEAD is.
    Clear,
    /// Follow this.
    Set(Cow<'a, str>),
}

impl<'a> Patch<'a> {
    /// Returns a patch that also sets the URL.
    #[must_use]
    pub fn url(mut self, url: &'a PackUrl) -> Self {
        self.url = Some(url.as_str().into());
        self
    }

    /// Returns a patch that also sets the path.
    #[must_use]
    pub fn path(mut self, path: &'a PackPath) -> Self {
        self.path = Some(path.as_str().into());
        self
    }

    /// Returns a patch that also sets the observed type.
    #[must_use]
    pub fn pack_type(mut self, pack_type: &'a str) -> Self {
        self.pack_type = Some(pack_type.into());
        self
    }

    /// Returns a patch that also sets the ref, or clears it with `None`.
    #[must_use]
    pub fn reference(mut self, reference: Option<&'a RefName>) -> Self {
        self.reference = match reference {
            Some(reference) => RefChange::Set(reference.as_str().into()),
            None => RefChange::Clear,
        };
        self
    }
}

impl<'a> Event<'a> {
    /// Reads one line without its LF (a CR at its end does no harm).
    ///
    /// # Errors
    /// Every rule of the format that can be judged by one line alone.
    pub fn parse(line: &'a [u8]) -> Result<Self, EventError> {
        raw::parse(line)
    }

    /// Returns the event that declares a pack; `ts` is RFC 3339 in UTC.
    #[must_use]
    pub fn add(ts: &'a str, declaration: &'a Declaration) -> Self {
        let added = Added {
            url: declaration.url.as_str().into(),
            path: declaration.path.as_str().into(),
            pack_type: declaration.pack_type.as_str().into(),
            reference: declaration
                .reference
                .as_ref()
                .map(|reference| reference.as_str().into()),
        };
        Self {
            ts: ts.into(),
            id: declaration.id.as_str().into(),
            change: Change::Add(added),
            extra: declaration.extra.clone(),
        }
    }

    /// Returns the event that changes fields of the pack `id`.
    #[must_use]
    pub fn update(ts: &'a str, id: &'a str, patch: Patch<'a>) -> Self {
        Self {
            ts: ts.into(),
            id: id.into(),
            change: Change::Update(patch),
            extra: Map::new(),
        }
    }

    /// Returns the event that ends the declaration of the pack `id`.
    #[must_use]
    pub fn rm(ts: &'a str, id: &'a str) -> Self {
        Self {
            ts: ts.into(),
            id: id.into(),
            change: Change::Rm,
            extra: Map::new(),
        }
    }

    /// Returns the event as one line of JSON with its LF. The order of the fields is fixed: op,
    /// ts, id, the op's own, the unknown ones, schema_version.
    ///
    /// # Errors
    /// [`EventError::TooLong`].
    pub fn to_line(&self) -> Result<String, EventError> {
        let mut line = serde_json::to_string(self).map_err(|error| EventError::NotJson {
            reason: error.to_string(),
            column: 1,
        })?;
        line.push('\n');
        if line.len() > MAX_EVENT {
            return Err(EventError::TooLong);
        }
        Ok(line)
    }

    fn op(&self) -> &str {
        match &self.change {
            Change::Add(_) => "add",
            Change::Update(_) => "update",
            Change::Rm => "rm",
            Change::Sync => "sync",
            Change::Audit(op) | Change::Unknown(op) => op,
        }
    }
}

impl Serialize for Event<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("op", self.op())?;
        map.serialize_entry("ts", &self.ts)?;
        map.serialize_entry("id", &self.id)?;
        match &self.change {
            Change::Add(added) => {
                map.serialize_entry("url", &added.url)?;
                map.serialize_entry("path", &added.path)?;
                map.serialize_entry("type", &added.pack_type)?;
                if let Some(reference) = &added.reference {
                    map.serialize_entry("ref", reference)?;
                }
            }
            Change::Update(patch) => serialize_patch(&mut map, patch)?,
            Change::Rm | Change::Sync | Change::Audit(_) | Change::Unknown(_) => {}
        }
        for (field, value) in &self.extra {
            if !KNOWN_FIELDS.contains(&field.as_str()) {
                map.serialize_entry(field, value)?;
            }
        }
        map.serialize_entry("schema_version", WRITTEN_VERSION)?;
        map.end()
    }
}

fn serialize_patch<M: SerializeMap>(map: &mut M, patch: &Patch<'_>) -> Result<(), M::Error> {
    let texts = [
        ("url", &patch.url),
        ("path", &patch.path),
        ("type", &patch.pack_type),
    ];
    for (field, text) in texts {
        if let Some(text) = text {
            map.serialize_entry(field, text)?;
        }
    }
    match &patch.reference {
        RefChange::Keep => Ok(()),
        RefChange::Clear => map.serialize_entry("ref", &()),
        RefChange::Set(reference) => map.serialize_entry("ref", reference),
    }
}
