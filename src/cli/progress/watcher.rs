//! The observer of a run: it draws, prints or keeps, as the streams demand.

use std::{
    collections::HashSet,
    io, mem,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{board::progress_text, display::Display};
use crate::{
    cli::{columns::paint, pack_line::PackNews, style, ui::Ui},
    engine::event::{Event, Observer},
    git::run::CommandRecord,
    model::text,
    sys::process::Ending,
};

/// From this `-v` on, git commands are shown.
const COMMANDS: u8 = 1;

/// From this `-v` on, what git says is shown.
const WORDS: u8 = 2;

/// From this `-v` on, every step is shown.
const STEPS: u8 = 3;

/// Watches a run for the user.
#[derive(Debug)]
pub(in crate::cli) struct Watcher {
    ui: Ui,
    kind: Kind,
    seen: Mutex<Seen>,
    owner: Mutex<Owner>,
}

/// A Ctrl-C that came while a command had the terminal is heard here a moment later than by that
/// command, which may have ended of it by then.
const ECHO: Duration = Duration::from_millis(500);

/// Whose the terminal is.
#[derive(Debug)]
enum Owner {
    /// Grex's.
    Own,
    /// A command's.
    Command,
    /// Grex's again, since then.
    OwnSince(Instant),
}

#[derive(Debug)]
enum Kind {
    /// A display on a terminal.
    Display(Display),
    /// A line for each pack on standard output, as it finishes.
    Lines,
    /// Nothing until the end.
    Silent,
}

#[derive(Debug, Default)]
struct Seen {
    shown: HashSet<String>,
    broken: Option<io::Error>,
}

/// What the user has seen of a run when it ends.
#[derive(Debug, Default)]
pub(in crate::cli) struct Shown {
    /// The packs whose line the reader of the results has seen.
    pub(in crate::cli) packs: HashSet<String>,
}

impl Watcher {
    /// Begins to watch; at most `rows` of the packs at work have a line.
    pub(in crate::cli) fn begin(ui: &Ui, rows: usize) -> Self {
        let kind = if ui.can_draw {
            Kind::Display(Display::begin(ui, rows))
        } else if ui.plain && !ui.json && !ui.quiet {
            Kind::Lines
        } else {
            Kind::Silent
        };
        Self {
            ui: ui.clone(),
            kind,
            seen: Mutex::default(),
            owner: Mutex::new(Owner::Own),
        }
    }

    /// Says something on standard error at once, unless `-q` was given; `text` is whole lines.
    pub(in crate::cli) fn note(&self, text: &str) {
        self.say(text, true);
    }

    /// Takes the display away, so that somebody can be asked something.
    pub(in crate::cli) fn hide(&self) {
        if let Kind::Display(display) = &self.kind {
            display.hide();
        }
    }

    /// Shows the display again.
    pub(in crate::cli) fn show(&self) {
        if let Kind::Display(display) = &self.kind {
            display.show();
        }
    }

    /// Leaves the terminal to a command that a person works with, until [`Self::take_back`].
    pub(in crate::cli) fn hand_over(&self) {
        self.hide();
        *self.owner() = Owner::Command;
    }

    /// That command has ended.
    pub(in crate::cli) fn take_back(&self) {
        *self.owner() = Owner::OwnSince(Instant::now());
        self.show();
    }

    /// Says whether a Ctrl-C that is heard now was meant for somebody else.
    pub(in crate::cli) fn is_handed_over(&self) -> bool {
        match *self.owner() {
            Owner::Own => false,
            Owner::Command => true,
            Owner::OwnSince(then) => then.elapsed() < ECHO,
        }
    }

    fn owner(&self) -> MutexGuard<'_, Owner> {
        self.owner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends the display, and returns what was seen.
    ///
    /// # Errors
    /// Fails when a line for standard output could not be written.
    pub(in crate::cli) fn end(&self) -> io::Result<Shown> {
        if let Kind::Display(display) = &self.kind {
            display.end();
        }
        let mut seen = self.seen();
        match seen.broken.take() {
            Some(error) => Err(error),
            None => Ok(Shown {
                packs: mem::take(&mut seen.shown),
            }),
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn say(&self, text: &str, urgent: bool) {
        match &self.kind {
            _ if self.ui.quiet => {}
            Kind::Display(display) => display.say(text, urgent),
            Kind::Lines | Kind::Silent => self.ui.tell(text),
        }
    }

    fn say_from(&self, level: u8, text: impl FnOnce() -> String) {
        if self.ui.verbosity >= level {
            self.say(&text(), false);
        }
    }

    fn doing(&self, id: &str, what: impl FnOnce() -> String) {
        if let Kind::Display(display) = &self.kind {
            let what = text::shown(what());
            display.change(|board| board.doing(id, what));
        }
    }

    fn finished(&self, news: PackNews<'_>) {
        self.say_from(STEPS, || format!("{}: {}\n", news.id, news.word()));
        let is_news = news.is_worth_a_line() && !news.is_skipped();
        match &self.kind {
            Kind::Display(display) => {
                display.change(|board| board.finished(news.id, news.is_failed()));
                if is_news {
                    let (width, _) = self.ui.drawing_size();
                    display.say(&news.line_within(width, self.ui.ellipsis()), false);
                    self.remember(news, self.ui.out_is_terminal);
                }
            }
            Kind::Lines => {
                let written = self.ui.print(&news.line());
                self.remember(news, true);
                if let Err(error) = written {
                    // The packs are finished all the same; it is told at the end.
                    self.seen().broken.get_or_insert(error);
                }
            }
            Kind::Silent if is_news => self.remember(news, false),
            Kind::Silent => {}
        }
    }

    fn remember(&self, news: PackNews<'_>, shown: bool) {
        let mut seen = self.seen();
        if shown {
            seen.shown.insert(news.id.to_owned());
        }
    }
}

impl Observer for Watcher {
    fn observe(&self, event: Event<'_>) {
        match event {
            Event::Known(count) => {
                if let Kind::Display(display) = &self.kind {
                    display.change(|board| board.known(count));
                }
            }
            Event::Started(pack) => {
                self.say_from(STEPS, || format!("{pack}: started\n"));
                if let Kind::Display(display) = &self.kind {
                    display.change(|board| board.started(pack.as_str()));
                }
            }
            Event::Progress(pack, progress) => {
                self.doing(pack.as_str(), || progress_text(progress))
            }
            Event::Said(pack, said) => {
                self.say_from(WORDS, || {
                    format!("{pack}: {}\n", text::shown(said).trim_end())
                });
                self.doing(pack.as_str(), || said.to_owned());
            }
            Event::Output(pack, line) => {
                self.note(&format!("{pack}: {}\n", text::shown(line).trim_end()));
            }
            Event::Installing(pack) => {
                self.say_from(STEPS, || format!("{pack}: installing\n"));
                if let Kind::Display(display) = &self.kind {
                    display.change(|board| board.started(pack));
                }
                self.doing(pack, || String::from("installing"));
            }
            Event::Installed(pack) => {
                if let Kind::Display(display) = &self.kind {
                    display.change(|board| board.installed(pack));
                }
            }
            Event::Postponed(pack, pause, why) => {
                let why = text::shown(why);
                let why = why.lines().next().unwrap_or_default();
                self.say_from(COMMANDS, || {
                    format!("{pack}: again in {} ms: {why}\n", pause.as_millis())
                });
                if let Kind::Display(display) = &self.kind {
                    display.change(|board| board.postponed(pack));
                }
            }
            Event::Locked(pack, why) => {
                let why = text::shown(why);
                let why = why.lines().next().unwrap_or_default();
                self.say_from(COMMANDS, || {
                    format!("{pack}: once more at the end: {why}\n")
                });
                if let Kind::Display(display) = &self.kind {
                    display.change(|board| board.postponed(pack.as_str()));
                }
            }
            Event::Looked(pack) => {
                if let Kind::Display(display) = &self.kind {
                    display.change(|board| board.finished(pack.as_str(), false));
                }
            }
            Event::Finished(outcome) => self.finished(outcome.into()),
            Event::Command(record) => self.say_from(COMMANDS, || command_line(record)),
            Event::Waiting(who) => self.note(&format!("{}\n", text::shown(who))),
            Event::Warning(what) => {
                self.note(&format!(
                    "{} {}\n",
                    paint("warning:", style::WARNING),
                    text::shown(what)
                ));
            }
        }
    }

    fn wants_commands(&self) -> bool {
        self.ui.verbosity >= COMMANDS
    }

    fn wants_progress(&self) -> bool {
        matches!(self.kind, Kind::Display(_))
    }
}

fn command_line(record: &CommandRecord) -> String {
    let ending = match record.ending {
        Ending::Exited(0) => String::new(),
        ending => format!(", {ending}"),
    };
    let line = format!(
        "$ {} ({}{ending})",
        record.command,
        duration_text(record.duration)
    );
    format!("{}\n", paint(&line, style::FAINT))
}

fn duration_text(duration: Duration) -> String {
    match duration.as_millis() {
        0 => String::from("under 1 ms"),
        millis @ 1..10_000 => format!("{millis} ms"),
        millis => format!("{}.{} s", millis / 1000, millis % 1000 / 100),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{command_line, duration_text};
    use crate::{git::run::CommandRecord, sys::process::Ending};

    #[test]
    fn a_command_is_shown_with_its_time_and_how_it_ended() {
        let record = |ending| CommandRecord {
            command: "git fetch".into(),
            duration: Duration::from_millis(12),
            ending,
        };
        let shown =
            |ending| anstream::adapter::strip_str(&command_line(&record(ending))).to_string();
        assert_eq!(shown(Ending::Exited(0)), "$ git fetch (12 ms)\n");
        assert_eq!(
            shown(Ending::Exited(128)),
            "$ git fetch (12 ms, exit code 128)\n"
        );
        assert_eq!(duration_text(Duration::from_millis(61_960)), "61.9 s");
        assert_eq!(duration_text(Duration::from_micros(999)), "under 1 ms");
    }
}
