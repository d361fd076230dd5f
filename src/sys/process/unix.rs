//! Sessions and process groups of Unix.

use std::{any::Any, io};

use process_wrap::tokio::{CommandWrap, ProcessSession};
use rustix::process::{Pid, Signal, kill_process_group, test_kill_process_group};
use tokio::process::{Child, Command};

use super::Isolation;

pub(super) fn start(mut command: Command, isolation: Isolation) -> io::Result<Child> {
    match isolation {
        // Without anything to run between fork and exec, `posix_spawn` is used: a tenth of the cost.
        Isolation::Group => command.process_group(0).spawn(),
        Isolation::Session => {
            let mut wrapped = CommandWrap::from(command);
            wrapped.wrap(ProcessSession);
            // The wrapper's own way of waiting reaps every child of the group in a blocking
            // thread; a leaked grandchild would hold that thread for ever.
            let child: Box<dyn Any> = wrapped.spawn()?.into_inner();
            child
                .downcast()
                .map(|child| *child)
                .map_err(|_| io::Error::other("the child is wrapped twice"))
        }
    }
}

/// Asks the whole group of `leader` to end. A group that is gone already is no error.
pub(super) fn terminate(leader: u32) {
    signal(leader, Signal::TERM);
}

/// Ends the whole group of `leader`.
pub(super) fn kill(leader: u32) {
    signal(leader, Signal::KILL);
}

/// Says whether anybody is left in the group of `leader`, as far as it is ours to end. One that has
/// ended and that its parent has not taken note of yet counts.
pub(super) fn is_alive(leader: u32) -> bool {
    group_of(leader).is_some_and(|group| test_kill_process_group(group).is_ok())
}

fn group_of(leader: u32) -> Option<Pid> {
    i32::try_from(leader).ok().and_then(Pid::from_raw)
}

fn signal(leader: u32, signal: Signal) {
    if let Some(group) = group_of(leader) {
        // The only failures are "gone" and "not ours any more"; both mean there is nothing to end.
        let _ = kill_process_group(group, signal);
    }
}

pub(super) fn is_no_program(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::NOEXEC.raw_os_error())
}
