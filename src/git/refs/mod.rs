//! `HEAD`, loose refs and `packed-refs`, read from their files. See [`Refs`].

mod id;
mod packed;
mod store;
mod syntax;
#[cfg(test)]
mod tests;

pub use id::{ObjectId, ObjectIdError};
pub use store::{Head, RefValue, Refs, RefsError};
pub(in crate::git) use syntax::{is_full_name, parse_head};
