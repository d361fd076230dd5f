//! What runs cost in system calls, which are the same on every machine and under every load: files
//! that are opened, questions about names, syncs, changes of files, threads. Only those of grex are
//! counted, not those of its gits. Each run is made with a few packs and with more, so that what a
//! pack costs is known apart from what a run costs. How many processes it starts is in
//! `tests/sync/budgets.rs`.

#![cfg(target_os = "linux")]
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests change the world directly and fail by panicking"
)]

mod calls;
mod cost;
mod ground;

mod looking;
mod starting;
mod syncing;
