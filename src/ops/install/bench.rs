//! What everything that touches the machine works with.

use crate::{
    engine::{
        install::{machine::Machine, recover},
        session::Session,
    },
    ops::error::{ErrorKind, OpError},
    store::{journal::Journal, seal::Seal},
};

/// What a run of installs works with.
pub(in crate::ops) struct Bench {
    pub(in crate::ops) machine: Machine,
    pub(in crate::ops) seal: Seal,
    pub(in crate::ops) journal: Journal,
}

impl Bench {
    /// Opens what installs and teardowns need, and puts together what killed ones have left.
    pub(in crate::ops) fn open(session: &Session, verb: &str) -> Result<Self, OpError> {
        let mut machine = Machine::of(session, verb)
            .map_err(|error| OpError::new(ErrorKind::Other, error.to_string()))?;
        let seal = session.seal();
        let journal = Journal::open(&session.workspace, &seal)?;
        if !session.settings.dry_run {
            recover::recover(session, &journal, &seal)?;
            machine.take_scratch()?;
        }
        Ok(Self {
            machine,
            seal,
            journal,
        })
    }
}
