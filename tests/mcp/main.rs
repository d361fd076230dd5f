//! `grex serve --mcp` from outside: the built server in a workspace of its own, and a client that
//! writes and reads lines. Names that begin with a letter and a number (`m1_...`) are rows of the
//! catalogue of bad input and faults in `docs/testing.md`.
#![cfg(unix)]
#![cfg(feature = "mcp")]
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests write files, start programs and fail by panicking"
)]

mod client;
mod support;

mod arguments;
mod asking;
mod ending;
mod hostile;
mod lines;
mod listing;
mod openings;
mod output;
mod paging;
mod progress;
mod resources;
mod tools;
