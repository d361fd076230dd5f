//! Values and pure rules: no I/O, no async, no clock.

pub mod path;
pub mod reference;
pub mod url;
