//! A stream of bytes, cut into lines.

use super::Line;

/// No line of git's own is as long; a server may send what it likes.
const LINE_LIMIT: usize = 8 * 1024;

/// Cuts stderr at line feeds and carriage returns (git ends a progress line with the latter) and
/// says what each line is. A line of more than 8 KiB is handed on in pieces. Nothing is dropped
/// but empty lines.
#[derive(Debug, Default)]
pub struct LineSplitter {
    pending: Vec<u8>,
}

impl LineSplitter {
    /// Begins a stream.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next bytes, cut anywhere, and hands every line that they complete to `sink`.
    pub fn push(&mut self, bytes: &[u8], sink: &mut impl FnMut(Line)) {
        for piece in bytes.split_inclusive(|byte| matches!(byte, b'\n' | b'\r')) {
            match piece.split_last() {
                Some((b'\n' | b'\r', text)) => {
                    self.extend(text, sink);
                    self.flush(sink);
                }
                _ => self.extend(piece, sink),
            }
        }
    }

    /// Ends the stream: what stands there without a line's end is a line too.
    pub fn finish(mut self, sink: &mut impl FnMut(Line)) {
        self.flush(sink);
    }

    fn extend(&mut self, mut text: &[u8], sink: &mut impl FnMut(Line)) {
        while self.pending.len() + text.len() > LINE_LIMIT {
            let (now, later) = text.split_at(LINE_LIMIT - self.pending.len());
            self.pending.extend_from_slice(now);
            text = later;
            // A character is not cut in two.
            let cut = character_boundary(&self.pending);
            let rest = self.pending.split_off(cut);
            self.flush(sink);
            self.pending = rest;
        }
        self.pending.extend_from_slice(text);
    }

    fn flush(&mut self, sink: &mut impl FnMut(Line)) {
        let text = String::from_utf8_lossy(&self.pending);
        if !text.trim_end().is_empty() {
            sink(Line::parse(&text));
        }
        self.pending.clear();
    }
}

/// Where the last character that may be incomplete begins.
fn character_boundary(bytes: &[u8]) -> usize {
    let tail = bytes.len().saturating_sub(4);
    bytes[tail..]
        .iter()
        .rposition(|byte| byte & 0xc0 != 0x80)
        .map_or(bytes.len(), |found| tail + found)
        .max(1)
}
