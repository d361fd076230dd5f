//! What of a file may be shown. A pack comes from somebody else, and an error shows its text at a
//! terminal: control characters and those that turn the direction of writing are replaced, and
//! the user and the password of a URL and whatever else looks like a secret are masked.

use std::ops::Range;

use crate::model::redact;

/// A fragment on one line, at most this many characters of it.
const LONGEST_MESSAGE: usize = 400;

/// The text with what must not be shown replaced, each character by as many bytes as it had, so
/// that places in the original are places in the result.
pub(super) fn masked(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        match (is_hidden(character), character.len_utf8()) {
            // At the end of a line it says nothing; elsewhere it hides what stands before it.
            _ if character == '\r' => shown.push(' '),
            (false, _) => shown.push(character),
            (true, 1) => shown.push('?'),
            (true, 2) => shown.push('\u{bf}'),
            (true, _) => shown.push('\u{fffd}'),
        }
    }
    let shown = mask_users(shown);
    let secrets = redact::places(&shown);
    starred(shown, &secrets)
}

/// A message that quotes a file: like [`masked`], on one line, and not longer than can be read.
pub(super) fn printable(message: &str) -> String {
    let mut shown: String = message
        .chars()
        .map(|character| {
            if character.is_whitespace() {
                ' '
            } else {
                character
            }
        })
        .take(LONGEST_MESSAGE)
        .collect();
    if shown.len() < message.len() && message.chars().nth(LONGEST_MESSAGE).is_some() {
        shown.push_str("...");
    }
    masked(&shown)
}

/// The beginning of the character that the byte belongs to; the text's end if it lies behind it.
pub(super) fn char_start(text: &str, byte: usize) -> usize {
    (0..=byte.min(text.len()))
        .rev()
        .find(|byte| text.is_char_boundary(*byte))
        .unwrap_or(0)
}

fn is_hidden(character: char) -> bool {
    let is_layout = matches!(character, '\n' | '\t');
    let turns_direction = matches!(
        character,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    // Line separators would shift what a terminal draws against what is counted.
    let breaks_line = matches!(character, '\u{2028}' | '\u{2029}');
    (character.is_control() && !is_layout) || turns_direction || breaks_line
}

/// `scheme://user:password@host`: all before the last `@` of the part before the path becomes
/// stars, since a token may stand where a user does. Only the user `git` is nobody's secret.
fn mask_users(text: String) -> String {
    let mut secrets = Vec::new();
    for (found, _) in text.match_indices("://") {
        let start = found + "://".len();
        let rest = &text[start..];
        let end = rest
            .find(|next: char| next.is_whitespace() || matches!(next, '/' | '"' | '\'' | '`'))
            .unwrap_or(rest.len());
        match rest[..end].rfind('@') {
            Some(at) if &rest[..at] != "git" => secrets.push(start..start + at),
            _ => {}
        }
    }
    starred(text, &secrets)
}

/// The text with these places of it, which are in order, as stars.
fn starred(text: String, secrets: &[Range<usize>]) -> String {
    if secrets.is_empty() {
        return text;
    }
    let mut shown = String::with_capacity(text.len());
    let mut done = 0;
    for secret in secrets {
        shown.push_str(&text[done..secret.start]);
        shown.extend(std::iter::repeat_n('*', secret.len()));
        done = secret.end;
    }
    shown.push_str(&text[done..]);
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masking_keeps_every_place() {
        let text = "a: \u{1b}[31m\u{202e}x\u{85}\n\tb: https://me:s3cr\u{e9}t@example.org/x\r\n";
        let shown = masked(text);
        assert_eq!(shown.len(), text.len());
        assert_eq!(
            shown,
            "a: ?[31m\u{fffd}x\u{bf}\n\tb: https://**********@example.org/x \n"
        );
    }

    #[test]
    fn only_what_may_be_a_secret_is_masked() {
        for text in [
            "https://example.org:8080/a@b",
            "ssh://git@example.org/x",
            "git@example.org:me/x.git",
            "a :// b:c@d",
            "://",
        ] {
            assert_eq!(masked(text), text);
        }
        assert_eq!(masked("x://token@c y://:@e"), "x://*****@c y://*@e");
        assert_eq!(masked("x://a:b@b@c://d:e@f"), "x://*****@c://***@f");
    }

    #[test]
    fn tokens_are_masked_wherever_they_stand() {
        assert_eq!(
            masked("url: https://example.org/a?access_token=ghp_0123456789"),
            "url: https://example.org/a?access_token=**************"
        );
        assert_eq!(
            masked("name: glpat-0123456789 x"),
            "name: **************** x"
        );
    }

    #[test]
    fn a_message_is_one_short_line() {
        assert_eq!(printable("a\nb\u{7}"), "a b?");
        assert_eq!(printable(&"x".repeat(1000)).len(), LONGEST_MESSAGE + 3);
    }
}
