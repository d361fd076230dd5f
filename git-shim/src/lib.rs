//! A program that stands in front of the real `git`: it records every invocation and, by rule,
//! delays it, fails it or makes it misbehave in one of the ways that real gits do.
//!
//! This library holds what the program and the tests that drive it share: the [`Rule`]s that a
//! test writes, and the [`Invocation`]s that it reads back. The program itself is in
//! `src/bin/git-shim`, and `docs/git-shim.md` says how a user records with it.
//!
//! The environment variables that steer the program:
//!
//! | variable | meaning |
//! | --- | --- |
//! | [`RULES`] | a file of rules, see [`rule`]; none: everything passes through |
//! | [`LOG`] | a file that one line of JSON per event is appended to; none: no record |
//! | [`REAL`] | the real git; none: the first `git` on `PATH` that is not the shim |
//!
//! It refuses to guess. A rule it does not know, a file it cannot read, a barrier that nobody
//! comes to: it says so on stderr and ends with [`EXIT_MISUSE`].
#![allow(
    clippy::disallowed_methods,
    reason = "the fences around files and processes are for grex itself, not for its test tools"
)]

pub mod argv;
pub mod invocation;
pub mod log;
pub mod pattern;
pub mod rule;
pub mod state;

pub use invocation::{Ending, Invocation, Terminal};
pub use rule::{Fault, Rule, Times};

/// Names the file of rules, a JSON array of [`Rule`].
pub const RULES: &str = "GIT_SHIM_RULES";
/// Names the file that records are appended to.
pub const LOG: &str = "GIT_SHIM_LOG";
/// Names the real git.
pub const REAL: &str = "GIT_SHIM_REAL";
/// The exit code for the shim's own errors; no git uses it.
pub const EXIT_MISUSE: u8 = 97;
