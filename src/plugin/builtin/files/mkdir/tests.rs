//! Directories made and taken back.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
};

use serde_json::json;

use crate::{
    model::action::Step,
    plugin::{builtin::test_host::TestMachine, change::Change, error::ActionError},
    sys::fs::{rename_noreplace, temporary_of},
};

fn mode(path: impl AsRef<Path>) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[tokio::test]
async fn missing_parents_are_made_and_all_of_it_is_taken_back() {
    let mut machine = TestMachine::new();
    let before = machine.tree();
    let outcome = machine
        .apply("mkdir", json!({"path": "~//a/./b/c/", "mode": "1777"}))
        .await
        .unwrap();
    let made = ["a", "a/b", "a/b/c"].map(|path| machine.at_home(path));
    let directories = made.clone().map(|path| Change::Directory { path });
    assert_eq!(outcome.changes, directories);
    assert_eq!(outcome.undo[0].directories, made);
    assert_eq!(outcome.resources[0].name, format!("path:{}", made[2]));
    assert_eq!(outcome.resources[0].name, outcome.undo[0].resource);
    assert!(!outcome.resources[0].exclusive);
    assert_eq!(outcome.resources[0].argument, [Step::Key("path".into())]);
    assert_eq!(mode(&made[2]), 0o1777);
    assert_eq!(mode(&made[0]) & 0o7000, 0o1000);
    let again = machine
        .apply("mkdir", json!({"path": "~/a/b/c"}))
        .await
        .unwrap();
    assert_eq!((again.changes, again.undo), (vec![], vec![]));
    assert_eq!(mode(&made[2]), 0o1777);
    let undone = machine.undo_all().await;
    let removed = made.map(|path| Change::Remove {
        path,
        with_content: false,
    });
    assert!(undone.iter().eq(removed.iter().rev()), "{undone:?}");
    assert_eq!(machine.tree(), before);
}

#[tokio::test]
async fn what_a_killed_run_left_makes_room_and_is_taken_back() {
    let mut machine = TestMachine::new();
    let before = machine.tree();
    let path = machine.at_home("a/b");
    let beside = temporary_of(path.as_ref());
    fs::create_dir_all(&beside).unwrap();
    fs::set_permissions(&beside, fs::Permissions::from_mode(0o000)).unwrap();
    let arguments = json!({"path": "~/a/b"});
    machine.apply("mkdir", arguments).await.unwrap();
    assert_eq!(mode(&path), 0o755);
    assert!(!beside.exists());
    // Killed before it had its name.
    rename_noreplace(path.as_ref(), &beside).unwrap();
    machine.undo_all().await;
    assert!(!beside.exists());
    fs::remove_dir(machine.at_home("a")).unwrap();
    assert_eq!(machine.tree(), before);
}

#[tokio::test]
async fn modes_are_exact_and_do_not_stand_in_the_way() {
    for wanted in ["000", "111", "755", "2750", "777"] {
        let mut machine = TestMachine::new();
        machine
            .apply("mkdir", json!({"path": "~/a/b/c", "mode": wanted}))
            .await
            .unwrap();
        let bits = u32::from_str_radix(wanted, 8).unwrap();
        assert_eq!(mode(machine.at_home("a/b/c")), bits, "{wanted}");
        assert_eq!(mode(machine.at_home("a")) & 0o300, 0o300, "{wanted}");
    }
}

#[tokio::test]
async fn what_is_not_empty_any_more_stays() {
    let mut machine = TestMachine::new();
    machine
        .apply("mkdir", json!({"path": "~/a/b/c"}))
        .await
        .unwrap();
    machine.home_file("a/mine", "x");
    let undone = machine.undo_all().await;
    assert_eq!(undone.len(), 2);
    assert!(machine.home.join("a/mine").exists());
    assert!(!machine.home.join("a/b").exists());
}

#[tokio::test]
async fn a_crash_at_any_step_is_taken_back() {
    for done in 0..=3 {
        let mut machine = TestMachine::new();
        let before = machine.tree();
        machine.announcements = Some(0);
        let list = [("mkdir", json!({"path": "~/a/b/c"}))];
        machine.apply_only(&list).await.unwrap_err();
        assert_eq!(machine.tree(), before);
        for path in ["a", "a/b", "a/b/c"].iter().take(done) {
            fs::create_dir(machine.home.join(path)).unwrap();
        }
        assert_eq!(machine.undo_all().await.len(), done);
        assert_eq!(machine.tree(), before);
    }
}

