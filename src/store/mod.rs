//! The books of a workspace on disk: what is declared, what was found, what is under way.
//!
//! Nobody else opens these files. The formats and their rules are `docs/formats.md`'s; the rules
//! that need no file are in [`crate::model`].

pub mod blocks;
pub mod error;
pub mod journal;
pub mod layout;
pub mod lockfile;
pub mod manifest;
pub mod older;
pub mod origin;
pub mod pack_file;
pub mod private;
pub mod seal;
pub mod trash;
pub mod trust;
pub mod undo;

pub use self::error::StoreError;
pub use self::layout::Workspace;
pub use self::private::user_state;
