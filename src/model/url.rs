//! Where a pack comes from. (Placeholder of the agreed signatures.)
use serde::{Deserialize, Serialize};

/// Where a pack comes from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PackUrl(String);

/// Why a text is not a URL.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a URL for a pack")]
pub struct UrlError { /// The text.
    pub text: String }

impl PackUrl {
    /// Parses a text.
    pub fn parse(text: &str) -> Result<Self, UrlError> { Ok(Self(text.into())) }
    /// The text.
    pub fn as_str(&self) -> &str { &self.0 }
}
impl TryFrom<String> for PackUrl { type Error = UrlError; fn try_from(text: String) -> Result<Self, UrlError> { Self::parse(&text) } }
impl From<PackUrl> for String { fn from(path: PackUrl) -> Self { path.0 } }
impl std::fmt::Display for PackUrl { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(&self.0) } }
