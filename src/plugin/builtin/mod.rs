//! What comes with grex, registered as anything else would be.

use super::registry::{Registry, RegistryError};

/// Registers everything that comes with grex.
///
/// # Errors
/// Fails when one of the names is taken.
pub fn register(registry: &mut Registry) -> Result<(), RegistryError> {
    files::register(registry)?;
    environment::register(registry)?;
    guards::register(registry)?;
    programs::register(registry)?;
    packs::register(registry)?;
    git::register(registry)
}

mod environment;
mod files;
mod follow;
pub mod git;
mod guards;
mod packs;
mod place;
mod programs;
mod source;
#[cfg(all(test, unix))]
mod test_host;
