//! Runs that are killed at any moment, or find the disk full or broken: the next `update` brings
//! everything to where it should be, and `rm` brings the home directory back byte for byte.
//!
//! The short form tries some moments of each verb. `scripts/faults` tries all and prints a table.

#![cfg(target_os = "linux")]
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests change the world directly, fail by panicking, and print a table when asked"
)]

mod at_random;
mod disk;
mod ground;
mod group;
mod home;
mod mending;
mod moments;
mod plain;
mod power;
mod room;
mod seeded;
mod sixteen;
mod state;
mod sweep;
