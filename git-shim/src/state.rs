//! What the shims of one file of rules know together: how often each rule has matched, and who
//! has come to a barrier. It lies in a directory beside that file, `<rules>.state`.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// How often a barrier is looked at.
const LOOK: Duration = Duration::from_millis(2);

/// The common memory of the shims of one file of rules.
#[derive(Clone, Debug)]
pub struct State {
    directory: PathBuf,
}

impl State {
    /// Opens the memory beside `rules`, an empty one the first time.
    ///
    /// # Errors
    /// When the directory cannot be made.
    pub fn beside(rules: &Path) -> io::Result<Self> {
        let directory = directory_of(rules);
        std::fs::create_dir_all(&directory)?;
        Ok(Self { directory })
    }

    /// Counts one more match of the rule at this place in the file; returns the new count.
    ///
    /// # Errors
    /// When the counter cannot be locked, read or written.
    pub fn count(&self, rule: usize) -> io::Result<u64> {
        self.arrive(&format!("rule-{rule}"))
    }

    /// Comes to a barrier, and waits until `count` have come to it.
    ///
    /// # Errors
    /// `TimedOut` when that takes longer than `limit`; `InvalidInput` for a name that is not
    /// letters, digits, `-` and `_`; otherwise what the system said.
    pub fn meet(&self, name: &str, count: u64, limit: Duration) -> io::Result<()> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || !name.chars().all(plain) {
            let reason = format!("a barrier cannot be named {name:?}");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, reason));
        }
        let began = Instant::now();
        let name = format!("barrier-{name}");
        let mut here = self.arrive(&name)?;
        while here < count {
            if began.elapsed() > limit {
                let reason = format!("{here} of {count} came to the {name} within {limit:?}");
                return Err(io::Error::new(io::ErrorKind::TimedOut, reason));
            }
            std::thread::sleep(LOOK);
            here = std::fs::metadata(self.directory.join(&name))?.len();
        }
        Ok(())
    }

    /// Adds one to a counter, which is a file as long as its count; returns the new count.
    fn arrive(&self, name: &str) -> io::Result<u64> {
        let mut file: File = OpenOptions::new()
            .append(true)
            .create(true)
            .open(self.directory.join(name))?;
        file.lock()?;
        file.write_all(b".")?;
        Ok(file.metadata()?.len())
    }
}

/// Returns the directory in which the shims of this file of rules keep their memory. Removing
/// it makes them count from 1 again.
#[must_use]
pub fn directory_of(rules: &Path) -> PathBuf {
    let mut name = rules.as_os_str().to_owned();
    name.push(".state");
    name.into()
}
