//! Links made, led elsewhere and taken back.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs, io,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
};

use serde_json::{Value, json};

use super::{carry_out::rename_back, record::temporary_name};
use crate::{
    model::action::Step,
    plugin::{
        builtin::test_host::{STAMP, TestMachine},
        change::Change,
        error::ActionError,
    },
    sys::fs::FileError,
};

fn vimrc() -> Value {
    json!({"src": "vimrc", "dst": "~/.vimrc"})
}

fn machine() -> TestMachine {
    let machine = TestMachine::new();
    machine.pack_file("vimrc", "set nu\n");
    machine.pack_file("other", "");
    machine.pack_file("d/e", "");
    machine
}

fn text(path: impl AsRef<Path>) -> String {
    fs::read_link(path).unwrap().to_str().unwrap().to_owned()
}

fn precondition(error: &ActionError) -> (&str, Option<&str>) {
    match error {
        ActionError::Precondition { message, hint } => (message, hint.as_deref()),
        error => panic!("{error:?}"),
    }
}

#[tokio::test]
async fn a_link_is_made_once_and_taken_back() {
    let mut machine = machine();
    let before = machine.tree();
    let outcome = machine.apply("symlink", vimrc()).await.unwrap();
    let link = Change::Link {
        path: machine.at_home(".vimrc"),
        old: None,
        new: Some(machine.in_pack("vimrc")),
    };
    assert_eq!(outcome.changes, [link]);
    let resource = &outcome.resources[0];
    assert_eq!(resource.name, format!("path:{}", machine.at_home(".vimrc")));
    assert!(resource.exclusive);
    assert_eq!(resource.argument, [Step::Key("dst".into())]);
    assert_eq!(outcome.undo[0].resource, resource.name);
    assert_eq!(outcome.undo[0].action, "symlink");
    assert_eq!(text(machine.at_home(".vimrc")), machine.in_pack("vimrc"));
    let after = machine.tree();
    let again = machine.apply("symlink", vimrc()).await.unwrap();
    assert_eq!((again.changes, again.undo), (vec![], vec![]));
    assert_eq!(again.resources, outcome.resources);
    assert_eq!(machine.tree(), after);
    let undone = machine.undo_all().await;
    let removed = Change::Link {
        path: machine.at_home(".vimrc"),
        old: Some(machine.in_pack("vimrc")),
        new: None,
    };
    assert_eq!(undone, [removed]);
    assert_eq!(machine.tree(), before);
    assert_eq!(machine.said, Vec::<String>::new());
}

#[tokio::test]
async fn directories_on_the_way_go_with_the_last_link() {
    let mut machine = machine();
    let before = machine.tree();
    let list = [
        ("symlink", json!({"src": "vimrc", "dst": "~/.config/x/a"})),
        (
            "symlink",
            json!({"src": "d", "dst": "~/.config/x/b", "kind": "directory"}),
        ),
        (
            "symlink",
            json!({"src": "d/e", "dst": "~/.config/y/c", "kind": "file"}),
        ),
    ];
    let outcome = machine.apply_list(&list).await.unwrap();
    let directories: Vec<_> = outcome
        .undo
        .iter()
        .map(|record| record.directories.len())
        .collect();
    assert_eq!(directories, [2, 0, 1]);
    let undone = machine.undo_all().await;
    assert_eq!(undone.len(), 6);
    assert_eq!(
        undone[5],
        Change::Remove {
            path: machine.at_home(".config"),
            with_content: false,
        }
    );
    assert_eq!(machine.tree(), before);
}

