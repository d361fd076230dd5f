//! The classes of failure.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What kind of failure it was. Only [`FailureClass::Network`] is worth another try by itself.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum FailureClass {
    /// The other side does not know who asks, or refuses; also an unknown host key.
    Auth,
    /// The connection could not be made, broke or stalled, or the server is overloaded.
    Network,
    /// There is no such repository there.
    NotFound,
    /// The repository has no such branch, tag or commit.
    NoSuchRef,
    /// Local changes, or an unfinished merge, stand in the way.
    Dirty,
    /// Both sides have commits that the other has not.
    Diverged,
    /// Another process holds a lock, or moved a ref meanwhile.
    Busy,
    /// The disk is full, read-only, or not ours to write to.
    Disk,
    /// Anything else: what git said is all there is.
    Other,
}

impl FailureClass {
    /// As it is written in JSON and on the terminal.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auth => "auth",
            Self::Network => "network",
            Self::NotFound => "not-found",
            Self::NoSuchRef => "no-such-ref",
            Self::Dirty => "dirty",
            Self::Diverged => "diverged",
            Self::Busy => "busy",
            Self::Disk => "disk",
            Self::Other => "other",
        }
    }

    /// The class of this name, see [`Self::name`].
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [
            Self::Auth,
            Self::Network,
            Self::NotFound,
            Self::NoSuchRef,
            Self::Dirty,
            Self::Diverged,
            Self::Busy,
            Self::Disk,
            Self::Other,
        ]
        .into_iter()
        .find(|class| class.name() == name)
    }

    /// Whether the same command may succeed in a while without anybody doing anything at the
    /// other side. A refused password is not tried again: three times may lock an account.
    #[must_use]
    pub const fn is_retryable(self) -> bool {
        matches!(self, Self::Network)
    }
}

impl std::fmt::Display for FailureClass {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}
