//! What predicates answer.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
};

use serde_json::{Value, json};

use crate::{
    model::action::Step,
    plugin::{builtin::test_host::TestMachine, error::ActionError},
};

fn machine() -> TestMachine {
    let mut machine = TestMachine::new();
    machine.pack_file("vimrc", "");
    machine.pack_file("bin/tool", "");
    machine.pack_file("bin/plain", "");
    machine.home_file("real/file", "");
    let mode = fs::Permissions::from_mode(0o755);
    fs::set_permissions(machine.pack.root.join("bin/tool"), mode).unwrap();
    symlink("real", machine.home.join("linked")).unwrap();
    symlink("nowhere", machine.home.join("dangling")).unwrap();
    symlink("loop", machine.home.join("loop")).unwrap();
    symlink(machine.in_pack("vimrc"), machine.home.join("ok")).unwrap();
    symlink("../work/dotfiles/./vimrc", machine.home.join("ok-relative")).unwrap();
    symlink("ok", machine.home.join("ok-by-way")).unwrap();
    machine
        .variables
        .set("PATH", format!("/none:{}", machine.in_pack("bin")));
    machine.variables.set("NOTHING", "");
    machine
}

/// Whether a predicate holds inside a combiner.
async fn ask(machine: &mut TestMachine, predicate: Value) -> Result<bool, ActionError> {
    let arguments = json!({"any_of": [{"all_of": [predicate]}], "on_fail": "warn"});
    let outcome = machine.apply("require", arguments).await?;
    Ok(outcome.message.is_none())
}

#[tokio::test]
async fn they_hold_or_not() {
    let mut machine = machine();
    let holds = [
        json!({"path_exists": "vimrc"}),
        json!({"path_exists": "bin/../vimrc"}),
        json!({"path_exists": "."}),
        json!({"path_exists": "~/linked/file"}),
        json!({"path_exists": "~/linked"}),
        json!({"path_exists": "/"}),
        json!({"path_exists": "/home/.."}),
        json!({"path_exists": "$GREX_PACK_PATH/bin/tool"}),
        json!({"cmd_available": "tool"}),
        json!({"cmd_available": "bin/tool"}),
        json!({"cmd_available": "$GREX_PACK_PATH/bin/tool"}),
        json!({"os": "linux"}),
        json!({"symlink_ok": {"src": "vimrc", "dst": "~/ok"}}),
        json!({"symlink_ok": {"src": "vimrc", "dst": "~/ok-relative"}}),
        json!({"symlink_ok": {"src": "vimrc", "dst": "~/ok-by-way"}}),
        json!({"all_of": []}),
        json!({"none_of": []}),
        json!({"none_of": [{"os": "macos"}, {"path_exists": "none"}]}),
        json!({"any_of": [{"os": "macos"}, {"all_of": [{"os": "linux"}, {"path_exists": "bin"}]}]}),
    ];
    for predicate in holds {
        assert!(
            ask(&mut machine, predicate.clone()).await.unwrap(),
            "{predicate}"
        );
    }
    let fails = [
        json!({"path_exists": "none"}),
        json!({"path_exists": "vimrc/x"}),
        json!({"path_exists": "~/dangling"}),
        json!({"path_exists": "~/loop"}),
        json!({"path_exists": "$NOTHING"}),
        json!({"cmd_available": "plain"}),
        json!({"cmd_available": "bin/plain"}),
        json!({"cmd_available": "bin"}),
        json!({"cmd_available": "./bin"}),
        json!({"cmd_available": "no such command"}),
        json!({"cmd_available": "$NOTHING"}),
        json!({"os": "windows"}),
        json!({"reg_key": "HKCU\\Environment"}),
        json!({"psversion": ">=1"}),
        json!({"symlink_ok": {"src": "bin", "dst": "~/ok"}}),
        json!({"symlink_ok": {"src": "none", "dst": "~/ok"}}),
        json!({"symlink_ok": {"src": "vimrc", "dst": "~/none"}}),
        json!({"symlink_ok": {"src": "vimrc", "dst": "~/dangling"}}),
        json!({"symlink_ok": {"src": "vimrc", "dst": "~/real/file"}}),
        json!({"symlink_ok": {"src": "vimrc", "dst": "$GREX_PACK_PATH/vimrc"}}),
        json!({"any_of": []}),
        json!({"none_of": [{"os": "macos"}, {"os": "linux"}]}),
    ];
    for predicate in fails {
        assert!(
            !ask(&mut machine, predicate.clone()).await.unwrap(),
            "{predicate}"
        );
    }
}