#[tokio::test]
async fn a_relative_text_leads_to_the_same_file() {
    let mut machine = machine();
    fs::create_dir_all(machine.home.join("deep/real")).unwrap();
    symlink("deep/real", machine.home.join("linked")).unwrap();
    for (dst, expected) in [
        ("~/a", "../work/dotfiles/d/e"),
        ("~/n/m/a", "../../../work/dotfiles/d/e"),
        // A link on the way: `..` leads back to where it leads to.
        ("~/linked/a", "../../../work/dotfiles/d/e"),
        ("$GREX_PACK_PATH/d/z", "e"),
    ] {
        let arguments = json!({"src": "./d//x/../e", "dst": dst, "normalize": false});
        let outcome = machine.apply("symlink", arguments).await.unwrap();
        let path = outcome.resources[0]
            .name
            .strip_prefix("path:")
            .unwrap()
            .to_owned();
        assert_eq!(text(&path), expected, "{dst}");
        let led = fs::canonicalize(&path).unwrap();
        assert_eq!(led.to_str(), Some(&*machine.in_pack("d/e")), "{dst}");
    }
    let root = json!({"src": ".", "dst": "~/root"});
    machine.apply("symlink", root).await.unwrap();
    assert_eq!(
        text(machine.at_home("root")),
        machine.pack.root.to_str().unwrap()
    );
    let root = json!({"src": ".", "dst": "$GREX_PACK_PATH/self", "normalize": false});
    machine.apply("symlink", root).await.unwrap();
    assert_eq!(text(machine.in_pack("self")), ".");
}

#[tokio::test]
async fn a_link_that_leads_to_the_same_file_is_left() {
    let mut machine = machine();
    symlink("../work/dotfiles/vimrc", machine.home.join(".vimrc")).unwrap();
    let outcome = machine.apply("symlink", vimrc()).await.unwrap();
    assert_eq!((outcome.changes, outcome.undo), (vec![], vec![]));
    assert_eq!(machine.undo_all().await, []);
    assert!(machine.home.join(".vimrc").exists());
}

#[tokio::test]
async fn our_own_link_is_led_elsewhere_and_back() {
    let mut machine = machine();
    let before = machine.tree();
    machine.apply("symlink", vimrc()).await.unwrap();
    let first = machine.tree();
    let other = json!({"src": "other", "dst": "~/.vimrc"});
    let outcome = machine.apply("symlink", other).await.unwrap();
    let link = Change::Link {
        path: machine.at_home(".vimrc"),
        old: Some(machine.in_pack("vimrc")),
        new: Some(machine.in_pack("other")),
    };
    assert_eq!(outcome.changes, [link]);
    let relative = json!({"src": "vimrc", "dst": "~/.vimrc", "normalize": false});
    machine.apply("symlink", relative).await.unwrap();
    assert_eq!(text(machine.at_home(".vimrc")), "../work/dotfiles/vimrc");
    let kept = machine.previous.remove(0);
    assert_eq!(machine.undo_all().await.len(), 2);
    assert_eq!(machine.tree(), first);
    machine.previous.push(kept);
    machine.undo_all().await;
    assert_eq!(machine.tree(), before);
}

#[tokio::test]
async fn what_stands_there_stays_unless_a_backup_is_asked_for() {
    let setups: [(&str, fn(&Path)); 5] = [
        ("a file", |path| fs::File::create(path).map(drop).unwrap()),
        ("a directory", |path| {
            fs::create_dir_all(path.join("x")).unwrap()
        }),
        ("a link to /nowhere", |path| {
            symlink("/nowhere", path).unwrap()
        }),
        ("a link to .vimrc", |path| symlink(".vimrc", path).unwrap()),
        ("neither a file nor a directory", |path| {
            drop(std::os::unix::net::UnixListener::bind(path).unwrap());
        }),
    ];
    for (name, set_up) in setups {
        let mut machine = machine();
        let dst = machine.home.join(".vimrc");
        set_up(&dst);
        let error = machine.apply("symlink", vimrc()).await.unwrap_err();
        let (message, hint) = precondition(&error);
        assert!(
            message.ends_with(&format!(".vimrc: {name} stands there")),
            "{message}"
        );
        assert_eq!(hint, Some("`backup: true` renames it out of the way"));
        assert_eq!(machine.previous, []);
        let before = machine.tree();
        let arguments = json!({"src": "vimrc", "dst": "~/.vimrc", "backup": true});
        let outcome = machine.apply("symlink", arguments.clone()).await.unwrap();
        let backup = machine.at_home(&format!(".vimrc.grex-bak.{STAMP}"));
        let moved = Change::Move {
            from: machine.at_home(".vimrc"),
            to: backup.clone(),
        };
        assert_eq!(outcome.changes[0], moved);
        assert!(Path::new(&backup).symlink_metadata().is_ok());
        assert_eq!(
            machine.apply("symlink", arguments).await.unwrap().changes,
            []
        );
        let undone = machine.undo_all().await;
        assert_eq!(undone.len(), 2, "{undone:?}");
        assert_eq!(machine.tree(), before, "{name}");
    }
}

