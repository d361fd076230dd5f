//! What is neither removed nor renamed, whatever is asked for.

use std::{fs, path::Path};

use crate::{
    plugin::{action::ActionCx, error::ActionError},
    store::{self, Workspace},
    sys::{self, reason::reason},
};

/// Refuses a directory, a place without links, that holds what everything else stands on: the
/// root of the file system, the home directory, the workspace, the pack, or a mounted file system.
///
/// # Errors
/// It is one of them, or an ancestor of one, also by another name.
pub(super) fn refuse(cx: &ActionCx<'_>, path: &Path) -> Result<(), ActionError> {
    if path.parent().is_none() {
        return Err(refusal(path, "it is the root of the file system"));
    }
    let kept = [
        (cx.scene.places.home.as_path(), "the home directory"),
        (cx.scene.workspace, "the workspace"),
        (&cx.scene.pack.root, "the pack"),
    ];
    for (directory, name) in kept {
        // By its name as well: one that is not there has no other.
        let real = sys::fs::canonicalize(directory).unwrap_or_else(|_| directory.to_path_buf());
        if real == path || directory == path {
            return Err(refusal(path, &format!("it is {name}")));
        }
        if real.starts_with(path) || directory.starts_with(path) {
            return Err(refusal(path, &format!("{name} is in it")));
        }
    }
    if is_mount_point(path) {
        return Err(refusal(path, "a file system is mounted there"));
    }
    Ok(())
}

/// Refuses a place, one without links, that grex or git keeps its own files in, or that holds or
/// is one of them: without the key and the records nothing could be taken back any more, without
/// the manifest grex would not run, and in the trash and in a repository there is work.
///
/// # Errors
/// It is one of them, is in it, or holds it, also by another name.
pub(super) fn refuse_own_files(cx: &ActionCx<'_>, path: &Path) -> Result<(), ActionError> {
    let workspace = Workspace::at(cx.scene.workspace);
    let kept = [
        Some((workspace.state_directory(), "grex's own state")),
        Some((workspace.manifest().to_path_buf(), "the manifest")),
        Some((workspace.lockfile(), "the lockfile")),
        Some((cx.scene.pack.root.join(".git"), "the pack's repository")),
        store::user_state().map(|own| (own, "what grex keeps for you")),
    ];
    for (own, name) in kept.into_iter().flatten() {
        let real = sys::fs::canonicalize(&own).unwrap_or_else(|_| own.clone());
        for own in [&real, &own] {
            let reason = if own == path {
                format!("it is {name}")
            } else if own.starts_with(path) {
                format!("{name} is in it")
            } else if path.starts_with(own) {
                format!("it is in {name}")
            } else {
                continue;
            };
            return Err(refusal(path, &reason));
        }
    }
    Ok(())
}

/// Refuses a directory in which a file system is mounted: its content would go as well.
///
/// # Errors
/// There is one, or it cannot be known.
pub(super) fn refuse_mounts_below(path: &Path) -> Result<(), ActionError> {
    let Some(device) = device(path) else {
        return Ok(());
    };
    let mut open = vec![path.to_path_buf()];
    while let Some(directory) = open.pop() {
        let entries = fs::read_dir(&directory).map_err(|error| {
            ActionError::precondition(format!(
                "cannot list {}: {}",
                directory.display(),
                reason(&error)
            ))
        })?;
        for entry in entries.flatten() {
            if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                continue;
            }
            if entry
                .metadata()
                .is_ok_and(|found| sys::fs::device(&found) != Some(device))
            {
                let mounted = entry.path();
                let reason = format!("a file system is mounted at {}", mounted.display());
                return Err(refusal(path, &reason));
            }
            open.push(entry.path());
        }
    }
    Ok(())
}

fn is_mount_point(path: &Path) -> bool {
    let above = path.parent().and_then(device);
    device(path).is_some_and(|own| Some(own) != above)
}

fn device(path: &Path) -> Option<u64> {
    sys::fs::device(&path.symlink_metadata().ok()?)
}

fn refusal(path: &Path, reason: &str) -> ActionError {
    ActionError::precondition(format!(
        "{} is neither removed nor renamed: {reason}",
        path.display()
    ))
}
