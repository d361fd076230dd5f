//! Directories removed, renamed out of the way and put back.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
};

use serde_json::json;

use crate::{
    model::action::Step,
    plugin::{
        builtin::test_host::{STAMP, TestMachine},
        change::Change,
        error::ActionError,
    },
    sys::fs::{TEMPORARY_PREFIX, rename_noreplace},
};

fn set_mode(path: impl AsRef<Path>, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// With an empty directory `~/e` and a full one `~/f`, both with modes of their own.
fn machine() -> TestMachine {
    let machine = TestMachine::new();
    fs::create_dir(machine.home.join("e")).unwrap();
    machine.home_file("f/g/h", "mine");
    symlink("/nowhere", machine.home.join("f/l")).unwrap();
    set_mode(machine.home.join("e"), 0o1710);
    set_mode(machine.home.join("f"), 0o2701);
    machine
}

fn message(error: &ActionError) -> &str {
    match error {
        ActionError::Precondition { message, .. } => message,
        error => panic!("{error:?}"),
    }
}

fn removal(path: &str, with_content: bool) -> Change {
    Change::Remove {
        path: path.into(),
        with_content,
    }
}

#[tokio::test]
async fn an_empty_directory_goes_and_comes_back_with_its_mode() {
    let mut machine = machine();
    let before = machine.tree();
    let outcome = machine
        .apply("rmdir", json!({"path": "~/e/"}))
        .await
        .unwrap();
    let path = machine.at_home("e");
    assert_eq!(outcome.changes, [removal(&path, false)]);
    let resource = &outcome.resources[0];
    assert_eq!(resource.name, format!("path:{path}"));
    assert_eq!(outcome.undo[0].resource, resource.name);
    assert!(!resource.exclusive);
    assert_eq!(resource.argument, [Step::Key("path".into())]);
    let again = machine
        .apply("rmdir", json!({"path": "~/e"}))
        .await
        .unwrap();
    assert_eq!((again.changes, again.undo), (vec![], vec![]));
    assert_eq!(again.resources, outcome.resources);
    assert_eq!(machine.undo_all().await, [Change::Directory { path }]);
    assert_eq!(machine.tree(), before);
}

#[tokio::test]
async fn what_is_absent_is_no_work() {
    let mut machine = machine();
    symlink("nowhere", machine.home.join("dangling")).unwrap();
    for path in ["~/none", "~/none/x", "~/f/g/h/x", "~/dangling/x"] {
        let outcome = machine.apply("rmdir", json!({"path": path})).await.unwrap();
        assert_eq!((outcome.changes, outcome.undo), (vec![], vec![]), "{path}");
    }
}

#[tokio::test]
async fn a_full_directory_stays_unless_asked() {
    let mut machine = machine();
    let before = machine.tree();
    let error = machine
        .apply("rmdir", json!({"path": "~/f"}))
        .await
        .unwrap_err();
    assert!(
        message(&error).ends_with("/home/f: it is not empty"),
        "{error}"
    );
    assert!(error.hint().unwrap().starts_with("`backup: true` renames"));
    assert_eq!(machine.tree(), before);
}

#[tokio::test]
async fn a_backup_comes_back_whole() {
    for (path, force) in [("~/f", false), ("~/f", true), ("~/e", false)] {
        let mut machine = machine();
        machine.home_file(&format!("f.grex-bak.{STAMP}"), "taken");
        let before = machine.tree();
        let arguments = json!({"path": path, "backup": true, "force": force});
        let outcome = machine.apply("rmdir", arguments).await.unwrap();
        let [Change::Move { to, .. }] = &outcome.changes[..] else {
            panic!("{:?}", outcome.changes)
        };
        let number = if path == "~/f" { ".1" } else { "" };
        assert!(to.ends_with(&format!(".grex-bak.{STAMP}{number}")), "{to}");
        assert!(Path::new(to).is_dir());
        assert_eq!(machine.undo_all().await.len(), 1);
        assert_eq!(machine.tree(), before);
    }
}

#[tokio::test]
async fn by_force_the_content_goes_and_links_in_it_are_not_followed() {
    let mut machine = machine();
    machine.home_file("kept/file", "x");
    symlink(machine.home.join("kept"), machine.home.join("f/out")).unwrap();
    let arguments = json!({"path": "~/f", "force": true});
    let outcome = machine.apply("rmdir", arguments).await.unwrap();
    let path = machine.at_home("f");
    assert_eq!(outcome.changes, [removal(&path, true)]);
    let left: Vec<_> = fs::read_dir(&machine.home).unwrap().collect();
    assert_eq!(left.len(), 2, "{left:?}");
    assert!(machine.home.join("kept/file").exists());
    assert_eq!(machine.undo_all().await, [Change::Directory { path }]);
    assert_eq!(machine.tree()[Path::new("home/f")], "directory 2701");
    assert!(
        fs::read_dir(machine.home.join("f"))
            .unwrap()
            .next()
            .is_none()
    );
}

#[tokio::test]
async fn a_link_is_refused_and_its_target_untouched() {
    let mut machine = machine();
    symlink("f", machine.home.join("l")).unwrap();
    symlink("nowhere", machine.home.join("dangling")).unwrap();
    let before = machine.tree();
    for path in ["~/l", "~/l/", "~/l/.", "~/dangling"] {
        for key in ["backup", "force"] {
            let arguments = json!({"path": path, key: true});
            let error = machine.apply("rmdir", arguments).await.unwrap_err();
            assert!(message(&error).contains(": a link to "), "{path}: {error}");
        }
    }
    let arguments = json!({"path": "~/f/g/h", "force": true});
    let error = machine.apply("rmdir", arguments).await.unwrap_err();
    assert!(message(&error).ends_with("a file stands there"), "{error}");
    assert_eq!(machine.tree(), before);
    // A linked directory on the way is followed.
    let arguments = json!({"path": "~/l/g", "backup": true});
    machine.apply("rmdir", arguments).await.unwrap();
    assert!(!machine.home.join("f/g").exists());
    machine.undo_all().await;
    assert_eq!(machine.tree(), before);
}

#[tokio::test]
async fn what_everything_stands_on_stays() {
    let mut machine = machine();
    let root = machine.home.parent().unwrap().to_path_buf();
    symlink(&root, machine.home.join("up")).unwrap();
    symlink("/", machine.home.join("root")).unwrap();
    machine.variables.set("ROOT", root.to_str().unwrap());
    machine.variables.set("SLASH", "/");
    let before = machine.tree();
    let table = [
        ("/", "it is the root of the file system"),
        ("~/root/proc", "a file system is mounted there"),
        ("/proc", "a file system is mounted there"),
        ("~/", "it is the home directory"),
        ("~/up/home", "it is the home directory"),
        ("$ROOT", "the home directory is in it"),
        ("$GREX_WORKSPACE", "it is the workspace"),
        ("$ROOT//work/.", "it is the workspace"),
        ("~/up/work", "it is the workspace"),
        ("$GREX_PACK_PATH", "it is the pack"),
    ];
    for (path, expected) in table {
        for key in ["backup", "force"] {
            let arguments = json!({"path": path, key: true});
            let error = machine.apply("rmdir", arguments).await.unwrap_err();
            assert!(message(&error).ends_with(expected), "{path}: {error}");
        }
    }
    let parent = root.parent().unwrap();
    let arguments = json!({"path": parent, "force": true});
    let error = machine.apply("rmdir", arguments).await.unwrap_err();
    assert!(message(&error).ends_with("is in it"), "{error}");
    assert_eq!(machine.tree(), before);
    assert_eq!(machine.previous, []);
}

#[tokio::test]
async fn a_home_or_workspace_reached_through_links_stays() {
    let mut machine = machine();
    let root = machine.home.parent().unwrap().to_path_buf();
    symlink(&machine.home, root.join("alias")).unwrap();
    symlink(root.join("work"), root.join("desk")).unwrap();
    let (home, workspace) = (machine.home.clone(), machine.workspace.clone());
    machine.places.home = root.join("alias");
    machine.workspace = root.join("desk");
    let before = machine.tree();
    for path in [home, workspace, root] {
        let arguments = json!({"path": path, "force": true});
        let error = machine.apply("rmdir", arguments).await.unwrap_err();
        assert!(
            message(&error).contains("is neither removed nor renamed"),
            "{error}"
        );
    }
    assert_eq!(machine.tree(), before);
}

#[tokio::test]
async fn variables_that_are_nothing_are_refused() {
    let mut machine = machine();
    machine.variables.set("NOTHING", "");
    machine.variables.set("SLASH", "/");
    machine.variables.set("DOT", ".");
    machine.variables.set("E", "e");
    let refused = [
        "$NOTHING",
        "$NOTHING/",
        "${NOTHING}/f",
        "%NOTHING%/e",
        "~/$NOTHING",
        "~/f/${NOTHING}%NOTHING%/g",
        "~/e/$DOT",
        "$SLASH",
        "$SLASH/$SLASH",
    ];
    let before = machine.tree();
    for path in refused {
        let arguments = json!({"path": path, "force": true});
        let error = machine.apply("rmdir", arguments).await.unwrap_err();
        assert!(
            message(&error).ends_with("expands to nothing"),
            "{path}: {error}"
        );
    }
    assert_eq!(machine.tree(), before);
    for path in ["~/$E$NOTHING", "~/$E"] {
        machine.apply("rmdir", json!({"path": path})).await.unwrap();
    }
    machine.variables.set("HOME", "");
    let error = machine
        .apply("rmdir", json!({"path": "~/lib"}))
        .await
        .unwrap_err();
    assert!(message(&error).ends_with("expands to nothing"), "{error}");
}

#[tokio::test]
async fn a_crash_at_any_step_is_taken_back() {
    let cases = [
        (json!({"path": "~/e"}), "e", None),
        (
            json!({"path": "~/f", "backup": true}),
            "f",
            Some(format!("f.grex-bak.{STAMP}")),
        ),
        (
            json!({"path": "~/f", "force": true}),
            "f",
            Some(format!("{TEMPORARY_PREFIX}rmdir.{STAMP}")),
        ),
    ];
    for (arguments, name, kept) in cases {
        for is_done in [false, true] {
            let mut machine = machine();
            let before = machine.tree();
            machine.announcements = Some(0);
            machine
                .apply_only(&[("rmdir", arguments.clone())])
                .await
                .unwrap_err();
            assert_eq!(machine.tree(), before);
            let path = machine.home.join(name);
            match &kept {
                _ if !is_done => {}
                Some(kept) => rename_noreplace(&path, &machine.home.join(kept)).unwrap(),
                None => fs::remove_dir(path).unwrap(),
            }
            assert_eq!(machine.undo_all().await.len(), usize::from(is_done));
            assert_eq!(machine.tree(), before, "{arguments}");
        }
    }
}

#[tokio::test]
async fn what_came_in_its_place_stays() {
    let mut machine = machine();
    let arguments = json!({"path": "~/f", "backup": true});
    machine.apply("rmdir", arguments).await.unwrap();
    machine.home_file("f", "new");
    machine
        .apply("rmdir", json!({"path": "~/e"}))
        .await
        .unwrap();
    symlink("f", machine.home.join("e")).unwrap();
    assert_eq!(machine.undo_all().await, []);
    let said = machine.said.join("\n");
    assert!(said.contains("a file stands there"), "{said}");
    assert!(
        said.contains(&format!("is kept as {}", machine.at_home("f.grex-bak"))),
        "{said}"
    );
}

#[tokio::test]
async fn without_its_parent_nothing_is_put_back() {
    let mut machine = machine();
    machine.home_file("a/b/c", "");
    let arguments = json!({"path": "~/a/b", "backup": true});
    machine.apply("rmdir", arguments).await.unwrap();
    rename_noreplace(&machine.home.join("a"), &machine.home.join("moved")).unwrap();
    assert_eq!(machine.undo_all().await, []);
    assert!(
        machine.said[0].starts_with("did not put back"),
        "{:?}",
        machine.said
    );
}

#[tokio::test]
async fn removals_and_what_comes_instead_undo_in_reverse() {
    let mut machine = machine();
    machine.pack_file("conf/x", "");
    fs::create_dir_all(machine.home.join("o/i")).unwrap();
    let before = machine.tree();
    let list = [
        ("rmdir", json!({"path": "~/o/i"})),
        ("rmdir", json!({"path": "~/o"})),
        ("rmdir", json!({"path": "~/f", "backup": true})),
        ("symlink", json!({"src": "conf", "dst": "~/f"})),
        ("rmdir", json!({"path": "~/e"})),
        ("mkdir", json!({"path": "~/e/n", "mode": "700"})),
        ("mkdir", json!({"path": "~/gone"})),
        ("rmdir", json!({"path": "~/gone"})),
    ];
    machine.apply_list(&list).await.unwrap();
    assert!(machine.home.join("f").is_symlink());
    machine.undo_all().await;
    assert_eq!(machine.tree(), before);
}

#[tokio::test]
async fn names_may_be_anything() {
    let mut machine = machine();
    for name in ["a b", "zwei\nZeilen", "日本語", "-rf", "*"] {
        fs::create_dir(machine.home.join(name)).unwrap();
        machine
            .apply("rmdir", json!({"path": format!("~/{name}"), "force": true}))
            .await
            .unwrap();
        assert!(!machine.home.join(name).exists());
    }
    assert_eq!(machine.undo_all().await.len(), 5);
}
