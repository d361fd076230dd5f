//! A child from its start to its end.

use std::{
    fmt,
    future::poll_fn,
    pin::{Pin, pin},
    process::ExitStatus,
    task::{Context, Poll},
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncRead, ReadBuf},
    process::{Child, ChildStderr, ChildStdout},
    time::{interval, sleep, timeout},
};

use super::{Spawn, SpawnError, group, keeper, pause::Pausable, spawn::Leader};
use crate::sys::cancel::Cancel;

/// How long a child that was asked to end may take before it is killed. Below the two seconds
/// within which grex itself promises to be gone.
const TERMINATION_GRACE: Duration = Duration::from_millis(1_500);

/// How long the pipes of a child that has exited may stay open: a grandchild that still holds
/// them (a credential cache, a detached daemon) is not waited for.
const PIPE_GRACE: Duration = Duration::from_millis(250);

/// How long the rest of a group whose leader has ended may take to end, once asked to.
const REMAINS_GRACE: Duration = Duration::from_millis(250);

/// How often the rest of a group is looked at meanwhile: nothing tells when it is gone.
const REMAINS_LOOK: Duration = Duration::from_millis(5);

/// In how many steps silence is measured.
const STALL_STEPS: u32 = 8;

/// The most that is read of an output at once, in bytes.
const PIECE: usize = 8 * 1024;

/// How far grex's own notice of a Ctrl-C may be behind the end of a child that got it as well.
const INTERRUPT_GRACE: Duration = Duration::from_millis(100);

/// One of a child's two outputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Out,
    /// Standard error.
    Err,
}

/// What bounds a child's life, beside cancellation.
#[derive(Debug, Clone, Copy, Default)]
pub struct Limits {
    /// The longest silence on both outputs before the child counts as stalled; `None`: any.
    pub stall: Option<Duration>,
    /// What is left of the child's group when the child itself has ended is ended too; without
    /// this, whoever it left behind (a credential cache) lives on.
    pub ends_group: bool,
}

/// How a child ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It exited with this code.
    Exited(i32),
    /// It was ended by this signal, sent by somebody else.
    Signalled(i32),
    /// It was silent for longer than its limit and was ended.
    Stalled(Duration),
    /// The run was cancelled, and it was ended.
    Cancelled,
}

impl fmt::Display for Ending {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exited(code) => write!(formatter, "exit code {code}"),
            Self::Signalled(signal) => write!(formatter, "signal {signal}"),
            Self::Stalled(limit) => write!(formatter, "silent for {} s", limit.as_secs()),
            Self::Cancelled => formatter.write_str("cancelled"),
        }
    }
}

impl Ending {
    /// Says whether the child exited with code 0.
    pub fn is_success(self) -> bool {
        self == Self::Exited(0)
    }

    /// The exit code of a child that ended by itself.
    pub fn code(self) -> Option<i32> {
        match self {
            Self::Exited(code) => Some(code),
            Self::Signalled(_) | Self::Stalled(_) | Self::Cancelled => None,
        }
    }
}

/// What is known of a child that has ended.
#[derive(Debug, Clone, Copy)]
pub struct Finished {
    /// How it ended.
    pub ending: Ending,
    /// A grandchild still held its pipes; what that one printed later is lost.
    pub leaked: bool,
    /// From its start to its end.
    pub duration: Duration,
}

/// Starts `spawn` and waits for its end. What it prints goes to `sink` as it comes, in pieces of
/// any size.
///
/// # Errors
/// Fails only when the process cannot be started; every other ending is in the result.
pub async fn run(
    spawn: &Spawn,
    limits: Limits,
    cancel: &Cancel,
    sink: &mut (dyn FnMut(Stream, &[u8]) + Send),
) -> Result<Finished, SpawnError> {
    let started = Instant::now();
    let (mut child, leader, mut pausable) = Pausable::start(|| {
        let child = spawn.start()?;
        let leader = child.id().map(|process| Leader {
            process,
            has_group: !spawn.has_terminal(),
            hears_stops: spawn.has_streams(),
        });
        Ok((child, leader))
    })?;
    // Dropped after the guard, which ends the group.
    let mut kept = keeper::watch(leader);
    let mut pipes = Pipes::of(&mut child);
    let mut guard = GroupGuard { leader };
    let early = loop {
        tokio::select! {
            biased;
            status = child.wait() => break Ok(status),
            () = cancel.stopped() => break Err(Ending::Cancelled),
            () = stall_after(limits.stall) => {
                break Err(Ending::Stalled(limits.stall.unwrap_or_default()));
            }
            piece = pipes.read(), if pipes.are_open() => pipes.deliver(piece, sink),
        }
    };
    let ending = match early {
        Ok(status) => ending_of(status.ok()),
        Err(ending) => {
            end_group(&mut child, leader, cancel, &mut pipes, sink).await;
            ending
        }
    };
    pausable.end();
    kept.leader_has_ended();
    if spawn.has_terminal() {
        // It has no group that could live on, and its number may be another's by now.
        guard.leader = None;
    }
    let mut leaked = timeout(PIPE_GRACE, pipes.drain(sink)).await.is_err();
    // Only after that: who reads what the child printed last (`exec > >(tee log)`) ends by itself.
    if limits.ends_group && end_remains(guard.leader, cancel, &mut pipes, sink).await {
        leaked = timeout(PIPE_GRACE, pipes.drain(sink)).await.is_err();
    }
    guard.leader = None;
    // A child that has the terminal to itself decides what a Ctrl-C means.
    let interrupted = spawn.has_terminal()
        && !spawn.has_streams()
        && !ending.is_success()
        && timeout(INTERRUPT_GRACE, cancel.stopped()).await.is_ok();
    Ok(Finished {
        ending: if interrupted {
            Ending::Cancelled
        } else {
            ending
        },
        leaked,
        duration: started.elapsed(),
    })
}

