//! The part of a URL before the `@`.

use std::ops::Range;

use super::scan::{is_word, run_end};
use super::tokens;

/// The stretch of text without blanks or quotes that was looked at last, so that a stretch with
/// thousands of `://` in it is searched for its last `@` only once.
#[derive(Default)]
pub(super) struct Stretch {
    end: usize,
    last_at: Option<usize>,
}

impl Stretch {
    fn last_at(&mut self, text: &str, from: usize) -> Option<usize> {
        if from >= self.end {
            self.end = run_end(text, from, |byte| !is_boundary(byte)).max(from + 1);
            self.last_at = text
                .get(from..self.end)
                .and_then(|stretch| stretch.rfind('@'))
                .map(|found| from + found);
        }
        self.last_at.filter(|found| *found >= from)
    }
}

fn is_boundary(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'`' | b'<' | b'>')
}

/// Returns the userinfo if `://` begins at `at` and one follows: all of it, since a token stands
/// as often before the colon as behind it. The bare user of an ssh URL is no secret.
pub(super) fn find(text: &str, at: usize, stretch: &mut Stretch) -> Option<Range<usize>> {
    if !text.as_bytes()[at..].starts_with(b"://") {
        return None;
    }
    let start = at + "://".len();
    let last_at = stretch.last_at(text, start)?;
    let authority = start..run_end(text, start, |byte| {
        !is_boundary(byte) && !matches!(byte, b'/' | b'?' | b'#')
    });
    let end = match text[authority.clone()].rfind('@') {
        Some(length) => start + length,
        // A password with a slash in it ends the authority too early; what follows the colon is
        // then no port.
        None if has_password(&text[authority]) => last_at,
        None => return None,
    };
    let userinfo = &text[start..end];
    let keep = userinfo.is_empty()
        || (is_ssh(text, at) && !userinfo.contains(':') && !tokens::is_token(userinfo));
    (!keep).then_some(start..end)
}

fn has_password(authority: &str) -> bool {
    let is_port = |port: &str| port.bytes().all(|digit| digit.is_ascii_digit());
    !authority.starts_with('[')
        && authority
            .split_once(':')
            .is_some_and(|(_, port)| !is_port(port))
}

fn is_ssh(text: &str, scheme_end: usize) -> bool {
    let scheme = &text[..scheme_end];
    ["ssh", "git"].iter().any(|name| {
        scheme
            .strip_suffix(name)
            .is_some_and(|before| before.bytes().next_back().is_none_or(|byte| !is_word(byte)))
    })
}
