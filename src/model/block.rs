//! Managed blocks: the lines between two markers in a file that otherwise belongs to somebody
//! else. Pure functions from bytes to bytes.
//!
//! Bytes outside the block never change, line endings and a missing final newline included, and
//! what is replaced twice is as if it was replaced once. Text whose markers do not pair up is
//! refused: where a block ends is then a guess, and a wrong guess deletes lines of the user's.
//! See `docs/formats.md`.

mod mend;
mod scan;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

pub use self::mend::{fold_foreign, mend};
use self::scan::{Span, is_marker, scan};
use super::path::PackPath;

/// The first line of a block that was put behind a text without a final line break. Whoever appends
/// a line later would otherwise append it to the closing marker, so the block ends in a line break,
/// and says that the one before it goes with it.
const JOINED: &str = "# the line break before this block goes with it";

/// Why a text is left as it is. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BlockError {
    /// An opening marker has no closing one.
    #[error("line {line}: the block that begins here (`{marker}`) never ends")]
    Unclosed {
        /// The line of the opening marker.
        line: usize,
        /// The marker.
        marker: String,
    },
    /// A closing marker has no opening one, or that of another block.
    #[error("line {line}: `{marker}` ends a block that does not begin")]
    Unopened {
        /// The line of the closing marker.
        line: usize,
        /// The marker.
        marker: String,
    },
    /// A block begins inside another.
    #[error("line {line}: `{marker}` inside the block that begins in line {outer}")]
    Nested {
        /// The line of the inner opening marker.
        line: usize,
        /// The marker.
        marker: String,
        /// The line of the outer one.
        outer: usize,
    },
    /// The block is there twice.
    #[error("line {line}: `{marker}` again, after the block that begins in line {first}")]
    Doubled {
        /// The line of the second opening marker.
        line: usize,
        /// The marker.
        marker: String,
        /// The line of the first one.
        first: usize,
    },
    /// A line of an entry would be read as a marker.
    #[error("the entry `{entry}` contains a block's marker")]
    Entry {
        /// The entry.
        entry: String,
    },
}

impl BlockError {
    /// The line of the marker that is wrong, from 1; `None` when an entry is.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        match self {
            Self::Unclosed { line, .. }
            | Self::Unopened { line, .. }
            | Self::Nested { line, .. }
            | Self::Doubled { line, .. } => Some(*line),
            Self::Entry { .. } => None,
        }
    }
}

/// A block that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Its name; `None` for the block without one.
    pub name: Option<String>,
    /// The line of its opening marker, from 1.
    pub line: usize,
    /// Its lines without their endings.
    pub lines: Vec<String>,
}

/// Returns the block `name` (`None` for the one without a name), if it is there.
///
/// # Errors
/// The markers of the text do not pair up, or the block is there twice.
pub fn find(text: &[u8], name: Option<&str>) -> Result<Option<Block>, BlockError> {
    let spans = scan(text)?;
    Ok(only(&spans, name)?.map(|span| block(text, span)))
}

/// Returns the blocks that have a name, in the order of the text: in a workspace's `.gitignore`
/// those are another program's, one a pack.
///
/// # Errors
/// The markers of the text do not pair up.
pub fn foreign_blocks(text: &[u8]) -> Result<Vec<Block>, BlockError> {
    let spans = scan(text)?;
    Ok(spans
        .iter()
        .filter(|span| span.name.is_some())
        .map(|span| block(text, span))
        .collect())
}

/// Returns the text with exactly `entries`, sorted and each once, in the block `name`. A block
/// that is not there is appended; without entries there is no block. An entry may span lines.
///
/// # Errors
/// See [`BlockError`]. Other blocks may be there several times, this one may not.
pub fn replace(text: &[u8], name: Option<&str>, entries: &[String]) -> Result<Vec<u8>, BlockError> {
    let spans = scan(text)?;
    let span = only(&spans, name)?;
    if let Some(entry) = entries.iter().find(|entry| holds_marker(entry)) {
        return Err(BlockError::Entry {
            entry: entry.clone(),
        });
    }
    let sorted: BTreeSet<&str> = entries.iter().map(String::as_str).collect();
    Ok(match span {
        None if sorted.is_empty() => text.to_vec(),
        None => append(text, name, &sorted),
        Some(span) if sorted.is_empty() => remove(text, span),
        Some(span) => {
            let block = render(name, &sorted, span.newline, is_joined(text, span));
            [&text[..span.start], &block, &text[span.end..]].concat()
        }
    })
}

/// Returns the line that makes `git` ignore the directory of a pack and nothing else, escaped as
/// gitignore(5) says. Between the slashes neither `#`, `!` nor a trailing space is special.
#[must_use]
pub fn ignore_line(path: &PackPath) -> String {
    let mut line = String::from("/");
    for character in path.as_str().chars() {
        if matches!(character, '\\' | '*' | '?' | '[' | ']') {
            line.push('\\');
        }
        line.push(character);
    }
    line.push('/');
    line
}

