//! What comes with grex: the pack types meta, declarative and scripted.

mod canonical;
mod declarative;
mod hook;
mod hook_directory;
mod meta;
mod scripted;
mod tree;

use std::sync::Arc;

use crate::plugin::registry::{Registry, RegistryError};

pub(super) fn register(registry: &mut Registry) -> Result<(), RegistryError> {
    registry.register_pack_type(Arc::new(meta::Meta))?;
    registry.register_pack_type(Arc::new(declarative::Declarative))?;
    registry.register_pack_type(Arc::new(scripted::Scripted))
}

#[cfg(all(test, unix))]
mod tests;
