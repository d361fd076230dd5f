//! `run ACTION`.

use grex_fixtures::grex;
use serde_json::Value;

use crate::{
    home::Home,
    support::{as_planned, declarative, install_state, rm, told, workspace},
};

const ACTIONS: &str = "actions:
  - symlink: { src: a, dst: ~/.one }
  - mkdir: { path: ~/made }
  - symlink: { src: a, dst: ~/.two }
  - when: { none_of: [{ os: windows }], actions: [{ symlink: { src: a, dst: ~/.three } }] }
";

/// A workspace with two packs that are not installed.
fn two() -> grex_fixtures::Sandbox {
    let sandbox = workspace();
    for (name, rest) in [
        ("dots", ACTIONS),
        ("more", "actions:\n  - symlink: { src: a, dst: ~/.more }\n"),
    ] {
        let remote = declarative(&sandbox, name, rest).file("a", "a\n").create();
        grex!(sandbox, "add", remote.url(), "--no-install")
            .run()
            .success();
    }
    sandbox
}

#[test]
fn it_runs_the_actions_of_one_name_and_rm_takes_them_back() {
    let sandbox = two();
    let before = Home::of(&sandbox);
    let report = as_planned(&sandbox, &["run", "symlink", "--trust"]);
    let lines: Vec<_> = report.as_array().unwrap().iter().collect();
    let told: Vec<_> = lines
        .iter()
        .map(|line| {
            (
                line["pack"].as_str().unwrap(),
                line["idx"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(told, [("dots", 0), ("dots", 2), ("more", 0)]);
    for line in &lines {
        assert_eq!(line["action"], "symlink");
        assert_eq!(line["changed"], true);
        assert_eq!(line["message"], Value::Null);
    }
    before.check_but(&[".more", ".one", ".two"]);
    assert_eq!(install_state(&sandbox, "dots"), "not-installed");
    // Again, nothing changes.
    let again = grex!(sandbox, "run", "symlink", "--json").run();
    again.success();
    for line in again.json().as_array().unwrap() {
        assert_eq!(line["changed"], false, "{line}");
    }
    // The rest follows with the install, and everything goes with the pack.
    grex!(sandbox, "update").run().success();
    assert!(sandbox.path("home/made").exists() && sandbox.path("home/.three").exists());
    assert_eq!(install_state(&sandbox, "dots"), "installed");
    rm(&sandbox, &["dots", "more"]).success();
    before.check();
}

#[test]
fn what_only_it_has_done_goes_with_the_pack() {
    let sandbox = two();
    let before = Home::of(&sandbox);
    grex!(sandbox, "run", "mkdir", "--trust").run().success();
    before.check_but(&["made"]);
    rm(&sandbox, &["dots"]).success();
    before.check();
}

#[test]
fn filters_say_which_packs() {
    let sandbox = two();
    let before = Home::of(&sandbox);
    grex!(sandbox, "run", "symlink", "--trust", "--filter", "more")
        .run()
        .success();
    before.check_but(&[".more"]);
    told(
        &grex!(sandbox, "run", "symlink", "--trust", "--filter", "mor").run(),
        2,
        &["more"],
    );
}

#[test]
fn it_needs_to_be_trusted() {
    let sandbox = two();
    let before = Home::of(&sandbox);
    let outcome = grex!(sandbox, "run", "symlink").run();
    told(&outcome, 9, &["dots", "more"]);
    before.check();
}

#[test]
fn the_command_of_its_hint_runs_the_action() {
    let sandbox = two();
    let outcome = grex!(sandbox, "run", "mkdir").run();
    told(&outcome, 9, &["grex update dots --trust"]);
}

#[test]
fn an_unknown_action_is_exit_8() {
    let sandbox = two();
    told(
        &grex!(sandbox, "run", "symlnk", "--trust").run(),
        8,
        &["symlnk", "symlink"],
    );
    let outcome = grex!(sandbox, "run", "zzz", "--json").run();
    outcome.code(8);
    assert!(outcome.json()["error"]["message"].is_string());
}

#[test]
fn an_action_that_nobody_has_is_no_error() {
    let sandbox = two();
    let outcome = grex!(sandbox, "run", "rmdir", "--trust", "--json").run();
    outcome.success();
    assert_eq!(outcome.json(), serde_json::json!([]));
}

#[test]
fn a_pack_that_cannot_be_read_is_told_and_the_others_are_run() {
    let sandbox = two();
    sandbox.write("workspace/dots/.grex/pack.yaml", "name: [\n");
    let only = grex!(sandbox, "run", "symlink", "--trust", "--filter", "dots").run();
    told(&only, 4, &["dots", "pack.yaml"]);
    assert!(!only.stdout.contains("no pack"), "{}", only.snapshot());
    let all = grex!(sandbox, "run", "symlink", "--trust").run();
    told(&all, 4, &["dots", "pack.yaml"]);
    assert!(sandbox.path("home/.more").is_symlink());
}

#[test]
fn a_dry_run_says_what_would_run() {
    let sandbox = two();
    let plan = grex!(sandbox, "run", "symlink", "--dry-run", "--filter", "more").run();
    plan.success();
    assert!(
        plan.stdout.starts_with("more  would run `symlink`\n"),
        "{}",
        plan.snapshot()
    );
    grex!(sandbox, "run", "symlink", "--trust").run().success();
    let again = grex!(sandbox, "run", "symlink", "--dry-run", "--filter", "more").run();
    let expected = "more  would run `symlink`\n  nothing to change\n";
    assert!(again.stdout.starts_with(expected), "{}", again.snapshot());
}

#[test]
fn one_that_fails_is_told_and_taken_back() {
    let sandbox = two();
    sandbox.write("home/.two", "mine\n");
    let before = Home::of(&sandbox);
    let outcome = grex!(sandbox, "run", "symlink", "--trust").run();
    told(&outcome, 4, &["dots", ".two"]);
    before.check_but(&[".more"]);
}
