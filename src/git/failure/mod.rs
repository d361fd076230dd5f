//! Why a git command failed, from its exit code and stderr: decided once, here, on what git, ssh
//! and curl really print in English (grex sets `LANGUAGE=C`).

mod class;
mod rules;
#[cfg(test)]
mod tests;
mod text;

pub use class::FailureClass;
pub use rules::classify;
pub use text::{damaged_ref, essence, hint, hint_for_damaged_ref, overwritten_paths};
