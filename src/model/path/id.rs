//! What a pack is called in the books.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::pack_path::{PackPath, PathError};

/// A pack's id: its path, or `.` for the workspace's own pack. Ids sort as their texts do.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PackId(Option<PackPath>);

impl PackId {
    /// Returns the id of the workspace's own pack.
    pub const fn workspace() -> Self {
        Self(None)
    }

    /// Parses `.` or a pack path.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        if text == "." {
            Ok(Self(None))
        } else {
            PackPath::parse(text).map(Self::from)
        }
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        self.0.as_ref().map_or(".", PackPath::as_str)
    }

    /// Returns the pack's path, or `None` for the workspace's own pack.
    pub fn path(&self) -> Option<&PackPath> {
        self.0.as_ref()
    }

    /// Says whether this is the workspace's own pack.
    pub fn is_workspace(&self) -> bool {
        self.0.is_none()
    }
}

impl From<PackPath> for PackId {
    fn from(path: PackPath) -> Self {
        Self(Some(path))
    }
}

impl TryFrom<String> for PackId {
    type Error = PathError;

    fn try_from(text: String) -> Result<Self, PathError> {
        Self::parse(&text)
    }
}

impl From<PackId> for String {
    fn from(id: PackId) -> Self {
        id.as_str().to_owned()
    }
}

impl std::str::FromStr for PackId {
    type Err = PathError;

    fn from_str(text: &str) -> Result<Self, PathError> {
        Self::parse(text)
    }
}

impl Ord for PackId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl PartialOrd for PackId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for PackId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::PackId;

    #[test]
    fn the_workspace_is_a_dot_and_sorts_like_one() {
        assert_eq!(PackId::parse(".").unwrap(), PackId::workspace());
        assert_eq!(PackId::workspace().to_string(), ".");
        assert!(PackId::workspace().path().is_none());
        let mut ids: Vec<PackId> = ["b", "a/c", ".", "+x", "a-b"]
            .iter()
            .map(|id| PackId::parse(id).unwrap())
            .collect();
        ids.sort();
        let texts: Vec<&str> = ids.iter().map(PackId::as_str).collect();
        assert_eq!(texts, ["+x", ".", "a-b", "a/c", "b"]);
        assert_eq!(serde_json::to_string(&ids[1]).unwrap(), "\".\"");
        assert!(serde_json::from_str::<PackId>("\"./\"").is_err());
    }
}
