//! Git, as the user's own `git` does it.
//!
//! What is cheap to know from a repository's files is read from there, without starting a process:
//! [`refs`], [`config`], [`objects`] and [`checkout`]. What git prints is turned into values by
//! [`status`], [`progress`], [`failure`] and [`version`]. The readers know the usual case only: for
//! anything else they say so, and the caller asks git. They never guess and never write. What has to be asked of git, or done by it, is in [`clone`] and
//! [`repository`], whose command lines are built in one place.

pub mod access;
pub mod checkout;
pub mod clone;
mod command;
pub mod config;
pub mod failure;
mod file;
pub mod objects;
pub mod program;
pub mod progress;
pub mod reflog;
pub mod refs;
pub mod repository;
pub mod run;
pub mod status;
pub mod version;
pub mod view;

pub use command::{FOREIGN_VARIABLES, ceiling};

#[cfg(test)]
mod test_repository;