#[tokio::test]
async fn commands_are_looked_for_in_the_path_of_the_run() {
    let mut machine = machine();
    let tool = json!({"cmd_available": "tool"});
    machine.variables.set("PATH", "/none");
    assert!(!ask(&mut machine, tool.clone()).await.unwrap());
    machine
        .session
        .insert("PATH".into(), machine.in_pack("bin"));
    assert!(ask(&mut machine, tool.clone()).await.unwrap());
    machine.session.insert("PATH".into(), "bin".into());
    assert!(ask(&mut machine, tool).await.unwrap());
    let without = TestMachine::new();
    let list = [("require", json!({"all_of": [{"cmd_available": "sh"}]}))];
    without.plan_list(&list).await.unwrap_err();
}

#[tokio::test]
async fn a_plan_asks_what_will_be() {
    let mut machine = machine();
    let list = [
        ("require", json!({"none_of": [{"path_exists": "~/new/l"}]})),
        ("symlink", json!({"src": "bin", "dst": "~/new/l"})),
        (
            "require",
            json!({"all_of": [
                {"path_exists": "~/new"},
                {"path_exists": "~/new/l/tool"},
                {"symlink_ok": {"src": "bin", "dst": "~/new/l"}},
                {"none_of": [{"symlink_ok": {"src": "vimrc", "dst": "~/new/l"}}]},
            ]}),
        ),
        ("rmdir", json!({"path": "~/real", "backup": true})),
        (
            "require",
            json!({"none_of": [{"path_exists": "~/linked/file"}]}),
        ),
    ];
    machine.apply_list(&list).await.unwrap();
}

#[tokio::test]
async fn what_is_wrong_with_them_is_said_at_its_place() {
    let mut machine = machine();
    let key = |key: &str| Step::Key(key.to_owned());
    let above = [key("any_of"), Step::Index(0), key("all_of"), Step::Index(0)];
    let table = [
        (json!({"path_exists": "$NONE"}), vec![key("path_exists")]),
        (json!({"path_exists": "../x"}), vec![key("path_exists")]),
        (json!({"cmd_available": "$"}), vec![key("cmd_available")]),
        (
            json!({"symlink_ok": {"src": "../x", "dst": "~/ok"}}),
            vec![key("symlink_ok"), key("src")],
        ),
        (
            json!({"symlink_ok": {"src": "vimrc", "dst": "ok"}}),
            vec![key("symlink_ok"), key("dst")],
        ),
        (
            json!({"none_of": [{"os": "macos"}, {"path_exists": "$NONE"}]}),
            vec![key("none_of"), Step::Index(1), key("path_exists")],
        ),
    ];
    for (predicate, below) in table {
        let error = ask(&mut machine, predicate.clone()).await.unwrap_err();
        let ActionError::Arguments { error } = error else {
            panic!("{predicate}: {error}")
        };
        let path: Vec<_> = above.iter().cloned().chain(below).collect();
        assert_eq!(error.path, path, "{predicate}");
    }
}

#[tokio::test]
async fn what_is_decided_is_not_asked_further() {
    let mut machine = machine();
    let broken = json!({"path_exists": "$NONE"});
    let any = json!({"any_of": [{"os": "linux"}, broken]});
    assert!(ask(&mut machine, any).await.unwrap());
    let all = json!({"all_of": [{"os": "macos"}, broken]});
    assert!(!ask(&mut machine, all).await.unwrap());
}
