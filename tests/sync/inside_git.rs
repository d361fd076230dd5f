//! A run from inside git: the variables of one repository must not reach another one.

use std::path::PathBuf;

use grex_fixtures::{Sandbox, tree_snapshot};
use serde_json::json;

use crate::ground::{Ground, Report};

/// A repository of somebody's, with something staged.
fn host(sandbox: &Sandbox) -> PathBuf {
    let host = sandbox.path("host");
    sandbox.git("", &["init", "-q", "host"]);
    for (file, content) in [("one", "1\n"), ("two", "2\n")] {
        sandbox.write(host.join(file), content);
    }
    sandbox.git(&host, &["add", "one"]);
    sandbox.git(&host, &["commit", "-q", "-m", "first"]);
    sandbox.git(&host, &["add", "two"]);
    host
}

#[test]
fn variables_of_another_repository_do_not_reach_the_packs() {
    let (ground, remote) = Ground::with_pack(None, |remote| remote.commit("a", "1\n").tag("v1"));
    let host = host(&ground.sandbox);
    let before = tree_snapshot(&host);
    let variables = [
        ("GIT_DIR", host.join(".git")),
        ("GIT_INDEX_FILE", host.join(".git/index")),
        ("GIT_WORK_TREE", host.clone()),
        ("GIT_OBJECT_DIRECTORY", host.join(".git/objects")),
        ("GIT_COMMON_DIR", host.join(".git")),
        ("GIT_PREFIX", PathBuf::from("sub/")),
        ("GIT_NAMESPACE", PathBuf::from("other")),
        ("GIT_QUARANTINE_PATH", host.join(".git/objects/incoming")),
        ("GIT_EXTERNAL_DIFF", PathBuf::from("/bin/false")),
        ("GIT_DEFAULT_HASH", PathBuf::from("sha256")),
        ("GIT_LITERAL_PATHSPECS", PathBuf::from("1")),
    ];
    let run = |arguments: &[&str]| {
        let mut run = ground.sync(arguments);
        for (name, value) in &variables {
            run = run.env(name, value);
        }
        Report::of_run(run.run().success())
    };
    run(&[]).expect(
        "api",
        &json!({"change": "cloned", "sha_after": remote.head("main")}),
    );
    let after = remote.push_commit("a", "2\n");
    run(&[]).expect("api", &json!({"change": "updated", "sha_after": after}));
    run(&["--ref", "v1"]).expect("api", &json!({"change": "updated"}));
    assert_eq!(ground.read("api/a"), "1\n");
    assert_eq!(ground.git("api", &["status", "--porcelain"]), "");
    assert_eq!(tree_snapshot(&host), before);
}

#[test]
fn a_hook_of_another_repository_can_run_grex() {
    let (ground, remote) = Ground::with_synced_pack(None, |remote| remote.commit("a", "1\n"));
    let other = ground.sandbox.remote("other").commit("b", "1\n").create();
    ground.declare("other", &other.url(), None);
    let after = remote.push_commit("a", "2\n");
    let host = host(&ground.sandbox);
    let script = format!(
        "#!/bin/sh\ntest -n \"$GIT_INDEX_FILE\" || exit 3\ncd '{}' && exec '{}' sync\n",
        ground.sandbox.workspace().display(),
        env!("CARGO_BIN_EXE_grex")
    );
    ground
        .sandbox
        .write_script(host.join(".git/hooks/pre-commit"), &script);
    ground.sandbox.write(host.join("one"), "changed\n");
    ground
        .sandbox
        .git(&host, &["commit", "-q", "-a", "-m", "second"]);
    assert_eq!(
        ground
            .sandbox
            .git(&host, &["ls-tree", "--name-only", "HEAD"]),
        "one\ntwo"
    );
    assert_eq!(ground.sandbox.git(&host, &["show", "HEAD:one"]), "changed");
    assert_eq!(
        ground.sandbox.git(&host, &["rev-list", "--count", "HEAD"]),
        "2"
    );
    assert_eq!(ground.sandbox.git(&host, &["status", "--porcelain"]), "");
    assert_eq!(
        ground
            .sandbox
            .git(&host, &["for-each-ref", "--format=%(refname)"]),
        "refs/heads/main"
    );
    assert_eq!(ground.head("api"), after);
    assert_eq!(ground.head("other"), other.head("main"));
}

#[test]
fn a_workspace_inside_a_repository_leaves_that_repository_alone() {
    let (ground, _remote) = Ground::with_pack(None, |remote| remote.commit("a", "1\n"));
    ground.sandbox.git("workspace", &["init", "-q"]);
    ground.sandbox.git("workspace", &["add", "grex.jsonl"]);
    ground
        .sandbox
        .git("workspace", &["commit", "-q", "-m", "mine"]);
    let before = ground.everything_below(".git");
    ground.synced(&[]);
    ground.synced(&[]);
    assert_eq!(ground.everything_below(".git"), before);
}
