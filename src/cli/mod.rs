//! The command line: words in, words out. What the verbs do is in [`crate::ops`].

mod arguments;
mod columns;
mod error;
mod globals;
mod invocation;
mod meant;
mod pack_line;
mod progress;
mod prompts;
mod retry;
mod signals;
mod span;
mod trust;
mod ui;
mod usage;
mod verbs;

pub use invocation::main;

use crate::render::style;
