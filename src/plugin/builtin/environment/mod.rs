//! What comes with grex: env.
//!
//! For a user, variables are lines in a managed block of the shells' start-up files, one line a
//! variable, quoted so that the value arrives byte for byte; for a machine, lines in a block of
//! `/etc/environment`. On Windows both are in the registry. For a session they are set in the run
//! itself. See docs/actions.md.

mod batch;
#[cfg(not(windows))]
mod block_file;
#[cfg(not(windows))]
mod dialect;
#[cfg_attr(windows, path = "windows.rs")]
#[cfg_attr(not(windows), path = "files.rs")]
mod durable;
#[cfg(not(windows))]
mod fish;
#[cfg(not(windows))]
mod machine;
#[cfg(not(windows))]
mod on_disk;
mod plugin;
#[cfg(not(windows))]
mod record;
#[cfg(not(windows))]
mod sh;
#[cfg(not(windows))]
mod start_up_files;
#[cfg(not(windows))]
mod take_back;

#[cfg(all(test, unix))]
mod test_shells;
#[cfg(all(test, unix))]
mod tests;

use std::sync::Arc;

use crate::plugin::registry::{Registry, RegistryError};

pub(super) fn register(registry: &mut Registry) -> Result<(), RegistryError> {
    registry.register_action(Arc::new(plugin::Environment))
}
