//! Actions, pack types and fetchers: three traits, and the registry that knows them by name.
//!
//! What comes with grex ([`builtin`]) is registered through the same public calls as anything
//! else, and uses nothing that a plugin from outside could not use. What crosses a trait is plain
//! data that could travel as JSON; nothing of grex's own books can be reached from a context. See
//! docs/plugins.md.

pub mod action;
pub mod builtin;
pub mod change;
pub mod error;
pub mod fetcher;
pub mod foreseen;
pub mod locks;
pub mod open_block;
pub mod pack_type;
pub mod registry;
pub mod scene;
