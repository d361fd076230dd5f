//! What comes with grex: require and when.

use crate::plugin::registry::{Registry, RegistryError};

pub(super) fn register(registry: &mut Registry) -> Result<(), RegistryError> {
    let _ = registry;
    Ok(())
}
