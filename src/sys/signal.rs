//! The signals that end a run, as one stream; and those that stop it and let it go on.

use std::io;

use super::cancel::Cancel;
#[cfg(unix)]
use super::process;

/// A signal that asks grex to end, by the number that its exit code is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndSignal {
    /// The terminal went away.
    Hangup,
    /// Ctrl-C.
    Interrupt,
    /// The polite request of `kill` and of service managers.
    Terminate,
}

impl EndSignal {
    /// The exit code of a program that ended because of this signal: 128 and its number.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Hangup => 129,
            Self::Interrupt => 130,
            Self::Terminate => 143,
        }
    }
}

/// Reports each signal that asks grex to end through `seen`, and cancels `cancel` if that says that
/// the signal is meant for grex. From the call on such a signal ends nothing by itself; it is
/// reported once the future runs, which never ends.
///
/// # Errors
/// Fails when the handlers cannot be installed.
#[cfg(unix)]
pub fn watch(
    cancel: Cancel,
    seen: impl Fn(EndSignal) -> bool,
) -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut hangup = match is_ignored(SignalKind::hangup()) {
        // Started by `nohup`: the run is to outlive its terminal.
        true => None,
        false => Some(signal(SignalKind::hangup())?),
    };
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        loop {
            let end = tokio::select! {
                _ = next(hangup.as_mut()) => EndSignal::Hangup,
                _ = interrupt.recv() => EndSignal::Interrupt,
                _ = terminate.recv() => EndSignal::Terminate,
            };
            if seen(end) {
                cancel.request();
            }
        }
    })
}

#[cfg(unix)]
async fn next(signal: Option<&mut tokio::signal::unix::Signal>) {
    match signal {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

/// Says whether this process was started with the signal ignored, as far as the system tells
/// (`SigIgn` in proc(5)).
#[cfg(unix)]
fn is_ignored(kind: tokio::signal::unix::SignalKind) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status
        .lines()
        .find_map(|line| line.strip_prefix("SigIgn:"))
        .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (kind.as_raw_value() - 1) & 1 == 1)
}

/// Reports each request of the console to end through `seen`, and cancels `cancel` if that says that
/// it is meant for grex: Ctrl-C and Ctrl-Break, a window that is closed, a machine that is shut down.
/// From the call on Ctrl-C and Ctrl-Break end nothing by themselves; of the others the system waits a
/// few seconds. They are reported once the future runs, which never ends.
///
/// # Errors
/// Fails when the handlers cannot be installed.
#[cfg(not(unix))]
pub fn watch(
    cancel: Cancel,
    seen: impl Fn(EndSignal) -> bool,
) -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};

    let (mut interrupt, mut pause) = (ctrl_c()?, ctrl_break()?);
    let (mut close, mut shutdown) = (ctrl_close()?, ctrl_shutdown()?);
    Ok(async move {
        loop {
            let end = tokio::select! {
                _ = interrupt.recv() => EndSignal::Interrupt,
                _ = pause.recv() => EndSignal::Interrupt,
                _ = close.recv() => EndSignal::Hangup,
                _ = shutdown.recv() => EndSignal::Terminate,
            };
            if seen(end) {
                cancel.request();
            }
        }
    })
}

/// At each Ctrl-Z stops the children, and then this process, until a shell lets it go on.
/// `stopping` and `going_on` are told before and after. From the call on a Ctrl-Z waits until the
/// future runs, which ends only where this process cannot be stopped.
///
/// # Errors
/// Fails when the handlers cannot be installed.
#[cfg(unix)]
pub fn watch_stops(
    stopping: impl Fn(),
    going_on: impl Fn(),
) -> io::Result<impl Future<Output = io::Result<()>>> {
    use rustix::process::{Signal, getpid, kill_process};
    use tokio::signal::unix::{SignalKind, signal};

    let stop = SignalKind::from_raw(Signal::TSTP.as_raw());
    // Only a shell that gave this process a group of its own can let it go on again.
    let handlers = match is_ignored(stop) || process::leads_no_job() {
        true => None,
        false => {
            let going = SignalKind::from_raw(Signal::CONT.as_raw());
            Some((signal(stop)?, signal(going)?))
        }
    };
    Ok(async move {
        let Some((mut stop, mut going)) = handlers else {
            return std::future::pending().await;
        };
        loop {
            tokio::select! {
                _ = stop.recv() => {}
                // It was not stopped by us.
                _ = going.recv() => continue,
            }
            stopping();
            let (on, wait) = std::sync::mpsc::channel::<()>();
            let stopped = tokio::task::spawn_blocking(move || {
                let paused = process::pause();
                let result = kill_process(getpid(), Signal::STOP);
                // It may take a moment until the signal stops this very thread.
                let _ = wait.recv();
                drop(paused);
                result
            });
            going.recv().await;
            drop(on);
            stopped.await??;
            going_on();
        }
    })
}

/// Nothing stops this process in that way.
///
/// # Errors
/// Never.
#[cfg(not(unix))]
pub fn watch_stops(
    _stopping: impl Fn(),
    _going_on: impl Fn(),
) -> io::Result<impl Future<Output = io::Result<()>>> {
    Ok(std::future::pending())
}
