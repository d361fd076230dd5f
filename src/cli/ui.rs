//! The two streams: results on standard output, everything else on standard error.

use std::{
    borrow::Cow,
    io::{self, IsTerminal, Write},
};

use anstream::adapter::strip_str;
use serde::Serialize;

use super::globals::{Globals, When};
use crate::{model::text, sys::env};

/// A width for text that is wrapped where there is no terminal to say.
const USUAL_WIDTH: usize = 100;

/// How output looks, decided once.
#[derive(Debug, Clone)]
pub(super) struct Ui {
    /// Results are one JSON document.
    pub(super) json: bool,
    /// No decoration, and nothing that moves.
    pub(super) plain: bool,
    /// Only errors and what was asked for.
    pub(super) quiet: bool,
    /// How often `-v` was given.
    pub(super) verbosity: u8,
    /// Decoration may be Unicode.
    pub(super) unicode: bool,
    /// Standard output is a terminal.
    pub(super) out_is_terminal: bool,
    /// Standard error is a terminal.
    pub(super) err_is_terminal: bool,
    /// Standard error is a terminal that can draw, and somebody watches it.
    pub(super) can_draw: bool,
    color_out: bool,
    color_err: bool,
}

/// A part of what a verb has to say, in the order in which it is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// A result.
    Out(String),
    /// What belongs to standard error, and is said with `-q` as well.
    Err(String),
}

impl Ui {
    /// Looks at the streams and the environment.
    pub(super) fn new(globals: &Globals) -> Self {
        let out_is_terminal = io::stdout().is_terminal();
        let err_is_terminal = io::stderr().is_terminal();
        let decorated = !globals.plain && !globals.json;
        let color = |terminal| decorated && Wish::of(globals.color).grants(terminal);
        Self {
            json: globals.json,
            plain: globals.plain,
            quiet: globals.quiet,
            verbosity: globals.verbosity,
            unicode: decorated && env::locale_is_utf8(),
            out_is_terminal,
            err_is_terminal,
            can_draw: decorated
                && !globals.quiet
                && err_is_terminal
                && !env::terminal_is_dumb()
                && !env::is_ci(),
            color_out: color(out_is_terminal),
            color_err: color(err_is_terminal),
        }
    }

    /// Says whether colours arrive where results and messages go.
    pub(super) fn shows_colours(&self) -> bool {
        self.color_out && self.color_err
    }

    /// The columns of the terminal on standard output; `None` where there is none, and then no
    /// line is too long.
    pub(super) fn width(&self) -> Option<usize> {
        self.out_is_terminal
            .then(|| size_of(&io::stdout()).map(|(columns, _)| columns))
            .flatten()
    }

    /// The rows of the terminal on standard output; `None` where there is none.
    pub(super) fn height(&self) -> Option<usize> {
        self.out_is_terminal
            .then(|| size_of(&io::stdout()).map(|(_, rows)| rows))
            .flatten()
    }

    /// The columns and rows of the terminal on standard error.
    pub(super) fn drawing_size(&self) -> (usize, usize) {
        size_of(&io::stderr()).unwrap_or((80, 24))
    }

    /// The columns that messages are wrapped at.
    pub(super) fn message_width(&self) -> usize {
        size_of(&io::stderr()).map_or(USUAL_WIDTH, |(columns, _)| columns)
    }

    /// What stands for what was cut off.
    pub(super) fn ellipsis(&self) -> &'static str {
        if self.unicode { "…" } else { "..." }
    }

    /// What a bar is made of: what is done, and what is left. Without colours too they differ.
    pub(super) fn bar(&self) -> [&'static str; 2] {
        if self.unicode {
            ["\u{2501}", "\u{254c}"]
        } else {
            ["#", "-"]
        }
    }

    /// Says whether a person is asked: both ends of the conversation are a terminal.
    pub(super) fn can_ask(&self) -> bool {
        !self.json && io::stdin().is_terminal() && io::stderr().is_terminal()
    }

    /// Writes to standard output, all of it at once.
    ///
    /// # Errors
    /// Fails when nobody reads it any more, and when it cannot be written.
    pub(super) fn print(&self, text: &str) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        let mut stream = io::stdout().lock();
        stream.write_all(painted_if(self.color_out, text).as_bytes())?;
        stream.flush()
    }

    /// Writes to standard error, all of it at once. That it cannot be written cannot be told to
    /// anybody.
    pub(super) fn tell(&self, text: &str) {
        let mut stream = io::stderr().lock();
        drop(stream.write_all(painted_if(self.color_err, text).as_bytes()));
    }

    /// Returns what `text` is on standard error, for whoever draws there.
    pub(super) fn painted(&self, text: &str) -> String {
        painted_if(self.color_err, text).into_owned()
    }

    /// Writes the pieces in their order; results only unless `-q` was given.
    ///
    /// # Errors
    /// See [`Self::print`].
    pub(super) fn report(&self, pieces: &[Piece]) -> io::Result<()> {
        let mut written = Ok(());
        for piece in pieces {
            match piece {
                Piece::Out(_) if self.quiet || written.is_err() => {}
                Piece::Out(text) => written = self.print(text),
                Piece::Err(text) => self.tell(text),
            }
        }
        written
    }

    /// Writes one JSON document that may be too large to be held in memory.
    ///
    /// # Errors
    /// See [`Self::print_json`].
    pub(super) fn stream_json(&self, document: &impl Serialize) -> io::Result<()> {
        let mut stream = HarmlessJson(io::BufWriter::new(io::stdout().lock()));
        serde_json::to_writer(&mut stream, document).map_err(io::Error::from)?;
        // Not a letter of the document, which would be escaped.
        stream.0.write_all(b"\n")?;
        stream.flush()
    }

    /// Writes one JSON document.
    ///
    /// # Errors
    /// See [`Self::print`]; fails too for what JSON cannot hold, such as a path that is not UTF-8.
    pub(super) fn print_json(&self, document: &impl Serialize) -> io::Result<()> {
        let text = serde_json::to_string(document).map_err(io::Error::from)?;
        self.print(&(harmless_json(&text) + "\n"))
    }
}

