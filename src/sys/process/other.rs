//! Platforms without process groups: the direct child is all that can be reached.

use std::io;

use tokio::process::{Child, Command};

use super::Isolation;

pub(super) fn start(mut command: Command, _isolation: Isolation) -> io::Result<Child> {
    command.spawn()
}

/// There is no polite request here; the child is ended by [`kill`] after the grace.
pub(super) fn terminate(_leader: u32) {}

/// The child itself is killed when its handle is dropped.
pub(super) fn kill(_leader: u32) {}
