//! What a command prints on one stream: filtered as it comes, and kept without taking memory for it.

use std::{fmt, io, mem};

use serde::{Serialize, Serializer};

use super::spill::{BLOCK, Spill};
use crate::model::{
    lines::{Lines, Piece},
    text,
};
use crate::sys::reason::reason;

/// A stream that is being read.
#[derive(Debug)]
pub(super) struct Listener {
    lines: Lines,
    output: Output,
    is_coloured: bool,
}

impl Listener {
    /// Listens. `ends`: only so many bytes of the beginning and of the end are kept. `colours`: they
    /// stay in.
    pub(super) fn new(spill: &Spill, ends: Option<usize>, colours: bool) -> Self {
        let mut output = Output::default();
        output.spill = spill.clone();
        output.ends = ends;
        Self {
            lines: match colours {
                true => Lines::coloured(),
                false => Lines::default(),
            },
            output,
            is_coloured: false,
        }
    }

    /// Takes what was printed next.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        let (output, is_coloured) = (&mut self.output, &mut self.is_coloured);
        self.lines
            .push(bytes, &mut |piece| take(output, is_coloured, piece));
    }

    /// What was printed in all.
    pub(super) fn finish(mut self) -> Output {
        let (output, is_coloured) = (&mut self.output, &mut self.is_coloured);
        self.lines
            .finish(&mut |piece| take(output, is_coloured, piece));
        if self.is_coloured {
            self.output.push(text::PLAIN);
        }
        self.output
    }
}

fn take(output: &mut Output, is_coloured: &mut bool, piece: Piece<'_>) {
    *is_coloured |= piece.text.contains('\u{1b}');
    output.push(piece.text);
    if piece.ends {
        output.push("\n");
    }
}

/// What a command has printed on one stream: UTF-8, without control characters and with its secrets
/// masked.
#[derive(Debug, Default)]
pub struct Output {
    spill: Spill,
    /// So many bytes of the beginning and of the end are kept; `None`: everything.
    ends: Option<usize>,
    /// Where everything is kept: full blocks of it. Otherwise none.
    blocks: Vec<u64>,
    /// What comes before `end`, and has no block.
    begin: Vec<u8>,
    /// The end, where only the ends are kept.
    end: Vec<u8>,
    /// Bytes left out between the two.
    omitted: u64,
    trouble: Option<String>,
}

impl Drop for Output {
    fn drop(&mut self) {
        self.spill.release(&self.blocks);
    }
}

impl Output {
    /// Says whether nothing was printed.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty() && self.begin.is_empty()
    }

    /// The bytes that are left out between the beginning and the end.
    pub fn omitted_bytes(&self) -> u64 {
        self.omitted
    }

    /// Why not all of it could be kept.
    pub(super) fn trouble(&self) -> Option<&str> {
        self.trouble.as_deref()
    }

    fn push(&mut self, text: &str) {
        match self.ends {
            None => self.keep(text.as_bytes()),
            Some(most) => self.keep_ends(text, most),
        }
    }

    fn keep(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.trouble.is_some() {
                self.omitted += bytes.len() as u64;
                return;
            }
            let room = (BLOCK - self.begin.len()).min(bytes.len());
            self.begin.extend_from_slice(&bytes[..room]);
            bytes = &bytes[room..];
            if self.begin.len() == BLOCK {
                match self.spill.write(&self.begin) {
                    Ok(block) => {
                        self.blocks.push(block);
                        self.begin.clear();
                    }
                    Err(error) => {
                        self.trouble =
                            Some(format!("its output cannot be kept: {}", reason(&error)));
                    }
                }
            }
        }
    }

    fn keep_ends(&mut self, text: &str, most: usize) {
        let mut later = text;
        if self.end.is_empty() && self.omitted == 0 {
            let room = most.saturating_sub(self.begin.len()).min(text.len());
            let whole = (0..=room).rev().find(|end| text.is_char_boundary(*end));
            let (now, rest) = text.split_at(whole.unwrap_or(0));
            self.begin.extend_from_slice(now.as_bytes());
            later = rest;
        }
        self.end.extend_from_slice(later.as_bytes());
        // Cut at twice the size, so that a long output is moved rarely.
        if self.end.len() > 2 * most {
            self.shorten(most);
        }
    }

    fn shorten(&mut self, most: usize) {
        let mut excess = self.end.len().saturating_sub(most);
        while excess < self.end.len() && self.end[excess] & 0xc0 == 0x80 {
            excess += 1;
        }
        self.omitted += excess as u64;
        self.end.drain(..excess);
    }

    /// Leaves out what is too much, now that nothing comes any more.
    pub(super) fn settle(&mut self) {
        if let Some(most) = self.ends {
            self.shorten(most);
        }
    }

    /// Calls `take` with everything, piece by piece.
    ///
    /// # Errors
    /// Those of `take`, and when what was kept cannot be read back.
    pub fn each(&self, take: &mut dyn FnMut(&str) -> io::Result<()>) -> io::Result<()> {
        let mut block = Vec::new();
        let mut open = Vec::new();
        for number in &self.blocks {
            block.resize(BLOCK, 0);
            self.spill.read(*number, &mut block)?;
            open.extend_from_slice(&block);
            let whole = whole_letters(&open);
            let rest = open.split_off(whole);
            take(&String::from_utf8_lossy(&mem::replace(&mut open, rest)))?;
        }
        open.extend_from_slice(&self.begin);
        if !open.is_empty() {
            take(&String::from_utf8_lossy(&open))?;
        }
        if self.omitted > 0 {
            take(&format!("\n[{} bytes left out]\n", self.omitted))?;
        }
        match self.end.is_empty() {
            true => Ok(()),
            false => take(&String::from_utf8_lossy(&self.end)),
        }
    }
}

