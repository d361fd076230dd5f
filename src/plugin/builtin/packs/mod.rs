//! What comes with grex: meta, declarative and scripted.

use crate::plugin::registry::{Registry, RegistryError};

pub(super) fn register(registry: &mut Registry) -> Result<(), RegistryError> {
    let _ = registry;
    Ok(())
}
