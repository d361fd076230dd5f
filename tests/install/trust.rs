//! Who has to agree before anything of a pack runs, where nobody can be asked.

use grex_fixtures::{Remote, Sandbox, grex};

use crate::{
    home::Home,
    support::{add, declarative, entry, mode, pack, rm, scripted, told, workspace, yaml},
};

const LINK: &str = "actions:\n  - symlink: { src: a, dst: ~/.vimrc }\n";

fn dots(sandbox: &Sandbox) -> Remote {
    declarative(sandbox, "dots", LINK).file("a", "a\n").create()
}

#[test]
fn nobody_agrees_by_saying_nothing() {
    for (words, variables) in [
        (&[][..], &[][..]),
        (&["-y"], &[]),
        (&["--no-input"], &[]),
        (&["-y", "--no-input"], &[("CI", "true")]),
        (&[], &[("CI", "true"), ("GITHUB_ACTIONS", "true")]),
        (
            &[],
            &[
                ("GREX_TRUST", "1"),
                ("GREX_TRUST_SOURCE", "/"),
                ("GREX_YES", "1"),
            ],
        ),
    ] {
        let sandbox = workspace();
        let before = Home::of(&sandbox);
        let remote = dots(&sandbox);
        let run = |verb: &[&str]| {
            let mut program = grex!(sandbox).args(verb).args(words).stdin("y\nyes\na\n");
            for (name, value) in variables {
                program = program.env(name, value);
            }
            program.run()
        };
        told(&run(&["add", &remote.url()]), 9, &["dots", "approved"]);
        before.check();
        assert!(sandbox.path("workspace/dots/a").exists());
        told(&run(&["update"]), 9, &["dots", "approved"]);
        told(&run(&["run", "symlink"]), 9, &["dots", "approved"]);
        before.check();
    }
}

#[test]
fn the_command_of_the_hint_works_as_it_is_pasted() {
    // Names that a shell would read in another way.
    for path in ["dots", "my dots", "it's", "$HOME"] {
        let sandbox = workspace();
        let remote = dots(&sandbox);
        let outcome = grex!(sandbox, "add", remote.url(), path).run();
        outcome.code(9);
        let hint = outcome.stderr.lines().find(|line| line.contains("hint:"));
        let hint = hint.unwrap_or_else(|| panic!("no hint in {}", outcome.stderr));
        let mut commands = hint
            .split('`')
            .filter(|part| part.starts_with("grex ") || part.starts_with("--trust"));
        let look = commands.next().unwrap().to_owned();
        let install = commands.next().unwrap().to_owned();
        assert!(
            look.contains("--dry-run") && install.contains("--trust"),
            "{hint}"
        );
        let paste = |command: &str| {
            let program = env!("CARGO_BIN_EXE_grex");
            let command = command.replacen("grex", program, 1);
            sandbox.program("sh").args(["-c", &command]).run()
        };
        let shown = paste(&look);
        shown.success();
        assert!(shown.stdout.contains("link   ~/.vimrc"), "{}", shown.stdout);
        paste(&install).success();
        assert_eq!(sandbox.read("home/.vimrc"), "a\n");
    }
}

#[test]
fn what_was_approved_is_not_asked_about_again_and_what_changed_is() {
    let sandbox = workspace();
    let remote = dots(&sandbox);
    add(&sandbox, &remote).success();
    // Other commits with the same surface.
    remote.push_commit("README", "words\n");
    remote.push_commit(
        ".grex/pack.yaml",
        format!("# a comment\n{}", yaml("dots", "declarative", LINK)),
    );
    let outcome = grex!(sandbox, "update", "--json").run();
    outcome.success();
    let report = outcome.json();
    assert_eq!(
        entry(&report, "dots")["reason"],
        "sha-changed",
        "{report:#}"
    );
    grex!(sandbox, "update", "--force").run().success();
    // Removed and added again it is still what was approved.
    rm(&sandbox, &["dots"]).success();
    grex!(sandbox, "add", remote.url()).run().success();
    let installed = Home::of(&sandbox);
    let more = LINK.to_owned() + "  - mkdir: { path: ~/made }\n";
    remote.push_commit(".grex/pack.yaml", yaml("dots", "declarative", &more));
    told(
        &grex!(sandbox, "update").run(),
        9,
        &["dots", "not what was approved"],
    );
    installed.check();
    // Somewhere else it is another pack.
    let outcome = grex!(sandbox, "add", remote.url(), "other", "--ref", "main~2").run();
    assert_ne!(outcome.status, Some(0), "{}", outcome.snapshot());
}

