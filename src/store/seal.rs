//! Seals: how grex knows a record that it wrote itself.
//!
//! The directory `.grex/.state` of a workspace may have come from somewhere else together with
//! the workspace. What is in it says which files to remove and which programs to run, so nothing
//! of it is acted upon that does not carry the mark of this user's own grex: an HMAC with a key
//! that never leaves the user's own directory.

#[cfg(all(test, unix))]
mod tests;

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::private::{self, PrivateError, user_state};
use crate::sys::fs::{FileError, Opening};

/// The name of the key's file.
const KEY_NAME: &str = "key";

/// The length of a key in bytes.
const KEY_LENGTH: usize = 32;

/// What stands between a sealed text and its mark. Together with the end it makes a JSON object
/// one member longer.
const BEFORE_MARK: &[u8] = b",\"seal\":\"";

/// What stands behind the mark.
const AFTER_MARK: &[u8] = b"\"}";

/// The length of a mark in hexadecimal digits.
const MARK_LENGTH: usize = 64;

/// The user's seal. Its key is read, or made, when it is first needed: to look for marks makes
/// none. Clones share the key.
#[derive(Clone)]
pub struct Seal {
    state: Option<PathBuf>,
    key: Arc<OnceLock<Key>>,
}

#[derive(Clone, Copy)]
struct Key([u8; KEY_LENGTH]);

/// Why there is no seal.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    /// There is no place for the key.
    #[error(
        "there is no place for the key that marks grex's own records: set HOME or XDG_STATE_HOME"
    )]
    NoPlace,
    /// The key file holds something else.
    #[error(
        "{} is {length} bytes long and not the {KEY_LENGTH} of a key: move it away; grex then makes a new one, and what was installed before must be taken back by hand",
        path.display()
    )]
    Length {
        /// The key file.
        path: PathBuf,
        /// How long it is.
        length: u64,
    },
    /// The system gives no random bytes.
    #[error("cannot make a key: {0}")]
    Random(getrandom::Error),
    /// The key file cannot be used.
    #[error(transparent)]
    Private(#[from] PrivateError),
}

impl From<FileError> for SealError {
    fn from(error: FileError) -> Self {
        Self::Private(error.into())
    }
}

impl Seal {
    /// Returns the seal whose key lies in `state`, the directory of a user's own files. Nothing is
    /// read or made yet.
    #[must_use]
    pub fn at(state: &Path) -> Self {
        Self {
            state: Some(state.into()),
            key: Arc::default(),
        }
    }

    /// Returns the seal of whoever runs grex.
    #[must_use]
    pub fn of_this_user() -> Self {
        Self {
            state: user_state(),
            key: Arc::default(),
        }
    }

    /// Makes sure that there is a key, so that [`Self::mark`] cannot fail for want of one later.
    ///
    /// # Errors
    /// There is none and none can be made, or the one that is there cannot be used.
    pub fn ready(&self) -> Result<(), SealError> {
        self.key().map(drop)
    }

