//! The journal's file: read once, appended to, and emptied when nothing in it is needed.

use std::fs::File;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::installs::INSTALL_PURPOSE;
use super::record::{Record, State};
use crate::store::seal::Seal;
use crate::store::{StoreError, Workspace};
use crate::sys::fs::{self, FileError, Opening, open_regular};

/// The longest journal that is read: more clones than any run has.
const LIMIT: u64 = 256 << 20;

/// The journal of a workspace, open for one run, under the workspace lock. It can be shared.
#[derive(Debug)]
pub struct Journal {
    root: PathBuf,
    pub(super) path: PathBuf,
    pub(super) seal: Seal,
    state: Mutex<State>,
}

/// When a line must be on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Durability {
    /// Before the call returns.
    Now,
    /// As the system likes, unless it is the first of the run.
    Later,
}

impl Journal {
    /// Reads what earlier runs left unfinished. Lines that were cut off are passed over: what they
    /// announce had not begun. The key of `seal` is read only if the journal has lines that carry
    /// a seal, and made only when an install begins.
    ///
    /// # Errors
    /// The journal cannot be read, or is not a regular file; or the key that is needed cannot be
    /// used.
    pub fn open(workspace: &Workspace, seal: &Seal) -> Result<Self, StoreError> {
        let path = workspace.journal();
        let text = fs::read_regular(&path, LIMIT)?.unwrap_or_default();
        let mut state = State {
            filled: !text.is_empty(),
            torn: !text.ends_with(b"\n"),
            ..State::default()
        };
        for line in text.split(|byte| *byte == b'\n') {
            match serde_json::from_slice(line) {
                Ok(Record::InstallAnnounce { id, .. })
                    if !seal.is_closed(INSTALL_PURPOSE, line)? =>
                {
                    state.install(id).unsealed += 1;
                }
                Ok(record) => state.apply(record),
                Err(_) => {}
            }
        }
        Ok(Self {
            root: workspace.root().into(),
            path,
            seal: seal.clone(),
            state: Mutex::new(state),
        })
    }

    /// Says whether the journal holds lines of a kind that this program does not know. It is never
    /// emptied then.
    pub fn is_foreign(&self) -> bool {
        self.lock().foreign
    }

    /// Says whether there is anything in the file, needed or not.
    pub fn is_filled(&self) -> bool {
        self.lock().filled
    }

    /// Makes everything that was ticked off survive a power cut, and says so in the journal, which
    /// is emptied when nothing is unfinished: clones, moves, installs. To be called once, at the end of a run. Returns
    /// whether there was anything to do; if not, nothing is written and nothing synced.
    ///
    /// # Errors
    /// Syncing or writing failed: the next run will look at the packs of this one.
    pub fn durable(&self) -> Result<bool, StoreError> {
        let mut state = self.lock();
        let done = state.filled && state.is_settled();
        if !state.is_to_be_synced() && !done {
            return Ok(false);
        }
        fs::sync_filesystems(&self.root, &state.ended_at(&self.root))?;
        state.apply(Record::Synced);
        if state.is_settled() {
            let emptied = self.file(&mut state)?.set_len(0);
            emptied.map_err(FileError::when("empty", &self.path))?;
            (state.filled, state.torn, state.synced) = (false, false, false);
        } else {
            self.write(&mut state, Record::Synced, Durability::Later)?;
        }
        let file = self.file(&mut state)?;
        let synced = fs::or_plain_sync(file, file.sync_data());
        synced.map_err(FileError::when("sync", &self.path))?;
        Ok(true)
    }

    /// Appends a line, and lets the state follow.
    pub(super) fn write(
        &self,
        state: &mut State,
        record: Record,
        durability: Durability,
    ) -> Result<(), StoreError> {
        let mut line = serde_json::to_vec(&record).map_err(|error| {
            FileError::when("append to", &self.path)(std::io::Error::from(error))
        })?;
        if matches!(record, Record::InstallAnnounce { .. }) {
            line = self.seal.close(INSTALL_PURPOSE, line)?;
        }
        if state.torn && state.filled {
            line.insert(0, b'\n');
        }
        line.push(b'\n');
        let first = !state.synced;
        self.file(state)?;
        // Until it is known to be whole: a second try must not build upon half a line.
        (state.filled, state.torn) = (true, true);
        let file = self.file(state)?;
        if first || durability == Durability::Now {
            fs::append_synced(file, &self.path, &line)?;
        } else {
            fs::append(file, &line).map_err(FileError::when("append to", &self.path))?;
        }
        state.torn = false;
        if first {
            fs::sync_directory(self.path.parent().unwrap_or(&self.root))?;
            state.synced = true;
        }
        state.apply(record);
        Ok(())
    }

    fn file<'s>(&self, state: &'s mut State) -> Result<&'s mut File, FileError> {
        if state.file.is_none() {
            let opened = open_regular(&self.path, "append to", Opening::AppendOrMake)?;
            state.file = opened.map(|(file, _)| file);
        }
        let missing = || {
            FileError::when("append to", &self.path)(std::io::Error::from(
                std::io::ErrorKind::NotFound,
            ))
        };
        state.file.as_mut().ok_or_else(missing)
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        // Whoever panicked had written its line or not; both are states that a reader expects.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
