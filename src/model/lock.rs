//! The lockfile as a value: where every pack of a workspace stands.
//!
//! It can always be rebuilt from disk, so reading never fails: a line that cannot be used is a
//! warning. What is used is checked, since lockfiles travel with repositories: a commit id that
//! is none, or a path that leads out, never leaves this module. See `docs/formats.md`.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::json_line;
use super::path::PackPath;
use super::reference::RefName;
use super::url::PackUrl;

/// The schema version that is written and read.
pub const SCHEMA_VERSION: &str = "1";

/// One pack as it was last seen. The fields are written in this order.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LockEntry {
    /// The pack's id; `.` for the workspace's own pack.
    pub id: String,
    /// The pack's path; `.` for the workspace's own pack. A line without it has the id's.
    #[serde(default)]
    pub path: String,
    /// Where it comes from, as declared; empty for what comes from nowhere.
    #[serde(default)]
    pub url: String,
    /// What it follows, as declared.
    #[serde(default, rename = "ref")]
    pub reference: Option<RefName>,
    /// The branch that is checked out; `None` when detached.
    #[serde(default)]
    pub branch: Option<String>,
    /// The commit that is checked out, in full; empty for a pack that is not a git work tree.
    #[serde(default)]
    pub sha: String,
    /// From `pack.yaml`; `meta` for a plain git repository.
    #[serde(default = "meta", rename = "type")]
    pub pack_type: String,
    /// The id of the pack that owns it; `None` for a registered one.
    #[serde(default)]
    pub parent: Option<String>,
    /// `sha256:...` of the installable surface as last installed; empty if it never was.
    #[serde(default)]
    pub actions_hash: String,
    /// When an install last ran: RFC 3339, UTC; `None` if none ever did.
    #[serde(default)]
    pub installed_at: Option<String>,
    /// Fields that this program does not know; they survive a rewrite.
    #[serde(flatten)]
    pub extra: Map<String, Value>,
    /// Always [`SCHEMA_VERSION`].
    #[serde(default = "schema_version")]
    pub schema_version: String,
}

fn meta() -> String {
    "meta".into()
}

fn schema_version() -> String {
    SCHEMA_VERSION.into()
}

impl LockEntry {
    /// Returns the entry of a pack of which nothing but its place is known yet.
    #[must_use]
    pub fn new(id: &str, path: &str) -> Self {
        Self {
            id: id.into(),
            path: path.into(),
            url: String::new(),
            reference: None,
            branch: None,
            sha: String::new(),
            pack_type: meta(),
            parent: None,
            actions_hash: String::new(),
            installed_at: None,
            extra: Map::new(),
            schema_version: schema_version(),
        }
    }

    /// Returns the entry as one line of JSON with its LF.
    #[must_use]
    pub fn to_line(&self) -> String {
        // Text and JSON values always have a JSON form.
        let mut line = serde_json::to_string(self).unwrap_or_default();
        line.push('\n');
        line
    }

    fn parse(line: &[u8]) -> Result<Self, String> {
        if json_line::is_conflict_marker(line) {
            return Err("a merge conflict marker".into());
        }
        let line = json_line::without_mark(line);
        let mut entry: Self = serde_json::from_slice(line)
            .map_err(|error| json_line::fault(line, &error).into_owned())?;
        if entry.path.is_empty() {
            entry.path.clone_from(&entry.id);
        }
        // The older tool wrote an empty text where it did not know the branch.
        entry.branch = entry.branch.filter(|branch| !branch.is_empty());
        entry.check()?;
        Ok(entry)
    }

    fn check(&self) -> Result<(), String> {
        if self.schema_version != SCHEMA_VERSION {
            return Err(format!(
                "schema_version {:?} is not known here",
                self.schema_version
            ));
        }
        let path = Some(&self.path).filter(|path| **path != self.id);
        let places = [Some(&self.id), path, self.parent.as_ref()];
        for place in places.into_iter().flatten().filter(|place| *place != ".") {
            PackPath::parse(place).map_err(|error| error.to_string())?;
        }
        if !self.url.is_empty() {
            PackUrl::parse(&self.url).map_err(|error| error.to_string())?;
        }
        let hex = self
            .sha
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !hex || ![0, 40, 64].contains(&self.sha.len()) {
            return Err(format!("`{}` is not a commit id", self.sha));
        }
        Ok(())
    }
}

/// The packs of a workspace as they were last seen.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lockfile {
    /// By id.
    pub entries: BTreeMap<String, LockEntry>,
}

/// A line of a lockfile that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockWarning {
    /// The line, from 1.
    pub line: usize,
    /// Why.
    pub reason: String,
}

impl fmt::Display for LockWarning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: left out: {}", self.line, self.reason)
    }
}

impl Lockfile {
    /// Reads lines in any order; the last line of an id counts, except that a line that cannot be
    /// used counts for nothing and is a warning.
    #[must_use]
    pub fn parse(text: &[u8]) -> (Self, Vec<LockWarning>) {
        let (mut lockfile, mut warnings) = (Self::default(), Vec::new());
        for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            match LockEntry::parse(line) {
                Ok(entry) => {
                    lockfile.entries.insert(entry.id.clone(), entry);
                }
                Err(reason) => warnings.push(LockWarning {
                    line: index + 1,
                    reason,
                }),
            }
        }
        (lockfile, warnings)
    }

    /// Returns what is known of a pack.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&LockEntry> {
        self.entries.get(id)
    }

    /// Returns the whole file: one line a pack, sorted by id (by its bytes).
    #[must_use]
    pub fn render(&self) -> String {
        self.entries.values().map(LockEntry::to_line).collect()
    }
}
