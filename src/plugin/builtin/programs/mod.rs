//! What comes with grex: exec, and how hooks are run.

use crate::plugin::registry::{Registry, RegistryError};

pub(super) fn register(registry: &mut Registry) -> Result<(), RegistryError> {
    let _ = registry;
    Ok(())
}
