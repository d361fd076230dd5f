//! What a run tells whoever watches it.

use std::time::Duration;

use crate::{
    git::{progress::Progress, run::CommandRecord},
    model::path::PackPath,
};

use super::outcome::PackOutcome;

/// Something that happened. Events carry ids and values, no text made for a person, but for
/// what git or grex has to say in words.
#[derive(Debug)]
pub enum Event<'a> {
    /// More packs are known: so many in all.
    Known(usize),
    /// A pack is being worked on.
    Started(&'a PackPath),
    /// Git reports how far it is.
    Progress(&'a PackPath, &'a Progress),
    /// Git, a hook or a server said something; cleaned.
    Said(&'a PackPath, &'a str),
    /// A program that a pack runs printed a line; cleaned. The pack is named by its id.
    Output(&'a str, &'a str),
    /// A pack is being installed, or taken back. It is named by its id.
    Installing(&'a str),
    /// That has ended.
    Installed(&'a str),
    /// A pack is put back: another try comes after the pause. It is named by its path, or by its id
    /// when it is to be installed.
    Postponed(&'a str, Duration, &'a str),
    /// A pack waits until somebody can be asked for a name or a password; the text says why.
    Locked(&'a PackPath, &'a str),
    /// A pack was looked at, or a command has ended in it.
    Looked(&'a PackPath),
    /// A pack is done with.
    Finished(&'a PackOutcome),
    /// A git command has ended.
    Command(&'a CommandRecord),
    /// Somebody else holds a lock; the text names who.
    Waiting(&'a str),
    /// Something is not as it should be, and does not stop the run.
    Warning(&'a str),
}

/// Whoever watches a run. Called from several tasks at once; must not block.
pub trait Observer: Send + Sync {
    /// Takes note of an event.
    fn observe(&self, event: Event<'_>);

    /// Says whether anybody wants to know of each git command.
    fn wants_commands(&self) -> bool {
        false
    }

    /// Says whether anybody looks at progress; git is only asked to report it then.
    fn wants_progress(&self) -> bool {
        false
    }
}

/// Nobody watches.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {
    fn observe(&self, _event: Event<'_>) {}
}
