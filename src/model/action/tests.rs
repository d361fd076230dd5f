//! What the arguments of each action accept and refuse.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::{Value, json};

use super::*;

fn check(name: &str, arguments: Value) -> Result<(), ArgumentError> {
    Vocabulary::builtin().check_action(name, &arguments)
}

fn path(text: &str) -> Vec<Step> {
    text.split('/')
        .map(|part| match part.parse() {
            Ok(index) => Step::Index(index),
            Err(_) => Step::Key(part.to_owned()),
        })
        .collect()
}

#[test]
fn every_action_takes_its_smallest_and_largest_form() {
    let accepted = [
        ("symlink", json!({"src": "a", "dst": "~/b"})),
        (
            "symlink",
            json!({"src": "a", "dst": "b", "backup": true, "normalize": false, "kind": "directory"}),
        ),
        ("env", json!({"name": "A", "value": ""})),
        (
            "env",
            json!({"name": "A_1", "value": "$HOME\n", "scope": "machine"}),
        ),
        ("mkdir", json!({"path": "a"})),
        ("mkdir", json!({"path": "a", "mode": "0700"})),
        ("rmdir", json!({"path": "a", "backup": true, "force": true})),
        ("require", json!({"all_of": []})),
        (
            "require",
            json!({"none_of": [{"any_of": [{"os": "macos"}, {"all_of": [{"cmd_available": "git"}]}]}], "on_fail": "skip"}),
        ),
        (
            "require",
            json!({"any_of": [
                {"path_exists": "~/x"}, {"reg_key": "HKCU\\Software!x"}, {"psversion": ">=5.1"},
                {"symlink_ok": {"src": "a", "dst": "b"}},
            ]}),
        ),
        ("when", json!({"actions": []})),
        (
            "when",
            json!({"os": "linux", "all_of": [{"cmd_available": "zsh"}], "none_of": [],
                "actions": [{"when": {"os": "linux", "actions": [{"mkdir": {"path": "x"}}]}}]}),
        ),
        ("exec", json!({"cmd": ["make"]})),
        (
            "exec",
            json!({"cmd": ["make"], "shell": false, "cwd": "a", "env": {"A": "1"}, "on_fail": "ignore"}),
        ),
        (
            "exec",
            json!({"shell": true, "cmd_shell": "make && make install"}),
        ),
    ];
    for (name, arguments) in accepted {
        assert_eq!(check(name, arguments.clone()), Ok(()), "{name} {arguments}");
    }
}

#[test]
fn refusals_name_the_place_and_the_reason() {
    let refused = [
        (
            "symlink",
            json!({"src": "a"}),
            "symlink",
            "the key `dst` is missing",
        ),
        (
            "symlink",
            json!({"src": "a", "dts": "b"}),
            "symlink/dts",
            "unknown key `dts`",
        ),
        (
            "symlink",
            json!({"src": "", "dst": "b"}),
            "symlink/src",
            "the path is empty",
        ),
        (
            "symlink",
            json!({"src": "a", "dst": "b", "backup": "yes"}),
            "symlink/backup",
            "expected true or false, found text",
        ),
        (
            "symlink",
            json!({"src": "a", "dst": "b", "kind": "dir"}),
            "symlink/kind",
            "`dir` is not one of `auto`, `file`, `directory`",
        ),
        (
            "symlink",
            json!(["a", "b"]),
            "symlink",
            "expected a mapping with `src` and `dst`, found a list",
        ),
        (
            "symlink",
            json!(null),
            "symlink",
            "expected a mapping with `src` and `dst`, found nothing",
        ),
        (
            "env",
            json!({"name": "1A", "value": ""}),
            "env/name",
            "not the name of a variable",
        ),
        (
            "env",
            json!({"name": "A=B", "value": ""}),
            "env/name",
            "not the name of a variable",
        ),
        (
            "env",
            json!({"name": "A", "value": 1}),
            "env/value",
            "expected text, found a number",
        ),
        (
            "env",
            json!({"name": "A", "value": "a\0"}),
            "env/value",
            "a NUL character is not allowed",
        ),
        (
            "mkdir",
            json!({"path": "a", "mode": 755}),
            "mkdir/mode",
            "expected text, found a number",
        ),
        (
            "mkdir",
            json!({"path": "a", "mode": "rwx"}),
            "mkdir/mode",
            "not permission bits",
        ),
        (
            "rmdir",
            json!({"path": "a", "recursive": true}),
            "rmdir/recursive",
            "unknown key `recursive`",
        ),
        (
            "require",
            json!({}),
            "require",
            "expected exactly one of `all_of`, `any_of`, `none_of`, found 0",
        ),
        (
            "require",
            json!({"all_of": [], "any_of": []}),
            "require",
            "expected exactly one of `all_of`, `any_of`, `none_of`, found 2",
        ),
        (
            "require",
            json!({"all_of": [{"os": "beos"}]}),
            "require/all_of/0/os",
            "`beos` is not one of `linux`, `macos`, `windows`",
        ),
        (
            "require",
            json!({"all_of": [{"path_exist": "x"}]}),
            "require/all_of/0",
            "`path_exist` is not one of",
        ),
        (
            "require",
            json!({"all_of": [{"os": "linux", "cmd_available": "x"}]}),
            "require/all_of/0",
            "expected exactly one key, found 2",
        ),
        (
            "require",
            json!({"all_of": ["linux"]}),
            "require/all_of/0",
            "`linux` is not one of",
        ),
        (
            "require",
            json!({"all_of": [{"symlink_ok": {"src": "a", "dst": "b", "x": 1}}]}),
            "require/all_of/0/symlink_ok/x",
            "unknown key `x`",
        ),
        (
            "require",
            json!({"all_of": [{"psversion": "new"}]}),
            "require/all_of/0/psversion",
            "not a version to compare with",
        ),
        (
            "when",
            json!({"os": "linux"}),
            "when",
            "the key `actions` is missing",
        ),
        (
            "when",
            json!({"actions": [{"mkdir": {}}]}),
            "when/actions/0/mkdir",
            "the key `path` is missing",
        ),
        (
            "when",
            json!({"actions": [{"mkdri": {}}]}),
            "when/actions/0/mkdri",
            "unknown action `mkdri`",
        ),
        (
            "when",
            json!({"actions": [{"mkdir": {}, "rmdir": {}}]}),
            "when/actions/0",
            "an action is a mapping with exactly one key, its name; found 2 keys",
        ),
        ("exec", json!({}), "exec", "there is nothing to run"),
        ("exec", json!({"cmd": []}), "exec", "`cmd` is empty"),
        (
            "exec",
            json!({"cmd": "make"}),
            "exec/cmd",
            "expected a list, found text",
        ),
        (
            "exec",
            json!({"cmd": ["a"], "shell": true}),
            "exec",
            "`cmd` and `shell: true` exclude each other",
        ),
        (
            "exec",
            json!({"cmd": ["a"], "cmd_shell": "a"}),
            "exec",
            "`cmd` and `cmd_shell` exclude each other",
        ),
        (
            "exec",
            json!({"cmd_shell": "a"}),
            "exec",
            "`cmd_shell` needs `shell: true`",
        ),
        (
            "exec",
            json!({"shell": true}),
            "exec",
            "`shell: true` needs `cmd_shell`",
        ),
        (
            "exec",
            json!({"cmd": ["a"], "env": {"A-B": "1"}}),
            "exec/env/A-B",
            "not the name of a variable",
        ),
        (
            "download",
            json!({}),
            "download",
            "unknown action `download`",
        ),
    ];
    for (name, arguments, place, message) in refused {
        let error = check(name, arguments.clone()).unwrap_err();
        assert!(
            error.message.starts_with(message),
            "{name} {arguments}: {}",
            error.message
        );
        assert_eq!(error.path, path(place), "{name} {arguments}");
    }
}

