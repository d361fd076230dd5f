//! Plugins of each kind, written against the public interface only, and what grex makes of them.
//! `copy` is a fetcher, `touch` an action, `letters` a pack type.
#![cfg(unix)]
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    reason = "tests change the world directly, and fail by panicking"
)]

mod copy;
mod letters;
mod quiet;
mod touch;

mod acting;
mod failing;
mod fetching;
mod host;
mod installing;
mod typing;
mod world;
