//! Packs that lack authentication: set aside while everything else is done, then given one more
//! turn each, with the terminal.

use super::{Dispatcher, Turn};
use crate::{
    engine::{
        event::Event,
        node::Found,
        outcome::{PackFailure, PackOutcome},
    },
    git::failure::FailureClass,
};

/// A turn that failed for lack of authentication, and what is told of it if nobody can be asked.
pub(super) struct Locked {
    pub(super) turn: Turn,
    pub(super) outcome: Box<PackOutcome>,
    pub(super) children: Vec<Found>,
}

impl Dispatcher<'_> {
    /// Says whether somebody who is asked may help: only git asks, and only once.
    pub(super) fn may_unlock(&self, turn: &Turn, outcome: &PackOutcome) -> bool {
        let session = &self.cx.session;
        let is_locked = |failure: &PackFailure| failure.class == FailureClass::Auth;
        outcome.failure.as_ref().is_some_and(is_locked)
            && !turn.may_ask
            && !self.stopping
            && session.terminal.is_some()
            && session.registry.is_git(&turn.node.url)
    }

    pub(super) fn set_aside(&mut self, locked: Locked) {
        let failure = locked.outcome.failure.as_ref();
        let why = failure.map_or("", |failure| failure.message.as_str());
        let event = Event::Locked(&locked.turn.node.path, why);
        self.cx.session.observer.observe(event);
        self.locked.push_back(locked);
    }

    /// Gives the next pack that lacks authentication its turn with the terminal. Nothing else is
    /// at work now, and nothing is started before it has ended.
    pub(super) fn hand_over(&mut self) {
        if self.cx.session.cancel.is_stopped() {
            return self.stop();
        }
        let Some(locked) = self.locked.pop_front() else {
            return;
        };
        if self.cx.session.who_can_be_asked().is_none() {
            return self.leave_locked(locked);
        }
        let turn = Turn {
            may_ask: true,
            ..locked.turn
        };
        self.enqueue(turn);
    }

    fn leave_locked(&mut self, locked: Locked) {
        self.done(*locked.outcome);
        self.discover(locked.children);
    }

    /// Gives up on all of them, because the run stops.
    pub(super) fn leave_all_locked(&mut self) {
        for locked in std::mem::take(&mut self.locked) {
            match self.cx.session.cancel.is_stopped() {
                // It has not had the try that counts.
                true => {
                    self.skip(&locked.turn.node);
                    self.discover(locked.children);
                }
                false => self.leave_locked(locked),
            }
        }
    }
}
