//! The full name of an object.

use serde::{Deserialize, Serialize};

/// A full object id: 40 (SHA-1) or 64 (SHA-256) hexadecimal digits in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ObjectId(String);

/// A text is not a full object id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a full object id: it needs 40 or 64 hexadecimal digits")]
pub struct ObjectIdError {
    /// The text, shortened.
    pub text: String,
}

impl ObjectId {
    /// Parses 40 or 64 hexadecimal digits of either case.
    pub fn parse(text: &str) -> Result<Self, ObjectIdError> {
        if is_hex(text.as_bytes()) {
            return Ok(Self(text.to_ascii_lowercase()));
        }
        Err(ObjectIdError {
            text: text.chars().take(64).collect(),
        })
    }

    /// Parses the same from bytes.
    pub(in crate::git) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        std::str::from_utf8(bytes)
            .ok()
            .and_then(|text| Self::parse(text).ok())
    }

    /// All digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first seven digits, for people.
    #[must_use]
    pub fn short(&self) -> &str {
        &self.0[..7]
    }

    /// Whether all digits are zero, which is how git writes "no object".
    #[must_use]
    pub fn is_null(&self) -> bool {
        self.0.bytes().all(|digit| digit == b'0')
    }
}

/// Whether these bytes are a full object id of either case.
fn is_hex(bytes: &[u8]) -> bool {
    matches!(bytes.len(), 40 | 64) && bytes.iter().all(u8::is_ascii_hexdigit)
}

impl TryFrom<String> for ObjectId {
    type Error = ObjectIdError;

    fn try_from(text: String) -> Result<Self, ObjectIdError> {
        Self::parse(&text)
    }
}

impl From<ObjectId> for String {
    fn from(id: ObjectId) -> Self {
        id.0
    }
}

impl std::fmt::Display for ObjectId {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}
