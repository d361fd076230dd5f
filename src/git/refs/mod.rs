//! `HEAD`, loose refs and `packed-refs`, read from their files. See [`Refs`].

mod id;
mod packed;
mod store;
#[cfg(test)]
mod tests;

pub(in crate::git) use id::is_hex;
pub use id::{ObjectId, ObjectIdError};
pub use store::{Head, RefValue, Refs, RefsError};
pub(in crate::git) use store::{HeadText, parse_head};
