//! What comes with grex: exec, and the one way in which the programs of packs are run, which hooks
//! use as well.

mod child;
mod command_line;
mod environment;
mod exec;
mod find;
mod tail;

use std::sync::Arc;

pub(super) use child::{Failure, run};
pub(super) use environment::describe;

use crate::plugin::registry::{Registry, RegistryError};

pub(super) fn register(registry: &mut Registry) -> Result<(), RegistryError> {
    registry.register_action(Arc::new(exec::Exec))
}

#[cfg(all(test, unix))]
mod tests;
