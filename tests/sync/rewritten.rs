//! Remotes whose history was rewritten.

use serde_json::json;

use crate::ground::Ground;

#[test]
fn a_branch_that_is_exactly_what_was_fetched_follows_a_rewritten_one() {
    for reference in [None, Some("main")] {
        let (ground, remote) = Ground::with_synced_pack(reference, |remote| {
            remote.commit("a", "1\n").commit("a", "2\n")
        });
        let old = remote.head("main");
        let new = remote.rewrite();
        ground
            .synced(&[])
            .expect(
                "api",
                &json!({"result": "ok", "change": "forced", "sha_before": old, "sha_after": new}),
            )
            .expect_message("api", &[&old[..7]]);
        assert_eq!(
            (ground.at("api"), ground.head("api")),
            ("main".into(), new.clone())
        );
        assert_eq!(ground.git("api", &["status", "--porcelain"]), "");
        // The old tip is still in the reflog.
        assert_eq!(ground.git("api", &["rev-parse", "main@{1}"]), old);
        ground
            .synced(&[])
            .expect("api", &json!({"change": "up-to-date", "sha_after": new}));
    }
}

#[test]
fn a_rewritten_branch_with_commits_of_ones_own_has_diverged() {
    let (ground, remote) =
        Ground::with_synced_pack(None, |remote| remote.commit("a", "1\n").commit("a", "2\n"));
    ground.commit("api", "mine", "1\n");
    remote.rewrite();
    remote.push_commit("b", "1\n");
    let before = ground.users_state("api");
    // Three here: two that the server had before, and the user's. Two there.
    ground
        .failed(4, &[])
        .expect_refusal("api", "diverged", &["3 ahead", "2 behind"]);
    assert_eq!(ground.users_state("api"), before);
    // Nor does a second run, when the fetch is no news any more.
    ground
        .failed(4, &[])
        .expect_refusal("api", "diverged", &["3 ahead", "2 behind"]);
    assert_eq!(ground.users_state("api"), before);
}

#[test]
fn commits_here_and_there_have_diverged() {
    let (ground, remote) = Ground::with_synced_pack(None, |remote| remote.commit("a", "1\n"));
    let own = ground.commit("api", "mine", "1\n");
    remote.push_commit("b", "1\n");
    let theirs = remote.push_commit("b", "2\n");
    let before = ground.users_state("api");
    let report = ground.failed(4, &[]);
    report
        .expect_refusal("api", "diverged", &["1 ahead", "2 behind"])
        .expect_hint("api", &["rebase"]);
    assert_eq!(ground.users_state("api"), before);
    assert_eq!(ground.head("api"), own);
    assert_eq!(ground.git("api", &["rev-parse", "origin/main"]), theirs);
}

#[test]
fn a_rewritten_branch_that_the_user_fetched_by_hand_is_followed() {
    let (ground, remote) =
        Ground::with_synced_pack(None, |remote| remote.commit("a", "1\n").commit("a", "2\n"));
    let old = remote.head("main");
    let new = remote.rewrite();
    ground.git("api", &["fetch", "-q"]);
    ground
        .synced(&[])
        .expect(
            "api",
            &json!({"change": "forced", "sha_before": old, "sha_after": new}),
        )
        .expect_message("api", &[&old[..7]]);
}

#[test]
fn a_branch_that_was_put_back_is_followed_back() {
    let (ground, remote) =
        Ground::with_synced_pack(None, |remote| remote.commit("a", "1\n").commit("a", "2\n"));
    let tip = remote.head("main");
    let earlier = remote.resolve("refs/heads/main~1");
    remote.git(&["update-ref", "refs/heads/main", &earlier]);
    ground
        .synced(&[])
        .expect(
            "api",
            &json!({"change": "forced", "sha_before": tip, "sha_after": earlier}),
        )
        .expect_message("api", &[&tip[..7]]);
    assert_eq!(ground.head("api"), earlier);
}

#[test]
fn local_changes_keep_a_branch_from_following_a_rewritten_one() {
    let (ground, remote) =
        Ground::with_synced_pack(None, |remote| remote.commit("a", "1\n").commit("a", "2\n"));
    remote.rewrite();
    remote.push_commit("a", "3\n");
    ground.write("api/a", "mine\n");
    let before = ground.users_state("api");
    ground
        .failed(4, &[])
        .expect_refusal("api", "dirty", &["`a`"]);
    assert_eq!(ground.users_state("api"), before);
    // With the change out of the way, the next run follows.
    ground.git("api", &["checkout", "-q", "--", "a"]);
    ground.synced(&[]).expect(
        "api",
        &json!({"change": "forced", "sha_after": remote.head("main")}),
    );
}

#[test]
fn the_followed_branch_is_left_when_it_is_rewritten_while_another_is_checked_out() {
    let (ground, remote) = Ground::with_synced_pack(Some("main"), |remote| {
        remote.commit("a", "1\n").commit("a", "2\n")
    });
    ground.git("api", &["checkout", "-q", "-b", "topic"]);
    remote.rewrite();
    let before = ground.users_state("api");
    ground
        .synced(&[])
        .expect("api", &json!({"result": "ok", "change": "fetched"}));
    assert_eq!(ground.users_state("api"), before);
}
