//! What to do about an error of the books, of a file, of git.

use std::path::Path;

use crate::{
    git::checkout::NotARepository,
    model::{event::EventError, manifest::LineError, path::PackPath, shell},
    store::{StoreError, older},
    sys::{fs::FileError, lock::LockError},
};

/// What to do about books that cannot be read or written, where that can be told.
pub(super) fn of_store(error: &StoreError) -> Option<String> {
    match error {
        StoreError::NoWorkspace { start } => Some(of_no_workspace(start)),
        StoreError::NoManifest { .. } => {
            Some("`grex init` makes one, or name another with --manifest FILE".into())
        }
        StoreError::Manifest { source, .. } => Some(of_line(&source.reason)),
        StoreError::Block { .. } => Some(
            "`grex doctor --fix` adds the markers that are missing and keeps every line of yours"
                .into(),
        ),
        StoreError::Link { .. } => {
            Some("put the real file or directory in the link's place".into())
        }
        StoreError::File(error) => of_file(error),
        _ => None,
    }
}

fn of_no_workspace(start: &Path) -> String {
    match older::workspace_above(start) {
        Some(root) => format!(
            "an older tool of this name has registered packs in {}: `grex -C {} init` takes them over",
            root.display(),
            shell::quote(&root.to_string_lossy())
        ),
        None => "go to a workspace (or name it with -C DIR), or make one with `grex init`".into(),
    }
}

fn of_line(reason: &LineError) -> String {
    let advice = match reason {
        LineError::Event(EventError::ConflictMarker) => {
            "`grex doctor --fix` takes the markers out and keeps the lines of both sides"
        }
        LineError::Event(EventError::Version { .. }) => {
            "use the grex that wrote it, or a later one"
        }
        _ => {
            "correct that line, or take the file from version control; `grex doctor --fix` sets such lines aside"
        }
    };
    advice.into()
}

/// What to do about a pack's directory that is there and is no repository of its own.
pub(super) fn of_no_repository(error: &NotARepository, pack: &PackPath) -> String {
    if let NotARepository::Broken { .. } = error {
        return "`grex sync --force` moves it to the trash and clones it again".into();
    }
    let pack = shell::quote(pack.as_str());
    format!(
        "move it away (`mv {pack} {pack}.broken` in the workspace), `grex sync --only {pack}` clones it again; then bring over what is only there"
    )
}

/// What to do about a file that cannot be read or written, where that can be told.
pub(super) fn of_file(error: &FileError) -> Option<String> {
    error.advice().map(str::to_owned)
}

/// What to do about a lock that was not had, where that can be told.
pub(super) fn of_lock(error: &LockError) -> Option<String> {
    match error {
        LockError::Held { .. } => {
            Some("wait for it to end, or give more time with --lock-timeout".into())
        }
        LockError::File(error) => of_file(error),
        LockError::Cancelled { .. } => None,
    }
}
