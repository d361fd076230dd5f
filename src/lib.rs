//! grex brings a tree of git repositories, and the set-up that lives in it, into the declared
//! state. The modules below are its layers, lowest first; each imports only those above it in
//! this list. `docs/ARCHITECTURE.md` is the map.

#![cfg_attr(
    test,
    allow(
        clippy::disallowed_methods,
        reason = "tests make files of their own, in directories of their own"
    )
)]

pub mod model;

pub mod sys;

pub mod git;
pub mod store;

pub mod plugin;

pub mod engine;

pub mod ops;

mod render;

#[cfg(feature = "mcp")]
pub mod mcp;

pub mod cli;
