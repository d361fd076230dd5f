#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs::{create_dir, create_dir_all, read, write};
use std::os::unix::fs::symlink;

use super::*;

fn workspace() -> (tempfile::TempDir, Workspace) {
    let place = tempfile::tempdir().unwrap();
    write(place.path().join(MANIFEST_NAME), "").unwrap();
    let workspace = Workspace::find(place.path()).unwrap();
    (place, workspace)
}

fn path(text: &str) -> PackPath {
    PackPath::parse(text).unwrap()
}

#[test]
fn the_nearest_manifest_at_or_above_is_found() {
    let (place, outer) = workspace();
    let deep = place.path().join("a/b");
    create_dir_all(&deep).unwrap();
    assert_eq!(Workspace::find(&deep).unwrap(), outer);
    create_dir(place.path().join("a").join(MANIFEST_NAME)).unwrap();
    assert_eq!(
        Workspace::find(&deep).unwrap(),
        outer,
        "a directory is no manifest"
    );
    write(deep.join(MANIFEST_NAME), "").unwrap();
    assert_eq!(
        Workspace::find(&deep).unwrap().root(),
        deep.canonicalize().unwrap()
    );
    assert!(matches!(
        Workspace::find(tempfile::tempdir().unwrap().path()).unwrap_err(),
        StoreError::NoWorkspace { .. }
    ));
    assert!(matches!(
        Workspace::find(&place.path().join("no")).unwrap_err(),
        StoreError::File(_)
    ));
}

#[test]
fn the_lockfile_is_named_after_the_manifest() {
    let place = tempfile::tempdir().unwrap();
    let lockfile = |name: &str| {
        let workspace = Workspace::at_manifest(&place.path().join(name)).unwrap();
        workspace
            .lockfile()
            .file_name()
            .unwrap()
            .to_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(lockfile("grex.jsonl"), "grex.lock.jsonl");
    assert_eq!(lockfile("other.jsonl"), "other.lock.jsonl");
    assert_eq!(lockfile("a.b"), "a.b.lock.jsonl");
    assert!(Workspace::at_manifest(Path::new("/")).is_err());
}

#[test]
fn the_state_directory_ignores_itself() {
    let (_place, workspace) = workspace();
    workspace.ensure_state().unwrap();
    let ignore = workspace.state_directory().join(".gitignore");
    assert_eq!(read(&ignore).unwrap(), b"*\n");
    write(&ignore, "mine").unwrap();
    workspace.ensure_state().unwrap();
    assert_eq!(read(&ignore).unwrap(), b"mine");
}

#[test]
fn a_state_directory_that_is_elsewhere_is_refused() {
    let elsewhere = tempfile::tempdir().unwrap();
    for component in [".grex", ".grex/.state"] {
        let (place, workspace) = workspace();
        create_dir_all(place.path().join(component).parent().unwrap()).unwrap();
        symlink(elsewhere.path(), place.path().join(component)).unwrap();
        assert!(matches!(
            workspace.ensure_state().unwrap_err(),
            StoreError::Link { .. }
        ));
        assert_eq!(elsewhere.path().read_dir().unwrap().count(), 0);
    }
}

#[test]
fn a_pack_lies_below_the_root() {
    let (place, workspace) = workspace();
    let expected = workspace.root().join("a/b");
    assert_eq!(workspace.pack_root(&path("a/b")).unwrap(), expected);
    create_dir_all(place.path().join("a/b")).unwrap();
    assert_eq!(workspace.pack_root(&path("a/b")).unwrap(), expected);
}

#[test]
fn a_link_is_followed_only_to_where_a_pack_may_be() {
    let (place, workspace) = workspace();
    let outside = tempfile::tempdir().unwrap();
    create_dir_all(place.path().join("real/sub")).unwrap();
    create_dir_all(place.path().join(".git/hooks")).unwrap();
    let refused = |name: &str, pack: &str, reason: &str| {
        let error = workspace.pack_root(&path(pack)).unwrap_err();
        let StoreError::Link { link, .. } = &error else {
            panic!("{error}")
        };
        assert_eq!(*link, workspace.root().join(name));
        assert!(error.to_string().contains(reason), "{error}");
    };
    for (name, target, reason) in [
        ("out", outside.path(), "outside the workspace"),
        ("up", Path::new(".."), "outside the workspace"),
        ("dangling", Path::new("nowhere"), "that leads nowhere"),
        ("self", Path::new("."), "to the workspace itself"),
        ("git", Path::new(".git"), "into "),
        ("real/hop", outside.path(), "outside the workspace"),
    ] {
        symlink(target, place.path().join(name)).unwrap();
        refused(name, name, reason);
        refused(name, &format!("{name}/hooks"), reason);
    }
    symlink("real", place.path().join("alias")).unwrap();
    assert_eq!(
        workspace.pack_root(&path("alias/sub")).unwrap(),
        workspace.root().join("alias/sub")
    );
    refused("alias/hop", "alias/hop/x", "outside the workspace");
}

#[test]
fn a_pack_locks_itself_outside_its_work_tree() {
    let place = tempfile::tempdir().unwrap();
    assert_eq!(pack_lock(place.path()), None);
    create_dir_all(place.path().join(".grex/.state")).unwrap();
    assert_eq!(
        pack_lock(place.path()).unwrap().to_path_buf(),
        place.path().join(".grex/.state/.grex-lock")
    );
    create_dir(place.path().join(".git")).unwrap();
    assert_eq!(
        pack_lock(place.path()).unwrap().to_path_buf(),
        place.path().join(".git/.grex-lock")
    );
}

#[cfg(unix)]
#[test]
fn a_workspace_can_be_where_nothing_is_yet() {
    let place = tempfile::tempdir().unwrap();
    let real = place.path().canonicalize().unwrap();
    symlink(&real, real.join("link")).unwrap();
    for (directory, root) in [
        ("", ""),
        ("new", "new"),
        ("new/deep/", "new/deep"),
        ("link/./new", "new"),
    ] {
        let workspace = Workspace::to_be(&real.join(directory)).unwrap();
        assert_eq!(
            workspace.root(),
            real.join(root).components().collect::<std::path::PathBuf>()
        );
        assert_eq!(workspace.manifest(), workspace.root().join("grex.jsonl"));
    }
    Workspace::to_be(&real.join("missing/../new")).unwrap_err();
}
