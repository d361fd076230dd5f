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

/// Nobody that could be reached is left once the child has ended.
pub(super) fn is_alive(_leader: u32) -> bool {
    false
}

/// Windows: `ERROR_BAD_EXE_FORMAT`.
pub(super) fn is_no_program(error: &io::Error) -> bool {
    error.raw_os_error() == Some(193)
}
