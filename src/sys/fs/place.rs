//! Directories: making them, moving things into place, and making that last.

use std::fs::DirBuilder;
use std::io;
use std::path::{Component, Path, PathBuf};

use super::{FileError, platform};

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

/// Removes the regular file at `relative` below `root`. No directory on the way may be a link: what
/// lies behind one is somebody else's. Only for what grex, or a git of its own, has written.
pub fn remove_below(root: &Path, relative: &Path) -> Result<(), FileError> {
    let path = root.join(relative);
    let refused = |reason| FileError::refused("remove", &path, reason);
    let parts: Vec<_> = relative.components().collect();
    let is_plain = |part: &Component<'_>| matches!(part, Component::Normal(_));
    if parts.is_empty() || !parts.iter().all(is_plain) {
        return Err(refused("it is not a path below the directory"));
    }
    let mut above = root.to_path_buf();
    for part in &parts[..parts.len() - 1] {
        above.push(part);
        let metadata = above.symlink_metadata();
        if !metadata.is_ok_and(|metadata| metadata.is_dir()) {
            return Err(refused("it does not lie in a directory of its own"));
        }
    }
    let metadata = path.symlink_metadata();
    if !metadata.is_ok_and(|metadata| metadata.is_file()) {
        return Err(refused("it is not a regular file"));
    }
    std::fs::remove_file(&path).map_err(FileError::when("remove", &path))
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
/// Linux and macOS do this in one step. Where the system or the file system cannot (Windows, some
/// network file systems), the name is looked at first: a file that appears in that instant would
/// be replaced, a directory with anything in it still would not, since no rename replaces one.
pub fn rename_noreplace(from: &Path, to: &Path) -> Result<(), FileError> {
    platform::rename_noreplace(from, to).map_err(|error| {
        if error.kind() == io::ErrorKind::NotFound && from.symlink_metadata().is_err() {
            FileError::when("move", from)(error)
        } else {
            FileError::when("move into place", to)(error)
        }
    })
}

/// Makes the names in a directory survive a power cut, where that needs to be asked for.
pub fn sync_directory(directory: &Path) -> Result<(), FileError> {
    platform::sync_directory(directory).map_err(FileError::when("sync", directory))
}

/// Makes everything on the file system that holds `directory`, and on those that hold the `others`
/// that are there, survive a power cut, as far as the system lets its users ask for that: one call
/// for each file system in a whole run.
pub fn sync_filesystems(directory: &Path, others: &[PathBuf]) -> Result<(), FileError> {
    let sync =
        |place: &Path| platform::sync_filesystem(place).map_err(FileError::when("sync", place));
    let mut synced = vec![platform::device_of(directory)];
    sync(directory)?;
    for place in others {
        let device = platform::device_of(place);
        if device.is_some() && !synced.contains(&device) {
            synced.push(device);
            sync(place)?;
        }
    }
    Ok(())
}