fn only<'s, 't>(
    spans: &'s [Span<'t>],
    name: Option<&str>,
) -> Result<Option<&'s Span<'t>>, BlockError> {
    let mut found = spans
        .iter()
        .filter(|span| span.name == name.map(str::as_bytes));
    let first = found.next();
    match (first, found.next()) {
        (Some(first), Some(second)) => Err(BlockError::Doubled {
            line: second.line,
            marker: opening(name),
            first: first.line,
        }),
        _ => Ok(first),
    }
}

fn block(text: &[u8], span: &Span<'_>) -> Block {
    let lines = body_lines(text, span)
        .skip(usize::from(is_joined(text, span)))
        .map(|line| String::from_utf8_lossy(line).into_owned())
        .collect();
    let name = span
        .name
        .map(|name| String::from_utf8_lossy(name).into_owned());
    Block {
        name,
        line: span.line,
        lines,
    }
}

/// The lines between the markers, without their endings.
fn body_lines<'t>(text: &'t [u8], span: &Span<'_>) -> impl Iterator<Item = &'t [u8]> {
    text[span.body.clone()]
        .split_inclusive(|byte| *byte == b'\n')
        .map(|line| {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            line.strip_suffix(b"\r").unwrap_or(line)
        })
}

/// Says whether the line break before the block goes with it.
fn is_joined(text: &[u8], span: &Span<'_>) -> bool {
    body_lines(text, span)
        .next()
        .is_some_and(|line| line.trim_ascii() == JOINED.as_bytes())
}

fn append(text: &[u8], name: Option<&str>, entries: &BTreeSet<&str>) -> Vec<u8> {
    let newline = newline_of(text);
    if text.is_empty() || text.ends_with(b"\n") {
        let block = render(name, entries, newline, false);
        [text, &block, newline].concat()
    } else {
        let block = render(name, entries, newline, true);
        [text, newline, &block, newline].concat()
    }
}

fn remove(text: &[u8], span: &Span<'_>) -> Vec<u8> {
    let (before, after) = (&text[..span.start], &text[span.end..]);
    if let Some(rest) = after
        .strip_prefix(b"\r\n")
        .or_else(|| after.strip_prefix(b"\n"))
    {
        return match (is_joined(text, span), rest.is_empty()) {
            (false, _) => [before, rest].concat(),
            (true, true) => without_line_break(before, span).to_vec(),
            // The line break keeps apart what was appended since.
            (true, false) => hand_on([before, rest].concat(), span.start),
        };
    }
    // Somebody took the line break after the block away: the text has no final one, as it had
    // none before.
    [without_line_break(before, span), after].concat()
}

/// Lets the block that begins at `start`, if one does, say that the line break before it goes with
/// it.
fn hand_on(text: Vec<u8>, start: usize) -> Vec<u8> {
    // The text is as it was but for one whole block, so its markers still pair up.
    let spans = scan(&text).unwrap_or_default();
    let Some(next) = spans.iter().find(|span| span.start == start) else {
        return text;
    };
    if is_joined(&text, next) {
        return text.clone();
    }
    let (opening, rest) = text.split_at(next.body.start);
    [opening, JOINED.as_bytes(), next.newline, rest].concat()
}

/// Only as much is taken as the block's own line endings say, for a lone CR there is the user's.
fn without_line_break<'t>(before: &'t [u8], span: &Span<'_>) -> &'t [u8] {
    before
        .strip_suffix(span.newline)
        .or_else(|| before.strip_suffix(b"\n"))
        .unwrap_or(before)
}

/// Returns the block without the newline after its closing marker.
fn render(
    name: Option<&str>,
    entries: &BTreeSet<&str>,
    newline: &[u8],
    is_joined: bool,
) -> Vec<u8> {
    let mut block = opening(name).into_bytes();
    let note = is_joined.then_some(&JOINED);
    for entry in note.into_iter().chain(entries) {
        block.extend_from_slice(newline);
        block.extend_from_slice(entry.as_bytes());
    }
    block.extend_from_slice(newline);
    block.extend_from_slice(closing(name).as_bytes());
    block
}

fn opening(name: Option<&str>) -> String {
    name.map_or_else(
        || "# >>> grex >>>".into(),
        |name| format!("# >>> grex:{name} >>>"),
    )
}

fn closing(name: Option<&str>) -> String {
    name.map_or_else(
        || "# <<< grex <<<".into(),
        |name| format!("# <<< grex:{name} <<<"),
    )
}

fn holds_marker(entry: &str) -> bool {
    entry.split('\n').any(|line| is_marker(line.as_bytes()))
}

/// Returns the ending of the first line: that is how the file is written.
fn newline_of(text: &[u8]) -> &'static [u8] {
    let end = text.iter().position(|byte| *byte == b'\n');
    if end.is_some_and(|end| text[..end].ends_with(b"\r")) {
        b"\r\n"
    } else {
        b"\n"
    }
}
