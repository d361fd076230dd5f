//! Why a pack's files are refused.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};

/// Why a pack's files are refused: the first finding, with the others behind it.
///
/// It prints as `file:line:column: message`. As a `miette` diagnostic it carries the file's text
/// (with secrets and control characters masked) and underlines what is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackFileError {
    /// The file, as it is shown.
    pub file: String,
    /// The line, counted from 1; none if the file as a whole is meant.
    pub line: Option<u32>,
    /// The column in characters, counted from 1.
    pub column: Option<u32>,
    /// What is wrong, as a fragment.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// What kind of finding it is.
    pub kind: PackFileErrorKind,
    pub(super) details: Box<Details>,
}

/// What kind of finding a [`PackFileError`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PackFileErrorKind {
    /// The file cannot be read: not a regular file, a link, too large, not UTF-8.
    Unreadable,
    /// Not the YAML that is read.
    Syntax,
    /// An unknown key, a wrong type, a value that is refused.
    Invalid,
    /// An action or a pack type that is not known.
    UnknownName,
}

/// What only the diagnostic needs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Details {
    source: Option<Excerpt>,
    more: Vec<PackFileError>,
}

#[derive(Debug, Clone)]
struct Excerpt {
    text: Arc<NamedSource<String>>,
    place: Range<usize>,
    /// Another place that belongs to it, and what it is.
    also: Option<(Range<usize>, &'static str)>,
}

impl PartialEq for Excerpt {
    /// The text is the file's, which the error names.
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place && self.also == other.also
    }
}

impl Eq for Excerpt {}

impl Details {
    pub(super) fn new(text: Arc<NamedSource<String>>, place: Range<usize>) -> Self {
        Self {
            source: Some(Excerpt {
                text,
                place,
                also: None,
            }),
            more: Vec::new(),
        }
    }
}

impl PackFileError {
    /// An error about a file as a whole: it cannot be read. `message` is a fragment.
    pub fn unreadable(file: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: None,
            column: None,
            message: message.into(),
            hint: None,
            kind: PackFileErrorKind::Unreadable,
            details: Box::default(),
        }
    }

    /// The error for a file of more bytes than are read.
    pub fn too_large(file: &str) -> Self {
        let limit = super::MAX_PACK_FILE_BYTES;
        Self::unreadable(file, format!("the file is larger than {limit} bytes"))
    }

    /// The error for a file that is not UTF-8.
    pub fn not_text(file: &str, bytes: &[u8]) -> Self {
        let valid = bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid());
        let line = valid.bytes().filter(|byte| *byte == b'\n').count() + 1;
        Self::unreadable(file, format!("line {line} is not UTF-8"))
    }

    /// The same with the files named as they are seen from `directory`: for files that are not there
    /// any more when the error is read.
    #[must_use]
    pub fn seen_from(mut self, directory: &str) -> Self {
        let prefix = format!("{}/", directory.trim_end_matches('/'));
        let mut renamed: Vec<(Arc<NamedSource<String>>, Arc<NamedSource<String>>)> = Vec::new();
        let more = std::mem::take(&mut self.details.more);
        let mut findings: Vec<_> = std::iter::once(self).chain(more).collect();
        for finding in &mut findings {
            let Some(short) = finding.file.strip_prefix(&prefix) else {
                continue;
            };
            finding.file = short.to_owned();
            let Some(source) = &mut finding.details.source else {
                continue;
            };
            // Findings share their file's text.
            let known = renamed
                .iter()
                .find(|(old, _)| Arc::ptr_eq(old, &source.text));
            let new = match known {
                Some((_, new)) => Arc::clone(new),
                None => {
                    let text = source.text.inner().clone();
                    let new = NamedSource::new(&finding.file, text).with_language("yaml");
                    let new = Arc::new(new);
                    renamed.push((Arc::clone(&source.text), Arc::clone(&new)));
                    new
                }
            };
            source.text = new;
        }
        Self::join(findings)
    }

    /// Findings of one file in the order of that file.
    pub(super) fn in_order(mut findings: Vec<Self>) -> Vec<Self> {
        findings.sort_by_key(|finding| (finding.line, finding.column));
        findings
    }

    /// One error of several findings, the first first. Of none, an error without a finding.
    pub(super) fn join(findings: Vec<Self>) -> Self {
        let mut findings = findings.into_iter();
        let mut first = findings
            .next()
            .unwrap_or_else(|| Self::unreadable("", "unknown reason"));
        first.details.more = findings.collect();
        first
    }

    /// The same with a second place of the same file underlined.
    pub(super) fn with_place(mut self, place: Range<usize>, what: &'static str) -> Self {
        if let Some(source) = &mut self.details.source {
            source.also = Some((place, what));
        }
        self
    }

    /// Whether all that is wrong are actions or pack types that are not known (exit code 8).
    pub fn is_unknown_name(&self) -> bool {
        self.findings()
            .all(|finding| finding.kind == PackFileErrorKind::UnknownName)
    }

    /// Every finding, this one first.
    pub fn findings(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.details.more)
    }
}

impl fmt::Display for PackFileError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.file)?;
        if let (Some(line), Some(column)) = (self.line, self.column) {
            write!(formatter, ":{line}:{column}")?;
        }
        write!(formatter, ": {}", self.message)
    }
}

impl std::error::Error for PackFileError {}

impl Diagnostic for PackFileError {
    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        let hint = self.hint.as_ref()?;
        Some(Box::new(hint))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        let source = self.details.source.as_ref()?;
        Some(&*source.text)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let source = self.details.source.as_ref()?;
        let main = LabeledSpan::new_primary_with_span(
            Some(self.message.clone()),
            (source.place.start, source.place.len()),
        );
        let also = source.also.as_ref().map(|(place, what)| {
            LabeledSpan::new_with_span(Some((*what).to_owned()), (place.start, place.len()))
        });
        Some(Box::new(std::iter::once(main).chain(also)))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        if self.details.more.is_empty() {
            return None;
        }
        let more = self.details.more.iter();
        Some(Box::new(more.map(|finding| finding as &dyn Diagnostic)))
    }
}
