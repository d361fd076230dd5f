//! The packs of the workspace that a command line is about.

use std::path::{Path, PathBuf};

use super::cursor::Cursor;
use crate::{
    model::{lock::LockEntry, path::PackPath, url::PackUrl},
    store::{layout::Workspace, lockfile, manifest},
    sys::env,
};

/// A pack that can be named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Known {
    /// Its path.
    pub(super) id: String,
    /// Where it comes from.
    pub(super) url: String,
    /// The manifest declares it itself.
    pub(super) is_registered: bool,
}

/// Returns the packs, sorted by id. There are none where there is no workspace, or where its
/// manifest cannot be trusted.
pub(super) fn packs(cursor: &Cursor<'_>) -> Vec<Known> {
    let workspace = workspace(cursor);
    let read = workspace.and_then(|workspace| {
        let declared = manifest::read(&workspace).ok()?.manifest.packs;
        // Without the lockfile the children of packs are not known, and nothing else is amiss.
        let locked = lockfile::read(&workspace).map(|read| read.0);
        Some((declared, locked.unwrap_or_default()))
    });
    let Some((declared, locked)) = read else {
        return Vec::new();
    };
    let registered = declared.into_values().map(|pack| Known {
        id: pack.path.to_string(),
        url: pack.url.to_string(),
        is_registered: true,
    });
    let mut known: Vec<Known> = registered.collect();
    let children = locked.entries.into_values();
    known.extend(
        children
            .filter(|entry| entry.parent.is_some())
            .filter_map(child),
    );
    known.sort_by(|a, b| (&a.id, !a.is_registered).cmp(&(&b.id, !b.is_registered)));
    known.dedup_by(|later, first| later.id == first.id);
    known
}

/// A child that the lockfile names. Nobody has looked yet at what stands there, and what is offered
/// ends up in a command line.
fn child(entry: LockEntry) -> Option<Known> {
    let path = PackPath::parse(&entry.path).ok()?;
    let url = PackUrl::parse(&entry.url).ok()?;
    Some(Known {
        id: path.to_string(),
        url: url.to_string(),
        is_registered: false,
    })
}

fn workspace(cursor: &Cursor<'_>) -> Option<Workspace> {
    let mut directory = std::env::current_dir().ok()?;
    for further in &cursor.directories {
        directory.push(expanded(further));
    }
    match &cursor.manifest {
        Some(manifest) => Workspace::at_manifest(&directory.join(expanded(manifest))).ok(),
        None => Workspace::find(&directory).ok(),
    }
}

/// A path as it is typed, which no shell has looked at yet.
fn expanded(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), env::home()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_owned(),
    }
}