#[tokio::test]
async fn links_to_directories_are_followed() {
    let mut machine = TestMachine::new();
    fs::create_dir(machine.home.join("real")).unwrap();
    symlink("real", machine.home.join("linked")).unwrap();
    let before = machine.tree();
    let outcome = machine
        .apply("mkdir", json!({"path": "~/linked/x"}))
        .await
        .unwrap();
    assert_eq!(
        outcome.resources[0].name,
        format!("path:{}", machine.at_home("linked/x"))
    );
    assert!(machine.home.join("real/x").is_dir());
    let done = machine
        .apply("mkdir", json!({"path": "~/linked"}))
        .await
        .unwrap();
    assert_eq!(done.changes, []);
    // Behind another link there is something else.
    fs::create_dir_all(machine.home.join("other/x")).unwrap();
    fs::remove_file(machine.home.join("linked")).unwrap();
    symlink("other", machine.home.join("linked")).unwrap();
    machine.undo_all().await;
    assert!(machine.home.join("other/x").is_dir());
    assert!(!machine.home.join("real/x").exists());
    fs::remove_dir(machine.home.join("other/x")).unwrap();
    fs::remove_dir(machine.home.join("other")).unwrap();
    fs::remove_file(machine.home.join("linked")).unwrap();
    symlink("real", machine.home.join("linked")).unwrap();
    assert_eq!(machine.tree(), before);
}

#[tokio::test]
async fn a_plan_sees_what_earlier_actions_make() {
    let mut machine = TestMachine::new();
    machine.pack_file("d/sub/f", "");
    let before = machine.tree();
    let list = [
        ("mkdir", json!({"path": "~/a/b"})),
        ("mkdir", json!({"path": "~/a/c"})),
        ("symlink", json!({"src": "d", "dst": "~/a/l"})),
        ("mkdir", json!({"path": "~/a/l/sub"})),
        ("mkdir", json!({"path": "~/a/l/new"})),
    ];
    let outcome = machine.apply_list(&list).await.unwrap();
    assert_eq!(outcome.changes.len(), 5);
    assert!(machine.pack.root.join("d/new").is_dir());
    machine.undo_all().await;
    assert_eq!(machine.tree(), before);
}

#[tokio::test]
async fn what_stands_in_the_way_is_named() {
    let mut machine = TestMachine::new();
    machine.home_file("file", "");
    symlink("nowhere", machine.home.join("dangling")).unwrap();
    symlink("loop", machine.home.join("loop")).unwrap();
    let table = [
        ("~/file", "a file stands there"),
        ("~/file/x", "/home/file is not a directory"),
        ("~/file/x/y", "/home/file is not a directory"),
        ("~/dangling", "a link to nowhere stands there"),
        (
            "~/dangling/x",
            "/home/dangling is a symbolic link to nothing",
        ),
        ("~/loop", "a link to loop stands there"),
        ("~/loop/x", "leads through too many symbolic links"),
    ];
    for (path, expected) in table {
        let error = machine
            .apply("mkdir", json!({"path": path}))
            .await
            .unwrap_err();
        assert!(matches!(error, ActionError::Precondition { .. }), "{path}");
        assert!(error.to_string().ends_with(expected), "{path}: {error}");
    }
    assert_eq!(machine.previous, []);
}

#[tokio::test]
async fn paths_are_absolute_and_without_dots() {
    let mut machine = TestMachine::new();
    machine.variables.set("NUL", "/a\0b");
    for path in [
        "build", "./x", "~", "~other/x", "/a/../b", "$NUL", "$NONE/x",
    ] {
        let error = machine
            .apply("mkdir", json!({"path": path}))
            .await
            .unwrap_err();
        let ActionError::Arguments { error } = error else {
            panic!("{path}: {error}")
        };
        assert_eq!(error.path, [Step::Key("path".into())], "{path}");
        if path == "build" {
            assert_eq!(error.hint.as_deref(), Some("write `~/...` or `$HOME/...`"));
        }
    }
}

#[tokio::test]
async fn what_the_system_refuses_fails_and_is_taken_back() {
    let mut machine = TestMachine::new();
    let before = machine.tree();
    let error = machine
        .apply("mkdir", json!({"path": "/proc/grex/x"}))
        .await
        .unwrap_err();
    assert!(matches!(error, ActionError::Failed { .. }), "{error}");
    assert!(
        error
            .to_string()
            .starts_with("cannot create the directory /proc/grex:")
    );
    assert_eq!(machine.undo_all().await, []);
    assert_eq!(machine.tree(), before);
}

#[tokio::test]
async fn names_may_be_anything() {
    let mut machine = TestMachine::new();
    let before = machine.tree();
    for name in ["a b", "zwei\nZeilen", "日本語", "'\"$$%%", "-rf"] {
        let path = format!("~/{name}/x");
        machine.apply("mkdir", json!({"path": path})).await.unwrap();
    }
    assert!(machine.home.join("'\"$%/x").is_dir());
    machine.undo_all().await;
    assert_eq!(machine.tree(), before);
}

#[tokio::test]
async fn a_cancelled_run_begins_nothing() {
    let mut machine = TestMachine::new();
    let before = machine.tree();
    machine.cancel.request();
    let error = machine
        .apply("mkdir", json!({"path": "~/x"}))
        .await
        .unwrap_err();
    assert_eq!(error, ActionError::Cancelled);
    assert_eq!(machine.tree(), before);
}
