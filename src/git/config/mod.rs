//! A repository's own configuration, read from its file or from `git config --list -z`.
//!
//! Only the repository's part: what the user's and the system's files add, and what `insteadOf`
//! makes of a URL, is git's to know.

mod refspec;
mod repository;
#[cfg(test)]
mod tests;

pub use repository::{ConfigError, PartialClone, Remote, RepositoryConfig, Upstream};
