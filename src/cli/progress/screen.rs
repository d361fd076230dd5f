//! Lines at the bottom of a terminal that are drawn over.
//!
//! Every line ends with a line feed, and the cursor rests on the row below the last one. So what
//! the terminal itself writes there (`^C`) shifts nothing, and a line that stays above is a line
//! of its own to whoever copies it.

use std::io::{self, Write};

use anstream::adapter::strip_str;
use unicode_width::UnicodeWidthStr;

/// To the beginning of the row, the rest of which and all rows below become empty.
const CLEAR_BELOW: &str = "\r\x1b[J";

/// The rest of the row becomes empty: a frame that is drawn over its predecessor does not flicker.
const CLEAR_ROW: &str = "\x1b[K";

/// The lines that are drawn at the moment. Dropped, it takes them away.
#[derive(Debug)]
pub(super) struct Screen<W: Write> {
    terminal: W,
    drawn: Vec<String>,
    /// The columns that the terminal has.
    width: usize,
    /// A terminal that becomes narrower folds the rows that are there, instead of cutting them.
    folds: bool,
}

impl<W: Write> Screen<W> {
    /// Begins with nothing drawn.
    pub(super) fn new(terminal: W, folds: bool) -> Self {
        Self {
            terminal,
            drawn: Vec::new(),
            width: usize::MAX,
            folds,
        }
    }

    /// Draws `lines`, each shorter than a row of `width` columns, in the place of those that are
    /// there, and above them `above`, whole lines that stay. One writing for both. That a terminal
    /// is gone cannot be told to anybody.
    pub(super) fn show(&mut self, above: &str, lines: Vec<String>, width: usize) {
        if above.is_empty() && lines == self.drawn && width == self.width {
            return;
        }
        self.width = width;
        let mut frame = self.to_the_top();
        if !above.is_empty() {
            frame += CLEAR_BELOW;
            frame += above;
        }
        for line in &lines {
            frame += line;
            frame += CLEAR_ROW;
            frame.push('\n');
        }
        frame += CLEAR_BELOW;
        self.drawn = lines;
        self.write(&frame).unwrap_or_default();
    }

    /// The terminal has so many columns now.
    pub(super) fn resized(&mut self, width: usize) {
        self.width = width;
    }

    fn to_the_top(&self) -> String {
        match self.drawn.iter().map(|line| self.rows_of(line)).sum() {
            0_usize => String::from("\r"),
            rows => format!("\r\x1b[{rows}A"),
        }
    }

    /// How many rows a line has by now.
    fn rows_of(&self, line: &str) -> usize {
        match self.folds && self.width > 0 {
            true => strip_str(line)
                .to_string()
                .width()
                .div_ceil(self.width)
                .max(1),
            false => 1,
        }
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.terminal.write_all(text.as_bytes())?;
        self.terminal.flush()
    }
}

impl<W: Write> Drop for Screen<W> {
    fn drop(&mut self) {
        let frame = self.to_the_top() + CLEAR_BELOW;
        self.write(&frame).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::Screen;

    /// A terminal, which does of itself what the system does: a line feed returns the carriage.
    struct Terminal<'a>(&'a mut vt100::Parser);

    impl Write for Terminal<'_> {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            for byte in bytes {
                let sent: &[u8] = if *byte == b'\n' { b"\r\n" } else { &[*byte] };
                self.0.process(sent);
            }
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn lines(lines: &[&str]) -> Vec<String> {
        lines.iter().map(|line| (*line).to_owned()).collect()
    }

    #[test]
    fn frames_replace_each_other_and_what_is_above_stays() {
        let mut parser = vt100::Parser::new(10, 20, 0);
        let mut screen = Screen::new(Terminal(&mut parser), true);
        screen.show(
            "",
            lines(&["0 of 2 packs", "  a  receiving 10%", "  b"]),
            20,
        );
        assert_eq!(
            screen.terminal.0.screen().contents(),
            "0 of 2 packs\n  a  receiving 10%\n  b"
        );
        screen.show("cloned  a\n", lines(&["1 of 2 packs", "  b  counting"]), 20);
        assert_eq!(
            screen.terminal.0.screen().contents(),
            "cloned  a\n1 of 2 packs\n  b  counting"
        );
        screen.show("", lines(&["1 of 2 packs", "  b"]), 20);
        drop(screen);
        assert_eq!(parser.screen().contents(), "cloned  a");
        assert_eq!(parser.screen().cursor_position(), (1, 0));
    }

    #[test]
    fn what_the_terminal_echoes_goes_with_the_frame() {
        let mut parser = vt100::Parser::new(10, 20, 0);
        let mut screen = Screen::new(Terminal(&mut parser), true);
        screen.show("", lines(&["0 of 1 packs", "  a  receiving 100%"]), 20);
        screen.terminal.0.process(b"^C");
        screen.show("stopping\n", lines(&["0 of 1 packs"]), 20);
        drop(screen);
        assert_eq!(parser.screen().contents(), "stopping");
    }

    #[test]
    fn rows_at_the_bottom_scroll_and_are_found_again() {
        let mut parser = vt100::Parser::new(4, 20, 0);
        parser.process(b"1\r\n2\r\n3\r\n");
        let mut screen = Screen::new(Terminal(&mut parser), true);
        screen.show("", lines(&["total", "  a", "  b"]), 20);
        screen.show("done a\n", lines(&["total", "  b"]), 20);
        assert_eq!(screen.terminal.0.screen().contents(), "done a\ntotal\n  b");
        drop(screen);
        assert_eq!(parser.screen().contents(), "done a");
    }

    #[test]
    fn rows_that_a_narrower_terminal_has_folded_are_counted() {
        for (folds, up) in [(true, "\u{1b}[4A"), (false, "\u{1b}[2A")] {
            let mut screen = Screen::new(Vec::new(), folds);
            let frame = || lines(&["\u{1b}[32m10 of 11 packs\u{1b}[0m", "  a  receiving 100%"]);
            screen.show("", frame(), 40);
            screen.terminal.clear();
            screen.show("", frame(), 40);
            assert!(screen.terminal.is_empty());
            screen.show("", frame(), 12);
            let sent = String::from_utf8_lossy(&screen.terminal);
            assert!(sent.starts_with(&format!("\r{up}")), "{sent:?}");
        }
    }
}
