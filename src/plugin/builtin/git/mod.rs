//! What comes with grex: the fetcher that is git.

use crate::plugin::registry::{Registry, RegistryError};

pub(super) fn register(registry: &mut Registry) -> Result<(), RegistryError> {
    let _ = registry;
    Ok(())
}
