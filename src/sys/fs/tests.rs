#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::*;

fn directory() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o7777
}

fn names(path: &Path) -> Vec<String> {
    fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

/// Sets the times of a file to a moment that no write of now can leave there.
fn age(path: &Path) -> SystemTime {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
    File::options()
        .write(true)
        .open(path)
        .unwrap()
        .set_modified(time)
        .unwrap();
    time
}

#[test]
fn a_regular_file_is_read_up_to_its_limit() {
    let place = directory();
    let path = place.path().join("f");
    assert_eq!(read_regular(&path, 3).unwrap(), None);
    fs::write(&path, "abc").unwrap();
    assert_eq!(read_regular(&path, 3).unwrap().unwrap(), b"abc");
    let error = read_regular(&path, 2).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("cannot read {}: it is longer than 2 bytes", path.display())
    );
}

#[test]
fn a_fifo_a_device_a_link_and_a_directory_are_refused_at_once() {
    let place = directory();
    let fifo = place.path().join("fifo");
    nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRWXU).unwrap();
    let link = place.path().join("link");
    fs::write(place.path().join("target"), "x").unwrap();
    symlink("target", &link).unwrap();
    for (path, reason) in [
        (fifo.as_path(), "not a regular file"),
        (Path::new("/dev/zero"), "not a regular file"),
        (link.as_path(), "a symbolic link"),
        (place.path(), "a directory"),
    ] {
        let error = read_regular(path, 10).unwrap_err().to_string();
        assert!(error.ends_with(reason), "{error}");
        let error = replace_atomically(path, b"y").unwrap_err().to_string();
        assert!(error.ends_with(reason), "{error}");
    }
    assert_eq!(fs::read(&link).unwrap(), b"x");
}

#[test]
fn a_file_without_a_length_is_bounded_all_the_same() {
    let path = Path::new("/proc/self/status");
    if path.exists() {
        assert!(read_regular(path, 10).is_err());
        assert!(read_regular(path, 1 << 20).unwrap().unwrap().len() > 10);
    }
}

#[test]
fn a_replaced_file_keeps_its_mode_and_leaves_nothing_beside() {
    let place = directory();
    let path = place.path().join("f");
    assert!(replace_atomically(&path, b"one").unwrap());
    let fresh = place.path().join("fresh");
    fs::write(&fresh, "").unwrap();
    assert_eq!(
        mode(&path),
        mode(&fresh),
        "a new file has the mode that any new file has"
    );
    fs::remove_file(fresh).unwrap();

    fs::set_permissions(&path, fs::Permissions::from_mode(0o4751)).unwrap();
    assert!(replace_atomically(&path, b"two, longer").unwrap());
    assert_eq!(
        (mode(&path), fs::read(&path).unwrap()),
        (0o4751, b"two, longer".to_vec())
    );
    assert_eq!(names(place.path()), ["f"]);
}

#[test]
fn what_a_killed_process_left_makes_room() {
    let directory = directory();
    let path = directory.path().join("file");
    let temporary = temporary_of(&path);
    fs::write(&temporary, "half").unwrap();
    assert!(replace_recoverably(&path, b"new", 0o644).unwrap());
    assert_eq!(fs::read(&path).unwrap(), b"new");
    assert_eq!(mode(&path) & 0o022, 0);
    assert_eq!(names(directory.path()), ["file"]);
    fs::write(&temporary, "half").unwrap();
    clear_temporary(&path).unwrap();
    clear_temporary(&path).unwrap();
    assert_eq!(names(directory.path()), ["file"]);
}

#[test]
fn equal_content_is_left_alone() {
    let place = directory();
    let path = place.path().join("f");
    fs::write(&path, "same").unwrap();
    let time = age(&path);
    let inode = path.metadata().unwrap().ino();
    assert!(!replace_atomically(&path, b"same").unwrap());
    assert_eq!(
        (
            path.metadata().unwrap().modified().unwrap(),
            path.metadata().unwrap().ino()
        ),
        (time, inode)
    );
    assert!(replace_atomically(&path, b"diff").unwrap());
    assert_ne!(path.metadata().unwrap().modified().unwrap(), time);
}

#[test]
fn what_cannot_be_written_is_named_and_unchanged() {
    let place = directory();
    let path = place.path().join("no/f");
    let error = replace_atomically(&path, b"x").unwrap_err();
    assert_eq!(
        (error.action, error.source.kind()),
        ("write", ErrorKind::NotFound)
    );
    assert!(
        error
            .to_string()
            .starts_with(&format!("cannot write {}: ", path.display()))
    );
}

#[test]
fn an_append_adds_to_the_end_or_changes_nothing() {
    let place = directory();
    let path = place.path().join("f");
    fs::write(&path, "one\n").unwrap();
    let mut file = File::options().append(true).open(&path).unwrap();
    append_synced(&mut file, &path, b"two\n").unwrap();
    assert_eq!(fs::read(&path).unwrap(), b"one\ntwo\n");

    let mut readable = File::open(&path).unwrap();
    let error = append_synced(&mut readable, &path, b"three\n").unwrap_err();
    assert_eq!(error.action, "append to");
    assert_eq!(fs::read(&path).unwrap(), b"one\ntwo\n");
}

#[test]
fn a_rename_never_replaces() {
    type Rename = fn(&Path, &Path) -> io::Result<()>;
    let renames: [Rename; 2] = [
        |from, to| rename_noreplace(from, to).map_err(|error| error.source),
        platform::rename_after_look,
    ];
    for rename in renames {
        let place = directory();
        let [from, to, file, link] =
            ["from", "to", "file", "link"].map(|name| place.path().join(name));
        fs::create_dir(&from).unwrap();
        fs::create_dir(&to).unwrap();
        fs::write(&file, "kept").unwrap();
        symlink("nowhere", &link).unwrap();
        for taken in [&to, &file, &link] {
            assert_eq!(
                rename(&from, taken).unwrap_err().kind(),
                ErrorKind::AlreadyExists
            );
        }
        assert_eq!(fs::read(&file).unwrap(), b"kept");
        rename(&from, &place.path().join("new")).unwrap();
        assert!(!from.exists());
        assert_eq!(
            rename(&from, &place.path().join("newer"))
                .unwrap_err()
                .kind(),
            ErrorKind::NotFound
        );
    }
}

#[test]
fn the_error_of_a_rename_names_the_end_that_is_wrong() {
    let place = directory();
    let [from, to] = ["from", "no/to"].map(|name| place.path().join(name));
    assert_eq!(rename_noreplace(&from, &to).unwrap_err().path, from);
    fs::write(&from, "").unwrap();
    assert_eq!(rename_noreplace(&from, &to).unwrap_err().path, to);
}

#[test]
fn directories_that_were_made_are_told() {
    let place = directory();
    let [a, b, c] = ["a", "a/b", "a/b/c"].map(|name| place.path().join(name));
    fs::create_dir(&a).unwrap();
    assert_eq!(create_dir_all(&c).unwrap(), [b, c.clone()]);
    assert!(create_dir_all(&c).unwrap().is_empty());
    let file = place.path().join("f");
    fs::write(&file, "").unwrap();
    assert_eq!(create_dir_all(&file.join("x")).unwrap_err().path, file);
}

#[test]
fn a_file_system_can_be_synced_by_any_of_its_directories() {
    let place = directory();
    let gone = place.path().join("no");
    let others = [PathBuf::from("/proc"), gone.clone(), place.path().into()];
    sync_filesystems(place.path(), &others).unwrap();
    sync_directory(place.path()).unwrap();
    assert_eq!(sync_filesystems(&gone, &[]).unwrap_err().action, "sync");
}
