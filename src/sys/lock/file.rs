//! What is locked: a file, what it stands for, and the place of that in the order of locks.

use std::{
    ops::Deref,
    path::{Path, PathBuf},
};

/// The place of a lock in the order in which one task takes several. Who waits for a lock holds
/// only what is of a lower tier; see docs/proofs.md.
// proof: Grex.Scheduler.rises
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Tier {
    /// A workspace, for a whole verb that changes something.
    Workspace = 0,
    /// A permit of the scheduler. No file stands for it.
    Permit = 1,
    /// A pack, for one unit's work.
    Pack = 2,
    /// A file that more than one pack writes.
    Shared = 3,
    /// One write to the manifest, or to the approvals.
    Books = 4,
}

/// A lock file. It need not be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockFile {
    path: PathBuf,
    about: PathBuf,
    tier: Tier,
}

impl LockFile {
    /// The lock file `path`, which stands for the file or directory `about`.
    #[must_use]
    pub fn new(tier: Tier, about: &Path, path: PathBuf) -> Self {
        Self {
            path,
            about: about.into(),
            tier,
        }
    }

    /// Returns the file or directory that the lock is about.
    #[must_use]
    pub fn about(&self) -> &Path {
        &self.about
    }

    /// Returns its place in the order.
    #[must_use]
    pub fn tier(&self) -> Tier {
        self.tier
    }
}

impl Deref for LockFile {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.path
    }
}

impl AsRef<Path> for LockFile {
    fn as_ref(&self) -> &Path {
        &self.path
    }
}
