//! Who may talk to the user.

use super::{command::Nature, run::Git};
use crate::sys::process::Isolation;

/// Whether the git commands that can ask for a name or a password may do so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Access {
    /// Nothing can ask on the terminal: many run at once. Credential helpers, agents and askpass
    /// programs work all the same.
    #[default]
    Batch,
    /// The terminal is theirs; only one at a time.
    Interactive,
}

impl Access {
    /// How far from the terminal a command of this nature runs.
    pub(super) fn isolation(self, nature: Nature) -> Isolation {
        match (nature, self) {
            (Nature::Query | Nature::Local, _) => Isolation::Group,
            (Nature::MayAsk, Self::Batch) => Isolation::Session,
            (Nature::MayAsk, Self::Interactive) => Isolation::Terminal,
        }
    }
}

impl Git {
    /// The same git, which may ask.
    #[must_use]
    pub fn interactive(&self) -> Self {
        let mut git = self.clone();
        git.access = Access::Interactive;
        git
    }
}
