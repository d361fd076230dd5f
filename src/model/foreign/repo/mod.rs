//! Manifests of Google's repo tool. The rules are those of its own manifest format.

mod collect;
mod project;
mod remote;

pub use self::collect::only_include;
pub(super) use self::collect::read;
