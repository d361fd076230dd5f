//! The text of a file that is read, kept for the errors about it.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

use miette::NamedSource;

use super::error::{PackFileError, PackFileErrorKind};
use super::excerpt;

/// A file's name and text.
#[derive(Debug)]
pub(super) struct SourceText {
    /// The name, as it is shown.
    pub(super) name: String,
    /// All of the text.
    pub(super) text: String,
    shown: OnceLock<Arc<NamedSource<String>>>,
}

impl SourceText {
    pub(super) fn new(name: &str, text: &str) -> Arc<Self> {
        Arc::new(Self {
            name: name.to_owned(),
            text: text.to_owned(),
            shown: OnceLock::new(),
        })
    }

    /// An error about some bytes of this file.
    pub(super) fn error(
        &self,
        kind: PackFileErrorKind,
        place: Range<usize>,
        message: &str,
        hint: Option<String>,
    ) -> PackFileError {
        let place = self.underlined(place);
        let (line, column) = self.position(place.start);
        PackFileError {
            file: excerpt::printable(&self.name),
            line: Some(line),
            column: Some(column),
            message: excerpt::printable(message),
            hint: hint.map(|hint| excerpt::printable(&hint)),
            kind,
            details: Box::new(super::error::Details::new(self.shown(), place)),
        }
    }

    /// The text with everything masked that must not reach a terminal; byte for byte as long.
    fn shown(&self) -> Arc<NamedSource<String>> {
        let shown = self.shown.get_or_init(|| {
            let text = excerpt::masked(&self.text);
            Arc::new(NamedSource::new(excerpt::printable(&self.name), text).with_language("yaml"))
        });
        Arc::clone(shown)
    }

    /// What is underlined: the place's first line, and at least one character of it.
    pub(super) fn underlined(&self, place: Range<usize>) -> Range<usize> {
        let start = excerpt::char_start(&self.text, place.start);
        let end = excerpt::char_start(&self.text, place.end.max(start));
        let first_line = self.text[start..end].lines().next().unwrap_or("").len();
        let one = self.text[start..]
            .chars()
            .next()
            .filter(|next| !next.is_control())
            .map_or(0, char::len_utf8);
        start..start + first_line.max(one)
    }

    /// Line and column of a byte, both counted from 1; the column counts characters.
    fn position(&self, byte: usize) -> (u32, u32) {
        let before = &self.text[..byte];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
        let column = before[line_start..]
            .chars()
            .filter(|next| *next != '\u{feff}')
            .count()
            + 1;
        let number = |value| u32::try_from(value).unwrap_or(u32::MAX);
        (number(line), number(column))
    }
}