/// Writes JSON that comes piece by piece as [`harmless_json`].
struct HarmlessJson<W: Write>(W);

impl<W: Write> Write for HarmlessJson<W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        let text = std::str::from_utf8(piece)
            .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
        self.0.write_all(harmless_json(text).as_bytes())?;
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Escapes what JSON allows in its strings and a terminal would obey; the value stays the same.
fn harmless_json(text: &str) -> String {
    let mut harmless = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_control() || text::is_invisible(letter) {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                harmless += &format!("\\u{unit:04x}");
            }
        } else {
            harmless.push(letter);
        }
    }
    harmless
}

/// The text as it is, or without its colours; in one piece, so that it is written by one call.
fn painted_if(color: bool, text: &str) -> Cow<'_, str> {
    if color {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(strip_str(text).to_string())
    }
}

#[cfg(unix)]
fn size_of(stream: &impl std::os::fd::AsFd) -> Option<(usize, usize)> {
    let size = rustix::termios::tcgetwinsize(stream).ok()?;
    (size.ws_col > 0 && size.ws_row > 0).then(|| (size.ws_col.into(), size.ws_row.into()))
}

#[cfg(not(unix))]
fn size_of<S>(_: &S) -> Option<(usize, usize)> {
    None
}

/// What the user said about colour, in the order of who is heard first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wish {
    Always,
    Never,
    /// At a terminal.
    Usual,
}

impl Wish {
    fn of(typed: When) -> Self {
        Self::decide(
            typed,
            env::no_color(),
            env::color_is_forced(),
            env::terminal_is_dumb(),
        )
    }

    fn decide(typed: When, no_color: bool, forced: bool, dumb: bool) -> Self {
        match typed {
            When::Always => Self::Always,
            When::Never => Self::Never,
            When::Auto if no_color => Self::Never,
            When::Auto if forced => Self::Always,
            When::Auto if dumb => Self::Never,
            When::Auto => Self::Usual,
        }
    }

    fn grants(self, is_terminal: bool) -> bool {
        self == Self::Always || (self == Self::Usual && is_terminal)
    }
}

#[cfg(test)]
mod tests {
    use super::{When, Wish, harmless_json};

    #[test]
    fn json_says_the_same_without_a_letter_that_a_terminal_obeys() {
        let value = "br\u{202e}anch\u{9b}31m\u{7f}\u{feff}\u{e0041} \u{e9}\u{1f600}\n";
        let escaped = harmless_json(&serde_json::to_string(value).unwrap_or_default());
        assert_eq!(
            escaped,
            r#""br\u202eanch\u009b31m\u007f\ufeff\udb40\udc41 é😀\n""#
        );
        assert_eq!(
            serde_json::from_str::<String>(&escaped).ok().as_deref(),
            Some(value)
        );
    }

    #[test]
    fn the_flag_is_heard_before_the_environment() {
        for (typed, no_color, forced, dumb, wish) in [
            (When::Auto, false, false, false, Wish::Usual),
            (When::Auto, false, false, true, Wish::Never),
            (When::Auto, false, true, true, Wish::Always),
            (When::Auto, true, true, false, Wish::Never),
            (When::Always, true, false, true, Wish::Always),
            (When::Never, false, true, false, Wish::Never),
        ] {
            assert_eq!(Wish::decide(typed, no_color, forced, dumb), wish);
        }
        assert!(Wish::Usual.grants(true) && !Wish::Usual.grants(false));
        assert!(Wish::Always.grants(false) && !Wish::Never.grants(true));
    }
}
