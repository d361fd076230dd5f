//! What a program prints, line by line, fit to be shown.

use super::{redact, text};

/// The longest line that is shown whole, in bytes. Of a longer one, pieces are.
const LONGEST: usize = 8 * 1024;

/// How far a line is read beyond that before it is cut, so that a secret is not cut in two: a half
/// could not be told any more.
const AHEAD: usize = 2 * 1024;

/// One stream, cut into lines that are cleaned and without secrets. Lines end in LF, CR LF or CR.
/// Holds a few KiB, whatever is printed.
#[derive(Debug, Default)]
pub struct Lines {
    line: Vec<u8>,
    last: Last,
    keeps_colours: bool,
}

/// A line, or a part of one that is too long to be held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'a> {
    /// What is fit to be shown of it, without a line end.
    pub text: &'a str,
    /// The line ends here. What was printed last may lack its end.
    pub ends: bool,
}

/// What came last.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Last {
    /// Nothing that matters for what comes.
    #[default]
    Other,
    /// A CR that ended a line: an LF after it belongs to it.
    Return,
    /// A CR at a line's beginning. A progress display does that; with an LF it is an empty line.
    LoneReturn,
}

impl Lines {
    /// Lines that keep their colours, see [`text::painted`]; those of more than a few KiB lose them.
    pub fn coloured() -> Self {
        Self {
            keeps_colours: true,
            ..Self::default()
        }
    }

