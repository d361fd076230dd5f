//! The part of a terminal that is drawn again and again while a run goes on.
//!
//! A thread of its own draws, so that neither a busy runtime nor a slow terminal holds anything
//! up. Whoever observes only changes what is to be drawn.

use std::{
    io,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use super::{
    board::{Board, Room},
    screen::Screen,
};
use crate::{cli::ui::Ui, sys::env};

/// A run that is over by then draws nothing: what appears and vanishes at once only flickers.
const QUIET: Duration = Duration::from_millis(250);

/// Between two frames: at most ten a second.
const FRAME: Duration = Duration::from_millis(100);

/// The display, until it is ended.
#[derive(Debug)]
pub(super) struct Display {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    board: Board,
    /// Whole lines that are to stay, above what is drawn.
    above: String,
    urgent: bool,
    ended: bool,
    /// So many others have the terminal.
    hidden: usize,
    /// Something is drawn now.
    drawn: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Display {
    /// Begins; at most `rows` of the packs at work have a line.
    pub(super) fn begin(ui: &Ui, rows: usize) -> Self {
        let shared = Arc::new(Shared::default());
        let (drawn, ui) = (Arc::clone(&shared), ui.clone());
        let thread = std::thread::spawn(move || draw(&drawn, &ui, rows));
        Self {
            shared,
            thread: Mutex::new(Some(thread)),
        }
    }

    /// Changes what is drawn.
    pub(super) fn change(&self, change: impl FnOnce(&mut Board)) {
        change(&mut self.shared.lock().board);
    }

    /// Adds whole lines that stay, above what is drawn; `urgent` ones at once.
    pub(super) fn say(&self, lines: &str, urgent: bool) {
        let mut state = self.shared.lock();
        state.above.push_str(lines);
        state.urgent |= urgent;
        drop(state);
        if urgent {
            self.shared.changed.notify_all();
        }
    }

    /// Takes the display away until [`Self::show`], and returns once it is gone.
    pub(super) fn hide(&self) {
        let mut state = self.shared.lock();
        state.hidden += 1;
        state.urgent = true;
        self.shared.changed.notify_all();
        let gone = self
            .shared
            .changed
            .wait_while(state, |state| !state.ended && (state.drawn || state.urgent));
        drop(gone.unwrap_or_else(PoisonError::into_inner));
    }

    /// Draws again, once everybody who hid it has shown it.
    pub(super) fn show(&self) {
        let mut state = self.shared.lock();
        state.hidden = state.hidden.saturating_sub(1);
    }

    /// Takes the display away; the lines that stay are all there then.
    pub(super) fn end(&self) {
        self.shared.lock().ended = true;
        self.shared.changed.notify_all();
        let thread = self
            .thread
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(thread) = thread
            && let Err(panic) = thread.join()
        {
            std::panic::resume_unwind(panic);
        }
    }
}

fn draw(shared: &Shared, ui: &Ui, rows: usize) {
    let begin = Instant::now();
    let mut screen: Option<Screen<io::Stderr>> = None;
    loop {
        // Also while nothing is drawn, or somebody is asked something: a pause of nothing would
        // keep a processor busy.
        let pause = match QUIET.saturating_sub(begin.elapsed()) {
            Duration::ZERO => FRAME,
            left => left.min(FRAME),
        };
        let state = shared.lock();
        let waited = shared
            .changed
            .wait_timeout_while(state, pause, |state| !state.ended && !state.urgent);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let (width, height) = ui.drawing_size();
        let room = Room {
            width,
            rows: rows.min(height.saturating_sub(2)),
            ellipsis: ui.ellipsis(),
            bar: ui.bar(),
        };
        let lines = state.board.lines(room);
        let above = std::mem::take(&mut state.above);
        let (ended, hidden) = (state.ended, state.hidden > 0);
        drop(state);
        if let Some(screen) = screen.as_mut().filter(|_| ended || hidden) {
            screen.resized(width);
        }
        if hidden && !ended {
            screen = None;
            ui.tell(&above);
            let mut state = shared.lock();
            (state.drawn, state.urgent) = (false, false);
            shared.changed.notify_all();
            continue;
        }
        shared.lock().urgent = false;
        if ended {
            drop(screen);
            return ui.tell(&above);
        }
        if screen.is_none() && begin.elapsed() >= QUIET && !lines.is_empty() {
            screen = Some(Screen::new(io::stderr(), env::terminal_folds()));
            shared.lock().drawn = true;
        }
        match &mut screen {
            Some(screen) => {
                let lines = lines.iter().map(|line| ui.painted(line)).collect();
                screen.show(&ui.painted(&above), lines, width);
            }
            None => ui.tell(&above),
        }
    }
}
