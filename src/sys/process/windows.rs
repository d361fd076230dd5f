//! Trees of processes on Windows, which has no groups: who a process has started is found out by
//! the system's own `taskkill`.

use std::{
    io,
    process::{Command as Plain, Stdio},
};

use tokio::process::{Child, Command};

use super::{Isolation, spawn::Leader};

/// What the system says about a file that is no program: `ERROR_BAD_EXE_FORMAT`.
const BAD_EXE_FORMAT: i32 = 193;

pub(super) fn start(mut command: Command, _isolation: Isolation) -> io::Result<Child> {
    command.spawn()
}

/// There is no polite request to send: Ctrl-C reaches every process of the console by itself, and
/// whoever does not end within the grace is ended by [`kill`].
pub(super) fn terminate(_leader: Leader) {}

/// Ends `leader` and what it has started. It takes a moment, in which nothing else is done: once
/// the leader is gone, nobody knows any more who belonged to it.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that starts processes"
)]
pub(super) fn kill(leader: Leader) {
    // If there is no taskkill, the leader alone is ended, by its handle.
    let _ = Plain::new("taskkill.exe")
        .args(["/T", "/F", "/PID", &leader.process.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

/// Nobody that could be found is left once the leader has ended.
pub(super) fn is_alive(_leader: Leader) -> bool {
    false
}

/// Nothing is stopped there.
pub(super) fn pause(_leader: Leader) {}

/// Nothing was stopped.
pub(super) fn resume(_leader: Leader) {}

/// Says whether a process with this number is there. Nobody is asked here: what depends on the
/// answer takes no risk by thinking so.
pub fn exists(_process: u32) -> bool {
    true
}

/// Every process of a console may read from it.
pub fn is_in_foreground() -> bool {
    true
}

pub(super) fn is_no_program(error: &io::Error) -> bool {
    error.raw_os_error() == Some(BAD_EXE_FORMAT)
}
