//! Errors about arguments, and how they name a place in JSON data.

use serde::{Deserialize, Serialize};

/// One step down into JSON data. As JSON: a text or a number.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Step {
    /// To the value of a key.
    Key(String),
    /// To an element of a list, counted from 0.
    Index(usize),
}

/// What of a place is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The key at the end of the path.
    Key,
    /// The value there.
    Value,
}

/// What kind of error an [`ArgumentError`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ArgumentFault {
    /// A key that is not known.
    UnknownKey,
    /// An action, inside these arguments, that is not known.
    UnknownAction,
    /// A key that is refused for its form.
    InvalidKey,
    /// Anything else: a wrong type, a missing key, a value that is refused.
    Invalid,
}

/// Arguments that are refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct ArgumentError {
    /// Where, from the arguments' root down.
    pub path: Vec<Step>,
    /// Why, as a fragment.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// What kind of error it is.
    pub fault: ArgumentFault,
}

impl ArgumentError {
    /// An error about the value at `path`.
    pub fn new(path: Vec<Step>, message: impl Into<String>) -> Self {
        Self {
            path,
            message: message.into(),
            hint: None,
            fault: ArgumentFault::Invalid,
        }
    }

    /// The same with advice.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same error, seen from a place that lies `outer` above.
    #[must_use]
    pub fn below(mut self, outer: impl IntoIterator<Item = Step>) -> Self {
        self.path = outer.into_iter().chain(self.path).collect();
        self
    }

    /// Whether the key or the value at the path is meant.
    pub fn subject(&self) -> Subject {
        match self.fault {
            ArgumentFault::Invalid => Subject::Value,
            ArgumentFault::UnknownKey
            | ArgumentFault::UnknownAction
            | ArgumentFault::InvalidKey => Subject::Key,
        }
    }
}