#[tokio::test]
async fn a_backup_takes_a_name_that_is_free_and_keeps_its_mode() {
    let mut machine = machine();
    machine.home_file(".vimrc", "mine");
    let mode = fs::Permissions::from_mode(0o640);
    fs::set_permissions(machine.home.join(".vimrc"), mode).unwrap();
    machine.home_file(&format!(".vimrc.grex-bak.{STAMP}"), "older");
    symlink(
        "nowhere",
        machine.home.join(format!(".vimrc.grex-bak.{STAMP}.1")),
    )
    .unwrap();
    let before = machine.tree();
    let arguments = json!({"src": "vimrc", "dst": "~/.vimrc", "backup": true});
    machine.apply("symlink", arguments).await.unwrap();
    let taken = machine.at_home(&format!(".vimrc.grex-bak.{STAMP}.2"));
    assert_eq!(fs::read_to_string(taken).unwrap(), "mine");
    machine.undo_all().await;
    assert_eq!(machine.tree(), before);
}

#[tokio::test]
async fn two_installs_are_undone_to_the_last_bit() {
    let mut machine = machine();
    machine.home_file(".vimrc", "mine");
    machine.home_file(".config/keep", "");
    let before = machine.tree();
    let backup =
        |src: &str, dst: &str| ("symlink", json!({"src": src, "dst": dst, "backup": true}));
    let first = [backup("vimrc", "~/.vimrc"), backup("d", "~/.config/nvim/d")];
    machine.apply_list(&first).await.unwrap();
    // Meanwhile somebody has replaced a link by a file.
    machine.stamp = "20270102T030405Z".into();
    let second = [
        backup("other", "~/.vimrc"),
        backup("other", "~/.config/nvim/d"),
        ("mkdir", json!({"path": "~/.config/nvim/m"})),
    ];
    machine.apply_list(&second).await.unwrap();
    machine.undo_all().await;
    assert_eq!(machine.tree(), before);
}

#[tokio::test]
async fn a_second_backup_is_put_back_and_the_first_is_kept() {
    let mut machine = machine();
    machine.home_file(".vimrc", "first");
    let arguments = json!({"src": "vimrc", "dst": "~/.vimrc", "backup": true});
    machine.apply("symlink", arguments.clone()).await.unwrap();
    fs::remove_file(machine.home.join(".vimrc")).unwrap();
    machine.home_file(".vimrc", "second");
    machine.stamp = "20270102T030405Z".into();
    machine.apply("symlink", arguments).await.unwrap();
    machine.undo_all().await;
    assert_eq!(
        fs::read_to_string(machine.at_home(".vimrc")).unwrap(),
        "second"
    );
    let kept = machine.at_home(&format!(".vimrc.grex-bak.{STAMP}"));
    assert_eq!(fs::read_to_string(&kept).unwrap(), "first");
    assert!(
        machine.said.iter().any(|line| line.ends_with(&kept)),
        "{:?}",
        machine.said
    );
}

#[tokio::test]
async fn a_link_that_is_not_ours_any_more_stays() {
    let mut machine = machine();
    machine.apply("symlink", vimrc()).await.unwrap();
    fs::remove_file(machine.home.join(".vimrc")).unwrap();
    symlink("/mine", machine.home.join(".vimrc")).unwrap();
    assert_eq!(machine.undo_all().await, []);
    assert_eq!(text(machine.at_home(".vimrc")), "/mine");
    let said = machine.said.join("\n");
    assert!(said.contains("a link to /mine stands there"), "{said}");
    // Gone is as good as taken back.
    machine.said.clear();
    fs::remove_file(machine.home.join(".vimrc")).unwrap();
    machine.apply("symlink", vimrc()).await.unwrap();
    fs::remove_file(machine.home.join(".vimrc")).unwrap();
    assert_eq!(machine.undo_all().await, []);
    assert_eq!(machine.said, Vec::<String>::new());
}

