//! Values and pure rules: no I/O, no async, no clock.

pub mod action;
pub mod block;
pub mod event;
pub mod filter;
pub mod foreign;
pub mod git_config;
mod json_line;
pub mod lines;
pub mod lock;
pub mod manifest;
pub mod pack;
pub mod path;
pub mod redact;
pub mod reference;
pub mod shell;
pub mod surface;
pub mod text;
pub mod undo;
pub mod url;
pub mod variables;
