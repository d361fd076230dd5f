//! What comes with grex: mkdir, rmdir and symlink.

use std::sync::Arc;

use crate::plugin::registry::{Registry, RegistryError};

mod anchor;
mod mkdir;
mod parents;
mod precious;
mod rmdir;
mod symlink;
#[cfg(all(test, unix))]
mod tests;

pub(super) fn register(registry: &mut Registry) -> Result<(), RegistryError> {
    registry.register_action(Arc::new(mkdir::Mkdir))?;
    registry.register_action(Arc::new(rmdir::Rmdir))?;
    registry.register_action(Arc::new(symlink::Symlink))
}
