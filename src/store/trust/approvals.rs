//! The file of approvals.

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::line::{Line, key_of, shortened};
use super::source::SourcePrefix;
use crate::model::surface::Surface;
use crate::model::url::PackUrl;
use crate::store::private::{self, PrivateError};
use crate::sys::cancel::Cancel;
use crate::sys::fs::{self, FileError, Opening};
use crate::sys::lock::{self, Holder, LockError, LockFile, Tier, Wait};

/// The longest file that is read, in bytes.
const LIMIT: u64 = 256 << 20;

/// How long another grex may take to write its own approvals.
const LOCK_TIMEOUT: Duration = Duration::from_secs(10);

/// What is approved or not: a surface, of a pack at a place, from an origin.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The pack's directory, absolute and without links in it.
    pub path: &'a Path,
    /// Where it comes from, as declared.
    pub url: &'a str,
    /// The hash of its surface: `sha256:...`.
    pub actions_hash: &'a str,
}

/// A pack that a person agreed to.
#[derive(Debug, Clone, Copy)]
pub struct Approval<'a> {
    /// What was agreed to.
    pub subject: Subject<'a>,
    /// Its surface, to show later what has changed.
    pub surface: &'a Surface,
}

/// Why approvals cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The file cannot be used.
    #[error(transparent)]
    Private(#[from] PrivateError),
    /// Another grex is writing approvals.
    #[error(transparent)]
    Lock(#[from] LockError),
}

impl From<FileError> for TrustError {
    fn from(error: FileError) -> Self {
        Self::Private(error.into())
    }
}

/// What this user has agreed to run.
#[derive(Debug)]
pub struct Trust {
    state: PathBuf,
    keys: HashSet<String>,
    sources: Vec<SourcePrefix>,
    /// By the place and the origin of a pack: what was approved last.
    surfaces: HashMap<(String, String), Surface>,
    unreadable: usize,
}

impl Trust {
    /// Reads the approvals in `state`, the directory of a user's own files. None is made. Lines
    /// that cannot be read are passed over.
    ///
    /// # Errors
    /// The file cannot be read, or others than this user may: then nothing is approved.
    pub fn open(state: &Path) -> Result<Self, TrustError> {
        let mut trust = Self {
            state: state.into(),
            keys: HashSet::new(),
            sources: Vec::new(),
            surfaces: HashMap::new(),
            unreadable: 0,
        };
        let path = trust.file();
        let Some((file, _)) = private::open(&path, "read", Opening::Read)? else {
            return Ok(trust);
        };
        let mut text = Vec::new();
        file.take(LIMIT)
            .read_to_end(&mut text)
            .map_err(FileError::when("read", &path))?;
        for line in text.split(|byte| *byte == b'\n') {
            match serde_json::from_slice(line) {
                Ok(line) => trust.apply(line),
                Err(_) if line.is_empty() => {}
                Err(_) => trust.unreadable += 1,
            }
        }
        Ok(trust)
    }

    /// How many lines were passed over: what they approved counts as not approved.
    pub fn unreadable(&self) -> usize {
        self.unreadable
    }

    /// Says whether the subject may be run: it was approved exactly so, or whatever comes from its
    /// origin was.
    pub fn approves(&self, subject: &Subject<'_>) -> bool {
        self.keys.contains(&key_of(subject)) || self.approves_source_of(subject.url)
    }

    /// Returns the surface that was last approved for the pack at `path` from `url`.
    pub fn last_surface(&self, path: &Path, url: &str) -> Option<&Surface> {
        self.surfaces.get(&(readable(path), url.to_owned()))
    }

    /// Approves packs, for good. `now` is the time, RFC 3339 in UTC. When this returns, the
    /// approvals survive a power cut.
    ///
    /// # Errors
    /// None of them is approved.
    pub async fn approve_packs(
        &mut self,
        approvals: &[Approval<'_>],
        now: &str,
        cancel: &Cancel,
    ) -> Result<(), TrustError> {
        let lines = approvals
            .iter()
            .filter_map(|Approval { subject, surface }| {
                let surface = shortened(surface);
                let key = key_of(subject);
                let last = self.last_surface(subject.path, subject.url);
                if self.keys.contains(&key) && last == Some(&surface) {
                    return None;
                }
                Some(Line::Pack {
                    key,
                    path: readable(subject.path),
                    url: subject.url.into(),
                    actions_hash: subject.actions_hash.into(),
                    ts: now.into(),
                    surface,
                })
            });
        let lines = lines.collect();
        self.append(lines, now, cancel).await
    }

    /// Approves whatever comes from a source, now and later. `now` is as for
    /// [`Self::approve_packs`].
    ///
    /// # Errors
    /// It is not approved.
    pub async fn approve_source(
        &mut self,
        prefix: &SourcePrefix,
        now: &str,
        cancel: &Cancel,
    ) -> Result<(), TrustError> {
        if self.sources.contains(prefix) {
            return Ok(());
        }
        let line = Line::Source {
            prefix: prefix.as_str().into(),
            ts: now.into(),
        };
        self.append(vec![line], now, cancel).await
    }

    fn approves_source_of(&self, url: &str) -> bool {
        let Ok(url) = PackUrl::parse(url) else {
            return false;
        };
        self.sources.iter().any(|source| source.covers(&url))
    }

    /// Where the approvals of the user lie whose own files are in `state`.
    #[must_use]
    pub fn file_in(state: &Path) -> PathBuf {
        state.join("trust.jsonl")
    }

    fn file(&self) -> PathBuf {
        Self::file_in(&self.state)
    }

    async fn append(
        &mut self,
        lines: Vec<Line>,
        now: &str,
        cancel: &Cancel,
    ) -> Result<(), TrustError> {
        if lines.is_empty() {
            return Ok(());
        }
        private::ensure_directory(&self.state)?;
        let path = self.file();
        let mut text = Vec::new();
        for line in &lines {
            serde_json::to_writer(&mut text, line).map_err(|error| {
                FileError::when("append to", &path)(std::io::Error::from(error))
            })?;
            text.push(b'\n');
        }
        let wait = Wait {
            timeout: LOCK_TIMEOUT,
            on_wait: &mut |_| {},
            cancel: cancel.token(),
        };
        let holder = Holder::this_process("trust", now.into());
        let lock = LockFile::new(Tier::Books, &path, self.state.join("trust.grex-lock"));
        lock::hold(&lock, wait, &holder, async { append(&path, text) }).await??;
        lines.into_iter().for_each(|line| self.apply(line));
        Ok(())
    }

    fn apply(&mut self, line: Line) {
        match line {
            Line::Pack {
                key,
                path,
                url,
                surface,
                ..
            } => {
                self.keys.insert(key);
                self.surfaces.insert((path, url), surface);
            }
            Line::Source { prefix, .. } => {
                self.sources.extend(SourcePrefix::parse(&prefix).ok());
            }
            Line::Unknown => {}
        }
    }
}

/// Appends whole lines, on a line of their own even after one that was cut off. Under the lock.
fn append(path: &Path, mut text: Vec<u8>) -> Result<(), TrustError> {
    private::create_once(path, b"")?;
    let Some((mut file, metadata)) = private::open(path, "append to", Opening::Append)? else {
        let gone = std::io::Error::from(std::io::ErrorKind::NotFound);
        return Err(FileError::when("append to", path)(gone).into());
    };
    if let Some(end) = metadata.len().checked_sub(1) {
        let mut last = [0];
        fs::read_exact_at(&file, &mut last, end).map_err(FileError::when("read", path))?;
        if last != *b"\n" {
            text.insert(0, b'\n');
        }
    }
    Ok(fs::append_synced(&mut file, path, &text)?)
}

/// A path as text, for people and to compare. Bytes that are no text are replaced.
fn readable(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
