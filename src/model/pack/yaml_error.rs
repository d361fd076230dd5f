//! Why a text is not the YAML that is read, and where.

use std::ops::Range;

use granit_parser::{ErrorKind, Marker, ScanError};

use super::excerpt::char_start;
use super::yaml::MAX_DEPTH;

/// Why a text is not the YAML that is read here.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct YamlError {
    /// The bytes that are meant.
    pub(super) place: Range<usize>,
    /// What is wrong, as a fragment.
    pub(super) message: String,
    /// What to do about it.
    pub(super) hint: Option<&'static str>,
    /// Another place that belongs to it: where a repeated key stands first.
    pub(super) first: Option<Range<usize>>,
}

/// A refusal with advice.
pub(super) fn refused(place: Range<usize>, message: &str, hint: &'static str) -> YamlError {
    YamlError {
        place,
        message: message.to_owned(),
        hint: Some(hint),
        first: None,
    }
}

/// The refusal of a tag that stands at `place`.
pub(super) fn refused_tag(text: &str, place: Range<usize>) -> YamlError {
    let tag = text.get(place.clone()).unwrap_or("!");
    refused(
        place.clone(),
        &format!("the tag `{tag}` is not allowed"),
        "remove it, or put text that begins with `!` in quotes",
    )
}

/// The refusal of what is nested too deep.
pub(super) fn too_deep(place: Range<usize>) -> YamlError {
    refused(
        place,
        &format!("lists and mappings are nested more than {MAX_DEPTH} levels deep"),
        "flatten them",
    )
}

/// What the library found wrong with the text itself.
pub(super) fn explain(text: &str, error: &ScanError) -> YamlError {
    let start = offset(text, error.marker());
    let length = text[start..].chars().next().map_or(0, char::len_utf8);
    let place = start..start + length;
    if let Some(marker) = conflict_marker(text) {
        return refused(
            marker,
            "a merge conflict marker",
            "resolve the merge: keep what is right of both sides and delete the markers",
        );
    }
    match error.kind() {
        ErrorKind::RecursionLimitExceeded => too_deep(place),
        ErrorKind::DirectiveDisallowed => refused(
            place,
            "directives (lines that begin with `%`) are not allowed",
            "remove the line",
        ),
        kind => {
            let said = kind.to_string();
            let is_about_indentation = INDENTATION.iter().any(|words| said.contains(words));
            if let Some(tab) = is_about_indentation
                .then(|| indenting_tab(text, start))
                .flatten()
            {
                return refused(
                    tab,
                    "a tab where YAML wants spaces",
                    "tabs cannot indent: use spaces",
                );
            }
            YamlError {
                place,
                hint: advice(&said),
                message: said,
                first: None,
            }
        }
    }
}

/// What usually lies behind the library's words.
fn advice(said: &str) -> Option<&'static str> {
    [
        ("tabs disallowed", "tabs cannot indent: use spaces"),
        (
            "while parsing a block",
            "indent it like the lines around it",
        ),
        (
            "mapping values are not allowed",
            "put a value that contains `: ` in quotes, and see that keys of one mapping stand in one column",
        ),
        ("simple key expected", "each line of a mapping is `key: value`"),
    ]
    .into_iter()
    .find_map(|(words, advice)| said.starts_with(words).then_some(advice))
}

/// The library's words about lines that do not stand where they should.
const INDENTATION: [&str; 4] = [
    "tab",
    "did not find expected",
    "while parsing a block",
    "indent",
];

/// The tab that indents the line of `place` or, where there is none, the one before or behind it:
/// the line that does not fit is not always the one with the tab.
fn indenting_tab(text: &str, place: usize) -> Option<Range<usize>> {
    let begin = |end: usize| text[..end].rfind('\n').map_or(0, |newline| newline + 1);
    let at = begin(place);
    let before = at.checked_sub(1).map(begin);
    let behind = text[at..].find('\n').map(|newline| at + newline + 1);
    let lines = [Some(at), before, behind];
    lines.into_iter().flatten().find_map(|start| {
        let line = &text[start..];
        let rest = line.trim_start_matches([' ', '\t']);
        let tab = start + line[..line.len() - rest.len()].find('\t')?;
        Some(tab..tab + 1)
    })
}

/// Where `git merge` has left the beginning of a conflict.
fn conflict_marker(text: &str) -> Option<Range<usize>> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with("<<<<<<< ") {
            return Some(start..start + line.trim_end().len());
        }
        start += line.len();
    }
    None
}

/// A marker's byte, always at the beginning of a character of `text`.
pub(super) fn offset(text: &str, marker: &Marker) -> usize {
    match marker.byte_offset() {
        Some(byte) => char_start(text, byte),
        None => text
            .char_indices()
            .nth(marker.index())
            .map_or(text.len(), |(byte, _)| byte),
    }
}