/// Completes after `limit`, in which grex itself was not stopped: a pause of any length (Ctrl-Z)
/// counts as one step.
async fn stall_after(limit: Option<Duration>) {
    let Some(limit) = limit else {
        return std::future::pending().await;
    };
    for _ in 0..STALL_STEPS {
        sleep(limit / STALL_STEPS).await;
    }
}

/// Terminates the child's group, keeps its pipes flowing meanwhile, and kills what is left when
/// the grace is over or a second request insists.
async fn end_group(
    child: &mut Child,
    leader: Option<Leader>,
    cancel: &Cancel,
    pipes: &mut Pipes,
    sink: &mut (dyn FnMut(Stream, &[u8]) + Send),
) {
    let Some(leader) = leader else { return };
    group::terminate(leader);
    let mut grace = pin!(sleep(TERMINATION_GRACE));
    let has_ended = loop {
        tokio::select! {
            biased;
            _ = child.wait() => break true,
            () = &mut grace => break false,
            () = cancel.killed() => break false,
            piece = pipes.read(), if pipes.are_open() => pipes.deliver(piece, sink),
        }
    };
    if leader.has_group || !has_ended {
        group::kill(leader);
    }
    drop(child.start_kill());
    drop(child.wait().await);
}

/// Terminates what is left of the group of a child that has ended, keeps its pipes flowing
/// meanwhile, and kills what does not go. Returns whether anything was left.
async fn end_remains(
    leader: Option<Leader>,
    cancel: &Cancel,
    pipes: &mut Pipes,
    sink: &mut (dyn FnMut(Stream, &[u8]) + Send),
) -> bool {
    let Some(leader) = leader.filter(|leader| group::is_alive(*leader)) else {
        return false;
    };
    group::terminate(leader);
    let mut grace = pin!(sleep(REMAINS_GRACE));
    let mut look = interval(REMAINS_LOOK);
    loop {
        tokio::select! {
            biased;
            () = &mut grace => break,
            () = cancel.killed() => break,
            _ = look.tick() => if !group::is_alive(leader) {
                return true;
            },
            piece = pipes.read(), if pipes.are_open() => pipes.deliver(piece, sink),
        }
    }
    group::kill(leader);
    true
}

fn ending_of(status: Option<ExitStatus>) -> Ending {
    let Some(status) = status else {
        return Ending::Signalled(0);
    };
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return Ending::Signalled(signal);
    }
    Ending::Exited(status.code().unwrap_or(-1))
}

/// Kills the child's group when the future that runs it is dropped half-way.
struct GroupGuard {
    leader: Option<Leader>,
}

impl Drop for GroupGuard {
    fn drop(&mut self) {
        if let Some(leader) = self.leader {
            group::kill(leader);
        }
    }
}

/// A child's two outputs, read together.
struct Pipes {
    out: Option<ChildStdout>,
    err: Option<ChildStderr>,
    /// The next piece of either.
    buffer: Vec<u8>,
}

impl Pipes {
    fn of(child: &mut Child) -> Self {
        Self {
            out: child.stdout.take(),
            err: child.stderr.take(),
            buffer: vec![0; PIECE],
        }
    }

    fn are_open(&self) -> bool {
        self.out.is_some() || self.err.is_some()
    }

    /// Returns the next piece's stream and length; 0 at that stream's end. Safe to drop half-way.
    async fn read(&mut self) -> (Stream, usize) {
        poll_fn(|context| {
            if let Poll::Ready(length) = poll_some(&mut self.err, &mut self.buffer, context) {
                return Poll::Ready((Stream::Err, length));
            }
            if let Poll::Ready(length) = poll_some(&mut self.out, &mut self.buffer, context) {
                return Poll::Ready((Stream::Out, length));
            }
            match self.are_open() {
                true => Poll::Pending,
                false => Poll::Ready((Stream::Out, 0)),
            }
        })
        .await
    }

    fn deliver(
        &mut self,
        (stream, length): (Stream, usize),
        sink: &mut (dyn FnMut(Stream, &[u8]) + Send),
    ) {
        match (length, stream) {
            (0, Stream::Out) => self.out = None,
            (0, Stream::Err) => self.err = None,
            (length, stream) => sink(stream, &self.buffer[..length]),
        }
    }

    async fn drain(&mut self, sink: &mut (dyn FnMut(Stream, &[u8]) + Send)) {
        while self.are_open() {
            let piece = self.read().await;
            self.deliver(piece, sink);
        }
    }
}

/// Reads what a pipe that is open has to say, and returns how much that is.
fn poll_some<P: AsyncRead + Unpin>(
    pipe: &mut Option<P>,
    buffer: &mut [u8],
    context: &mut Context<'_>,
) -> Poll<usize> {
    let Some(pipe) = pipe else {
        return Poll::Pending;
    };
    let mut piece = ReadBuf::new(buffer);
    Pin::new(pipe)
        .poll_read(context, &mut piece)
        // A pipe that cannot be read has nothing more to say.
        .map(|result| result.map_or(0, |()| piece.filled().len()))
}