#[tokio::test]
async fn a_crash_at_any_step_is_taken_back() {
    // Made on the way, renamed, linked under another name, linked.
    for steps in 0..=4 {
        for has_file in [false, true] {
            let mut machine = machine();
            fs::create_dir(machine.home.join("a")).unwrap();
            let dst = machine.home.join(if has_file { "a/f" } else { "a/b/c/f" });
            if has_file {
                fs::create_dir_all(dst.join("content")).unwrap();
            }
            let before = machine.tree();
            machine.announcements = Some(0);
            let arguments = json!({"src": "d", "dst": dst, "backup": true});
            machine
                .apply_only(&[("symlink", arguments)])
                .await
                .unwrap_err();
            assert_eq!(machine.tree(), before);
            let source = machine.in_pack("d");
            let name = temporary_name(dst.to_str().unwrap(), &source);
            let beside = dst.with_file_name(name);
            if steps > 0 {
                fs::create_dir_all(dst.parent().unwrap()).unwrap();
            }
            if steps > 1 && has_file {
                let backup = format!("a/f.grex-bak.{STAMP}");
                crate::sys::fs::rename_noreplace(&dst, &machine.home.join(backup)).unwrap();
            }
            if steps == 3 {
                symlink(&source, &beside).unwrap();
            }
            if steps == 4 {
                symlink(&source, &dst).unwrap();
            }
            machine.undo_all().await;
            assert_eq!(machine.tree(), before, "{steps} {has_file}");
        }
    }
}

#[tokio::test]
async fn a_crash_while_a_link_is_led_elsewhere_is_taken_back() {
    for is_renamed in [false, true] {
        let mut machine = machine();
        machine.apply("symlink", vimrc()).await.unwrap();
        let kept = machine.previous.clone();
        let before = machine.tree();
        machine.announcements = Some(0);
        let other = json!({"src": "other", "dst": "~/.vimrc"});
        machine.apply_only(&[("symlink", other)]).await.unwrap_err();
        let dst = machine.home.join(".vimrc");
        if is_renamed {
            fs::remove_file(&dst).unwrap();
            symlink(machine.in_pack("other"), &dst).unwrap();
        } else {
            let name = temporary_name(dst.to_str().unwrap(), &machine.in_pack("other"));
            symlink(machine.in_pack("other"), dst.with_file_name(name)).unwrap();
        }
        machine.previous.remove(0);
        machine.undo_all().await;
        assert_eq!(machine.tree(), before);
        machine.previous = kept;
        machine.undo_all().await;
        assert!(dst.symlink_metadata().is_err());
    }
}

#[tokio::test]
async fn a_link_that_fails_after_the_backup_is_made_good() {
    let mut machine = machine();
    machine.home_file(".vimrc", "mine");
    let name = temporary_name(&machine.at_home(".vimrc"), &machine.in_pack("vimrc"));
    machine.home_file(&name, "in the way");
    let before = machine.tree();
    let arguments = json!({"src": "vimrc", "dst": "~/.vimrc", "backup": true});
    let error = machine.apply("symlink", arguments).await.unwrap_err();
    assert!(matches!(error, ActionError::Failed { .. }));
    assert!(
        error.to_string().ends_with("what was there is there again"),
        "{error}"
    );
    assert_eq!(machine.tree(), before);
    machine.undo_all().await;
    assert_eq!(machine.tree(), before);
}

#[test]
fn where_even_that_fails_the_error_says_what_lies_where() {
    let machine = machine();
    machine.home_file("f.bak", "mine");
    machine.home_file("f", "somebody's");
    let cause = FileError {
        action: "make the link",
        path: machine.home.join("f"),
        source: io::Error::other("the disk is full"),
    };
    let error = rename_back(&machine.home.join("f"), &machine.home.join("f.bak"), &cause);
    let (path, backup) = (machine.at_home("f"), machine.at_home("f.bak"));
    let expected = format!(
        "cannot make the link {path}: the disk is full; what was at {path} is at {backup} now, and could not be renamed back: "
    );
    assert!(error.to_string().starts_with(&expected), "{error}");
    assert_eq!(
        error.hint(),
        Some(&*format!("rename {backup} to {path} yourself"))
    );
}

