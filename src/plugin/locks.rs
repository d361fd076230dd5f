//! Locks on files that more than one pack writes: a shell's start-up file, `/etc/environment`.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use sha2::{Digest, Sha256};

use crate::sys::{
    cancel::Cancel,
    fs,
    lock::{self, Holder, LockError, LockFile, Tier, Wait},
};

/// Locks by the file that they are about. They exclude every grex of this user, in this process
/// and in others. The lock files lie in a directory of grex's own, never beside the file.
#[derive(Debug, Clone)]
pub struct FileLocks {
    directory: PathBuf,
    timeout: Duration,
    holder: Holder,
}

impl FileLocks {
    /// Locks whose files lie in `directory`, which is made when it is first needed. Who waits
    /// longer than `timeout` gets an error.
    pub fn new(directory: PathBuf, timeout: Duration, holder: Holder) -> Self {
        Self {
            directory,
            timeout,
            holder,
        }
    }

    /// Does `body` while nobody else holds `file`, an absolute path without links in it. Files are
    /// locked one at a time: `body` must not lock another.
    ///
    /// # Errors
    /// Fails when the lock is not had in time, when `cancel` stops the wait, and when the lock
    /// file cannot be made.
    // proof: Grex.Scheduler.fileLock
    pub async fn holding<T>(
        &self,
        file: &Path,
        cancel: &Cancel,
        body: impl Future<Output = T> + Send,
    ) -> Result<T, LockError> {
        fs::create_dir_all(&self.directory)?;
        let wait = Wait {
            timeout: self.timeout,
            on_wait: &mut |_| (),
            cancel: cancel.token(),
        };
        let digest = Sha256::digest(file.as_os_str().as_encoded_bytes());
        let name: String = digest[..16]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let path = self.directory.join(format!("{name}.grex-lock"));
        let lock = LockFile::new(Tier::Shared, file, path);
        lock::hold(&lock, wait, &self.holder, body).await
    }
}
