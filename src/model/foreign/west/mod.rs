//! Manifests of west, Zephyr's tool. The rules are those of its own manifest format.

mod collect;
mod import;
mod project;

pub(super) use self::collect::read;
