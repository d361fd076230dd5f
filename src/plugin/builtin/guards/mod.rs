//! What comes with grex: require and when.

use std::sync::Arc;

use crate::plugin::registry::{Registry, RegistryError};

mod predicate;
mod require;
mod when;
#[cfg(any(windows, test))]
mod windows;

pub(super) fn register(registry: &mut Registry) -> Result<(), RegistryError> {
    registry.register_action(Arc::new(require::Require))?;
    registry.register_action(Arc::new(when::When))
}
