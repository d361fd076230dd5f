//! Plans: what would be, and nothing of it.

use grex_fixtures::{Sandbox, grex};

use crate::{
    home::Home,
    support::{as_planned, changes, declarative, scripted, workspace, yaml},
};

const ACTIONS: &str = r#"
actions:
  - symlink: { src: vimrc, dst: ~/.config/vim/vimrc }
  - symlink: { src: vimrc, dst: ~/.vimrc, backup: true }
  - mkdir: { path: ~/.cache/vim }
  - env: { name: EDITOR, value: vim }
  - exec: { cmd: [sh, -c, "echo ran >> $HOME/../ran"] }
  - rmdir: { path: ~/old, backup: true }
"#;

fn ground() -> Sandbox {
    let sandbox = workspace();
    sandbox.write("home/.vimrc", "mine\n");
    sandbox.write("home/.profile", "# mine");
    sandbox.write("home/old/file", "mine\n");
    sandbox
}

/// Runs a verb with `--dry-run`, as text and as JSON; asserts that nothing changed, grex's own
/// notes included; returns the text.
#[track_caller]
fn planned(sandbox: &Sandbox, words: &[&str]) -> String {
    let all = || {
        (
            Home::at(&sandbox.home()),
            Home::at(&sandbox.workspace()),
            sandbox.path("home/.local/state/grex/trust.jsonl").exists(),
        )
    };
    let before = all();
    let outcome = grex!(sandbox).args(words).arg("--dry-run").run();
    outcome.success();
    grex!(sandbox)
        .args(words)
        .args(["--dry-run", "--json"])
        .run()
        .success();
    assert!(before == all(), "{words:?} changed something");
    assert!(!sandbox.path("ran").exists());
    outcome.stdout
}

#[test]
fn no_verb_changes_anything() {
    let sandbox = ground();
    let remote = declarative(&sandbox, "dots", ACTIONS)
        .file("vimrc", "set ruler\n")
        .create();
    let told = planned(&sandbox, &["add", &remote.url(), "--trust"]);
    assert!(told.contains("dots"), "{told}");
    grex!(sandbox, "add", remote.url(), "--no-install")
        .run()
        .success();
    let everything = [
        "link   ~/.config/vim/vimrc -> ",
        "rename ~/.vimrc -> ~/.vimrc.grex-bak.",
        "make   ~/.cache/vim/",
        "export EDITOR=",
        "echo ran >> ",
        "~/old",
    ];
    let told = planned(&sandbox, &["update"]);
    for part in everything {
        assert!(told.contains(part), "{part} in\n{told}");
    }
    let told = planned(
        &sandbox,
        &["update", "--trust", "--trust-source", &remote.url()],
    );
    assert!(told.contains("would be installed"), "{told}");
    let told = planned(&sandbox, &["run", "symlink"]);
    assert!(
        told.contains("link   ~/.vimrc") && !told.contains("EDITOR"),
        "{told}"
    );
    planned(&sandbox, &["rm", "dots"]);
    let told = planned(&sandbox, &["init", "--from", &remote.url(), "../second"]);
    assert!(!sandbox.path("second").exists(), "{told}");
}

#[test]
fn every_verb_keeps_to_its_plan() {
    let sandbox = ground();
    let before = Home::of(&sandbox);
    let remote = declarative(&sandbox, "dots", ACTIONS)
        .file("vimrc", "set ruler\n")
        .create();
    grex!(sandbox, "add", remote.url(), "--no-install")
        .run()
        .success();
    for action in ["symlink", "env", "mkdir", "rmdir", "exec"] {
        as_planned(&sandbox, &["run", action, "--trust"]);
    }
    let report = as_planned(&sandbox, &["update", "--trust"]);
    assert_eq!(changes(&report).len(), 1, "only the program: {report:#}");
    as_planned(&sandbox, &["update", "--force", "--trust"]);
    as_planned(&sandbox, &["rm", "--yes", "dots"]);
    before.check();
}

#[test]
fn hooks_are_printed_and_not_run() {
    let sandbox = ground();
    let remote = scripted(&sandbox, "tools")
        .hook("setup", "touch \"$HOME/../ran\"\n")
        .hook("teardown", "touch \"$HOME/../ran\"\n")
        .create();
    grex!(sandbox, "add", remote.url(), "--no-install")
        .run()
        .success();
    let told = planned(&sandbox, &["update", "--trust"]);
    assert!(told.contains("setup.sh"), "{told}");
    grex!(sandbox, "update", "--trust").run().success();
    std::fs::remove_file(sandbox.path("ran")).unwrap();
    let told = planned(&sandbox, &["rm", "tools"]);
    assert!(told.contains("teardown.sh"), "{told}");
}

#[test]
fn a_plan_over_two_packs_sees_what_the_first_would_do() {
    let sandbox = ground();
    let first = "actions:\n  - mkdir: { path: ~/shared/deep }\n  - env: { name: A, value: a }\n";
    let second = "depends_on: [first]\nactions:\n  - mkdir: { path: ~/shared/deep/er }\n  \
                  - env: { name: B, value: b }\n  \
                  - require: { all_of: [{ path_exists: ~/shared/deep/er }] }\n";
    for (name, rest) in [("second", second), ("first", first)] {
        let remote = declarative(&sandbox, name, rest).create();
        grex!(sandbox, "add", remote.url(), "--no-install")
            .run()
            .success();
    }
    let before = Home::of(&sandbox);
    let report = as_planned(&sandbox, &["update", "--trust"]);
    let made = changes(&report).join("\n");
    assert_eq!(made.matches("shared/deep/er\"").count(), 1, "{made}");
    as_planned(&sandbox, &["rm", "--yes", "first", "second"]);
    before.check();
}

#[test]
fn a_plan_of_an_update_tells_what_is_taken_back() {
    let sandbox = ground();
    let remote = declarative(&sandbox, "dots", ACTIONS)
        .file("vimrc", "set ruler\n")
        .add();
    std::fs::remove_file(sandbox.path("ran")).unwrap();
    remote.push_commit(
        ".grex/pack.yaml",
        yaml("dots", "declarative", "actions: []\n"),
    );
    grex!(sandbox, "sync").run().success();
    let told = planned(&sandbox, &["update"]);
    for part in [
        "unlink ~/.config/vim/vimrc",
        "-export EDITOR",
        "-> ~/.vimrc",
    ] {
        assert!(told.contains(part), "{part} in\n{told}");
    }
    as_planned(&sandbox, &["update", "--trust"]);
}

#[test]
fn a_plan_does_not_see_what_a_pack_would_do_that_cannot_be_planned() {
    let sandbox = ground();
    let broken = "actions:\n  - mkdir: { path: ~/shared }\n  - env: { name: A, value: a }\n  \
                  - symlink: { src: missing, dst: ~/.broken }\n";
    let whole = "actions:\n  - mkdir: { path: ~/shared }\n  - env: { name: B, value: b }\n";
    for (name, rest) in [("a-broken", broken), ("whole", whole)] {
        let remote = declarative(&sandbox, name, rest).create();
        grex!(sandbox, "add", remote.url(), "--no-install")
            .run()
            .success();
    }
    let words = ["update", "--trust", "--json"];
    let plan = grex!(sandbox).args(words).arg("--dry-run").run();
    plan.code(4);
    let done = grex!(sandbox).args(words).run();
    done.code(4);
    let planned = changes(&plan.json());
    assert!(planned[0].contains("/shared"), "{planned:#?}");
    assert_eq!(planned, changes(&done.json()));
}
