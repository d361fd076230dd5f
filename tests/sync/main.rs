//! `sync` and its neighbours from end to end: the built program, the real git, real repositories.
#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests change the world directly, and fail by panicking"
)]

mod answers;
mod arrival;
mod branches;
mod budgets;
mod changed_refs;
mod choices;
mod cut_transfers;
mod damaged_refs;
mod detached;
mod dirty;
mod dry_run;
mod empty;
mod force;
mod ground;
mod hooks;
mod inside_git;
mod interrupted;
mod locked;
mod many_at_once;
mod parallel;
mod per_host;
mod pins;
mod prune;
mod refused;
mod retries;
mod rewritten;
mod transports;
mod under_way;
mod upstreams;
mod user_settings;
