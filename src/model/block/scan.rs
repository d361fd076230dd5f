//! Where the blocks of a text begin and end.

use std::ops::Range;

use super::BlockError;

/// A block in a text, by byte offsets.
#[derive(Debug)]
pub(super) struct Span<'t> {
    /// What stands behind `grex:`; `None` for the block without a name.
    pub(super) name: Option<&'t [u8]>,
    /// The line of the opening marker, from 1.
    pub(super) line: usize,
    /// Where the line of the opening marker begins.
    pub(super) start: usize,
    /// The lines between the markers, endings included.
    pub(super) body: Range<usize>,
    /// Where the line of the closing marker ends; its own line ending is outside.
    pub(super) end: usize,
    /// The ending of the opening marker's line.
    pub(super) newline: &'static [u8],
}

/// A line that begins or ends a block, with the block's name.
pub(super) enum Marker<'t> {
    Open(Option<&'t [u8]>),
    Close(Option<&'t [u8]>),
}

/// Says whether a line without its ending would be read as a marker.
pub(super) fn is_marker(line: &[u8]) -> bool {
    marker(line).is_some()
}

/// Blanks around a marker do not hide it: editors add and remove them.
pub(super) fn marker(line: &[u8]) -> Option<Marker<'_>> {
    let line = line.trim_ascii();
    if let Some(rest) = line.strip_prefix(b"# >>> grex") {
        return name(rest.strip_suffix(b" >>>")?).map(Marker::Open);
    }
    name(line.strip_prefix(b"# <<< grex")?.strip_suffix(b" <<<")?).map(Marker::Close)
}

/// `Some(None)` for no name, `None` for what is not a marker after all.
fn name(rest: &[u8]) -> Option<Option<&[u8]>> {
    match rest {
        [] => Some(None),
        [b':', name @ ..] if !name.is_empty() => Some(Some(name)),
        _ => None,
    }
}

/// Finds all blocks, in order.
pub(super) fn scan(text: &[u8]) -> Result<Vec<Span<'_>>, BlockError> {
    let mut spans = Vec::new();
    let mut open: Option<Span<'_>> = None;
    let mut start = 0;
    for (index, whole) in text.split_inclusive(|byte| *byte == b'\n').enumerate() {
        let (number, line_start) = (index + 1, start);
        start += whole.len();
        let content = whole.strip_suffix(b"\n").unwrap_or(whole);
        let shown = || String::from_utf8_lossy(content.trim_ascii()).into_owned();
        match (marker(content), open.take()) {
            (None, still_open) => open = still_open,
            (Some(Marker::Open(name)), None) => {
                let newline: &[u8] = if content.ends_with(b"\r") {
                    b"\r\n"
                } else {
                    b"\n"
                };
                open = Some(Span {
                    name,
                    line: number,
                    start: line_start,
                    body: start..start,
                    end: start,
                    newline,
                });
            }
            (Some(Marker::Open(_)), Some(outer)) => {
                return Err(BlockError::Nested {
                    line: number,
                    marker: shown(),
                    outer: outer.line,
                });
            }
            (Some(Marker::Close(name)), Some(mut span)) if span.name == name => {
                span.body.end = line_start;
                let content = content
                    .strip_suffix(b"\r")
                    .filter(|_| whole.ends_with(b"\n"))
                    .unwrap_or(content);
                span.end = line_start + content.len();
                spans.push(span);
            }
            (Some(Marker::Close(_)), _) => {
                return Err(BlockError::Unopened {
                    line: number,
                    marker: shown(),
                });
            }
        }
    }
    match open {
        None => Ok(spans),
        Some(span) => {
            let first = text[span.start..]
                .split(|byte| *byte == b'\n')
                .next()
                .unwrap_or_default();
            let marker = String::from_utf8_lossy(first.trim_ascii()).into_owned();
            Err(BlockError::Unclosed {
                line: span.line,
                marker,
            })
        }
    }
}
