//! Two that want one thing.

use grex_fixtures::grex;

use crate::{
    home::Home,
    support::{add, declarative, told, update, workspace, yaml},
};

const LINK: &str =
    "actions:\n  - mkdir: { path: ~/made }\n  - symlink: { src: a, dst: ~/.vimrc }\n";

#[test]
fn two_packs_with_one_destination_are_both_named_and_nothing_changes() {
    let sandbox = workspace();
    let before = Home::of(&sandbox);
    for (name, dst) in [("one", "~/.vimrc"), ("two", "$HOME//./.vimrc")] {
        let rest = format!("actions:\n  - symlink: {{ src: a, dst: \"{dst}\" }}\n");
        let remote = declarative(&sandbox, name, &rest).file("a", "a\n").create();
        grex!(sandbox, "add", remote.url(), "--no-install")
            .run()
            .success();
    }
    let outcome = update(&sandbox, &[]);
    told(&outcome, 4, &["`one`", "`two`", ".vimrc"]);
    before.check();
}

#[test]
fn what_an_installed_pack_has_is_its_own() {
    let sandbox = workspace();
    declarative(&sandbox, "one", LINK).file("a", "one\n").add();
    let installed = Home::of(&sandbox);
    for backup in ["", ", backup: true"] {
        let rest = format!("actions:\n  - symlink: {{ src: a, dst: ~/.vimrc{backup} }}\n");
        let name = if backup.is_empty() { "two" } else { "three" };
        let remote = declarative(&sandbox, name, &rest)
            .file("a", "two\n")
            .create();
        told(&add(&sandbox, &remote), 4, &["`one`", name, ".vimrc"]);
        installed.check();
    }
    // Once the first has it no more, the others may.
    grex!(sandbox, "rm", "--yes", "one", "three")
        .run()
        .success();
    update(&sandbox, &[]).success();
    assert_eq!(sandbox.read("home/.vimrc"), "two\n");
}

#[test]
fn a_link_can_move_from_one_pack_to_another() {
    // The name of the one that gives it away comes before and after the other's.
    for (from, to) in [("one", "two"), ("two", "one")] {
        let sandbox = workspace();
        let giver = declarative(&sandbox, from, LINK).file("a", "from\n").add();
        let rest = "actions: []\n";
        let taker = declarative(&sandbox, to, rest).file("a", "to\n").add();
        giver.push_commit(".grex/pack.yaml", yaml(from, "declarative", rest));
        taker.push_commit(".grex/pack.yaml", yaml(to, "declarative", LINK));
        // At the latest with the second run.
        let first = update(&sandbox, &["-j1"]);
        if first.status != Some(0) {
            update(&sandbox, &["-j1"]).success();
        }
        assert_eq!(sandbox.read("home/.vimrc"), "to\n");
    }
}

#[test]
fn one_destination_twice_in_one_pack_is_underlined() {
    let sandbox = workspace();
    let before = Home::of(&sandbox);
    let rest = "actions:\n  - symlink: { src: a, dst: ~/.vimrc }\n  - mkdir: { path: ~/made }\n  \
                - symlink: { src: b, dst: \"$HOME/.vimrc\" }\n";
    let remote = declarative(&sandbox, "dots", rest)
        .file("a", "a\n")
        .file("b", "b\n")
        .create();
    let outcome = add(&sandbox, &remote);
    told(&outcome, 4, &["dots", ".vimrc", "pack.yaml:7"]);
    // The line itself is there, and something under it.
    let mut lines = outcome.stderr.lines();
    let line = lines.find(|line| line.contains("src: b")).unwrap();
    let marks = lines.next().unwrap();
    let at = line.find("\"$HOME/.vimrc\"").unwrap();
    let mark = marks.find(['^', '-', '\u{2500}', '\u{252c}']).unwrap();
    assert!(mark > 0 && at > 0, "{}", outcome.stderr);
    before.check();
}

#[test]
fn a_destination_inside_a_condition_is_one_as_well() {
    let sandbox = workspace();
    let before = Home::of(&sandbox);
    let inside = "actions:\n  - when:\n      none_of: [{ os: windows }]\n      actions:\n        \
                  - symlink: { src: a, dst: ~/.vimrc }\n";
    for (name, rest) in [("one", LINK), ("two", inside)] {
        let remote = declarative(&sandbox, name, rest).file("a", "a\n").create();
        grex!(sandbox, "add", remote.url(), "--no-install")
            .run()
            .success();
    }
    told(&update(&sandbox, &[]), 4, &["`one`", "`two`", ".vimrc"]);
    before.check();
}

#[test]
fn two_ways_to_one_place_are_one_place() {
    let sandbox = workspace();
    sandbox.write("home/real/mine", "mine\n");
    std::os::unix::fs::symlink(sandbox.path("home/real"), sandbox.path("home/other")).unwrap();
    let before = Home::of(&sandbox);
    for (name, way) in [("one", "real"), ("two", "other")] {
        let rest =
            format!("actions:\n  - symlink: {{ src: a, dst: ~/{way}/mine, backup: true }}\n");
        let remote = declarative(&sandbox, name, &rest).file("a", "a\n").create();
        grex!(sandbox, "add", remote.url(), "--no-install")
            .run()
            .success();
    }
    let outcome = update(&sandbox, &[]);
    told(&outcome, 4, &["`one`", "`two`", "real/mine"]);
    before.check();
}