    /// Returns the mark of `bytes` for `purpose`: 64 hexadecimal digits. What is marked for one
    /// purpose is not marked for another. Makes the key if there is none.
    ///
    /// # Errors
    /// As [`Self::ready`].
    pub fn mark(&self, purpose: &str, bytes: &[u8]) -> Result<String, SealError> {
        let tag = authenticator(self.key()?, purpose, bytes)
            .finalize()
            .into_bytes();
        Ok(tag.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// Says whether `mark` is what [`Self::mark`] returned for the same. Takes as long whatever
    /// the difference. Without a key nothing was ever marked, and none is made.
    ///
    /// # Errors
    /// The key that is there cannot be used.
    pub fn verify(&self, purpose: &str, bytes: &[u8], mark: &[u8]) -> Result<bool, SealError> {
        let (Some(key), Some(tag)) = (self.existing_key()?, parse_mark(mark)) else {
            return Ok(false);
        };
        let authenticator = authenticator(&key, purpose, bytes);
        Ok(authenticator.verify_slice(&tag).is_ok())
    }

    /// Puts the mark of a JSON object, which has at least one member and no final blank, into it
    /// as its last member, `seal`. The mark covers every byte before it: nothing depends on how a
    /// reader would write the object again.
    ///
    /// # Errors
    /// As [`Self::ready`].
    pub(super) fn close(&self, purpose: &str, mut object: Vec<u8>) -> Result<Vec<u8>, SealError> {
        object.pop();
        let mark = self.mark(purpose, &object)?;
        for part in [BEFORE_MARK, mark.as_bytes(), AFTER_MARK] {
            object.extend_from_slice(part);
        }
        Ok(object)
    }

    /// Says whether `object`, without final blanks, is as [`Self::close`] returned it.
    ///
    /// # Errors
    /// As [`Self::verify`].
    pub(super) fn is_closed(&self, purpose: &str, object: &[u8]) -> Result<bool, SealError> {
        let parts = object
            .strip_suffix(AFTER_MARK)
            .and_then(|rest| rest.split_last_chunk::<MARK_LENGTH>())
            .and_then(|(rest, mark)| Some((rest.strip_suffix(BEFORE_MARK)?, mark)));
        match parts {
            Some((bytes, mark)) => self.verify(purpose, bytes, mark),
            None => Ok(false),
        }
    }

    fn key(&self) -> Result<&Key, SealError> {
        if let Some(key) = self.key.get() {
            return Ok(key);
        }
        let state = self.state.as_deref().ok_or(SealError::NoPlace)?;
        let path = state.join(KEY_NAME);
        let key = match read_key(&path)? {
            Some(key) => key,
            None => make_key(state, &path)?,
        };
        Ok(self.key.get_or_init(|| key))
    }

    fn existing_key(&self) -> Result<Option<Key>, SealError> {
        match (self.key.get(), &self.state) {
            (Some(key), _) => Ok(Some(*key)),
            (None, None) => Ok(None),
            (None, Some(state)) => {
                let found = read_key(&state.join(KEY_NAME))?;
                Ok(found.map(|key| *self.key.get_or_init(|| key)))
            }
        }
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Seal")
            .field("state", &self.state)
            .field("key", &"***")
            .finish()
    }
}

fn read_key(path: &Path) -> Result<Option<Key>, SealError> {
    let Some((file, metadata)) = private::open(path, "read the key", Opening::Read)? else {
        return Ok(None);
    };
    let mut bytes = Vec::with_capacity(KEY_LENGTH + 1);
    file.take(KEY_LENGTH as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(FileError::when("read the key", path))?;
    match bytes.try_into() {
        Ok(key) => Ok(Some(Key(key))),
        Err(_) => Err(SealError::Length {
            path: path.into(),
            length: metadata.len(),
        }),
    }
}

/// Makes a key, unless another process is faster; all of them end with the same one.
fn make_key(state: &Path, path: &Path) -> Result<Key, SealError> {
    let mut bytes = [0; KEY_LENGTH];
    getrandom::fill(&mut bytes).map_err(SealError::Random)?;
    private::ensure_directory(state)?;
    private::create_once(path, &bytes)?;
    read_key(path)?.ok_or_else(|| {
        let gone = std::io::Error::from(std::io::ErrorKind::NotFound);
        FileError::when("read the key", path)(gone).into()
    })
}

fn authenticator(key: &Key, purpose: &str, bytes: &[u8]) -> Hmac<Sha256> {
    // A key that fills a block needs no check of its length; HMAC pads with zeros anyway.
    let mut block = [0; 64];
    block[..KEY_LENGTH].copy_from_slice(&key.0);
    let mut authenticator = Hmac::<Sha256>::new(&block.into());
    // The length before each part: else `a` + `bc` would be marked as `ab` + `c` is.
    for part in [purpose.as_bytes(), bytes] {
        authenticator.update(&(part.len() as u64).to_be_bytes());
        authenticator.update(part);
    }
    authenticator
}

fn parse_mark(mark: &[u8]) -> Option<[u8; MARK_LENGTH / 2]> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let mut tag = [0; MARK_LENGTH / 2];
    if mark.len() != MARK_LENGTH {
        return None;
    }
    for (byte, pair) in tag.iter_mut().zip(mark.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(tag)
}
