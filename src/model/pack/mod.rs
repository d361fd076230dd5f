//! The contract of a pack: `.grex/pack.yaml` and its platform overrides, as text and as values.
//!
//! [`parse`] goes from one to the other and refuses, with the place, whatever it does not
//! understand. It reads text that is in memory; `store::pack_file` reads the files. The rules are
//! in docs/formats.md.

mod error;
mod excerpt;
mod layer;
mod node;
mod parse;
mod raw;
mod scalar;
mod schema;
mod source;
mod spec;
mod yaml;
mod yaml_error;

pub use error::{PackFileError, PackFileErrorKind};
pub use parse::{MAX_PACK_FILE_BYTES, PackSource, SourceFile, parse};
pub use schema::json_schema;
pub use spec::{ActionSpec, ChildSpec, PackSpec};
pub use yaml::MAX_DEPTH;

pub use super::action::Vocabulary;

#[cfg(test)]
mod tests;