    /// Takes what was printed next.
    pub fn push(&mut self, mut bytes: &[u8], say: &mut dyn FnMut(Piece<'_>)) {
        while !bytes.is_empty() {
            let room = LONGEST + AHEAD - self.line.len();
            let window = &bytes[..bytes.len().min(room)];
            let end = window.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let length = end.unwrap_or(window.len());
            if length > 0 {
                self.line.extend_from_slice(&window[..length]);
                self.last = Last::Other;
            }
            if let Some(end) = end {
                self.end_line(window[end], say);
            } else if self.line.len() >= LONGEST + AHEAD {
                self.cut(say);
            }
            bytes = &bytes[length + usize::from(end.is_some())..];
        }
    }

    /// Takes note of the stream's end: a last line may lack its own.
    pub fn finish(&mut self, say: &mut dyn FnMut(Piece<'_>)) {
        if !self.line.is_empty() {
            self.say_all(false, say);
        }
    }

    fn end_line(&mut self, end: u8, say: &mut dyn FnMut(Piece<'_>)) {
        let last = std::mem::take(&mut self.last);
        if end == b'\n' && last == Last::Return {
            return;
        }
        if end == b'\r' && self.line.is_empty() {
            self.last = Last::LoneReturn;
            return;
        }
        self.say_all(true, say);
        if end == b'\r' {
            self.last = Last::Return;
        }
    }

    fn say_all(&mut self, ends: bool, say: &mut dyn FnMut(Piece<'_>)) {
        let line = match self.keeps_colours {
            true => text::painted(&self.line),
            false => text::shown(&self.line),
        };
        self.line.clear();
        let mut rest = line.as_str();
        while rest.len() > LONGEST {
            let (text, later) = rest.split_at(floor(rest, LONGEST));
            say(Piece { text, ends: false });
            rest = later;
        }
        say(Piece { text: rest, ends });
    }

    /// Says the first part of a line that is too long.
    fn cut(&mut self, say: &mut dyn FnMut(Piece<'_>)) {
        let cleaned = text::clean(&self.line);
        self.line.clear();
        let end = floor(&cleaned, LONGEST);
        let across = redact::places(&cleaned)
            .into_iter()
            .find(|secret| secret.start < end && end < secret.end);
        let end = match across {
            Some(secret) if secret.start > 0 => secret.start,
            // All of it is one secret, which is masked as far as it goes.
            Some(secret) => secret.end,
            None => end,
        };
        let (now, later) = cleaned.split_at(end);
        if !now.is_empty() {
            let text = &redact::secrets(now);
            say(Piece { text, ends: false });
        }
        self.line.extend_from_slice(later.as_bytes());
    }
}

/// The last place at or before `at` where a text may be cut.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len()))
        .rev()
        .find(|place| text.is_char_boundary(*place))
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(pieces: &[&[u8]]) -> Vec<String> {
        let mut said = Vec::new();
        let mut lines = Lines::default();
        for piece in pieces {
            lines.push(piece, &mut |piece| said.push(piece.text.to_owned()));
        }
        lines.finish(&mut |piece| said.push(piece.text.to_owned()));
        said
    }

    #[test]
    fn lines_end_in_three_ways() {
        for (bytes, lines) in [
            ("a\nb\n", vec!["a", "b"]),
            ("a\r\nb\r\n\r\nc", vec!["a", "b", "", "c"]),
            ("10%\r20%\r\r30%\rdone\n", vec!["10%", "20%", "30%", "done"]),
            ("\n\na", vec!["", "", "a"]),
            ("", vec![]),
            ("\u{1b}[31mred\u{1b}[0m\u{202e}x\u{7}\n", vec!["redx"]),
        ] {
            assert_eq!(split(&[bytes.as_bytes()]), lines, "{bytes:?}");
            let bytewise: Vec<_> = bytes.as_bytes().chunks(1).collect();
            assert_eq!(split(&bytewise), lines, "{bytes:?} in bytes");
        }
        assert_eq!(split(&[b"a\xffb\n"]), ["a\u{fffd}b"]);
    }

    #[test]
    fn only_a_line_that_ended_ends() {
        let mut said = Vec::new();
        let mut lines = Lines::coloured();
        let long = "x".repeat(LONGEST + 10);
        let text = format!("\u{1b}[1mone\n{long}\ntwo");
        lines.push(text.as_bytes(), &mut |piece| {
            said.push((piece.text.to_owned(), piece.ends));
        });
        lines.finish(&mut |piece| said.push((piece.text.to_owned(), piece.ends)));
        let expected = [
            ("\u{1b}[1mone", true),
            (&long[..LONGEST], false),
            (&long[LONGEST..], true),
            ("two", false),
        ];
        assert_eq!(said, expected.map(|(text, ends)| (text.to_owned(), ends)));
    }

    #[test]
    fn a_line_without_an_end_comes_in_pieces_and_nothing_grows() {
        let mut lines = Lines::default();
        let (mut total, mut longest, mut count) = (0, 0, 0);
        let piece = "äbc".repeat(3000);
        for _ in 0..1000 {
            lines.push(piece.as_bytes(), &mut |piece| {
                assert!(!piece.ends);
                total += piece.text.len();
                longest = longest.max(piece.text.len());
                count += 1;
            });
            assert!(lines.line.capacity() <= 4 * (LONGEST + AHEAD));
        }
        lines.finish(&mut |piece| total += piece.text.len());
        assert_eq!(total, 1000 * piece.len());
        assert!(longest <= LONGEST, "{longest}");
        assert!(count >= 1000 * piece.len() / LONGEST - 2, "{count}");
    }

    #[test]
    fn a_secret_is_masked_wherever_a_long_line_is_cut() {
        let token = "ghp_0123456789abcdefABCDEF0123456789abcd";
        for before in (LONGEST - 60)..(LONGEST + 20) {
            let line = format!("{} {token} {}\n", "x".repeat(before), "y ".repeat(4000));
            let said = split(&[line.as_bytes()]).concat();
            assert!(said.contains("***"), "{before}");
            assert!(!said.contains("0123456789"), "{before}");
        }
    }

    proptest! {
        #[test]
        fn how_the_bytes_arrive_does_not_matter(text in "[a\r\n\u{e9}]{0,40}", at in 0_usize..80) {
            let bytes = text.as_bytes();
            let at = at.min(bytes.len());
            prop_assert_eq!(split(&[bytes]), split(&[&bytes[..at], &bytes[at..]]));
        }
    }
}
