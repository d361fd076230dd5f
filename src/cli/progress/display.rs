//! The part of a terminal that is drawn again and again while a run goes on.
//!
//! A thread of its own draws, so that neither a busy runtime nor a slow terminal holds anything
//! up. Whoever observes only changes what is to be drawn.

use std::{
    fmt,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::board::{Board, Room};
use crate::cli::ui::Ui;

/// A run that is over by then draws nothing: what appears and vanishes at once only flickers.
const QUIET: Duration = Duration::from_millis(250);

/// Between two frames: at most ten a second.
const FRAME: Duration = Duration::from_millis(100);

/// More than the frames that are drawn; the thread keeps the pace, not the drawing library.
const LIBRARY_LIMIT: u8 = 20;

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
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Display {
    /// Begins; at most `jobs` packs are at work at once.
    pub(super) fn begin(ui: &Ui, jobs: usize) -> Self {
        let shared = Arc::new(Shared::default());
        let (drawn, ui) = (Arc::clone(&shared), ui.clone());
        let thread = std::thread::spawn(move || draw(&drawn, &ui, jobs));
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
            self.shared.changed.notify_one();
        }
    }

    /// Takes the display away; the lines that stay are all there then.
    pub(super) fn end(&self) {
        self.shared.lock().ended = true;
        self.shared.changed.notify_one();
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

fn draw(shared: &Shared, ui: &Ui, jobs: usize) {
    let begin = Instant::now();
    let mut screen: Option<Screen> = None;
    loop {
        let pause = if screen.is_some() {
            FRAME
        } else {
            QUIET.saturating_sub(begin.elapsed()).min(FRAME)
        };
        let state = shared.lock();
        let waited = shared
            .changed
            .wait_timeout_while(state, pause, |state| !state.ended && !state.urgent);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        let (width, height) = ui.drawing_size();
        let room = Room {
            width,
            rows: jobs.min(height.saturating_sub(2)),
            ellipsis: ui.ellipsis(),
        };
        let lines = state.board.lines(room);
        let above = std::mem::take(&mut state.above);
        state.urgent = false;
        let ended = state.ended;
        drop(state);
        if ended {
            drop(screen);
            return ui.tell(&above);
        }
        if screen.is_none() && begin.elapsed() >= QUIET && !lines.is_empty() {
            screen = Some(Screen::new());
        }
        match &mut screen {
            Some(screen) => screen.show(&ui.painted(&above), lines.join("\n")),
            None => ui.tell(&above),
        }
    }
}

/// The drawing library, used for one thing: lines that are drawn over.
struct Screen {
    bar: ProgressBar,
    frame: Arc<Mutex<String>>,
}

impl Screen {
    fn new() -> Self {
        let frame = Arc::new(Mutex::new(String::new()));
        let drawn = Arc::clone(&frame);
        let write = move |_: &ProgressState, out: &mut dyn fmt::Write| {
            let frame = drawn.lock().unwrap_or_else(PoisonError::into_inner);
            // Formatting into memory does not fail.
            out.write_str(&frame).unwrap_or_default();
        };
        let style = ProgressStyle::default_spinner().with_key("frame", write);
        let style = style
            .template("{frame}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner());
        let target = ProgressDrawTarget::stderr_with_hz(LIBRARY_LIMIT);
        Self {
            bar: ProgressBar::with_draw_target(None, target).with_style(style),
            frame,
        }
    }

    /// Draws a frame, with `above` above it for good. One drawing for both.
    fn show(&mut self, above: &str, lines: String) {
        let mut frame = self.frame.lock().unwrap_or_else(PoisonError::into_inner);
        let changed = *frame != lines;
        *frame = lines;
        drop(frame);
        if !above.is_empty() {
            self.bar.println(above);
        } else if changed {
            self.bar.tick();
        }
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