#[test]
fn a_source_is_approved_now_and_later_with_its_children() {
    let sandbox = workspace();
    let child = scripted(&sandbox, "child")
        .hook("setup", "echo child >> \"$HOME/.ran\"\n")
        .create();
    let rest = format!(
        "children:\n  - url: \"{}\"\nactions:\n  - symlink: {{ src: a, dst: ~/.vimrc }}\n",
        child.url()
    );
    let remote = declarative(&sandbox, "dots", &rest)
        .file("a", "a\n")
        .create();
    let prefix = format!("{}/", sandbox.path("remotes").display());
    grex!(sandbox, "add", remote.url(), "--trust-source", &prefix)
        .run()
        .success();
    assert_eq!(sandbox.read("home/.ran"), "child\n");
    assert_eq!(sandbox.read("home/.vimrc"), "a\n");
    child.push_commit(".grex/hooks/setup.sh", "echo again >> \"$HOME/.ran\"\n");
    grex!(sandbox, "update").run().success();
    assert_eq!(sandbox.read("home/.ran"), "child\nagain\n");
    let later = declarative(
        &sandbox,
        "later",
        "actions:\n  - mkdir: { path: ~/later }\n",
    )
    .create();
    grex!(sandbox, "add", later.url()).run().success();
    // From elsewhere, and from a place whose name only begins alike: not.
    let elsewhere = sandbox.path("remotes-evil/pack.git");
    std::fs::create_dir_all(elsewhere.parent().unwrap()).unwrap();
    sandbox.git(
        "",
        &[
            "clone",
            "--quiet",
            "--bare",
            &later.url(),
            elsewhere.to_str().unwrap(),
        ],
    );
    let outcome = grex!(sandbox, "add", elsewhere.to_str().unwrap(), "evil").run();
    told(&outcome, 9, &["evil"]);
}

#[test]
fn a_source_without_a_slash_at_its_end_is_no_prefix_of_names() {
    let sandbox = workspace();
    let one = declarative(&sandbox, "me", "actions:\n  - mkdir: { path: ~/one }\n").create();
    let two = declarative(
        &sandbox,
        "me-evil",
        "actions:\n  - mkdir: { path: ~/two }\n",
    )
    .create();
    let prefix = sandbox.path("remotes/me");
    let prefix = prefix.to_str().unwrap();
    for remote in [&one, &two] {
        grex!(sandbox, "add", remote.url(), "--no-install")
            .run()
            .success();
    }
    let _ = grex!(sandbox, "update", "--trust-source", prefix).run();
    assert!(!sandbox.path("home/two").exists());
}

#[test]
fn trust_is_about_the_packs_that_are_meant() {
    let sandbox = workspace();
    for name in ["one", "two"] {
        let rest = format!("actions:\n  - mkdir: {{ path: ~/{name} }}\n");
        let remote = declarative(&sandbox, name, &rest).create();
        grex!(sandbox, "add", remote.url(), "--no-install")
            .run()
            .success();
    }
    grex!(sandbox, "update", "one", "--trust").run().success();
    assert!(sandbox.path("home/one").exists() && !sandbox.path("home/two").exists());
    told(&grex!(sandbox, "update").run(), 9, &["two"]);
    assert!(!sandbox.path("home/two").exists());
}

#[test]
fn approvals_lie_outside_of_the_workspace_for_nobody_else_to_read() {
    let sandbox = workspace();
    let remote = dots(&sandbox);
    add(&sandbox, &remote).success();
    let notes = sandbox.path("home/.local/state/grex");
    for file in ["trust.jsonl", "key"] {
        assert_eq!(mode(&notes.join(file)), 0o600, "{file}");
    }
    assert_eq!(mode(&notes), 0o700);
    let text = sandbox.read(notes.join("trust.jsonl"));
    assert!(!text.is_empty());
    let inside = Home::at(&sandbox.workspace());
    assert!(!format!("{inside:?}").contains("trust.jsonl"));
    // Somebody who cleared them is asked again.
    std::fs::remove_file(notes.join("trust.jsonl")).unwrap();
    told(&grex!(sandbox, "update", "--force").run(), 9, &["dots"]);
}

#[test]
fn what_has_nothing_to_run_needs_nobody() {
    let sandbox = workspace();
    for (name, kind, rest) in [
        ("empty", "declarative", "actions: []\n"),
        ("meta", "meta", ""),
        ("bare", "scripted", ""),
    ] {
        let remote = pack(&sandbox, name, kind, rest).create();
        grex!(sandbox, "add", remote.url()).run().success();
    }
    grex!(sandbox, "update").run().success();
}

#[test]
fn an_edit_on_disk_is_not_what_was_approved() {
    let sandbox = workspace();
    let remote = scripted(&sandbox, "tools")
        .hook("setup", "echo one >> \"$HOME/.ran\"\n")
        .create();
    add(&sandbox, &remote).success();
    sandbox.write(
        "workspace/tools/.grex/hooks/setup.sh",
        "echo evil >> \"$HOME/.ran\"\n",
    );
    let outcome = grex!(sandbox, "update", "--force").run();
    assert_ne!(outcome.status, Some(0), "{}", outcome.snapshot());
    assert_eq!(sandbox.read("home/.ran"), "one\n");
}

#[test]
fn a_workspace_from_elsewhere_brings_no_approvals() {
    let sandbox = workspace();
    let remote = dots(&sandbox);
    let manifest = serde_json::json!({
        "op": "add", "ts": "2026-01-02T03:04:05Z", "id": "dots", "schema_version": "1",
        "url": remote.url(), "path": "dots", "type": "declarative",
    });
    let workspace = sandbox
        .remote("machines")
        .commit_files(&[
            ("grex.jsonl", &format!("{manifest}\n")),
            (".grex/.state/trust.jsonl", "{}\n"),
        ])
        .create();
    let before = Home::of(&sandbox);
    let from = |directory: &str, more: &[&str]| {
        grex!(
            sandbox,
            "init",
            sandbox.path(directory),
            "--from",
            workspace.url()
        )
        .args(more)
        .run()
    };
    told(&from("second", &[]), 9, &["dots"]);
    before.check();
    assert!(sandbox.path("second/dots/a").exists());
    from("third", &["--trust"]).success();
    assert_eq!(sandbox.read("home/.vimrc"), "a\n");
}
