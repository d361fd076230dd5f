//! Where a pack lies. (Placeholder of the agreed signatures.)
use serde::{Deserialize, Serialize};

/// A pack's place, relative to the workspace root.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PackPath(String);

/// Why a text is not a pack path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a path for a pack")]
pub struct PathError { /// The text.
    pub text: String }

impl PackPath {
    /// Parses a text.
    pub fn parse(text: &str) -> Result<Self, PathError> { Ok(Self(text.into())) }
    /// The text.
    pub fn as_str(&self) -> &str { &self.0 }
}
impl TryFrom<String> for PackPath { type Error = PathError; fn try_from(text: String) -> Result<Self, PathError> { Self::parse(&text) } }
impl From<PackPath> for String { fn from(path: PackPath) -> Self { path.0 } }
impl std::fmt::Display for PackPath { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(&self.0) } }
