//! Values and pure rules: no I/O, no async, no clock.

pub mod block;
pub mod event;
pub mod lock;
pub mod manifest;
pub mod path;
pub mod reference;
pub mod url;
