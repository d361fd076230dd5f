//! What comes with grex: mkdir, rmdir and symlink.

use crate::plugin::registry::{Registry, RegistryError};

pub(super) fn register(registry: &mut Registry) -> Result<(), RegistryError> {
    let _ = registry;
    Ok(())
}
