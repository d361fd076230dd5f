//! Packs without a declared ref: the branch that is checked out and what it follows.

use serde_json::json;

use crate::ground::Ground;

#[test]
fn an_upstream_of_another_name_is_followed() {
    let (ground, remote) = Ground::with_synced_pack(None, |remote| {
        remote
            .commit("a", "1\n")
            .branch("their/dev")
            .commit("a", "2\n")
    });
    ground.git(
        "api",
        &[
            "checkout",
            "-q",
            "-b",
            "mine",
            "--track",
            "origin/their/dev",
        ],
    );
    let before = remote.head("their/dev");
    let after = remote.push_commit_on("their/dev", "a", "3\n");
    ground.synced(&[]).expect(
        "api",
        &json!({"result": "ok", "change": "updated", "sha_before": before, "sha_after": after,
            "commits": 1}),
    );
    assert_eq!(
        (ground.at("api"), ground.head("api")),
        ("mine".into(), after)
    );
}

#[test]
fn a_branch_without_an_upstream_is_left_alone() {
    let (ground, remote) = Ground::with_synced_pack(None, |remote| remote.commit("a", "1\n"));
    ground.git("api", &["checkout", "-q", "--no-track", "-b", "local"]);
    let after = remote.push_commit("a", "2\n");
    let before = ground.users_state("api");
    ground
        .synced(&[])
        .expect("api", &json!({"result": "ok", "change": "fetched"}));
    assert_eq!(ground.users_state("api"), before);
    assert_eq!(ground.git("api", &["rev-parse", "origin/main"]), after);
}

#[test]
fn a_branch_whose_upstream_is_another_branch_here_is_left_alone() {
    let (ground, remote) = Ground::with_synced_pack(None, |remote| remote.commit("a", "1\n"));
    ground.git("api", &["checkout", "-q", "-b", "local", "--track", "main"]);
    remote.push_commit("a", "2\n");
    let before = ground.users_state("api");
    ground
        .synced(&[])
        .expect("api", &json!({"result": "ok", "change": "fetched"}));
    assert_eq!(ground.users_state("api"), before);
}

#[test]
fn an_upstream_at_a_second_remote_is_followed() {
    let (ground, _remote) = Ground::with_synced_pack(None, |remote| remote.commit("a", "1\n"));
    let fork = ground.sandbox.remote("fork").commit("f", "1\n").create();
    ground.git("api", &["remote", "add", "fork", &fork.url()]);
    ground.git("api", &["fetch", "-q", "fork"]);
    ground.git(
        "api",
        &["checkout", "-q", "-b", "theirs", "--track", "fork/main"],
    );
    let after = fork.push_commit("f", "2\n");
    ground
        .synced(&[])
        .expect("api", &json!({"change": "updated", "sha_after": after}));
    assert_eq!(ground.at("api"), "theirs");
}

#[test]
fn a_single_branch_clone_of_another_branch_gets_the_declared_one() {
    let (ground, remote) = Ground::with_pack(Some("dev"), |remote| {
        remote.commit("a", "1\n").branch("dev").commit("a", "2\n")
    });
    let url = remote.file_url();
    ground.sandbox.git(
        "",
        &[
            "clone",
            "-q",
            "--single-branch",
            "--branch=main",
            &url,
            "workspace/api",
        ],
    );
    ground
        .synced(&[])
        .expect("api", &json!({"result": "ok", "change": "fetched"}));
    assert_eq!(ground.at("api"), "main");
    ground.git("api", &["checkout", "-q", "-b", "dev", "origin/dev"]);
    let after = remote.push_commit_on("dev", "a", "3\n");
    ground
        .synced(&[])
        .expect("api", &json!({"change": "updated", "sha_after": after}));
}
