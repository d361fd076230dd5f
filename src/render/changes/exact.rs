//! Text that is shown in order to be agreed to.
//!
//! What is fit for a log is not fit for this: there, escape sequences go with all they carry and
//! secrets are masked generously, and both could hide a command from whoever agrees to it.

use std::fmt::Write;

use crate::model::{
    redact::{MASK, places},
    text::is_invisible,
};

/// Words before a credential in a header.
const CREDENTIAL_KINDS: [&str; 4] = ["basic", "bearer", "digest", "token"];

/// Returns the text on one line: line feeds and tabs are written out as well.
pub(super) fn line(text: &str) -> String {
    masked(&written_out(text, |_| false))
}

/// Returns the lines of a text, for a place where no line can be taken for anything else.
pub(super) fn lines(text: &str) -> String {
    masked(&written_out(text, |letter| matches!(letter, '\n' | '\t')))
}

/// Writes out what a terminal would obey, or not show.
fn written_out(text: &str, stays: impl Fn(char) -> bool) -> String {
    let mut written = String::with_capacity(text.len());
    for letter in text.chars() {
        let code = u32::from(letter);
        let _ = match letter {
            _ if stays(letter) => write!(written, "{letter}"),
            '\n' => write!(written, "\\n"),
            '\t' => write!(written, "\\t"),
            '\r' => write!(written, "\\r"),
            _ if letter.is_control() => write!(written, "\\x{code:02x}"),
            _ if is_invisible(letter) => write!(written, "\\u{{{code:x}}}"),
            _ => write!(written, "{letter}"),
        };
    }
    written
}

/// Masks secrets, but of each only the letters that a secret is made of: `TOKEN=$(program)` and
/// what comes behind `TOKEN=x;` are there to be read.
fn masked(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut kept = 0;
    for place in places(text) {
        let secret = &text[place.clone()];
        let length = credential_length(secret);
        if length > 0 {
            masked.push_str(&text[kept..place.start]);
            masked.push_str(MASK);
            kept = place.start + length;
        }
    }
    masked.push_str(&text[kept..]);
    masked
}

/// How much of a text is a credential, with the word before it.
fn credential_length(text: &str) -> usize {
    let word = word_length(text);
    let is_kind = CREDENTIAL_KINDS
        .iter()
        .any(|kind| text[..word].eq_ignore_ascii_case(kind));
    match text[word..].strip_prefix(' ') {
        Some(rest) if is_kind => word + 1 + word_length(rest),
        _ => word,
    }
}

fn word_length(text: &str) -> usize {
    let belongs = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.+/=:@%,~".contains(&byte);
    text.bytes()
        .position(|byte| !belongs(byte))
        .unwrap_or(text.len())
}
