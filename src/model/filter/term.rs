//! One term of a filter.

use std::fmt;

use super::closest::closest;
use super::decide::PackFacts;
use super::error::FilterError;
use super::glob::{Glob, PathGlob};
use super::lex::unquote;
use crate::model::reference::RevisionExpression;

/// What `state=` can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PackState {
    /// Staged, unstaged or untracked changes.
    Dirty,
    /// Commits that the upstream lacks.
    Ahead,
    /// Commits that only the upstream has.
    Behind,
    /// Both.
    Diverged,
    /// Not on disk.
    Missing,
    /// No branch is checked out.
    Detached,
}

impl PackState {
    /// Every state, in the order in which they are documented.
    pub const ALL: [Self; 6] = [
        Self::Dirty,
        Self::Ahead,
        Self::Behind,
        Self::Diverged,
        Self::Missing,
        Self::Detached,
    ];

    /// Returns the word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Dirty => "dirty",
            Self::Ahead => "ahead",
            Self::Behind => "behind",
            Self::Diverged => "diverged",
            Self::Missing => "missing",
            Self::Detached => "detached",
        }
    }
}

impl fmt::Display for PackState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// What a filter wants to know and only a repository can tell.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Question {
    /// Is the pack in this state?
    State(PackState),
    /// Does the pack's HEAD or work tree differ from this revision?
    ChangedSince(RevisionExpression),
}

#[derive(Debug, Clone)]
pub(super) struct Term {
    pub(super) negated: bool,
    pub(super) test: Test,
}

#[derive(Debug, Clone)]
pub(super) enum Test {
    Name(Glob),
    Path(PathGlob),
    Type(String),
    Depth(usize),
    DepthAtMost(usize),
    Url(Glob),
    Ask(Question),
}

/// What a term can ask about.
pub const KEYS: [&str; 7] = [
    "name",
    "path",
    "type",
    "depth",
    "url",
    "state",
    "changed-since",
];

impl Term {
    /// Parses a term that is still quoted, so that a quoted `!` or `=` is a character.
    pub(super) fn parse(term: &str) -> Result<Self, FilterError> {
        let (negated, rest) = match term.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, term),
        };
        let test = match split_key(rest) {
            Some((key, operator, value)) => Test::parse(term, key, operator, &unquote(value))?,
            None if rest.is_empty() => {
                return Err(FilterError::NoValue {
                    term: term.to_owned(),
                });
            }
            None => Test::path(term, &unquote(rest))?,
        };
        Ok(Self { negated, test })
    }

    /// Returns whether the term holds, as far as the facts tell; `None` when they do not.
    pub(super) fn decide(
        &self,
        facts: &PackFacts<'_>,
        answer: &dyn Fn(&Question) -> Option<bool>,
    ) -> Option<bool> {
        let holds = match &self.test {
            Test::Name(glob) => facts.name.map(|name| glob.matches(name)),
            Test::Path(glob) => Some(glob.matches(facts.path)),
            Test::Type(wanted) => facts.pack_type.map(|pack_type| pack_type == wanted),
            Test::Depth(depth) => Some(facts.depth == *depth),
            Test::DepthAtMost(depth) => Some(facts.depth <= *depth),
            Test::Url(glob) => {
                let mut urls = facts.url.into_iter().chain(facts.resolved_url);
                Some(urls.any(|url| glob.matches(url)))
            }
            Test::Ask(question) => answer(question),
        };
        holds.map(|holds| holds != self.negated)
    }
}

impl Test {
    fn parse(term: &str, key: &str, operator: &str, value: &str) -> Result<Self, FilterError> {
        if !KEYS.contains(&key) {
            return Err(FilterError::UnknownKey {
                key: key.to_owned(),
                nearest: closest(KEYS.into_iter(), key),
            });
        }
        if operator != "=" && (key, operator) != ("depth", "<=") {
            return Err(FilterError::Operator {
                term: term.to_owned(),
                operator: operator.to_owned(),
            });
        }
        if value.is_empty() {
            return Err(FilterError::NoValue {
                term: term.to_owned(),
            });
        }
        match key {
            "name" => Glob::parse(value).map(Self::Name),
            "path" => Self::path(term, value),
            "type" => Ok(Self::Type(value.to_owned())),
            "url" => Glob::parse(value).map(Self::Url),
            "state" => parse_state(value).map(|state| Self::Ask(Question::State(state))),
            "depth" => parse_depth(value).map(if operator == "=" {
                Self::Depth
            } else {
                Self::DepthAtMost
            }),
            _ => Ok(Self::Ask(Question::ChangedSince(
                RevisionExpression::parse(value)?,
            ))),
        }
    }

    fn path(term: &str, glob: &str) -> Result<Self, FilterError> {
        match PathGlob::parse(glob) {
            Err(FilterError::Empty) => Err(FilterError::NoValue {
                term: term.to_owned(),
            }),
            parsed => parsed.map(Self::Path),
        }
    }
}

/// Splits `key=value`; `None` for a bare word. A key is letters and hyphens.
fn split_key(term: &str) -> Option<(&str, &str, &str)> {
    let key_end =
        term.find(|letter: char| !letter.is_ascii_alphabetic() && letter != '-' && letter != '_')?;
    let (key, rest) = term.split_at(key_end);
    let operator_end = rest
        .find(|letter| !"=<>!".contains(letter))
        .unwrap_or(rest.len());
    let (operator, value) = rest.split_at(operator_end);
    let compares = matches!(operator, "=" | "<=" | ">=" | "==" | "!=" | "<" | ">");
    (compares && !key.is_empty()).then_some((key, operator, value))
}

fn parse_state(value: &str) -> Result<PackState, FilterError> {
    let found = PackState::ALL
        .into_iter()
        .find(|state| state.as_str() == value);
    found.ok_or_else(|| FilterError::UnknownState {
        state: value.to_owned(),
        nearest: closest(PackState::ALL.iter().map(|state| state.as_str()), value),
    })
}

fn parse_depth(value: &str) -> Result<usize, FilterError> {
    let is_number = value.bytes().all(|digit| digit.is_ascii_digit());
    value
        .parse()
        .ok()
        .filter(|_| is_number)
        .ok_or_else(|| FilterError::Depth {
            depth: value.to_owned(),
        })
}
