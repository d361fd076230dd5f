//! Why an action, a pack type or a fetcher could not do what it was asked.

use serde::{Deserialize, Serialize};

use crate::model::action::ArgumentError;

/// Why an action failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ActionError {
    /// The arguments are refused; the path in it is one inside the arguments.
    #[error("{}", error.message)]
    Arguments {
        /// What is wrong with them, and where.
        error: ArgumentError,
    },
    /// The machine is not as the action needs it. Nothing was changed.
    #[error("{message}")]
    Precondition {
        /// What is not as it should be, as a fragment.
        message: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// Something failed on the way.
    #[error("{message}")]
    Failed {
        /// What failed and why; says what was done and what was not, where that matters.
        message: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// No action has this name.
    #[error("unknown action `{name}`")]
    Unknown {
        /// The name.
        name: String,
        /// The nearest name, or all of them.
        hint: String,
    },
    /// The run was cancelled meanwhile.
    #[error("cancelled")]
    Cancelled,
}

impl ActionError {
    /// The machine is not as the action needs it.
    pub fn precondition(message: impl Into<String>) -> Self {
        Self::Precondition {
            message: message.into(),
            hint: None,
        }
    }

    /// Something failed on the way.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::Failed {
            message: message.into(),
            hint: None,
        }
    }

    /// The same error with advice; an error that has its own advice keeps it.
    #[must_use]
    pub fn with_hint(mut self, advice: impl Into<String>) -> Self {
        match &mut self {
            Self::Precondition { hint, .. } | Self::Failed { hint, .. } => {
                hint.get_or_insert_with(|| advice.into());
            }
            Self::Arguments { .. } | Self::Unknown { .. } | Self::Cancelled => {}
        }
        self
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Arguments { error } => error.hint.as_deref(),
            Self::Precondition { hint, .. } | Self::Failed { hint, .. } => hint.as_deref(),
            Self::Unknown { hint, .. } => Some(hint),
            Self::Cancelled => None,
        }
    }
}

impl From<ArgumentError> for ActionError {
    fn from(error: ArgumentError) -> Self {
        Self::Arguments { error }
    }
}

impl From<crate::sys::fs::FileError> for ActionError {
    fn from(error: crate::sys::fs::FileError) -> Self {
        Self::failed(error.to_string())
    }
}

/// Why a pack type could not do its work.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PackError {
    /// One of the pack's actions failed. Those before it were taken back.
    #[error("action {} (`{action}`): {error}", index + 1)]
    Action {
        /// Its place in the list, counted from 0.
        index: usize,
        /// The action.
        action: String,
        /// Why it failed.
        error: ActionError,
    },
    /// A hook ended badly.
    #[error("{message}")]
    Hook {
        /// Which, how, and the last that it said.
        message: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// What the pack brings cannot be used.
    #[error("{message}")]
    Unusable {
        /// What, and why.
        message: String,
        /// What to do about it.
        hint: Option<String>,
    },
    /// The run was cancelled meanwhile.
    #[error("cancelled")]
    Cancelled,
}

impl PackError {
    /// What the pack brings cannot be used.
    pub fn unusable(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Unusable {
            message: message.into(),
            hint: Some(hint.into()),
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Action { error, .. } => error.hint(),
            Self::Hook { hint, .. } | Self::Unusable { hint, .. } => hint.as_deref(),
            Self::Cancelled => None,
        }
    }
}
