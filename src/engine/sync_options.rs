//! What a `sync` is asked to do beyond the declaration.

use crate::model::{lock::LockEntry, reference::RefName};

use super::node::Node;

/// The choices of one run.
#[derive(Debug, Clone)]
pub struct SyncOptions {
    /// Instead of what is declared, for this run only.
    pub reference: Option<RefName>,
    /// Walk the children.
    pub recursive: bool,
    /// Stop at the first failure.
    pub fail_fast: bool,
    /// Exactly the lockfile's commits.
    pub locked: bool,
    /// Clone again what is broken.
    pub force: bool,
}

impl Default for SyncOptions {
    fn default() -> Self {
        Self {
            reference: None,
            recursive: true,
            fail_fast: false,
            locked: false,
            force: false,
        }
    }
}

impl SyncOptions {
    /// Says whether the lockfile's entry speaks of the pack as it is declared now.
    pub fn agrees(&self, entry: &LockEntry, node: &Node) -> bool {
        entry.url == node.declared.as_str() && entry.reference == node.reference
    }
}
