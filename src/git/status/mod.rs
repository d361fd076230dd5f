//! What `git status --porcelain=v2 --branch --show-stash -z` prints. See [`StatusParser`].

mod parser;
mod report;
#[cfg(test)]
mod tests;

pub use parser::StatusParser;
pub use report::{PathKind, PathStatus, StatusReport, SubmoduleState};
