//! Directories that are made on the way, and go again with the last thing in them.

use std::{
    io::ErrorKind,
    path::{Path, PathBuf},
};

use super::anchor::Anchor;
use crate::plugin::{
    action::ActionCx,
    builtin::{
        follow::is_vacant,
        place::{is_where_it_was, utf8},
    },
    change::Change,
    error::ActionError,
    foreseen::Sight,
};

/// The changes that make directories.
///
/// # Errors
/// A path is no text.
pub(super) fn changes(missing: &[PathBuf]) -> Result<Vec<Change>, ActionError> {
    missing
        .iter()
        .map(|path| utf8(path).map(|path| Change::Directory { path }))
        .collect()
}

/// Makes directories, outermost first, with a mode less the umask.
///
/// # Errors
/// One cannot be made; those before it stay.
pub(super) fn make(missing: &[PathBuf], mode: u32) -> Result<(), ActionError> {
    for directory in missing {
        match Anchor::of(directory)?.make_directory(mode, false) {
            // Another pack, or anybody else, needed it as well.
            Err(error) if error.is_occupied() && is_directory(directory) => {}
            made => made?,
        }
    }
    Ok(())
}

fn is_directory(path: &Path) -> bool {
    path.symlink_metadata()
        .is_ok_and(|metadata| metadata.is_dir())
}

/// Takes back directories, innermost first, as far as they are empty, once `gone` are gone, and
/// returns the changes.
///
/// # Errors
/// One cannot be looked at.
pub(super) fn take_back(
    cx: &ActionCx<'_>,
    directories: &[String],
    mut gone: Vec<PathBuf>,
) -> Result<Vec<Change>, ActionError> {
    let mut changes = Vec::new();
    for text in directories.iter().rev() {
        let path = PathBuf::from(text);
        if cx.host.look(&path)? == Sight::Nothing {
            continue;
        }
        if !is_vacant(cx.host, &path, &gone)? || !is_where_it_was(cx, &path)? {
            break;
        }
        if !cx.scene.dry_run {
            match Anchor::of(&path)?.remove_directory() {
                // Another pack has put something there in this instant.
                Err(error) if error.source.kind() == ErrorKind::DirectoryNotEmpty => break,
                removed => removed?,
            }
        }
        changes.push(Change::Remove {
            path: text.clone(),
            with_content: false,
        });
        gone.push(path);
    }
    Ok(changes)
}
