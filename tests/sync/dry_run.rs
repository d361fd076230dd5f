//! `sync --dry-run` and `init --dry-run`: nothing changes, and nobody is asked over a network.

use grex_fixtures::{grex, tree_snapshot};
use serde_json::json;

use crate::ground::{Ground, spawns};

#[test]
fn a_dry_run_says_what_would_be_and_changes_nothing() {
    let (ground, remote) = Ground::with_synced_pack(Some("main"), |remote| {
        remote.commit("a", "1\n").tag("v1").commit("a", "2\n")
    });
    ground.declare("pinned", &remote.url(), Some("v1"));
    ground.declare("repinned", &remote.url(), Some("main"));
    ground.declare("gone", &remote.url(), None);
    ground.synced(&[]);
    ground.declare_ref("repinned", Some("v1"));
    ground.forget("gone");
    ground.declare("new", &remote.url(), None);
    remote.push_commit("a", "3\n");
    let before = tree_snapshot(&ground.sandbox.path(""));
    let shim = ground.sandbox.shim();
    let before_shim: Vec<_> = tree_snapshot(&ground.sandbox.workspace());
    let run = ground
        .sync(&["--dry-run", "--prune"])
        .with_shim(&shim)
        .run();
    let report = crate::ground::Report::of_run(run.success());
    report.expect("api", &json!({"result": "ok", "change": "fetched"}));
    report.expect("new", &json!({"change": "cloned"}));
    report.expect("pinned", &json!({"change": "up-to-date"}));
    report.expect("repinned", &json!({"change": "updated"}));
    report.expect("gone", &json!({"change": "removed"}));
    for id in ["api", "new", "repinned", "gone"] {
        report.expect_message(id, &["would"]);
    }
    assert_eq!(tree_snapshot(&ground.sandbox.workspace()), before_shim);
    let after = tree_snapshot(&ground.sandbox.path(""));
    let changed: Vec<_> = after
        .iter()
        .filter(|line| !before.contains(line) && !line.starts_with("shim-"))
        .collect();
    assert_eq!(changed, Vec::<&String>::new());
    for network in ["fetch", "clone", "ls-remote"] {
        assert_eq!(shim.count(network), 0, "{:?}", spawns(&shim));
    }
}

#[test]
fn a_dry_run_in_a_fresh_workspace_makes_nothing() {
    let (ground, _remote) = Ground::with_pack(None, |remote| remote.commit("a", "1\n"));
    let before = ground.everything();
    ground
        .synced(&["--dry-run"])
        .expect("api", &json!({"change": "cloned"}));
    ground.synced(&["--dry-run", "--force"]);
    assert_eq!(ground.everything(), before);
}

#[test]
fn a_dry_run_reports_refusals_and_fails_as_the_run_would() {
    let (ground, remote) = Ground::with_synced_pack(None, |remote| remote.commit("a", "1\n"));
    let other = ground.sandbox.remote("other").commit("b", "1\n").create();
    ground.append(
        &json!({"op": "update", "ts": "2026-01-02T03:04:06Z", "id": "api",
        "url": other.url(), "schema_version": "1"}),
    );
    let before = ground.everything();
    ground
        .failed(4, &["--dry-run"])
        .expect_refusal("api", "other", &[&remote.url(), &other.url()]);
    assert_eq!(ground.everything(), before);
}

#[test]
fn a_dry_run_of_init_makes_nothing() {
    let (ground, remote) = Ground::with_pack(None, |remote| remote.commit("grex.jsonl", ""));
    let before = ground.everything();
    grex!(ground.sandbox, "init", "--dry-run").run().success();
    grex!(ground.sandbox, "init", "--dry-run", "fresh")
        .run()
        .success();
    let url = remote.url();
    let from = grex!(ground.sandbox, "init", "--dry-run", "copy", "--from", url);
    from.run().success();
    assert_eq!(ground.everything(), before);
}
