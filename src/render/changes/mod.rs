//! How changes look to a person who is asked to agree to them, or who asked what would change.
//!
//! Whoever reads this decides by it, so nothing may be left out of it, by whatever means a pack
//! tries: every command stands there in full, and what a terminal would not show is written out.

mod diff;
mod exact;
mod list;
mod surfaces;
#[cfg(test)]
mod tests;

pub(crate) use list::{TextChange, render};
pub(crate) use surfaces::difference;
