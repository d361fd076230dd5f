//! Filters, and what they say of a pack.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::error::FilterError;
use super::glob::MOST_BYTES;
use super::lex;
use super::term::{Question, Term, Test};

/// What is known of a pack without looking at its repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackFacts<'a> {
    /// Its name, or `None` while its pack.yaml has not been read.
    pub name: Option<&'a str>,
    /// Its path; `.` for the workspace's own pack.
    pub path: &'a str,
    /// Its type, or `None` while it is not known.
    pub pack_type: Option<&'a str>,
    /// How many packs own it, one inside the other: 0 for a registered one.
    pub depth: usize,
    /// Its URL as declared, or `None` when it has none.
    pub url: Option<&'a str>,
    /// The same, resolved where it is relative.
    pub resolved_url: Option<&'a str>,
}

/// One expression: all of its terms must hold.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Filter {
    text: String,
    terms: Vec<Term>,
}

impl Filter {
    /// Parses an expression; the module's documentation has the grammar.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        if text.len() > MOST_BYTES {
            return Err(FilterError::TooLong);
        }
        let terms = lex::terms(text)?
            .into_iter()
            .map(Term::parse)
            .collect::<Result<Vec<_>, _>>()?;
        if terms.is_empty() {
            Err(FilterError::Empty)
        } else {
            Ok(Self {
                text: text.to_owned(),
                terms,
            })
        }
    }

    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn asked(&self) -> impl Iterator<Item = &Question> {
        self.terms.iter().filter_map(|term| match &term.test {
            Test::Ask(question) => Some(question),
            _ => None,
        })
    }

    /// One term that does not hold decides; else one that is not known leaves all open. What
    /// costs a look at the repository comes last.
    fn decide(
        &self,
        facts: &PackFacts<'_>,
        answer: &dyn Fn(&Question) -> Option<bool>,
    ) -> Option<bool> {
        let mut decision = Some(true);
        for asks in [false, true] {
            for term in self
                .terms
                .iter()
                .filter(|term| matches!(term.test, Test::Ask(_)) == asks)
            {
                match term.decide(facts, answer) {
                    Some(true) => {}
                    Some(false) => return Some(false),
                    None => decision = None,
                }
            }
        }
        decision
    }
}

/// Any number of filters, of which one must hold; none at all means every pack.
#[derive(Debug, Clone, Default)]
pub struct Filters(Vec<Filter>);

impl Filters {
    /// Joins filters.
    pub fn new(filters: Vec<Filter>) -> Self {
        Self(filters)
    }

    /// Says whether there is none, so that every pack is meant.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns whether the pack is meant. `answer` is asked only what the facts leave open, and
    /// says `None` for what is not known (yet); then so does this, unless it makes no difference.
    pub fn decide(
        &self,
        facts: &PackFacts<'_>,
        answer: &dyn Fn(&Question) -> Option<bool>,
    ) -> Option<bool> {
        let mut decision = Some(self.0.is_empty());
        for asks in [false, true] {
            for filter in self
                .0
                .iter()
                .filter(|filter| filter.asked().next().is_some() == asks)
            {
                match filter.decide(facts, answer) {
                    Some(true) => return Some(true),
                    Some(false) => {}
                    None => decision = None,
                }
            }
        }
        decision
    }

    /// Returns each question that may come up, once, in order.
    pub fn questions(&self) -> Vec<&Question> {
        let mut questions: Vec<&Question> = self.0.iter().flat_map(Filter::asked).collect();
        questions.sort();
        questions.dedup();
        questions
    }

    /// Returns the filters as they were typed.
    pub fn asked(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(Filter::as_str)
    }

    /// Returns the types that were asked for.
    pub fn wanted_types(&self) -> Vec<&str> {
        let terms = self.0.iter().flat_map(|filter| &filter.terms);
        terms
            .filter(|term| !term.negated)
            .filter_map(|term| match &term.test {
                Test::Type(wanted) => Some(wanted.as_str()),
                _ => None,
            })
            .collect()
    }

    /// Says whether a term is about names, which only a pack's own files tell.
    pub fn ask_for_names(&self) -> bool {
        let mut terms = self.0.iter().flat_map(|filter| &filter.terms);
        terms.any(|term| matches!(term.test, Test::Name(_)))
    }

    /// Returns the paths and names that were asked for, as they were typed: when nothing matches,
    /// what [`closest`](super::closest()) finds for them is what the user may have meant.
    pub fn wanted_texts(&self) -> Vec<&str> {
        let terms = self
            .0
            .iter()
            .flat_map(|filter| &filter.terms)
            .filter(|term| !term.negated);
        terms
            .filter_map(|term| match &term.test {
                Test::Path(glob) => Some(glob.as_str()),
                Test::Name(glob) => Some(glob.text()),
                _ => None,
            })
            .collect()
    }
}

impl TryFrom<String> for Filter {
    type Error = FilterError;

    fn try_from(text: String) -> Result<Self, FilterError> {
        Self::parse(&text)
    }
}

impl From<Filter> for String {
    fn from(filter: Filter) -> Self {
        filter.text
    }
}

impl std::str::FromStr for Filter {
    type Err = FilterError;

    fn from_str(text: &str) -> Result<Self, FilterError> {
        Self::parse(text)
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}
