//! Packs and their children over time.

use grex_fixtures::{Remote, Sandbox, grex};

use crate::{
    home::Home,
    support::{add, as_planned, declarative, rm, told, update, workspace, yaml},
};

fn with_child(child: &Remote) -> String {
    format!(
        "children:\n  - url: \"{}\"\nactions:\n  - symlink: {{ src: a, dst: ~/.parent }}\n",
        child.url()
    )
}

const ALONE: &str = "actions:\n  - symlink: { src: a, dst: ~/.parent }\n";

fn child(sandbox: &Sandbox) -> Remote {
    declarative(
        sandbox,
        "child",
        "actions:\n  - symlink: { src: a, dst: ~/.child }\n  - env: { name: CHILD, value: x }\n",
    )
    .file("a", "a\n")
    .create()
}

#[test]
fn a_child_that_is_declared_no_more_goes_with_its_owner_at_the_latest() {
    for prune in [false, true] {
        let sandbox = workspace();
        let before = Home::of(&sandbox);
        let child = child(&sandbox);
        let parent = declarative(&sandbox, "parent", &with_child(&child))
            .file("a", "a\n")
            .create();
        add(&sandbox, &parent).success();
        assert!(sandbox.path("home/.child").exists());
        parent.push_commit(".grex/pack.yaml", yaml("parent", "declarative", ALONE));
        update(&sandbox, &[]).success();
        if prune {
            grex!(sandbox, "sync", "--prune").run().success();
            assert!(!sandbox.path("workspace/parent/child").exists());
            assert!(!sandbox.path("home/.child").exists());
        }
        let outcome = rm(&sandbox, &["parent"]);
        if outcome.status == Some(9) {
            // What nobody declares lies in the way as work that may be lost.
            grex!(sandbox, "rm", "--yes", "--force", "parent")
                .run()
                .success();
        }
        before.check();
    }
}

#[test]
fn a_child_that_comes_later_is_asked_about_and_installed_before_its_owner() {
    let sandbox = workspace();
    let before = Home::of(&sandbox);
    let child = child(&sandbox);
    let parent = declarative(&sandbox, "parent", ALONE)
        .file("a", "a\n")
        .create();
    add(&sandbox, &parent).success();
    parent.push_commit(
        ".grex/pack.yaml",
        yaml("parent", "declarative", &with_child(&child)),
    );
    told(&grex!(sandbox, "update").run(), 9, &["parent/child"]);
    assert!(!sandbox.path("home/.child").exists());
    update(&sandbox, &["parent/child"]).success();
    assert!(sandbox.path("home/.child").exists());
    update(&sandbox, &[]).success();
    rm(&sandbox, &["parent"]).success();
    before.check();
}

#[test]
fn a_teardown_of_its_own_is_what_is_done_instead() {
    let sandbox = workspace();
    let before = Home::of(&sandbox);
    let rest = "actions:\n  - exec: { cmd: [touch, \"$HOME/.made\"] }\n\
                teardown:\n  - exec: { cmd: [rm, \"$HOME/.made\"] }\n";
    declarative(&sandbox, "dots", rest).add();
    before.check_but(&[".made"]);
    rm(&sandbox, &["dots"]).success();
    before.check();
}

#[test]
fn a_teardown_that_fails_keeps_the_pack() {
    let sandbox = workspace();
    let rest = "actions:\n  - mkdir: { path: ~/made }\n\
                teardown:\n  - exec: { cmd: [sh, -c, \"echo cannot >&2; exit 6\"] }\n";
    declarative(&sandbox, "dots", rest).add();
    told(
        &rm(&sandbox, &["dots"]),
        4,
        &["dots", "cannot", "--skip-teardown"],
    );
    assert!(sandbox.path("workspace/dots").exists());
    assert!(sandbox.read("workspace/grex.jsonl").lines().count() == 1);
    grex!(sandbox, "rm", "--yes", "--skip-teardown", "dots")
        .run()
        .success();
    assert!(!sandbox.path("workspace/dots").exists());
}

#[test]
fn files_can_stay_while_the_install_goes() {
    let sandbox = workspace();
    let before = Home::of(&sandbox);
    declarative(&sandbox, "dots", ALONE).file("a", "a\n").add();
    grex!(sandbox, "rm", "--yes", "--keep-files", "dots")
        .run()
        .success();
    before.check();
    assert!(sandbox.path("workspace/dots/a").exists());
}

#[test]
fn a_pack_that_becomes_another_kind_takes_its_links_along() {
    let sandbox = workspace();
    let before = Home::of(&sandbox);
    let remote = declarative(&sandbox, "dots", ALONE).file("a", "a\n").add();
    remote.push_commit(".grex/hooks/setup.sh", "touch \"$HOME/.hook\"\n");
    remote.push_commit(".grex/hooks/teardown.sh", "rm \"$HOME/.hook\"\n");
    remote.push_commit(".grex/pack.yaml", yaml("dots", "scripted", ""));
    update(&sandbox, &[]).success();
    before.check_but(&[".hook"]);
    remote.push_commit(".grex/pack.yaml", yaml("dots", "declarative", ALONE));
    update(&sandbox, &[]).success();
    assert!(sandbox.path("home/.parent").exists());
    rm(&sandbox, &["dots"]).success();
    assert!(!sandbox.path("home/.parent").exists());
}

#[test]
fn the_workspaces_own_pack_is_installed_and_taken_back_like_others() {
    let sandbox = workspace();
    let before = Home::of(&sandbox);
    sandbox.write(
        "workspace/.grex/pack.yaml",
        yaml(
            "own",
            "declarative",
            "actions:\n  - symlink: { src: rc, dst: ~/.rc }\n  - env: { name: OWN, value: x }\n",
        ),
    );
    sandbox.write("workspace/rc", "rc\n");
    told(&grex!(sandbox, "update").run(), 9, &["update . --trust"]);
    before.check();
    as_planned(&sandbox, &["update", ".", "--trust"]);
    assert_eq!(sandbox.read("home/.rc"), "rc\n");
    sandbox.write(
        "workspace/.grex/pack.yaml",
        yaml("own", "declarative", "actions: []\n"),
    );
    update(&sandbox, &["."]).success();
    before.check();
}

#[test]
fn a_pack_at_two_places_does_not_fight_over_its_links() {
    let sandbox = workspace();
    let remote = declarative(&sandbox, "dots", ALONE)
        .file("a", "a\n")
        .create();
    add(&sandbox, &remote).success();
    let installed = Home::of(&sandbox);
    let outcome = grex!(sandbox, "add", remote.url(), "again", "--trust").run();
    told(&outcome, 4, &["again", "`dots`", ".parent"]);
    installed.check();
    rm(&sandbox, &["again"]).success();
    installed.check();
}
