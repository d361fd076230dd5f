//! `sync` and its neighbours from end to end: the built program, the real git, real repositories.

#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests change the world directly, and fail by panicking"
)]

mod arrival;
mod branches;
mod budgets;
mod changed_refs;
mod detached;
mod dirty;
mod empty;
mod ground;
mod pins;
mod refused;
mod rewritten;
mod under_way;
mod upstreams;
