//! The trash: what must go from a workspace is moved here, and nothing is ever replaced.

use std::fs::{DirBuilder, remove_dir};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;

use super::{StoreError, Workspace};
use crate::model::path::PackPath;
use crate::sys::clock;
use crate::sys::fs::{self, FileError};
use crate::sys::lock::trace;

/// Moves a pack's directory (or whatever is at `from`) into the trash and returns where it is now:
/// `.grex/.state/trash/<time>/<id>`. Every move has a `<time>` of its own, with a suffix where the
/// second is taken, so that nothing is ever moved into what was moved before.
///
/// # Errors
/// [`StoreError::OtherFilesystem`] when only a copy could do it; or the move failed. What was at
/// `from` is then still there, and nothing is left in the trash.
pub fn move_to_trash(
    workspace: &Workspace,
    from: &Path,
    id: &PackPath,
    now: Timestamp,
) -> Result<PathBuf, StoreError> {
    workspace.ensure_state()?;
    let trash = workspace.trash();
    fs::create_dir_all(&trash)?;
    let bin = new_bin(&trash, &clock::file_name(now))?;
    let place = bin.join(id.as_str());
    // Whatever will be there next has a lock of its own.
    trace::moves_away(from);
    let moved = fs::create_dir_all(place.parent().unwrap_or(&bin))
        .and_then(|_| fs::rename_noreplace(from, &place));
    let Err(error) = moved else { return Ok(place) };
    for directory in place
        .ancestors()
        .skip(1)
        .take_while(|directory| directory.starts_with(&bin))
    {
        // Only empty directories can be removed so, and these are ours.
        let _ = remove_dir(directory);
    }
    Err(if error.source.kind() == io::ErrorKind::CrossesDevices {
        StoreError::OtherFilesystem {
            from: from.into(),
            trash,
        }
    } else {
        error.into()
    })
}

/// Puts a copy of a file of ours that is about to be replaced into the trash, under its own name,
/// and returns where it is; it survives a power cut.
///
/// # Errors
/// It cannot be written; nothing is left in the trash.
pub fn keep_copy(
    workspace: &Workspace,
    file: &Path,
    bytes: &[u8],
    now: Timestamp,
) -> Result<PathBuf, StoreError> {
    workspace.ensure_state()?;
    let trash = workspace.trash();
    fs::create_dir_all(&trash)?;
    let bin = new_bin(&trash, &clock::file_name(now))?;
    let place = bin.join(file.file_name().unwrap_or_default());
    match fs::replace_atomically(&place, bytes) {
        Ok(_) => Ok(place),
        Err(error) => {
            fs::remove_empty(&[bin]);
            Err(error.into())
        }
    }
}