#[tokio::test]
async fn a_pack_links_to_its_own_files_only() {
    let mut machine = machine();
    machine.home_file("secret", "");
    fs::create_dir(machine.workspace.join("dotfiles-2")).unwrap();
    symlink(machine.home.join("secret"), machine.pack.root.join("out")).unwrap();
    symlink("../..", machine.pack.root.join("up")).unwrap();
    symlink("d", machine.pack.root.join("in")).unwrap();
    symlink("loop", machine.pack.root.join("loop")).unwrap();
    machine.variables.set("UP", "..");
    let outside = [
        "../x",
        "d/../../dotfiles/vimrc",
        "$UP/x",
        "~/secret",
        "/",
        "$GREX_PACK_PATH-2",
        "$GREX_PACK_PATH/../dotfiles-2",
        "out",
        "up",
        "up/home/secret",
    ];
    for src in outside {
        let arguments = json!({"src": src, "dst": "~/l"});
        let error = machine.apply("symlink", arguments).await.unwrap_err();
        let ActionError::Arguments { error } = error else {
            panic!("{src}: {error}")
        };
        assert_eq!(error.path, [Step::Key("src".into())], "{src}");
        assert!(error.message.contains("leaves the pack"), "{src}: {error}");
    }
    for src in ["missing", "d/missing", "vimrc/x", "loop"] {
        for kind in ["auto", "file"] {
            let arguments = json!({"src": src, "dst": "~/l", "kind": kind});
            let error = machine.apply("symlink", arguments).await.unwrap_err();
            assert!(
                precondition(&error).0.starts_with("`src` is not there: "),
                "{src}: {error}"
            );
        }
    }
    for (src, kind) in [("d", "file"), ("vimrc", "directory"), ("in", "file")] {
        let arguments = json!({"src": src, "dst": "~/l", "kind": kind});
        let error = machine.apply("symlink", arguments).await.unwrap_err();
        let ActionError::Arguments { error } = error else {
            panic!("{src}: {error}")
        };
        assert_eq!(error.path, [Step::Key("kind".into())], "{src}");
    }
    let list = [
        ("symlink", json!({"src": "in", "dst": "~/in"})),
        ("symlink", json!({"src": "in/e", "dst": "~/e"})),
    ];
    machine.apply_list(&list).await.unwrap();
    assert_eq!(text(machine.at_home("e")), machine.in_pack("in/e"));
    let absolute = json!({"src": "$GREX_PACK_PATH//d/./e", "dst": "~/absolute"});
    machine.apply("symlink", absolute).await.unwrap();
    assert_eq!(text(machine.at_home("absolute")), machine.in_pack("d/e"));
}

#[tokio::test]
async fn a_source_may_be_planned() {
    let mut machine = machine();
    let before = machine.tree();
    let list = [
        ("mkdir", json!({"path": "$GREX_PACK_PATH/cache"})),
        ("symlink", json!({"src": "cache", "dst": "~/a"})),
        ("symlink", json!({"src": "cache", "dst": "~/a/inner"})),
        ("symlink", json!({"src": "d", "dst": "~/a/deep/er"})),
    ];
    machine.apply_list(&list).await.unwrap();
    assert!(machine.pack.root.join("cache/inner").is_symlink());
    assert_eq!(machine.apply_list(&list).await.unwrap().changes, []);
    machine.undo_all().await;
    assert_eq!(machine.tree(), before);
}

#[tokio::test]
async fn what_everything_stands_on_is_not_renamed() {
    let mut machine = machine();
    for dst in [
        "$HOME",
        "$GREX_WORKSPACE",
        "$GREX_PACK_PATH",
        "/",
        "$GREX_PACK_PATH/d/e",
    ] {
        let arguments = json!({"src": "d/e", "dst": dst, "backup": true});
        let error = machine.apply("symlink", arguments).await.unwrap_err();
        precondition(&error);
    }
    let own = json!({"src": "d/e", "dst": "$GREX_PACK_PATH/d", "backup": true});
    let error = machine.apply("symlink", own).await.unwrap_err();
    assert!(
        precondition(&error).0.starts_with("`src` is in `dst`"),
        "{error}"
    );
    assert_eq!(machine.previous, []);
}

