//! Installing with the built grex, from outside: what packs put into a home, how that is taken
//! back, who has to agree before anything runs, and what becomes of it all when something goes
//! wrong. One module for each idea; names that begin with a letter and a number (`a5_...`) are
//! rows of the catalogue of bad input and faults in `docs/testing.md`.
#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests write files, start programs and fail by panicking"
)]

mod home;
mod support;

mod acting;
mod actions;
mod claims;
mod dependencies;
mod dotfiles;
mod dry_runs;
mod edges;
mod failing;
mod families;
mod hooks;
mod interrupts;
mod platforms;
#[path = "../cli/pty.rs"]
#[allow(dead_code, unreachable_pub, reason = "the terminal of the other tests")]
mod pty;
mod question;
mod reference_pack;
mod shared_files;
mod shells;
mod spawns;
mod start_up_files;
mod trust;
mod unsealed;
mod variables;
mod waiting;
