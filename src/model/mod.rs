//! Values and pure rules: no I/O, no async, no clock.

pub mod action;
pub mod pack;
pub mod path;
pub mod reference;
pub mod url;
pub mod variables;
