//! What a pack follows. (Placeholder of the agreed signatures.)
use serde::{Deserialize, Serialize};

/// A branch, a tag or a commit id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RefName(String);

/// Why a text is not a ref.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a name for a ref")]
pub struct RefError { /// The text.
    pub text: String }

impl RefName {
    /// Parses a text.
    pub fn parse(text: &str) -> Result<Self, RefError> { Ok(Self(text.into())) }
    /// The text.
    pub fn as_str(&self) -> &str { &self.0 }
}
impl TryFrom<String> for RefName { type Error = RefError; fn try_from(text: String) -> Result<Self, RefError> { Self::parse(&text) } }
impl From<RefName> for String { fn from(path: RefName) -> Self { path.0 } }
impl std::fmt::Display for RefName { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(&self.0) } }
