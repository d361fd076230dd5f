//! What comes with grex: the fetcher that is git.

mod fetcher;
mod pull;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::{
    plugin::registry::{Registry, RegistryError},
    sys::env,
};

pub use self::fetcher::GitFetcher;

pub(super) fn register(registry: &mut Registry) -> Result<(), RegistryError> {
    registry.register_fetcher(Arc::new(GitFetcher::new(env::git_program())))
}
