//! Sessions and process groups of Unix, and who has the terminal.

use std::{any::Any, io, sync::LazyLock};

use nix::unistd::{getpgrp, getsid, tcgetpgrp};
use process_wrap::tokio::{CommandWrap, ProcessSession};
use rustix::{
    fs::{Mode, OFlags},
    io::Errno,
    process::{
        Pid, Signal, kill_process, kill_process_group, test_kill_process, test_kill_process_group,
    },
};
use tokio::process::{Child, Command};

use super::{Isolation, spawn::Leader};

pub(super) fn start(mut command: Command, isolation: Isolation) -> io::Result<Child> {
    match isolation {
        // Without anything to run between fork and exec, `posix_spawn` is used: a tenth of the cost.
        Isolation::Group => command.process_group(0).spawn(),
        // Where there is no terminal to be kept from, a group is as far apart.
        Isolation::Session if has_no_terminal() => command.process_group(0).spawn(),
        Isolation::Terminal | Isolation::Handover => command.spawn(),
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

/// Says whether this process has no controlling terminal, for certain: tty(4). It does not get one
/// while it runs.
fn has_no_terminal() -> bool {
    static HAS_NONE: LazyLock<bool> = LazyLock::new(|| {
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        rustix::fs::open("/dev/tty", flags, Mode::empty()).err() == Some(Errno::NXIO)
    });
    *HAS_NONE
}

/// Asks `leader` and all of its group to end. A group that is gone already is no error.
pub(super) fn terminate(leader: Leader) {
    signal(leader, Signal::TERM);
}

/// Ends `leader` and all of its group.
pub(super) fn kill(leader: Leader) {
    signal(leader, Signal::KILL);
}

/// Stops `leader` and all of its group.
pub(super) fn pause(leader: Leader) {
    signal(leader, Signal::STOP);
}

/// Lets it go on.
pub(super) fn resume(leader: Leader) {
    signal(leader, Signal::CONT);
}

/// Says whether this process is in the group of whoever leads the session, so that no shell could
/// let it go on after a stop.
///
/// In a container whose leader is outside of it, as with `nsenter` or `unshare --pid`, sessions and
/// groups have the number 0 (pid_namespaces(7)). `nix` gives it; `rustix` takes it for impossible.
pub(in crate::sys) fn leads_no_job() -> bool {
    getsid(None).is_ok_and(|session| session == getpgrp())
}

/// Says whether this process may read from the terminal at its standard input. One that a shell
/// has put into the background is stopped when it tries, and whoever it has started with it.
pub fn is_in_foreground() -> bool {
    tcgetpgrp(io::stdin()).is_ok_and(|group| group == getpgrp())
}

/// Says whether anybody is left in the group of `leader`, as far as it is ours to end. One that has
/// ended and that its parent has not taken note of yet counts.
pub(super) fn is_alive(leader: Leader) -> bool {
    leader.has_group
        && pid(leader.process).is_some_and(|group| test_kill_process_group(group).is_ok())
}

/// Says whether a process with this number is there, whoever's it is.
pub fn exists(process: u32) -> bool {
    pid(process).is_some_and(|pid| test_kill_process(pid) != Err(Errno::SRCH))
}

fn pid(process: u32) -> Option<Pid> {
    i32::try_from(process).ok().and_then(Pid::from_raw)
}

/// The only failures are "gone" and "not ours any more"; both mean there is nothing to end.
fn signal(leader: Leader, signal: Signal) {
    if leader.has_group {
        if let Some(group) = pid(leader.process) {
            let _ = kill_process_group(group, signal);
        }
        return;
    }
    // Who asks on the terminal is seldom git itself, but a helper that it has started.
    for member in family(leader.process).into_iter().filter_map(pid) {
        let _ = kill_process(member, signal);
    }
}

/// A process and those that it has started, and so on, as far as the system tells (proc(5)).
fn family(leader: u32) -> Vec<u32> {
    let mut family = vec![leader];
    let mut next = 0;
    while let Some(parent) = family.get(next) {
        let threads = std::fs::read_dir(format!("/proc/{parent}/task"));
        let children: Vec<u32> = threads
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|thread| std::fs::read_to_string(thread.path().join("children")).ok())
            .flat_map(|list| {
                let numbers = list.split_whitespace().map(str::parse).map(Result::ok);
                numbers.collect::<Vec<_>>()
            })
            .flatten()
            .collect();
        family.extend(children);
        next += 1;
    }
    family
}

pub(super) fn is_no_program(error: &io::Error) -> bool {
    error.raw_os_error() == Some(Errno::NOEXEC.raw_os_error())
}
