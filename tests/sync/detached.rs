//! Detached heads.

use serde_json::json;

use crate::ground::Ground;

#[test]
fn a_detached_head_stays_where_nothing_is_declared() {
    let (ground, remote) =
        Ground::with_synced_pack(None, |remote| remote.commit("a", "1\n").commit("a", "2\n"));
    ground.git("api", &["checkout", "-q", "--detach", "HEAD~1"]);
    let here = ground.head("api");
    let after = remote.push_commit("a", "3\n");
    let before = ground.users_state("api");
    ground.synced(&[]).expect(
        "api",
        &json!({"result": "ok", "change": "fetched", "sha_before": here, "sha_after": here,
            "commits": 0}),
    );
    assert_eq!(ground.users_state("api"), before);
    assert_eq!(ground.git("api", &["rev-parse", "origin/main"]), after);
}

#[test]
fn a_detached_head_stays_where_a_branch_is_followed_that_moves_on() {
    let (ground, remote) = Ground::with_synced_pack(Some("main"), |remote| {
        remote.commit("a", "1\n").commit("a", "2\n")
    });
    ground.git("api", &["checkout", "-q", "--detach", "HEAD~1"]);
    let here = ground.head("api");
    let after = remote.push_commit("a", "3\n");
    ground
        .synced(&[])
        .expect(
            "api",
            &json!({"result": "ok", "change": "fetched", "sha_after": here}),
        )
        .expect_message("api", &["detached", "main"]);
    assert_eq!(ground.at("api"), here);
    assert_eq!(ground.git("api", &["rev-parse", "main"]), after);
}

#[test]
fn commits_on_a_detached_head_are_kept_when_a_branch_is_declared() {
    let (ground, remote) = Ground::with_synced_pack(Some("v1"), |remote| {
        remote.commit("a", "1\n").tag("v1").commit("a", "2\n")
    });
    let own = ground.commit("api", "mine", "1\n");
    ground.declare_ref("api", Some("main"));
    remote.push_commit("a", "3\n");
    ground
        .synced(&[])
        .expect("api", &json!({"result": "ok", "sha_after": own}));
    assert_eq!(ground.at("api"), own);
}
