//! Sealed files, and the directory that they lie in.

use std::io;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::UndoError;
use crate::store::Workspace;
use crate::store::seal::Seal;
use crate::sys::fs::{self, FileError, sync_directory};

/// How the name of every file ends.
pub(super) const SUFFIX: &str = ".json";

/// The directory, below that of this machine's own files.
const DIRECTORY: &str = "undo";

/// What the seals are for.
const PURPOSE: &str = "undo";

/// The version that is written, and the only one that is read.
const VERSION: &str = "1";

/// The longest file that is read, in bytes.
const LIMIT: u64 = 256 << 20;

/// The longest name that tells the whole id, in bytes without [`SUFFIX`].
const LONGEST_NAME: usize = 200;

/// How many bytes of a longer one are kept.
const KEPT: usize = 150;

/// How many hexadecimal digits of its SHA-256 tell a longer id from others.
const DIGITS: usize = 32;

/// A file, as it is written: the seal comes after it.
#[derive(Serialize)]
struct Versioned<'a, T> {
    schema_version: &'static str,
    #[serde(flatten)]
    content: &'a T,
}

/// What is looked at before anything else.
#[derive(Deserialize)]
struct Head {
    schema_version: Option<Value>,
}

/// Returns the name of a pack's file. Two ids never have the same one, and none begins with a dot:
/// `/` and a leading `.` are written as `%2F` and `%2E`, and so are `%` and `~`, which have a
/// meaning of their own here.
pub(super) fn name_of(id: &str) -> String {
    let mut name = String::with_capacity(id.len());
    for (at, letter) in id.char_indices() {
        match letter {
            '%' => name.push_str("%25"),
            '/' => name.push_str("%2F"),
            '~' => name.push_str("%7E"),
            '.' if at == 0 => name.push_str("%2E"),
            _ => name.push(letter),
        }
    }
    if name.len() > LONGEST_NAME {
        let kept = (0..=KEPT).rev().find(|at| name.is_char_boundary(*at));
        name.truncate(kept.unwrap_or_default());
        name.push('~');
        let digest = Sha256::digest(id);
        let digits = digest.iter().map(|byte| format!("{byte:02x}"));
        name.extend(digits.take(DIGITS / 2));
    }
    name + SUFFIX
}

/// Returns the directory if it is there, and every component of it ours.
pub(super) fn existing_directory(workspace: &Workspace) -> Result<Option<PathBuf>, UndoError> {
    let state = workspace.state_directory();
    let directory = state.join(DIRECTORY);
    let own = [state.parent(), Some(&state), Some(&directory)];
    for path in own.into_iter().flatten() {
        match path.symlink_metadata() {
            Ok(metadata) if metadata.is_dir() => {}
            Ok(_) => return Err(UndoError::NotDirectory { path: path.into() }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(FileError::when("look at", path)(error).into()),
        }
    }
    Ok(Some(directory))
}

/// Reads a file; `None` where there is none.
pub(super) fn load<T: DeserializeOwned>(path: &Path, seal: &Seal) -> Result<Option<T>, UndoError> {
    let Some(bytes) = fs::read_regular(path, LIMIT)? else {
        return Ok(None);
    };
    let damaged = |error: serde_json::Error| UndoError::Damaged {
        path: path.into(),
        reason: error.to_string(),
    };
    let head: Head = serde_json::from_slice(&bytes).map_err(damaged)?;
    // Before the seal: a later program may put that elsewhere.
    match head.schema_version {
        Some(Value::String(version)) if version == VERSION => {}
        version => {
            return Err(UndoError::Version {
                path: path.into(),
                version: version.unwrap_or_default().to_string(),
            });
        }
    }
    if !seal.is_closed(PURPOSE, bytes.trim_ascii_end())? {
        return Err(UndoError::NotOurs { path: path.into() });
    }
    serde_json::from_slice(&bytes).map(Some).map_err(damaged)
}

/// Writes a file, and makes the directory if need be. Returns whether that changed anything.
pub(super) fn save<T: Serialize>(
    workspace: &Workspace,
    seal: &Seal,
    name: &str,
    content: &T,
) -> Result<bool, UndoError> {
    let directory = make_directory(workspace)?;
    let path = directory.join(name);
    let document = Versioned {
        schema_version: VERSION,
        content,
    };
    let object = serde_json::to_vec(&document)
        .map_err(|error| FileError::when("write", &path)(io::Error::from(error)))?;
    let mut bytes = seal.close(PURPOSE, object)?;
    bytes.push(b'\n');
    Ok(fs::replace_atomically(&path, &bytes)?)
}

fn make_directory(workspace: &Workspace) -> Result<PathBuf, UndoError> {
    workspace.ensure_state().map_err(Box::new)?;
    let state = workspace.state_directory();
    let directory = state.join(DIRECTORY);
    // What packs replaced may be in there: it is nobody else's business.
    match fs::private_directories().create(&directory) {
        Ok(()) => sync_directory(&state)?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(error) => return Err(FileError::when("create the directory", &directory)(error).into()),
    }
    existing_directory(workspace)?.ok_or(UndoError::NotDirectory { path: directory })
}
