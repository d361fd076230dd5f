//! What this user has agreed to run: approvals of packs' surfaces, and of whole sources.
//!
//! They lie in the user's own directory outside every workspace, in a file that nobody else may
//! read or write, and are only ever added to. A line that cannot be read approves nothing.

mod approvals;
mod line;
mod source;
#[cfg(all(test, unix))]
mod tests;

pub use self::approvals::{Approval, Subject, Trust, TrustError};
pub use self::source::{SourcePrefix, SourcePrefixError};
