//! Globs: case-sensitive, `*` and `?` within a segment, `**` across segments wherever it stands.

use std::fmt;

use globset::{GlobBuilder, GlobMatcher};
use serde::{Deserialize, Serialize};

use super::error::FilterError;

/// Longer patterns are nobody's, and compile into large automata.
pub(super) const MOST_BYTES: usize = 4096;

/// One compiled glob.
#[derive(Debug, Clone)]
pub(super) struct Glob {
    text: String,
    matcher: GlobMatcher,
}

impl Glob {
    pub(super) fn parse(text: &str) -> Result<Self, FilterError> {
        if text.len() > MOST_BYTES {
            return Err(FilterError::TooLong);
        }
        let fault = |reason: String| FilterError::Glob {
            glob: text.to_owned(),
            reason,
        };
        let matcher = GlobBuilder::new(&cross_segments(text))
            .literal_separator(true)
            .backslash_escape(true)
            .empty_alternates(true)
            .build()
            .map_err(|error| fault(error.kind().to_string()))?
            .compile_matcher();
        Ok(Self {
            text: text.to_owned(),
            matcher,
        })
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// A text that is the pattern to the letter matches as well: a name such as `a[1]` selects
    /// what bears it.
    pub(super) fn matches(&self, text: &str) -> bool {
        self.text == text || self.matcher.is_match(text)
    }
}

/// globset lets `**` cross segments only where it is a whole one. Elsewhere (`**github**`) it is
/// rewritten into "within one segment, or over any number of them".
fn cross_segments(pattern: &str) -> String {
    let letters: Vec<char> = pattern.chars().collect();
    let mut rewritten = String::with_capacity(pattern.len());
    let mut at = 0;
    while at < letters.len() {
        match letters[at] {
            '\\' => {
                rewritten.extend(&letters[at..letters.len().min(at + 2)]);
                at += 2;
            }
            '[' => {
                let end = class_end(&letters, at);
                rewritten.extend(&letters[at..end]);
                at = end;
            }
            '*' => {
                let end = at
                    + letters[at..]
                        .iter()
                        .take_while(|letter| **letter == '*')
                        .count();
                let begins = at == 0 || matches!(letters[at - 1], '/' | '{' | ',');
                let ends = end == letters.len() || matches!(letters[end], '/' | '}' | ',');
                rewritten.push_str(match end - at {
                    1 => "*",
                    _ if begins && ends => "**",
                    _ => "{*,*/**/*}",
                });
                at = end;
            }
            letter => {
                rewritten.push(letter);
                at += 1;
            }
        }
    }
    rewritten
}

/// Where the class that opens at `open` ends. A `]` directly behind `[`, `[!` or `[^` is a member.
fn class_end(letters: &[char], open: usize) -> usize {
    let negated = usize::from(matches!(letters.get(open + 1), Some('!' | '^')));
    let first = open + 1 + negated;
    let close = letters
        .iter()
        .skip(first + 1)
        .position(|letter| *letter == ']');
    close.map_or(letters.len(), |length| first + 1 + length + 1)
}

/// One glob on a pack's path, as `--only` takes it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PathGlob(Glob);

impl PathGlob {
    /// Parses a glob. A leading `./` and a final `/`, which shells put there, are ignored.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        let text = text.strip_prefix("./").unwrap_or(text);
        let text = text.strip_suffix('/').unwrap_or(text);
        if text.is_empty() {
            Err(FilterError::Empty)
        } else {
            Glob::parse(text).map(Self)
        }
    }

    /// Returns a glob that matches `path` and nothing else.
    pub fn escape(path: &str) -> String {
        let mut escaped = String::with_capacity(path.len());
        for letter in path.chars() {
            if "\\*?[]{},!".contains(letter) {
                escaped.push('\\');
            }
            escaped.push(letter);
        }
        escaped
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        self.0.text()
    }

    /// Says whether a pack with this path (`.` for the workspace's own) is meant.
    pub fn matches(&self, path: &str) -> bool {
        self.0.matches(path)
    }
}

impl PartialEq for PathGlob {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for PathGlob {}

impl TryFrom<String> for PathGlob {
    type Error = FilterError;

    fn try_from(text: String) -> Result<Self, FilterError> {
        Self::parse(&text)
    }
}

impl From<PathGlob> for String {
    fn from(glob: PathGlob) -> Self {
        glob.0.text
    }
}

impl std::str::FromStr for PathGlob {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        Self::parse(text)
    }
}

impl fmt::Display for PathGlob {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}
