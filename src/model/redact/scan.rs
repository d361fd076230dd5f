//! One pass over a text that asks each finder what begins here.

use std::borrow::Cow;
use std::ops::Range;

use super::{MASK, assigned, tokens, userinfo};

/// Returns the text with every secret replaced by [`MASK`]; borrowed when there is none. Masking
/// twice changes nothing. Costs time linear in the text.
pub fn secrets(text: &str) -> Cow<'_, str> {
    let found = places(text);
    if found.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut masked = String::new();
    let mut kept = 0;
    for secret in found {
        masked.push_str(&text[kept..secret.start]);
        masked.push_str(MASK);
        kept = secret.end;
    }
    masked.push_str(&text[kept..]);
    Cow::Owned(masked)
}

/// Returns where the secrets of a text stand, in their order, for who masks them in another way
/// than [`secrets`]. Costs time linear in the text.
pub fn places(text: &str) -> Vec<Range<usize>> {
    let mut scan = Scan {
        text,
        found: Vec::new(),
        at: 0,
    };
    let mut stretch = userinfo::Stretch::default();
    while scan.at < text.len() {
        if let Some(found) = userinfo::find(text, scan.at, &mut stretch) {
            scan.mask(&found);
        } else if is_word(text.as_bytes()[scan.at]) {
            scan.word();
        } else {
            scan.at += 1;
        }
    }
    scan.found
}

/// Letters of a key or a token.
pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// Returns where the run of bytes that satisfy `belongs` ends, from `start` on.
pub(super) fn run_end(text: &str, start: usize, belongs: impl Fn(u8) -> bool) -> usize {
    text.as_bytes()[start..]
        .iter()
        .position(|byte| !belongs(*byte))
        .map_or(text.len(), |length| start + length)
}

struct Scan<'a> {
    text: &'a str,
    found: Vec<Range<usize>>,
    at: usize,
}

impl Scan<'_> {
    /// Looks at the word that begins here, and goes on behind it or behind what was masked.
    fn word(&mut self) {
        let end = run_end(self.text, self.at, is_word);
        let found = assigned::find(self.text, self.at..end)
            .or_else(|| tokens::find(self.text, self.at..end));
        match found {
            Some(found) => self.mask(&found),
            None => self.at = end,
        }
    }

    fn mask(&mut self, secret: &Range<usize>) {
        if !secret.is_empty() {
            self.found.push(secret.clone());
        }
        self.at = secret.end;
    }
}
