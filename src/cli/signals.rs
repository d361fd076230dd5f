//! Ctrl-C and its like: the first asks the run to stop, the second kills what is still at work,
//! and a third ends the program where it stands. Ctrl-Z stops what is at work, too. A command that
//! has the terminal to itself gets the Ctrl-C, and decides what it means.

use std::{
    io,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::progress::Watcher;
use crate::sys::{
    cancel::Cancel,
    signal::{self, EndSignal},
};

/// Watches for the signals that end a run.
#[derive(Debug)]
pub(super) struct Signals {
    first: Arc<OnceLock<EndSignal>>,
}

impl Signals {
    /// Begins to watch; `watcher` tells the user that the run is stopping. The handlers are in place
    /// on return: whatever is started later may say at once that it is ready for a Ctrl-C.
    pub(super) fn watch(cancel: Cancel, watcher: Arc<Watcher>) -> Self {
        let first = Arc::new(OnceLock::new());
        watch_stops(Arc::clone(&watcher));
        let noted = Arc::clone(&first);
        let count = AtomicUsize::new(0);
        let told = Arc::clone(&watcher);
        let seen = move |signal: EndSignal| {
            if signal == EndSignal::Interrupt && told.is_handed_over() {
                return false;
            }
            let first = *noted.get_or_init(|| signal);
            match count.fetch_add(1, Ordering::Relaxed) {
                0 => told.note("stopping; once more kills what is still at work\n"),
                1 => {}
                _ => end_here(first),
            }
            true
        };
        match signal::watch(cancel, seen) {
            Ok(watch) => drop(tokio::spawn(watch)),
            Err(error) => watcher.note(&format!(
                "warning: signals end grex without notice: {error}\n"
            )),
        }
        Self { first }
    }

    /// The exit code, if a signal has ended the run.
    pub(super) fn exit_code(&self) -> Option<u8> {
        self.first.get().map(|signal| signal.exit_code())
    }
}

fn watch_stops(watcher: Arc<Watcher>) {
    let alone = |watcher: &Watcher, error: io::Error| {
        watcher.note(&format!("warning: Ctrl-Z stops grex alone: {error}\n"));
    };
    let (hides, shows) = (Arc::clone(&watcher), Arc::clone(&watcher));
    match signal::watch_stops(move || hides.hide(), move || shows.show()) {
        Ok(stops) => drop(tokio::spawn(async move {
            if let Err(error) = stops.await {
                alone(&watcher, error);
            }
        })),
        Err(error) => alone(&watcher, error),
    }
}

/// The books are whole at any instant, so nothing is lost by it.
#[expect(
    clippy::exit,
    reason = "the user has asked three times, and something does not listen"
)]
fn end_here(signal: EndSignal) {
    std::process::exit(signal.exit_code().into());
}
