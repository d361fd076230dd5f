//! The arguments of actions as types, and the vocabulary of names that packs may use.
//!
//! Arguments travel as JSON data, because actions may live outside this program. Each action
//! reads its own with [`parse`]; nothing here runs anything. What the actions do is written down
//! in docs/actions.md.

mod argument;
mod builtin;
mod data;
mod entry;
mod environment;
mod exec;
mod files;
mod guard;
mod nearest;
mod predicate;
mod shape;
mod text;
mod vocabulary;

pub use argument::{ArgumentError, ArgumentFault, Step, Subject};
pub use builtin::{ACTIONS, BuiltinAction, PACK_TYPES, schema_of};
pub use entry::{ActionEntry, EntryError};
pub use environment::{EnvArguments, EnvScope};
pub use exec::{ExecArguments, ExecCommand, ExecError, ExecOnFail};
pub use files::{LinkKind, MkdirArguments, RmdirArguments, SymlinkArguments};
pub use guard::{Condition, RequireArguments, RequireError, RequireOnFail, WhenArguments};
pub use nearest::nearest;
pub use predicate::{OperatingSystem, Predicate};
pub use shape::parse;
pub use text::{
    EnvironmentName, Mode, PathText, Text, TextError, VersionRequirement, is_variable_name,
};
pub use vocabulary::{ArgumentCheck, Vocabulary};

#[cfg(test)]
mod tests;
