//! What comes before what.

use grex_fixtures::{Remote, Sandbox, grex};

use crate::{
    home::Home,
    support::{declarative, pack, rm, scripted, told, update, workspace},
};

/// A pack that writes its name into a file, and what else its pack.yaml says.
fn noting(sandbox: &Sandbox, name: &str, rest: &str) -> Remote {
    let rest = format!(
        "{rest}actions:\n  - symlink: {{ src: a, dst: ~/.{name} }}\n  \
         - exec: {{ cmd: [sh, -c, \"echo {name} >> $HOME/.order\"] }}\n"
    );
    declarative(sandbox, name, &rest).file("a", "a\n").create()
}

fn register(sandbox: &Sandbox, remotes: &[&Remote]) {
    for remote in remotes {
        grex!(sandbox, "add", remote.url(), "--no-install")
            .run()
            .success();
    }
}

fn order(sandbox: &Sandbox) -> Vec<String> {
    let order = sandbox.read("home/.order");
    order.lines().map(str::to_owned).collect()
}

#[test]
fn what_a_pack_depends_on_comes_first() {
    let sandbox = workspace();
    let c = noting(&sandbox, "c", "");
    let b = noting(
        &sandbox,
        "b",
        &format!("depends_on: [\"{}\"]\n", c.file_url()),
    );
    let a = noting(&sandbox, "a", "depends_on: [b]\n");
    register(&sandbox, &[&a, &b, &c]);
    update(&sandbox, &[]).success();
    assert_eq!(order(&sandbox), ["c", "b", "a"]);
}

#[test]
fn children_come_before_their_owner_and_go_after_it() {
    let sandbox = workspace();
    let before = Home::of(&sandbox);
    let deep = noting(&sandbox, "deep", "");
    let child = |remote: &Remote| format!("children:\n  - url: \"{}\"\n", remote.url());
    let middle = noting(&sandbox, "middle", &child(&deep));
    let top = noting(&sandbox, "top", &child(&middle));
    grex!(sandbox, "add", top.url(), "--trust").run().success();
    assert_eq!(order(&sandbox), ["deep", "middle", "top"]);
    for name in ["deep", "middle", "top"] {
        assert!(sandbox.path(format!("home/.{name}")).exists());
    }
    rm(&sandbox, &["top"]).success();
    before.check_but(&[".order"]);
}

#[test]
fn one_that_is_missing_fails_before_anything_runs() {
    let sandbox = workspace();
    let before = Home::of(&sandbox);
    let a = noting(&sandbox, "a", "depends_on: [fonts]\n");
    let b = noting(&sandbox, "b", "");
    register(&sandbox, &[&a, &b]);
    told(&update(&sandbox, &[]), 4, &["`a`", "`fonts`"]);
    before.check();
}

#[test]
fn a_cycle_is_printed() {
    let sandbox = workspace();
    let before = Home::of(&sandbox);
    let a = noting(&sandbox, "a", "depends_on: [b]\n");
    let b = noting(&sandbox, "b", "depends_on: [c]\n");
    let c = noting(&sandbox, "c", "depends_on: [a]\n");
    register(&sandbox, &[&a, &b, &c]);
    told(&update(&sandbox, &[]), 4, &["a -> b -> c -> a"]);
    before.check();
    let alone = workspace();
    let own = noting(&alone, "own", "depends_on: [own]\n");
    register(&alone, &[&own]);
    told(&update(&alone, &[]), 4, &["own -> own"]);
}

#[test]
fn a_cycle_over_both_kinds_of_edges_is_printed() {
    let sandbox = workspace();
    let before = Home::of(&sandbox);
    let child = noting(&sandbox, "child", "depends_on: [other]\n");
    let children = format!("children:\n  - url: \"{}\"\n", child.url());
    let top = noting(&sandbox, "top", &children);
    let other = noting(&sandbox, "other", "depends_on: [top]\n");
    register(&sandbox, &[&top, &other]);
    let outcome = update(&sandbox, &[]);
    told(&outcome, 4, &["top/child", "other", " -> "]);
    before.check();
}

#[test]
fn a_pack_whose_dependency_fails_is_not_tried() {
    let sandbox = workspace();
    let broken = "actions:\n  - exec: { cmd: [\"false\"] }\n";
    let broken = declarative(&sandbox, "broken", broken).create();
    let a = noting(&sandbox, "a", "depends_on: [broken]\n");
    let b = noting(&sandbox, "b", "depends_on: [a]\n");
    let c = noting(&sandbox, "c", "");
    register(&sandbox, &[&a, &b, &c, &broken]);
    let outcome = update(&sandbox, &[]);
    told(&outcome, 4, &["broken"]);
    assert!(
        outcome.stdout.contains("`broken`, which comes before it"),
        "{}",
        outcome.snapshot()
    );
    assert_eq!(order(&sandbox), ["c"]);
    assert!(!sandbox.path("home/.a").exists());
}

#[test]
fn variables_of_a_run_are_there_for_what_comes_later() {
    let sandbox = workspace();
    let first = "actions:\n  - env: { name: STAGE, value: set, scope: session }\n";
    let first = declarative(&sandbox, "first", first).create();
    let second = "depends_on: [first]\nactions:\n  - mkdir: { path: \"~/made-$STAGE\" }\n";
    let second = declarative(&sandbox, "second", second).create();
    register(&sandbox, &[&second, &first]);
    update(&sandbox, &[]).success();
    assert!(sandbox.path("home/made-set").exists());
}

/// Whatever the order in which they are typed.
#[test]
fn a_pack_is_taken_back_before_what_it_depends_on() {
    let sandbox = workspace();
    let log = sandbox.path("log");
    let teardown = |name: &str| format!("echo {name} >>'{}'\n", log.display());
    scripted(&sandbox, "base")
        .hook("teardown", &teardown("base"))
        .add();
    let rest = "depends_on: [base]\n";
    pack(&sandbox, "user", "scripted", rest)
        .hook("teardown", &teardown("user"))
        .add();
    rm(&sandbox, &["base", "user"]).success();
    assert_eq!(sandbox.read("log"), "user\nbase\n");
}

#[test]
fn a_pack_that_lacks_what_it_depends_on_is_registered_and_says_so() {
    let sandbox = workspace();
    let a = noting(&sandbox, "a", "depends_on: [fonts]\n");
    let outcome = grex!(sandbox, "add", a.url(), "--trust").run();
    told(
        &outcome,
        4,
        &["`a` is registered and cloned, and not installed", "`fonts`"],
    );
    let listed = grex!(sandbox, "ls").run();
    assert!(listed.stdout.starts_with("a "), "{}", listed.stdout);
}
