//! The command line: words in, words out. What the verbs do is in [`crate::ops`].

mod arguments;
mod columns;
mod completions;
mod error;
mod globals;
mod invocation;
mod meant;
mod pack_line;
mod progress;
mod prompts;
mod retry;
mod schemas;
mod signals;
mod span;
mod trace;
mod trust;
mod ui;
mod usage;
mod verbs;

pub use arguments::command;
pub use invocation::Run;
pub use schemas::{OutputSchema, output_schemas};

use crate::render::style;