#[tokio::test]
async fn a_way_that_cannot_be_gone_is_refused() {
    let mut machine = machine();
    machine.home_file("file", "");
    symlink("nowhere", machine.home.join("dangling")).unwrap();
    for (dst, expected) in [
        ("~/file/x", "/home/file is not a directory"),
        ("~/file/x/y", "/home/file is not a directory"),
        (
            "~/dangling/x",
            "/home/dangling is a symbolic link to nothing",
        ),
    ] {
        let arguments = json!({"src": "vimrc", "dst": dst, "backup": true});
        let error = machine.apply("symlink", arguments).await.unwrap_err();
        assert!(precondition(&error).0.ends_with(expected), "{dst}: {error}");
    }
    for dst in ["vimrc", "~/../x", "~"] {
        let arguments = json!({"src": "vimrc", "dst": dst});
        let error = machine.apply("symlink", arguments).await.unwrap_err();
        assert!(
            matches!(error, ActionError::Arguments { .. }),
            "{dst}: {error}"
        );
    }
    let before = machine.tree();
    let proc = json!({"src": "vimrc", "dst": "/proc/grex"});
    let error = machine.apply("symlink", proc).await.unwrap_err();
    assert!(matches!(error, ActionError::Failed { .. }), "{error}");
    assert_eq!(machine.undo_all().await, []);
    assert_eq!(machine.tree(), before);
}

#[tokio::test]
async fn a_linked_directory_on_the_way_is_followed_and_remembered() {
    let mut machine = machine();
    fs::create_dir(machine.home.join("real")).unwrap();
    fs::create_dir(machine.home.join("other")).unwrap();
    symlink("real", machine.home.join(".config")).unwrap();
    let arguments = json!({"src": "vimrc", "dst": "~/.config/l"});
    let outcome = machine.apply("symlink", arguments).await.unwrap();
    let named = format!("path:{}", machine.at_home(".config/l"));
    assert_eq!(outcome.resources[0].name, named);
    assert!(machine.home.join("real/l").is_symlink());
    // The link on the way leads elsewhere now, where one like ours is somebody else's.
    fs::remove_file(machine.home.join(".config")).unwrap();
    symlink("other", machine.home.join(".config")).unwrap();
    symlink(machine.in_pack("vimrc"), machine.home.join("other/l")).unwrap();
    machine.undo_all().await;
    assert!(!machine.home.join("real/l").is_symlink());
    assert!(machine.home.join("other/l").is_symlink());
}

#[tokio::test]
async fn a_link_that_appears_on_the_way_hides_what_was_made() {
    let mut machine = machine();
    let arguments = json!({"src": "vimrc", "dst": "~/a/l"});
    machine.apply("symlink", arguments).await.unwrap();
    crate::sys::fs::rename_noreplace(&machine.home.join("a"), &machine.home.join("b")).unwrap();
    symlink("b", machine.home.join("a")).unwrap();
    assert_eq!(machine.undo_all().await, []);
    assert!(machine.home.join("b/l").is_symlink());
    assert!(
        machine.said[0].contains("a link has appeared on the way"),
        "{:?}",
        machine.said
    );
}

#[tokio::test]
async fn names_may_be_anything() {
    let mut machine = machine();
    let before = machine.tree();
    let long = "x".repeat(255);
    for name in [
        "a b",
        "zwei\nZeilen",
        "日本語",
        "'\"`;",
        "-rf",
        "e\u{301}",
        &long,
    ] {
        machine.pack_file(&format!("names/{name}"), "");
        let arguments = json!({"src": format!("names/{name}"), "dst": format!("~/{name}")});
        machine.apply("symlink", arguments).await.unwrap();
        assert!(machine.home.join(name).exists(), "{name}");
    }
    machine.undo_all().await;
    let home_only = |tree: std::collections::BTreeMap<std::path::PathBuf, String>| {
        tree.into_iter()
            .filter(|(path, _)| path.starts_with("home"))
            .collect::<Vec<_>>()
    };
    assert_eq!(home_only(machine.tree()), home_only(before));
}
