//! Links are followed as the system follows them.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::os::unix::fs::symlink;

use proptest::prelude::*;

use super::*;
use crate::plugin::{builtin::test_host::TestMachine, foreseen::on_disk};

/// What is put somewhere.
#[derive(Debug, Clone)]
enum Thing {
    Directory,
    File,
    Link(String),
}

fn thing() -> impl Strategy<Value = Thing> {
    prop_oneof![
        3 => Just(Thing::Directory),
        1 => Just(Thing::File),
        4 => "/?([ab]|\\.\\.?)(/([ab]|\\.\\.?)){0,3}/?".prop_map(Thing::Link),
    ]
}

#[test]
fn what_is_missing_is_listed_from_the_outside() {
    let machine = TestMachine::new();
    symlink("home", machine.home.with_file_name("linked")).unwrap();
    let path = machine.home.with_file_name("linked").join("a/b/c");
    let found = follow(&machine.host(false), &path).unwrap();
    let missing = ["a", "a/b", "a/b/c"].map(|path| machine.home.join(path));
    assert_eq!(found.missing, missing);
    assert_eq!(found.path, missing[2]);
    assert_eq!((found.sight, found.obstacle), (Sight::Nothing, None));
    let up = follow(&machine.host(false), &machine.home.join("a/../b")).unwrap();
    assert_eq!(up.obstacle, Some(Obstacle::Missing(machine.home.join("a"))));
}

#[test]
fn names_that_are_no_text_are_followed() {
    use std::os::unix::ffi::OsStrExt as _;
    let machine = TestMachine::new();
    let name = std::ffi::OsStr::from_bytes(b"\xff");
    fs::create_dir(machine.home.join(name)).unwrap();
    symlink(name, machine.home.join("l")).unwrap();
    let found = follow(&machine.host(false), &machine.home.join("l")).unwrap();
    assert_eq!(found.path, machine.home.join(name));
    assert_eq!(found.sight, Sight::Directory { empty: true });
}

#[test]
fn a_separator_at_the_end_asks_for_a_directory() {
    let machine = TestMachine::new();
    let file = machine.home.join("file");
    fs::write(&file, "").unwrap();
    fs::create_dir(machine.home.join("directory")).unwrap();
    for end in ["/", "/.", "/./"] {
        symlink(format!("file{end}"), machine.home.join("to-file")).unwrap();
        symlink(format!("directory{end}"), machine.home.join("to-directory")).unwrap();
        let followed = |name| follow(&machine.host(false), &machine.home.join(name)).unwrap();
        let obstacle = Obstacle::NotADirectory(file.clone());
        assert_eq!(followed("to-file").obstacle, Some(obstacle), "{end}");
        let directory = Sight::Directory { empty: true };
        assert_eq!(followed("to-directory").sight, directory, "{end}");
        fs::remove_file(machine.home.join("to-file")).unwrap();
        fs::remove_file(machine.home.join("to-directory")).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn as_the_system_does(
        things in prop::collection::vec(("[ab](/[ab]){0,2}", thing()), 0..8),
        path in "[ab](/([ab]|\\.\\.)){0,3}",
    ) {
        let machine = TestMachine::new();
        for (name, thing) in things {
            let place = machine.home.join(name);
            // What cannot be made is not there.
            match thing {
                Thing::Directory => drop(fs::create_dir(place)),
                Thing::File => drop(fs::File::create_new(place)),
                Thing::Link(text) => {
                    let text = match text.strip_prefix('/') {
                        Some(text) => machine.home.join(text).to_str().unwrap().to_owned(),
                        None => text,
                    };
                    drop(symlink(text, place));
                }
            }
        }
        let path = machine.home.join(path);
        let found = follow(&machine.host(false), &path).unwrap();
        match fs::canonicalize(&path) {
            Ok(real) => {
                prop_assert_eq!(&found.path, &real);
                prop_assert_eq!(&found.sight, &on_disk(&real).unwrap());
                prop_assert_eq!(&found.obstacle, &None);
                prop_assert!(found.missing.is_empty());
            }
            Err(_) => prop_assert_eq!(found.sight, Sight::Nothing),
        }
        if found.obstacle.is_none() {
            // What is missing is all that is needed.
            for directory in &found.missing {
                fs::create_dir(directory).unwrap();
            }
            prop_assert_eq!(fs::canonicalize(&path).unwrap(), found.path);
        }
    }
}
