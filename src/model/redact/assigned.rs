//! Secrets that are named: headers, git's `extraHeader`, and assignments.

use std::ops::Range;

use super::scan::run_end;

/// Keys whose value is a header line, or a list of them.
const HEADERS: &[&str] = &[
    "authorization",
    "cookie",
    "private-token",
    "job-token",
    "deploy-token",
    "x-api-key",
];

/// Keys that end like this hold a secret.
const SECRETS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "token",
    "secret",
    "api_key",
    "apikey",
    "api-key",
    "access_key",
    "access-key",
    "private_key",
    "private-key",
    "authtoken",
    "_auth",
    "credential",
    "credentials",
];

/// Of those, the ones that are secrets also in `key: value` without quotes. (`token: x` is what a
/// parser says about its input.)
const SPOKEN: &[&str] = &["password", "passwd", "passphrase"];

/// Returns the value that belongs to the key in `word`, if the key names a secret and a value
/// follows it. What is returned may be empty; it is where the value was looked for.
pub(super) fn find(text: &str, word: Range<usize>) -> Option<Range<usize>> {
    let next = *text.as_bytes().get(word.end)?;
    if !is_quote(next) && !is_blank(next) && !matches!(next, b'=' | b':' | b'\\') {
        return None;
    }
    let key = &text[word.clone()];
    let quote = open_quote(text, word.start);
    if ends_with(key, "extraheader") {
        return Some(line_value(text, word.end, quote));
    }
    if HEADERS.iter().any(|header| ends_with(key, header)) {
        let value = after_separator(text, word.end, b":=")?;
        return Some(line_value(text, value, quote));
    }
    if SECRETS.iter().any(|secret| ends_with(key, secret)) || key.starts_with("GIT_CONFIG_VALUE_") {
        return assignment(text, word, quote);
    }
    None
}

fn ends_with(key: &str, end: &str) -> bool {
    let (key, end) = (key.as_bytes(), end.as_bytes());
    key.len() >= end.len() && key[key.len() - end.len()..].eq_ignore_ascii_case(end)
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'')
}

/// The quote directly before a key: then the value ends with the same one.
fn open_quote(text: &str, start: usize) -> Option<u8> {
    text.as_bytes()[..start]
        .last()
        .copied()
        .filter(|byte| is_quote(*byte))
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}

/// Returns what is behind the separator after a key, if there is one: past a closing quote or
/// escaped quote, blanks, the separator itself and blanks.
fn after_separator(text: &str, from: usize, separators: &[u8]) -> Option<usize> {
    let at = run_end(text, from, |byte| {
        is_quote(byte) || is_blank(byte) || byte == b'\\'
    });
    let separator = text.as_bytes().get(at)?;
    separators
        .contains(separator)
        .then(|| run_end(text, at + 1, is_blank))
}

/// The rest of the line, or what is left of a quoted string. Header values contain blanks and
/// quotes of their own, so that only the quote that encloses them ends them.
fn line_value(text: &str, from: usize, quote: Option<u8>) -> Range<usize> {
    let start = run_end(text, from, |byte| {
        is_quote(byte) || is_blank(byte) || matches!(byte, b'=' | b':' | b'\\')
    });
    let quote = text.as_bytes()[from..start]
        .iter()
        .copied()
        .rfind(|byte| is_quote(*byte))
        .or(quote);
    start..run_end(text, start, |byte| byte != b'\n' && Some(byte) != quote)
}

fn assignment(text: &str, word: Range<usize>, quote: Option<u8>) -> Option<Range<usize>> {
    let bytes = text.as_bytes();
    let key = &text[word.clone()];
    let is_closed = bytes
        .get(word.end)
        .is_some_and(|byte| is_quote(*byte) || *byte == b'\\');
    let spoken = is_closed || SPOKEN.iter().any(|secret| ends_with(key, secret));
    let start = after_separator(text, word.end, if spoken { b"=:" } else { b"=" })?;
    let opening = run_end(text, start, |byte| is_quote(byte) || byte == b'\\');
    if let Some(quote) = bytes[start..opening]
        .last()
        .copied()
        .filter(|byte| is_quote(*byte))
    {
        return Some(opening..run_end(text, opening, |byte| byte != b'\n' && byte != quote));
    }
    // A line of its own, as git's credential protocol writes it, is a value to its end, blanks
    // included; so is what is left inside a quote that was open before the key.
    let whole_line = word.start == 0 || bytes[word.start - 1] == b'\n';
    Some(
        opening..run_end(text, opening, |byte| {
            byte != b'\n'
                && Some(byte) != quote
                && (whole_line || quote.is_some() || !(is_blank(byte) || is_quote(byte)))
        }),
    )
}