/// Returns the directories of the trash that were made before `limit`, oldest first. What has
/// another name than [`move_to_trash`] gives is somebody else's, and is not among them.
///
/// # Errors
/// The trash cannot be listed, or something else is in its place.
pub fn older_than(workspace: &Workspace, limit: Timestamp) -> Result<Vec<PathBuf>, FileError> {
    let trash = workspace.trash();
    match trash.symlink_metadata() {
        Ok(metadata) if metadata.is_dir() => {}
        Ok(_) => {
            let source = io::Error::other("it is not a directory");
            return Err(FileError::when("list", &trash)(source));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(FileError::when("list", &trash)(error)),
    }
    let entries = trash.read_dir().map_err(FileError::when("list", &trash))?;
    let mut old: Vec<PathBuf> = entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter(|entry| {
            time_of(&entry.file_name().to_string_lossy()).is_some_and(|time| time < limit)
        })
        .map(|entry| entry.path())
        .collect();
    old.sort();
    Ok(old)
}

/// The time in the name of a directory of the trash.
fn time_of(name: &str) -> Option<Timestamp> {
    let time = name.get(..16)?;
    let rest = &name[16..];
    (rest.is_empty() || rest.starts_with('-')).then_some(())?;
    clock::parse_file_name(time)
}

/// Makes a new directory for the time, with a random suffix where that is taken: counting up would
/// take ever longer for many packs that go in one second.
fn new_bin(trash: &Path, time: &str) -> Result<PathBuf, FileError> {
    let bin = trash.join(time);
    match DirBuilder::new().create(&bin) {
        Ok(()) => Ok(bin),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => tempfile::Builder::new()
            .prefix(&format!("{time}-"))
            .tempdir_in(trash)
            .map(tempfile::TempDir::keep)
            .map_err(FileError::when("create a directory in", trash)),
        Err(error) => Err(FileError::when("create the directory", &bin)(error)),
    }
}

#[cfg(all(test, unix))]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::fs::{create_dir_all, read_to_string, write};

    use super::*;

    fn now() -> Timestamp {
        "2026-01-31T08:09:10.5Z".parse().unwrap()
    }

    fn workspace() -> (tempfile::TempDir, Workspace) {
        let place = tempfile::tempdir().unwrap();
        let workspace = Workspace::at_manifest(&place.path().join("grex.jsonl")).unwrap();
        (place, workspace)
    }

    fn pack(workspace: &Workspace, path: &str, content: &str) -> (PathBuf, PackPath) {
        let directory = workspace.root().join(path);
        create_dir_all(&directory).unwrap();
        write(directory.join("f"), content).unwrap();
        (directory, PackPath::parse(path).unwrap())
    }

    #[test]
    fn a_pack_is_moved_as_it_is_and_its_place_told() {
        let (_place, workspace) = workspace();
        let (from, id) = pack(&workspace, "a/b", "work");
        let to = move_to_trash(&workspace, &from, &id, now()).unwrap();
        assert_eq!(
            to,
            workspace
                .root()
                .join(".grex/.state/trash/20260131T080910Z/a/b")
        );
        assert_eq!(read_to_string(to.join("f")).unwrap(), "work");
        assert!(!from.exists());
        assert!(workspace.state_directory().join(".gitignore").exists());
    }

    #[test]
    fn nothing_that_was_moved_is_replaced_or_added_to() {
        let (_place, workspace) = workspace();
        let mut moved = Vec::new();
        for (number, path) in ["a/b", "a", "a", "a/b", "a/b/c"].into_iter().enumerate() {
            let (from, id) = pack(&workspace, path, &number.to_string());
            moved.push(move_to_trash(&workspace, &from, &id, now()).unwrap());
        }
        for (number, place) in moved.iter().enumerate() {
            assert_eq!(read_to_string(place.join("f")).unwrap(), number.to_string());
            assert_eq!(
                moved
                    .iter()
                    .filter(|other| other.starts_with(place))
                    .count(),
                1
            );
        }
    }

    #[test]
    fn only_what_is_old_and_ours_is_listed() {
        let (_place, workspace) = workspace();
        let limit = "2026-01-31T00:00:00Z".parse().unwrap();
        assert_eq!(
            older_than(&workspace, limit).unwrap(),
            [""; 0].map(PathBuf::from)
        );
        let trash = workspace.trash();
        for name in [
            "20260131T000000Z",
            "20260130T235959Z-x1y2",
            "20251231T000000Z",
            "20251231T000000Zx",
            "mine",
            "99999999T999999Z",
        ] {
            create_dir_all(trash.join(name)).unwrap();
        }
        write(trash.join("20200101T000000Z"), "a file").unwrap();
        std::os::unix::fs::symlink("/", trash.join("20190101T000000Z")).unwrap();
        let old = older_than(&workspace, limit).unwrap();
        assert_eq!(
            old,
            ["20251231T000000Z", "20260130T235959Z-x1y2"].map(|name| trash.join(name))
        );
    }

    #[test]
    fn a_copy_of_a_file_is_kept_beside_others() {
        let (_place, workspace) = workspace();
        let file = workspace.lockfile();
        let first = keep_copy(&workspace, &file, b"1", now()).unwrap();
        let second = keep_copy(&workspace, &file, b"2", now()).unwrap();
        assert_eq!(read_to_string(first).unwrap(), "1");
        assert_eq!(read_to_string(&second).unwrap(), "2");
        assert!(second.ends_with("grex.lock.jsonl"));
    }

    #[test]
    fn what_is_not_there_leaves_no_trace() {
        let (_place, workspace) = workspace();
        let from = workspace.root().join("a/b");
        let error = move_to_trash(&workspace, &from, &PackPath::parse("a/b").unwrap(), now());
        assert!(
            error
                .unwrap_err()
                .to_string()
                .starts_with(&format!("cannot move {}", from.display()))
        );
        assert_eq!(workspace.trash().read_dir().unwrap().count(), 0);
    }

    #[test]
    fn another_file_system_is_said_and_nothing_is_lost() {
        let (_place, workspace) = workspace();
        // Shared memory is nearly always a file system of its own; where it is not, there is none
        // to test with.
        let Ok(from) = tempfile::tempdir_in("/dev/shm") else {
            return;
        };
        use std::os::unix::fs::MetadataExt;
        if from.path().metadata().unwrap().dev() == workspace.root().metadata().unwrap().dev() {
            return;
        }
        write(from.path().join("f"), "work").unwrap();
        let id = PackPath::parse("a").unwrap();
        let error = move_to_trash(&workspace, from.path(), &id, now()).unwrap_err();
        assert!(
            matches!(error, StoreError::OtherFilesystem { .. }),
            "{error}"
        );
        assert_eq!(read_to_string(from.path().join("f")).unwrap(), "work");
        assert_eq!(workspace.trash().read_dir().unwrap().count(), 0);
    }
}
