//! `grex init`.

use std::fs;

use grex_fixtures::{Sandbox, Tree, grex};
use insta::assert_snapshot;

use crate::support::{
    Still, error_of, no_leftovers, refused, register, registration, tidy, workspace,
};

const FILES: [&str; 4] = [
    "grex.jsonl",
    "grex.lock.jsonl",
    ".gitignore",
    ".gitattributes",
];

#[test]
fn a_fresh_directory_becomes_a_workspace() {
    let sandbox = Sandbox::new();
    let outcome = grex!(sandbox, "init").run();
    tidy(&sandbox, &outcome);
    assert_snapshot!(outcome.snapshot(), @r"
    exit: 0
    ----- stdout -----
    [SANDBOX]/workspace is a workspace; made grex.jsonl, grex.lock.jsonl, .gitignore, .gitattributes

    ----- stderr -----
    ");
    for file in FILES {
        assert!(sandbox.workspace().join(file).is_file(), "{file}");
    }
    assert_snapshot!(sandbox.read("workspace/.gitignore"), @r"
    # >>> grex >>>
    .grex-tmp.*
    # <<< grex <<<
    ");
    assert_snapshot!(sandbox.read("workspace/.gitattributes"), @r"
    # >>> grex >>>
    grex.jsonl merge=union
    grex.lock.jsonl merge=union
    # <<< grex <<<
    ");
    assert_eq!(
        sandbox.read("workspace/.grex/.state/.gitignore").trim(),
        "*"
    );
    assert_eq!(sandbox.read("workspace/grex.jsonl"), "");
    // Git sees the books and nothing of this machine.
    sandbox.git("workspace", &["init", "-q"]);
    let seen = sandbox.git("workspace", &["status", "--porcelain", "-uall"]);
    assert_snapshot!(seen, @r"
    ?? .gitattributes
    ?? .gitignore
    ?? grex.jsonl
    ?? grex.lock.jsonl
    ");
}

#[test]
fn once_more_changes_nothing() {
    let sandbox = workspace();
    let still = Still::of(sandbox.workspace());
    let outcome = grex!(sandbox, "init").run();
    assert_snapshot!(outcome.snapshot(), @r"
    exit: 0
    ----- stdout -----
    [SANDBOX]/workspace is a workspace; nothing is missing

    ----- stderr -----
    ");
    still.check();
}

#[test]
fn what_is_missing_is_made_and_nothing_else_is_changed() {
    let sandbox = workspace();
    register(
        &sandbox,
        &[
            ("a", "https://example.org/a"),
            ("b/c", "https://example.org/c"),
        ],
    );
    let manifest = sandbox.read("workspace/grex.jsonl");
    fs::remove_file(sandbox.path("workspace/grex.lock.jsonl")).unwrap();
    fs::remove_file(sandbox.path("workspace/.gitattributes")).unwrap();
    fs::remove_dir_all(sandbox.path("workspace/.grex")).unwrap();
    // Lines of the user's own, with CRLF and without an end.
    sandbox.write("workspace/.gitignore", "target/\r\n*.o");
    let outcome = grex!(sandbox, "init").run();
    assert_snapshot!(outcome.snapshot(), @r"
    exit: 0
    ----- stdout -----
    [SANDBOX]/workspace is a workspace; made grex.lock.jsonl, .gitattributes, .gitignore

    ----- stderr -----
    ");
    assert_eq!(sandbox.read("workspace/grex.jsonl"), manifest);
    let ignored = sandbox.read("workspace/.gitignore");
    assert!(ignored.starts_with("target/\r\n*.o"), "{ignored:?}");
    assert!(
        ignored.contains("/a/") && ignored.contains("/b/c/"),
        "{ignored:?}"
    );
    let still = Still::of(sandbox.workspace());
    grex!(sandbox, "init").run().success();
    still.check();
}

#[test]
fn a_damaged_block_is_refused_with_its_line_and_kept() {
    for (text, line) in [
        ("x\n# >>> grex >>>\n/a/\n", "line 2"),
        ("x\n/a/\n# <<< grex <<<\n", "line 3"),
        ("# >>> grex >>>\n# >>> grex >>>\n# <<< grex <<<\n", "line 2"),
        (
            "# >>> grex >>>\n# <<< grex <<<\n# >>> grex >>>\n# <<< grex <<<\n",
            "line 3",
        ),
    ] {
        for file in [".gitignore", ".gitattributes"] {
            let sandbox = workspace();
            sandbox.write(format!("workspace/{file}"), text);
            let still = Still::of(sandbox.workspace());
            let outcome = grex!(sandbox, "init").run();
            refused(&sandbox, &outcome, 3, &[file, line]);
            still.check();
            let error = error_of(&grex!(sandbox, "init", "--json").run());
            assert!(error["file"].as_str().unwrap().ends_with(file), "{error}");
        }
    }
}

#[test]
fn a_dry_run_says_what_would_be_made() {
    let sandbox = Sandbox::new();
    let still = Still::of(sandbox.path(""));
    let outcome = grex!(sandbox, "init", "--dry-run").run();
    assert_snapshot!(outcome.snapshot(), @r"
    exit: 0
    ----- stdout -----
    [SANDBOX]/workspace lacks grex.jsonl, grex.lock.jsonl, .gitignore, .gitattributes
    dry run: nothing was changed

    ----- stderr -----
    ");
    grex!(sandbox, "init", "--dry-run", "new/place")
        .run()
        .success();
    let outcome = grex!(
        sandbox,
        "init",
        "--dry-run",
        "--from",
        "https://example.org/w.git"
    )
    .run();
    outcome.success();
    still.check();
}

#[test]
fn another_directory_and_json() {
    let sandbox = Sandbox::new();
    let outcome = grex!(sandbox, "init", "deep/er", "--json").run();
    assert_snapshot!(outcome.snapshot(), @r#"
    exit: 0
    ----- stdout -----
    {"workspace":"[SANDBOX]/workspace/deep/er","created":["grex.jsonl","grex.lock.jsonl",".gitignore",".gitattributes"],"cloned":[]}

    ----- stderr -----
    "#);
    assert!(sandbox.path("workspace/deep/er/grex.jsonl").is_file());
    grex!(sandbox, "-C", "deep", "-C", "er", "ls")
        .run()
        .success();
    grex!(sandbox, "init", "--manifest", "deep/other.jsonl")
        .run()
        .success();
    assert!(sandbox.path("workspace/deep/other.jsonl").is_file());
    assert!(sandbox.path("workspace/deep/other.lock.jsonl").is_file());
}

#[test]
fn a_file_in_the_way_is_named() {
    let sandbox = Sandbox::new();
    sandbox.write("workspace/file", "x");
    let outcome = grex!(sandbox, "init", "file").run();
    assert!(
        matches!(outcome.status, Some(1 | 2)),
        "{}",
        outcome.snapshot()
    );
    assert!(outcome.stderr.contains("file"), "{}", outcome.snapshot());
    assert_eq!(sandbox.read("workspace/file"), "x");
}

/// A repository that holds a workspace with two packs, one of which has a child.
fn published(sandbox: &Sandbox) -> String {
    let tree = Tree::plant(sandbox, "api\n  core\ndocs\n");
    let lines: String = tree
        .roots()
        .map(|pack| registration(&pack.path, &pack.url, pack.reference.as_deref()))
        .collect();
    let remote = sandbox
        .remote("published")
        .commit("grex.jsonl", lines)
        .branch("next")
        .commit("NEXT", "next\n")
        .create();
    remote.url()
}

#[test]
fn from_clones_a_workspace_with_all_its_packs() {
    let sandbox = Sandbox::new();
    let url = published(&sandbox);
    let outcome = grex!(sandbox, "init", "--from", &url, "--ref", "next", "here").run();
    tidy(&sandbox, &outcome);
    assert_snapshot!(outcome.snapshot(), @r"
    exit: 0
    ----- stdout -----
    cloned the workspace to [SANDBOX]/workspace/here; made grex.lock.jsonl, .gitignore, .gitattributes
    cloned      api  [SHA7]
    cloned      api/core  [SHA7]
    cloned      docs  [SHA7]
    3 cloned

    ----- stderr -----
    ");
    for file in [
        "NEXT",
        "grex.lock.jsonl",
        "api/README",
        "api/core/README",
        "docs/README",
    ] {
        assert!(
            sandbox.path("workspace/here").join(file).is_file(),
            "{file}"
        );
    }
    grex!(sandbox, "-C", "here", "status", "--fail-on-drift")
        .run()
        .success();
    // Without a directory the URL names it.
    let outcome = grex!(sandbox, "init", "--json", "--from", &url).run();
    outcome.success();
    let report = outcome.json();
    assert_eq!(
        report["cloned"],
        serde_json::json!(["api", "api/core", "docs"])
    );
    assert!(sandbox.path("workspace/published/docs/README").is_file());
}

#[test]
fn from_what_is_no_workspace_leaves_nothing() {
    let sandbox = Sandbox::new();
    let plain = sandbox.remote("plain").commit("a", "a").create();
    let still = Still::of(sandbox.workspace());
    let outcome = grex!(sandbox, "init", "--from", plain.url(), "deep/here").run();
    refused(
        &sandbox,
        &outcome,
        2,
        &["plain.git", "grex.jsonl", "grex add"],
    );
    still.check();
    let gone = sandbox.path("remotes/gone.git");
    let outcome = grex!(sandbox, "init", "--from", &gone, "here").run();
    refused(&sandbox, &outcome, 4, &["gone.git"]);
    let outcome = grex!(
        sandbox,
        "init",
        "--from",
        plain.url(),
        "--ref",
        "nope",
        "here"
    )
    .run();
    refused(&sandbox, &outcome, 4, &["nope"]);
    still.check();
}

#[test]
fn from_into_an_occupied_directory_is_refused() {
    let sandbox = Sandbox::new();
    let url = published(&sandbox);
    sandbox.write("workspace/here/mine", "mine");
    sandbox.write("workspace/file", "mine");
    let still = Still::of(sandbox.workspace());
    for place in ["here", "file", "."] {
        let outcome = grex!(sandbox, "init", "--from", &url, place).run();
        refused(&sandbox, &outcome, 2, &[place.trim_start_matches('.')]);
        still.check();
    }
    // An empty directory is as good as none.
    fs::create_dir(sandbox.path("workspace/empty")).unwrap();
    grex!(sandbox, "init", "--from", &url, "empty")
        .run()
        .success();
}

#[test]
fn from_with_a_pack_that_fails_keeps_the_rest() {
    let sandbox = Sandbox::new();
    let url = published(&sandbox);
    fs::rename(
        sandbox.path("remotes/docs.git"),
        sandbox.path("remotes/moved.git"),
    )
    .unwrap();
    let outcome = grex!(sandbox, "init", "--from", &url, "here").run();
    refused(&sandbox, &outcome, 4, &["docs", "update --only docs"]);
    assert!(sandbox.path("workspace/here/api/core/README").is_file());
    fs::rename(
        sandbox.path("remotes/moved.git"),
        sandbox.path("remotes/docs.git"),
    )
    .unwrap();
    grex!(sandbox, "-C", "here", "sync").run().success();
    assert!(sandbox.path("workspace/here/docs/README").is_file());
    no_leftovers(&sandbox);
}

#[test]
fn what_was_meant_as_a_source_is_no_place_for_a_workspace() {
    let sandbox = Sandbox::new();
    let url = published(&sandbox);
    for typed in [
        url.as_str(),
        "https://h.example/w.git",
        "git@h.example:w.git",
    ] {
        let outcome = grex!(sandbox, "init", typed).run();
        refused(&sandbox, &outcome, 2, &["grex init --from", typed]);
    }
    let bare = sandbox.path("remotes/docs.git");
    let bare = bare.to_str().unwrap();
    let outcome = grex!(sandbox, "init", bare).run();
    refused(
        &sandbox,
        &outcome,
        2,
        &["bare git repository", "grex init --from"],
    );
    assert!(!sandbox.path("remotes/docs.git/grex.jsonl").exists());
}