/// How many of these bytes are whole letters; what follows has lost its end.
fn whole_letters(bytes: &[u8]) -> usize {
    match std::str::from_utf8(bytes) {
        Ok(_) => bytes.len(),
        Err(error) => error.valid_up_to(),
    }
}

impl fmt::Display for Output {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut written = Ok(());
        let read = self.each(&mut |piece| {
            written = formatter.write_str(piece);
            written.map_err(io::Error::other)
        });
        match (written, read) {
            // `serde_json` takes a formatting error for one of its own writer's.
            (Ok(()), Err(error)) => {
                write!(formatter, "\n[the rest cannot be read back: {error}]\n")
            }
            (written, _) => written,
        }
    }
}

impl Serialize for Output {
    /// As a string, without ever having all of it in memory.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{BLOCK, Listener, Output, Spill};

    fn heard(pieces: &[&[u8]], ends: Option<usize>) -> Output {
        let mut listener = Listener::new(&Spill::default(), ends, false);
        pieces.iter().for_each(|piece| listener.push(piece));
        let mut output = listener.finish();
        output.settle();
        output
    }

    #[test]
    fn everything_comes_back_however_much_it_is() {
        let line = "äöü line\n".repeat(7);
        let count = 5 * BLOCK / line.len();
        let output = heard(&vec![line.as_bytes(); count], None);
        assert!(output.blocks.len() >= 4);
        assert_eq!(output.to_string(), line.repeat(count));
        let json = serde_json::to_string(&output).unwrap_or_default();
        assert_eq!(
            serde_json::from_str::<String>(&json).ok(),
            Some(line.repeat(count))
        );
        assert!(heard(&[], None).is_empty() && !heard(&[b"\n"], None).is_empty());
    }

    #[test]
    fn the_filter_keeps_what_is_text() {
        let said = heard(&[b"no end \xff\x1b[31m\x07\r\n\nhttps://u:s3cr3t@h/"], None);
        assert_eq!(said.to_string(), "no end \u{fffd}\n\nhttps://***@h/");
    }

    #[test]
    fn a_coloured_output_ends_its_colours() {
        let mut listener = Listener::new(&Spill::default(), None, true);
        listener.push(b"\x1b[31mred\nstill");
        assert_eq!(
            listener.finish().to_string(),
            "\u{1b}[31mred\nstill\u{1b}[0m"
        );
    }

    #[test]
    fn the_ends_are_kept_and_the_rest_is_counted() {
        let text: String = (0..2000).map(|number| format!("{number}\n")).collect();
        for chunk in [1, 7, 4096, text.len()] {
            let pieces: Vec<&[u8]> = text.as_bytes().chunks(chunk).collect();
            let output = heard(&pieces, Some(10));
            assert_eq!(output.omitted_bytes(), text.len() as u64 - 20);
            let shown = output.to_string();
            let middle = format!("\n[{} bytes left out]\n", text.len() - 20);
            assert_eq!(
                shown,
                [&text[..10], &middle, &text[text.len() - 10..]].concat()
            );
        }
        assert_eq!(heard(&[b"0123456789"], Some(5)).to_string(), "0123456789");
    }

    proptest! {
        #[test]
        fn letters_are_never_cut(text in "[a\u{e9}\u{1f600}]{0,60}", ends in 0_usize..12) {
            let output = heard(&[text.as_bytes()], Some(ends));
            let shown = output.to_string();
            prop_assert!(!shown.contains(char::REPLACEMENT_CHARACTER));
            let kept = output.begin.len() + output.end.len();
            prop_assert_eq!(kept as u64 + output.omitted_bytes(), text.len() as u64);
            prop_assert!(kept <= 2 * ends);
        }
    }
}
