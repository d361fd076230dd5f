//! What can be wrong with a filter.

use crate::model::reference::RefError;

/// Why a text is not a filter or a glob.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// No term in it: refused, since "everything" is seldom what an empty variable meant.
    #[error("the filter is empty; leave it out to mean every pack")]
    Empty,
    /// More than 4 KiB.
    #[error("the filter is longer than 4096 bytes")]
    TooLong,
    /// A quote or backslash that nothing follows.
    #[error("the filter {filter:?} ends inside a quote or behind a backslash")]
    Unclosed {
        /// The filter.
        filter: String,
    },
    /// A key that there is not.
    #[error("the filter has no key `{key}`")]
    UnknownKey {
        /// The key.
        key: String,
        /// Keys that look like it, best first.
        nearest: Vec<String>,
    },
    /// A state that there is not.
    #[error("no pack has the state `{state}`")]
    UnknownState {
        /// The state.
        state: String,
        /// States that look like it, best first.
        nearest: Vec<String>,
    },
    /// A comparison that its key does not have.
    #[error(
        "the filter term {term:?} compares with `{operator}`; there are KEY=VALUE, depth<=N, and `!` before a term"
    )]
    Operator {
        /// The term.
        term: String,
        /// The comparison.
        operator: String,
    },
    /// Nothing after the `=` or the `!`.
    #[error("the filter term {term:?} has no value")]
    NoValue {
        /// The term.
        term: String,
    },
    /// A depth that is not a number.
    #[error("the depth {depth:?} is not a number")]
    Depth {
        /// The depth.
        depth: String,
    },
    /// A glob that cannot be read.
    #[error(
        "the glob {glob:?} cannot be read: {reason}; put a backslash before a character that is meant as itself"
    )]
    Glob {
        /// The glob.
        glob: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A revision that could be taken for something else.
    #[error("changed-since: {0}")]
    Revision(#[from] RefError),
}

impl FilterError {
    /// What may have been meant, and what there is.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let (nearest, rest) = match self {
            Self::UnknownKey { nearest, .. } => {
                (nearest, "for a path that contains `=` write path=GLOB")
            }
            Self::UnknownState { nearest, .. } => (
                nearest,
                "the states are dirty, ahead, behind, diverged, missing, detached",
            ),
            _ => return None,
        };
        Some(match nearest.first() {
            Some(name) => {
                let (first, others) = rest.split_at(1);
                format!("did you mean `{name}`? {}{others}", first.to_uppercase())
            }
            None => rest.to_owned(),
        })
    }
}