#[test]
fn an_unknown_action_is_told_apart_at_any_depth() {
    let nested = json!({"actions": [{"when": {"actions": [{"simlink": {}}]}}]});
    let error = check("when", nested).unwrap_err();
    assert_eq!(error.fault, ArgumentFault::UnknownAction);
    assert_eq!(error.hint.as_deref(), Some("did you mean `symlink`?"));
    assert_eq!(error.path, path("when/actions/0/when/actions/0/simlink"));
    let other = check("mkdir", json!({"pth": "x"})).unwrap_err();
    assert_eq!(other.fault, ArgumentFault::UnknownKey);
}

#[test]
fn defaults_are_the_documented_ones() {
    let link: SymlinkArguments = parse(&json!({"src": "a", "dst": "b"})).unwrap();
    assert_eq!(
        (link.backup, link.normalize, link.kind),
        (false, true, LinkKind::Auto)
    );
    let env: EnvArguments = parse(&json!({"name": "A", "value": "b"})).unwrap();
    assert_eq!(env.scope, EnvScope::User);
    let directory: MkdirArguments = parse(&json!({"path": "a"})).unwrap();
    assert_eq!(directory.mode.bits(), 0o755);
    let gone: RmdirArguments = parse(&json!({"path": "a"})).unwrap();
    assert!(!gone.backup && !gone.force);
    let require: RequireArguments = parse(&json!({"any_of": []})).unwrap();
    assert_eq!(require.on_fail, RequireOnFail::Error);
    let exec: ExecArguments = parse(&json!({"cmd": ["a"]})).unwrap();
    assert_eq!((exec.on_fail, exec.cwd), (ExecOnFail::Error, None));
}

#[test]
fn a_plugin_s_action_is_checked_by_its_own_rule() {
    let mut vocabulary = Vocabulary::builtin();
    vocabulary.add_action(
        "download",
        std::sync::Arc::new(|arguments: &Value, _: &Vocabulary| {
            if arguments.get("url").is_some() {
                return Ok(());
            }
            Err(ArgumentError::new(Vec::new(), "no url"))
        }),
    );
    let nested = |arguments: Value| json!({"actions": [{"download": arguments}]});
    assert_eq!(
        vocabulary.check_action("when", &nested(json!({"url": "x"}))),
        Ok(())
    );
    let error = vocabulary
        .check_action("when", &nested(json!({})))
        .unwrap_err();
    assert_eq!(error.path, path("when/actions/0/download"));
}

#[test]
fn the_list_of_actions_is_the_documented_one() {
    let names: Vec<&str> = ACTIONS.iter().map(|action| action.name).collect();
    assert_eq!(
        names,
        [
            "symlink", "env", "mkdir", "rmdir", "require", "when", "exec"
        ]
    );
    let vocabulary = Vocabulary::builtin();
    assert_eq!(vocabulary.actions().count(), 7);
    assert_eq!(
        vocabulary.check_pack_type("declaratve"),
        Err("did you mean `declarative`?".into())
    );
}
