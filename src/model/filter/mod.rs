//! Which packs are meant: `--filter EXPR` ([`Filters`]) and `--only GLOB` ([`PathGlob`]).
//!
//! An expression is terms joined by spaces or commas, all of which must hold; `!` before a term
//! negates it. `name=GLOB`, `path=GLOB` (a bare word means `path=`), `type=T`, `depth=N`,
//! `depth<=N`, `url=GLOB`, `state=dirty|ahead|behind|diverged|missing|detached`,
//! `changed-since=REV`. A space, comma or double quote that belongs to a value is put between
//! double quotes or behind a backslash: `path="my fonts"`, `path=my\ fonts`. A comma between the
//! braces of a glob joins nothing: `path={a,b}/*` is one term.
//!
//! Some terms need to look at a repository. Those are handed out as [`Question`]s, so that only
//! what is asked for is looked up, and a decision can be "not known yet".

mod closest;
mod decide;
mod error;
mod glob;
mod lex;
mod term;

pub use closest::closest;
pub use decide::{Filter, Filters, PackFacts};
pub use error::FilterError;
pub use glob::PathGlob;
pub use lex::last_term;
pub use term::{KEYS as FILTER_KEYS, PackState, Question};

#[cfg(test)]
mod tests;
