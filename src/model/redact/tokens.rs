//! Tokens that say what they are.

use std::ops::Range;

use super::scan::{is_word, run_end};

/// How a kind of token begins, and the fewest word characters that must follow. Shorter ones are
/// prose about tokens.
const PREFIXES: &[(&str, usize)] = &[
    // GitHub.
    ("ghp_", 6),
    ("gho_", 6),
    ("ghs_", 6),
    ("ghu_", 6),
    ("ghr_", 6),
    ("github_pat_", 6),
    // GitLab: personal, deploy, runner, build, trigger, feed, agent, OAuth.
    ("glpat-", 6),
    ("gldt-", 6),
    ("glrt-", 6),
    ("glcbt-", 6),
    ("glptt-", 6),
    ("glft-", 6),
    ("glagent-", 6),
    ("gloas-", 6),
    // Slack.
    ("xoxa-", 6),
    ("xoxb-", 6),
    ("xoxe-", 6),
    ("xoxp-", 6),
    ("xoxr-", 6),
    ("xoxs-", 6),
    // Bitbucket and Atlassian, npm, PyPI, DigitalOcean, Hugging Face, Google.
    ("ATATT3x", 16),
    ("ATBB", 20),
    ("npm_", 30),
    ("pypi-AgE", 16),
    ("dop_v1_", 16),
    ("hf_", 30),
    ("AIzaSy", 30),
    ("ya29", 30),
];

/// No token is shorter than this, but for those of the web.
const SHORTEST: usize = {
    let mut shortest = usize::MAX;
    let mut index = 0;
    while index < PREFIXES.len() {
        let (prefix, least) = PREFIXES[index];
        if prefix.len() + least < shortest {
            shortest = prefix.len() + least;
        }
        index += 1;
    }
    shortest
};

/// Amazon's key ids: capitals and digits only.
const AMAZON: [&str; 2] = ["AKIA", "ASIA"];

/// Says whether a text as a whole is a token of a known shape.
pub fn is_token(text: &str) -> bool {
    let end = run_end(text, 0, is_word);
    find(text, 0..end).is_some_and(|found| found.start == 0)
}

/// Returns the token in a word (a longest run of word characters): from where its prefix stands,
/// at the beginning or behind a `_` or `-`, to the word's end.
pub(super) fn find(text: &str, word: Range<usize>) -> Option<Range<usize>> {
    if word.len() < SHORTEST {
        return web_token(text, word);
    }
    let bytes = text.as_bytes();
    let inside = || (word.start + 1..word.end).filter(|at| !bytes[at - 1].is_ascii_alphanumeric());
    std::iter::once(word.start)
        .chain(inside())
        .find(|at| begins(&text[*at..word.end]))
        .map(|start| start..word.end)
        .or_else(|| web_token(text, word.clone()))
}

fn begins(rest: &str) -> bool {
    let first = rest.as_bytes().first();
    let long_enough = |(prefix, least): &(&str, usize)| {
        // Sooner said than by comparing the whole prefix.
        if prefix.as_bytes().first() != first {
            return false;
        }
        rest.strip_prefix(prefix)
            .is_some_and(|body| body.len() >= *least)
    };
    let is_amazon = |prefix: &&str| {
        rest.strip_prefix(*prefix).is_some_and(|body| {
            let is_key = |letter: &u8| letter.is_ascii_uppercase() || letter.is_ascii_digit();
            body.bytes().take(12).filter(is_key).count() == 12
        })
    };
    PREFIXES.iter().any(long_enough) || AMAZON.iter().any(is_amazon)
}

/// A JSON web token: three words joined by dots, the first two being JSON in base64.
fn web_token(text: &str, word: Range<usize>) -> Option<Range<usize>> {
    let payload = text.get(word.end..)?.strip_prefix('.')?;
    if !text[word.clone()].starts_with("eyJ") || !payload.starts_with("eyJ") {
        return None;
    }
    let mut end = run_end(text, word.end + 1, is_word);
    if text[end..].starts_with('.') {
        end = run_end(text, end + 1, is_word);
    }
    Some(word.start..end)
}
