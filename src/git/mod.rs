//! Git, as the user's own `git` does it.
//!
//! What is cheap to know from a repository's files is read from there, without starting a process:
//! [`refs`], [`config`], [`objects`] and [`checkout`]. What git prints is turned into values by
//! [`status`], [`progress`], [`failure`] and [`version`]. The readers know the usual case only: for
//! anything else they say so, and the caller asks git. They never guess and never write.

pub mod checkout;
pub mod config;
pub mod failure;
mod file;
pub mod objects;
pub mod progress;
pub mod refs;
pub mod status;
pub mod version;

#[cfg(test)]
mod test_repository;
