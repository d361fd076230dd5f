//! What is installed here: for each pack, what it was when it was installed and how to take that
//! back, in a file of its own below `.grex/.state/undo`.
//!
//! Every file carries this user's seal. One without it is never acted upon: the directory may have
//! come from somewhere else together with the workspace.

mod error;
mod file;
#[cfg(all(test, unix))]
mod tests;

use serde::{Deserialize, Serialize};

pub use self::error::UndoError;
use self::file::{existing_directory, load, save};
use super::Workspace;
use super::seal::Seal;
use crate::model::surface::Surface;
use crate::model::undo::UndoRecord;
use crate::sys::fs::{FileError, sync_directory};

/// The name of the list of leftover directories. No pack's file begins with a dot.
const LEFTOVER_NAME: &str = ".directories.json";

/// What is known of a pack that is installed on this machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Installed {
    /// The pack's id: its path in the workspace, or `.`.
    pub id: String,
    /// Its name, from its pack.yaml.
    pub name: String,
    /// Its type, from its pack.yaml.
    pub pack_type: String,
    /// Where it came from, as declared.
    pub url: String,
    /// The commit that it was installed from; empty for a pack that is no git work tree.
    pub sha: String,
    /// The hash of [`Self::surface`]: `sha256:...`.
    pub actions_hash: String,
    /// When: RFC 3339, UTC.
    pub installed_at: String,
    /// What was installed.
    pub surface: Surface,
    /// How to take back what all its installs changed, oldest first.
    pub records: Vec<UndoRecord>,
    /// The names of the resources that it claims for itself.
    pub resources: Vec<String>,
    /// Directories, absolute, that were made for what it declares no more, and that held something
    /// else when that was taken back.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub directories: Vec<String>,
    /// Its teardown has begun: some of [`Self::records`] may be taken back already.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub torn: bool,
}

impl Installed {
    /// Whether all of it is installed, as far as the books know.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.actions_hash.is_empty() && !self.torn
    }
}

/// The list of directories, as it is stored.
#[derive(Debug, Serialize, Deserialize)]
struct Leftover {
    directories: Vec<String>,
}

/// Says whether something is written down of the pack `id`, usable or not.
#[must_use]
pub fn is_there(workspace: &Workspace, id: &str) -> bool {
    let path = workspace.undo_directory().join(file_name(id));
    path.symlink_metadata().is_ok()
}

/// Returns what is known of the pack `id`; `None` when it is not installed.
///
/// # Errors
/// Its file is there but nothing in it can be relied upon; see [`UndoError`].
pub fn read(workspace: &Workspace, seal: &Seal, id: &str) -> Result<Option<Installed>, UndoError> {
    let Some(directory) = existing_directory(workspace)? else {
        return Ok(None);
    };
    let path = directory.join(file_name(id));
    let Some(installed) = load::<Installed>(&path, seal)? else {
        return Ok(None);
    };
    if installed.id == id {
        Ok(Some(installed))
    } else {
        Err(UndoError::Misnamed {
            path,
            id: installed.id,
        })
    }
}

/// Puts down what is known of a pack, in place of what was; when this returns, it survives a power
/// cut. Makes the key of the seal if there is none. Returns whether anything had to be written.
///
/// # Errors
/// It could not be written; what was there is as it was.
pub fn write(workspace: &Workspace, seal: &Seal, installed: &Installed) -> Result<bool, UndoError> {
    save(workspace, seal, &file_name(&installed.id), installed)
}

/// Forgets a pack, and returns whether anything was known of it.
///
/// # Errors
/// Its file cannot be removed.
pub fn remove(workspace: &Workspace, id: &str) -> Result<bool, UndoError> {
    let Some(directory) = existing_directory(workspace)? else {
        return Ok(false);
    };
    let path = directory.join(file_name(id));
    match std::fs::remove_file(&path) {
        Ok(()) => {
            sync_directory(&directory)?;
            Ok(true)
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(FileError::when("remove", &path)(error).into()),
    }
}

/// Returns what is known of every pack that is installed, by file name; for a file that cannot be
/// relied upon, why.
pub fn all(workspace: &Workspace, seal: &Seal) -> Vec<Result<Installed, UndoError>> {
    let names = match pack_files(workspace) {
        Ok(names) => names,
        Err(error) => return vec![Err(error)],
    };
    names
        .into_iter()
        .filter_map(|path| match load::<Installed>(&path, seal) {
            Ok(Some(installed)) if !path.ends_with(file_name(&installed.id)) => {
                let id = installed.id;
                Some(Err(UndoError::Misnamed { path, id }))
            }
            Ok(Some(installed)) => Some(Ok(installed)),
            // Removed meanwhile.
            Ok(None) => None,
            Err(error) => Some(Err(error)),
        })
        .collect()
}

/// Returns the directories, absolute, that were made by packs that are gone and that were not
/// empty then.
///
/// # Errors
/// As [`read`].
pub fn read_leftover(workspace: &Workspace, seal: &Seal) -> Result<Vec<String>, UndoError> {
    let Some(directory) = existing_directory(workspace)? else {
        return Ok(Vec::new());
    };
    let leftover = load::<Leftover>(&directory.join(LEFTOVER_NAME), seal)?;
    Ok(leftover.map_or_else(Vec::new, |leftover| leftover.directories))
}

/// Puts down those directories. No file is made to say that there are none. Returns whether
/// anything had to be written.
///
/// # Errors
/// As [`write`].
pub fn write_leftover(
    workspace: &Workspace,
    seal: &Seal,
    directories: Vec<String>,
) -> Result<bool, UndoError> {
    if directories.is_empty() {
        let known = existing_directory(workspace)?;
        let known = known.is_some_and(|at| at.join(LEFTOVER_NAME).symlink_metadata().is_ok());
        if !known {
            return Ok(false);
        }
    }
    save(workspace, seal, LEFTOVER_NAME, &Leftover { directories })
}

fn pack_files(workspace: &Workspace) -> Result<Vec<std::path::PathBuf>, UndoError> {
    let Some(directory) = existing_directory(workspace)? else {
        return Ok(Vec::new());
    };
    let entries = directory
        .read_dir()
        .and_then(Iterator::collect::<std::io::Result<Vec<_>>>)
        .map_err(FileError::when("list", &directory))?;
    let mut names: Vec<_> = entries.into_iter().map(|entry| entry.file_name()).collect();
    names.retain(|name| {
        let name = name.to_string_lossy();
        name.ends_with(file::SUFFIX) && !name.starts_with('.')
    });
    names.sort();
    Ok(names.into_iter().map(|name| directory.join(name)).collect())
}

fn file_name(id: &str) -> String {
    file::name_of(id)
}
