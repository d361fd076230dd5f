//! Values and pure rules: no I/O, no async, no clock.

pub mod filter;
pub mod block;
pub mod event;
pub mod lock;
pub mod manifest;
pub mod path;
pub mod redact;
pub mod reference;
pub mod text;
pub mod url;
