//! What git says on stderr while it works, line by line. See [`LineSplitter`].

mod line;
mod splitter;
#[cfg(test)]
mod tests;

pub use line::{Line, Progress, Stage};
pub use splitter::LineSplitter;
