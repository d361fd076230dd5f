//! Directories: making them, moving things into place, and making that last.

use std::fs::{DirBuilder, File};
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::CWD;
use rustix::io::Errno;

use super::FileError;

/// Makes a directory and those above it, and returns the ones that were made, outermost first.
/// One that appears meanwhile is as good.
pub fn create_dir_all(path: &Path) -> Result<Vec<PathBuf>, FileError> {
    let mut missing = Vec::new();
    for ancestor in path.ancestors() {
        if ancestor.as_os_str().is_empty() || ancestor.is_dir() {
            break;
        }
        missing.push(ancestor);
    }
    let mut made = Vec::new();
    for directory in missing.into_iter().rev() {
        match DirBuilder::new().create(directory) {
            Ok(()) => made.push(directory.to_path_buf()),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && directory.is_dir() => {}
            Err(error) => return Err(FileError::when("create the directory", directory)(error)),
        }
    }
    Ok(made)
}

/// Says whether a name is free: nothing has it, or an empty directory does.
pub fn is_vacant(path: &Path) -> bool {
    match std::fs::read_dir(path) {
        Ok(mut entries) => entries.next().is_none(),
        Err(_) => path.symlink_metadata().is_err(),
    }
}

/// Removes the directories that [`create_dir_all`] made, as far as they are still empty.
pub fn remove_empty(made: &[PathBuf]) {
    for directory in made.iter().rev() {
        // One that is not empty is somebody's by now.
        if std::fs::remove_dir(directory).is_err() {
            return;
        }
    }
}

/// Removes a directory and everything in it, links not followed; one that is not there is as
/// good. Only for what grex itself has made under a name of its own.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that removes"
)]
pub fn remove_tree(path: &Path) -> Result<(), FileError> {
    match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(FileError::when("remove", path)(error))
        }
        _ => Ok(()),
    }
}

/// Renames a file or directory to a name that nothing has; if something has it, that stays, and
/// the error's kind is [`io::ErrorKind::AlreadyExists`].
///
/// Linux and macOS do this in one step. Where the file system cannot (some network file systems),
/// the name is looked at first: a file that appears in that instant would be replaced, a directory
/// with anything in it still would not, since no rename replaces one.
pub fn rename_noreplace(from: &Path, to: &Path) -> Result<(), FileError> {
    let renamed = match rename_exclusively(from, to) {
        Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => rename_after_look(from, to),
        renamed => renamed,
    };
    renamed.map_err(|error| {
        if error == Errno::NOENT && from.symlink_metadata().is_err() {
            FileError::when("move", from)(error)
        } else {
            FileError::when("move into place", to)(error)
        }
    })
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn rename_exclusively(from: &Path, to: &Path) -> Result<(), Errno> {
    rustix::fs::renameat_with(CWD, from, CWD, to, rustix::fs::RenameFlags::NOREPLACE)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn rename_exclusively(_: &Path, _: &Path) -> Result<(), Errno> {
    Err(Errno::NOSYS)
}

pub(super) fn rename_after_look(from: &Path, to: &Path) -> Result<(), Errno> {
    match rustix::fs::lstat(to) {
        Ok(_) => Err(Errno::EXIST),
        Err(Errno::NOENT) => rustix::fs::renameat(CWD, from, CWD, to),
        Err(error) => Err(error),
    }
}

/// Makes the names in a directory survive a power cut.
pub fn sync_directory(directory: &Path) -> Result<(), FileError> {
    match File::open(directory).and_then(|file| file.sync_all()) {
        // File systems without directories of their own to sync say so; there is no more to ask.
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported
            ) =>
        {
            Ok(())
        }
        synced => synced.map_err(FileError::when("sync", directory)),
    }
}

/// Makes everything on the file system that holds `directory` survive a power cut: one call for a
/// whole run. Where the system cannot do that for one file system, it is done for all.
pub fn sync_filesystem(directory: &Path) -> Result<(), FileError> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        let file = File::open(directory).map_err(FileError::when("sync", directory))?;
        rustix::fs::syncfs(&file).map_err(FileError::when("sync", directory))
    }
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    {
        directory
            .metadata()
            .map_err(FileError::when("sync", directory))?;
        rustix::fs::sync();
        Ok(())
    }
}
