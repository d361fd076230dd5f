//! The directory for what lives as long as a run: the hooks of packs, written out anew.

use std::path::{Path, PathBuf};

use crate::sys::fs::{self, FileError};

/// The directory, of which there is one in a workspace.
#[derive(Debug)]
pub(super) struct Scratch {
    path: PathBuf,
    is_taken: bool,
}

impl Scratch {
    /// The one at `path`, for a run that needs none of it, or does not hold the workspace.
    pub(super) fn at(path: PathBuf) -> Self {
        Self {
            path,
            is_taken: false,
        }
    }

    /// Takes it for a run that holds the workspace: what killed runs have left in it goes now, and
    /// everything once this is dropped.
    ///
    /// # Errors
    /// Something cannot be removed.
    pub(super) fn take(&mut self) -> Result<(), FileError> {
        fs::remove_tree(&self.path)?;
        self.is_taken = true;
        Ok(())
    }

    /// Where it is; it may have to be made.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if self.is_taken {
            // What stays is removed by the next run.
            drop(fs::remove_tree(&self.path));
        }
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn what_killed_runs_left_goes_and_nothing_stays() {
        let place = tempfile::tempdir().unwrap();
        let path = place.path().join("run");
        let leave = |name: &str| {
            std::fs::create_dir_all(path.join(name)).unwrap();
            std::fs::write(path.join(name).join("setup.sh"), "x").unwrap();
        };
        leave("hooks-old");
        drop(Scratch::at(path.clone()));
        assert!(path.exists(), "it was not taken");
        let mut scratch = Scratch::at(path.clone());
        scratch.take().unwrap();
        assert!(!path.exists());
        leave("hooks-new");
        drop(scratch);
        assert!(!path.exists());
    }

    #[test]
    fn a_link_is_not_followed() {
        let place = tempfile::tempdir().unwrap();
        let (path, other) = (place.path().join("run"), place.path().join("other"));
        std::fs::create_dir_all(other.join("mine")).unwrap();
        std::os::unix::fs::symlink(&other, &path).unwrap();
        Scratch::at(path.clone()).take().unwrap();
        assert!(other.join("mine").exists() && path.symlink_metadata().is_err());
    }
}
