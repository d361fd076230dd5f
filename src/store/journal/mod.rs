//! The journal: what a run began, so that the next one knows what an interrupted run left.
//!
//! A clone is announced before it starts and ticked off when it is in place, or cleaned away. That
//! it is in place says nothing about a power cut, and syncing each clone would cost more than
//! cloning; so [`Journal::durable`] syncs the file system once a run, and a clone counts as
//! finished only then. Only the first announcement of a run is synced by itself: after a power cut
//! the journal is not empty, and everything that the last run touched is to be looked at.
//!
//! A checkout that is about to move to another commit is announced likewise, and that line is synced:
//! what a killed git leaves in a work tree looks like the user's own changes to anybody who does not
//! know from where to where it was on the way.
//!
//! What an install is about to change is announced together with how to take it back, and that is
//! synced each time: it is all that is known of changes outside the workspace.

mod clones;
mod file;
mod installs;
mod moves;
mod record;
#[cfg(test)]
mod tests;

pub use self::clones::{CloneProgress, UnfinishedClone};
pub use self::file::Journal;
pub use self::installs::UnfinishedInstall;
pub use self::moves::UnfinishedMove;
