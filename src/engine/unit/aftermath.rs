//! What a run that was killed, or whose power was cut, has left at a pack, found when the next run
//! comes to it. The journal names most of it; this is for what it does not name: the locks of
//! fetches, and clones whose announcement was not on the disk yet.

use std::{
    fs,
    path::Path,
    time::{Duration, SystemTime},
};

use super::{Stop, UnitContext, holding_pack};
use crate::{
    engine::{node::Node, recover::half_cloned},
    git::checkout,
    sys::{fs as files, process},
};

/// The grain of the times of files, and more.
const GRAIN: Duration = Duration::from_millis(20);

/// Clears away what was left at `root`, where `node` belongs, since the interrupted run began.
/// Does nothing where no run was interrupted.
pub(super) async fn clear(cx: &UnitContext, node: &Node, root: &Path) -> Result<(), Stop> {
    let Some(since) = cx.interrupted else {
        return Ok(());
    };
    let since = since.checked_sub(GRAIN).unwrap_or(since);
    clear_clones(root.parent().unwrap_or(root), since);
    let place = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    if process::is_at_work("git", &place) != Some(false) {
        return Ok(());
    }
    // Of a clone even HEAD may be empty; of a repository that was there before it never is.
    let is_new = is_younger(&root.join(".git/config"), since);
    if is_new && cx.known(node).is_none() {
        half_cloned::check(&cx.session, &cx.git, &node.path, root).await?;
    }
    let Ok(git_dir) = checkout::own_git_dir(root) else {
        return Ok(());
    };
    let work = async {
        clear_locks(git_dir.path(), &["refs"], since);
        Ok(())
    };
    holding_pack(cx, root, work).await
}

/// Removes clones in the making of processes that are no more.
fn clear_clones(directory: &Path, since: SystemTime) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let process = name
            .strip_prefix(files::TEMPORARY_PREFIX)
            .and_then(|rest| rest.split_once('-'))
            .and_then(|(process, _)| u32::from_str_radix(process, 16).ok());
        let is_dead = process.is_some_and(|process| !process::exists(process));
        if is_dead && is_younger(&entry.path(), since) {
            // What cannot be removed is no worse than it was.
            drop(files::remove_tree(&entry.path()));
        }
    }
}

/// Removes git's locks in a directory, and in those below it that are named, with all of theirs.
fn clear_locks(directory: &Path, below: &[&str], since: SystemTime) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name();
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        let is_named = below.is_empty() || below.iter().any(|below| name == *below);
        if kind.is_dir() && is_named {
            clear_locks(&path, &[], since);
        }
        // No ref can have such a name.
        let is_lock = kind.is_file() && path.extension().is_some_and(|end| end == "lock");
        if is_lock && is_younger(&path, since) {
            drop(fs::remove_file(&path));
        }
    }
}

fn is_younger(path: &Path, since: SystemTime) -> bool {
    let modified = path
        .symlink_metadata()
        .and_then(|metadata| metadata.modified());
    modified.is_ok_and(|modified| modified >= since)
}
