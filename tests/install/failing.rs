//! Installs that fail: everything of that run is taken back, and nothing else.

use grex_fixtures::grex;

use crate::{
    home::Home,
    support::{add, declarative, install_state, rm, told, update, workspace, yaml},
};

const FIVE: &str = "actions:
  - symlink: { src: a, dst: ~/.config/new/link, backup: true }
  - env: { name: EDITOR, value: vim }
  - exec: { cmd: [sh, -c, \"echo tried >> $HOME/../tried; test -e $HOME/.ready || { echo not ready >&2; exit 3; }\"] }
  - mkdir: { path: ~/made/deep }
  - symlink: { src: a, dst: ~/.vimrc, backup: true }
";

#[test]
fn a7_the_third_of_five_fails_and_the_next_run_converges() {
    let sandbox = workspace();
    sandbox.write("home/.vimrc", "mine\n");
    sandbox.write("home/.config/new/link", "mine\n");
    sandbox.write("home/.profile", "# mine");
    let before = Home::of(&sandbox);
    let remote = declarative(&sandbox, "dots", FIVE)
        .file("a", "a\n")
        .create();
    let outcome = add(&sandbox, &remote);
    told(&outcome, 4, &["dots", "exec", "not ready", "3"]);
    before.check();
    assert_eq!(install_state(&sandbox, "dots"), "not-installed");
    // Again, with the same end.
    told(&update(&sandbox, &[]), 4, &["not ready"]);
    before.check();
    sandbox.write("home/.ready", "");
    update(&sandbox, &[]).success();
    assert_eq!(sandbox.read("home/.vimrc"), "a\n");
    assert_eq!(sandbox.read("home/.config/new/link"), "a\n");
    assert!(sandbox.path("home/made/deep").exists());
    assert_eq!(install_state(&sandbox, "dots"), "installed");
    assert_eq!(sandbox.read("tried").lines().count(), 3);
    rm(&sandbox, &["dots"]).success();
    before.check_but(&[".ready"]);
}

#[test]
fn other_packs_go_on_and_the_end_names_those_that_failed() {
    let sandbox = workspace();
    for (name, command) in [("one", "'true'"), ("two", "'false'"), ("three", "'true'")] {
        let rest = format!(
            "actions:\n  - symlink: {{ src: a, dst: ~/.{name} }}\n  - exec: {{ cmd: [{command}] }}\n"
        );
        let remote = declarative(&sandbox, name, &rest).file("a", "a\n").create();
        grex!(sandbox, "add", remote.url(), "--no-install")
            .run()
            .success();
    }
    let outcome = update(&sandbox, &[]);
    told(&outcome, 4, &["two", "false", "update --only two"]);
    assert!(sandbox.path("home/.one").exists() && sandbox.path("home/.three").exists());
    assert!(!sandbox.path("home/.two").exists());
    let outcome = update(&sandbox, &["--json"]);
    outcome.code(4);
    let packs = outcome.json();
    let failed: Vec<_> = packs
        .as_array()
        .unwrap()
        .iter()
        .filter(|pack| !pack["failure"].is_null())
        .map(|pack| &pack["id"])
        .collect();
    assert_eq!(failed, ["two"]);
}

#[test]
fn a_failing_update_leaves_the_previous_install_as_it_was() {
    let sandbox = workspace();
    sandbox.write("home/.vimrc", "mine\n");
    let before = Home::of(&sandbox);
    let first = "actions:\n  - symlink: { src: a, dst: ~/.vimrc, backup: true }\n  \
                 - symlink: { src: a, dst: ~/.kept }\n  - env: { name: EDITOR, value: vim }\n";
    let second = "actions:\n  - symlink: { src: b, dst: ~/.vimrc, backup: true }\n  \
                  - env: { name: EDITOR, value: emacs }\n  - symlink: { src: b, dst: ~/.new }\n  \
                  - exec: { cmd: [sh, -c, \"exit 7\"] }\n";
    let remote = declarative(&sandbox, "dots", first)
        .file("a", "a\n")
        .file("b", "b\n")
        .add();
    let installed = Home::of(&sandbox);
    remote.push_commit(".grex/pack.yaml", yaml("dots", "declarative", second));
    told(&update(&sandbox, &[]), 4, &["dots", "7"]);
    installed.check();
    assert_eq!(install_state(&sandbox, "dots"), "outdated");
    // Also after a second try, and `rm` leads back to the very beginning.
    told(&update(&sandbox, &[]), 4, &["dots", "7"]);
    installed.check();
    rm(&sandbox, &["dots"]).success();
    before.check();
}

#[test]
fn an_action_that_fails_half_way_leaves_nothing_of_it() {
    let sandbox = workspace();
    sandbox.write("home/.profile", "# mine\n");
    sandbox.write("home/.bashrc", "# mine\n");
    let before = Home::of(&sandbox);
    // The program breaks the file that `env` comes to second, behind the back of the plan.
    let rest = "actions:\n  - mkdir: { path: ~/made }\n  \
                - exec: { cmd: [sh, -c, \"rm $HOME/.bashrc; mkdir $HOME/.bashrc\"] }\n  \
                - env: { name: EDITOR, value: vim }\n";
    let remote = declarative(&sandbox, "dots", rest).create();
    told(&add(&sandbox, &remote), 4, &["dots", "env", ".bashrc"]);
    before.check_but(&[".bashrc"]);
    std::fs::remove_dir(sandbox.path("home/.bashrc")).unwrap();
    sandbox.write("home/.bashrc", "# mine\n");
    before.check();
}

#[test]
fn what_may_fail_is_a_note_and_not_a_failure() {
    for (on_fail, noted) in [("warn", true), ("ignore", false)] {
        let sandbox = workspace();
        let rest = format!(
            "actions:\n  - exec: {{ cmd: [sh, -c, \"exit 5\"], on_fail: {on_fail} }}\n  \
             - mkdir: {{ path: ~/made }}\n"
        );
        let remote = declarative(&sandbox, "dots", &rest).create();
        let outcome = add(&sandbox, &remote);
        outcome.success();
        assert!(sandbox.path("home/made").exists());
        assert_eq!(
            outcome.stdout.contains("note"),
            noted,
            "{}",
            outcome.snapshot()
        );
    }
}

#[test]
fn a_requirement_stops_skips_or_warns() {
    for (on_fail, code, made) in [("error", 4, false), ("skip", 0, false), ("warn", 0, true)] {
        let sandbox = workspace();
        let before = Home::of(&sandbox);
        let rest = format!(
            "actions:\n  - mkdir: {{ path: ~/first }}\n  \
             - require: {{ all_of: [{{ path_exists: ~/nowhere }}], on_fail: {on_fail} }}\n  \
             - mkdir: {{ path: ~/made }}\n"
        );
        let remote = declarative(&sandbox, "dots", &rest).create();
        let outcome = add(&sandbox, &remote);
        outcome.code(code);
        assert_eq!(sandbox.path("home/made").exists(), made, "{on_fail}");
        let said = outcome.stdout.clone() + &outcome.stderr;
        assert!(said.contains("nowhere"), "{}", outcome.snapshot());
        rm(&sandbox, &["dots"]).success();
        before.check();
    }
}
