//! Packs that follow a branch.

use std::fs;

use serde_json::json;

use crate::ground::Ground;

#[test]
fn a_pack_that_is_not_there_is_cloned() {
    let (ground, remote) = Ground::with_pack(None, |remote| remote.commit("a", "1\n"));
    ground.synced(&[]).expect(
        "api",
        &json!({"result": "ok", "change": "cloned", "sha_before": "",
            "sha_after": remote.head("main"), "message": null}),
    );
    assert_eq!(ground.at("api"), "main");
    assert_eq!(ground.read("api/a"), "1\n");
    let upstream = ground.git("api", &["rev-parse", "--abbrev-ref", "main@{upstream}"]);
    assert_eq!(upstream, "origin/main");
    let names: Vec<_> = fs::read_dir(ground.sandbox.workspace())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .filter(|name| name.to_string_lossy().starts_with(".grex-tmp"))
        .collect();
    assert!(names.is_empty(), "{names:?}");
}

#[test]
fn an_empty_directory_makes_room_for_a_clone() {
    let (ground, remote) = Ground::with_pack(None, |remote| remote.commit("a", "1\n"));
    fs::create_dir(ground.place("api")).unwrap();
    ground.synced(&[]).expect(
        "api",
        &json!({"change": "cloned", "sha_after": remote.head("main")}),
    );
}

#[test]
fn a_branch_moves_with_its_remote() {
    for reference in [None, Some("main"), Some("refs/heads/main")] {
        let (ground, remote) =
            Ground::with_synced_pack(reference, |remote| remote.commit("a", "1\n"));
        let before = remote.head("main");
        remote.push_commit("a", "2\n");
        let after = remote.push_commit("b", "3\n");
        ground.synced(&[]).expect(
            "api",
            &json!({"result": "ok", "change": "updated", "sha_before": before,
                "sha_after": after, "commits": 2, "message": null}),
        );
        assert_eq!(ground.at("api"), "main");
        assert_eq!(ground.head("api"), after);
        assert_eq!(
            (ground.read("api/a"), ground.read("api/b")),
            ("2\n".into(), "3\n".into())
        );
        assert_eq!(ground.git("api", &["status", "--porcelain"]), "");
        assert_eq!(ground.locked("api")["sha"], after);
        assert_eq!(ground.locked("api")["branch"], "main");
    }
}

#[test]
fn a_branch_moves_under_an_untracked_file_that_is_not_in_the_way() {
    let (ground, remote) = Ground::with_synced_pack(None, |remote| remote.commit("a", "1\n"));
    ground.write("api/mine", "x\n");
    let after = remote.push_commit("a", "2\n");
    ground
        .synced(&[])
        .expect("api", &json!({"change": "updated", "sha_after": after}));
    assert_eq!(ground.read("api/mine"), "x\n");
}

#[test]
fn the_followed_branch_moves_while_another_one_is_checked_out() {
    let (ground, remote) =
        Ground::with_synced_pack(Some("main"), |remote| remote.commit("a", "1\n"));
    let before = remote.head("main");
    ground.git("api", &["checkout", "-q", "-b", "topic"]);
    ground.write("api/a", "changed\n");
    let after = remote.push_commit("a", "2\n");
    let files = ground.files("api");
    ground
        .synced(&[])
        .expect(
            "api",
            &json!({"result": "ok", "change": "fetched", "sha_before": before,
                "sha_after": before, "commits": 0}),
        )
        .expect_message("api", &["topic", "main"]);
    assert_eq!(ground.at("api"), "topic");
    assert_eq!(ground.git("api", &["rev-parse", "main"]), after);
    assert_eq!(ground.git("api", &["rev-parse", "topic"]), before);
    assert_eq!(ground.files("api"), files);
}

#[test]
fn the_followed_branch_stays_when_it_has_commits_of_its_own() {
    let (ground, remote) =
        Ground::with_synced_pack(Some("main"), |remote| remote.commit("a", "1\n"));
    let own = ground.commit("api", "mine", "x\n");
    ground.git("api", &["checkout", "-q", "-b", "topic", "main~1"]);
    let theirs = remote.push_commit("a", "2\n");
    let before = ground.users_state("api");
    ground
        .synced(&[])
        .expect("api", &json!({"result": "ok", "change": "fetched"}))
        .expect_message("api", &["topic", "main"]);
    assert_eq!(ground.users_state("api"), before);
    assert_eq!(ground.git("api", &["rev-parse", "main"]), own);
    assert_eq!(ground.git("api", &["rev-parse", "origin/main"]), theirs);
}

#[test]
fn a_branch_that_is_ahead_is_up_to_date_and_says_so() {
    let (ground, _remote) = Ground::with_synced_pack(None, |remote| remote.commit("a", "1\n"));
    ground.commit("api", "mine", "1\n");
    let own = ground.commit("api", "mine", "2\n");
    let before = ground.users_state("api");
    ground
        .synced(&[])
        .expect(
            "api",
            &json!({"result": "ok", "change": "up-to-date", "sha_before": own,
                "sha_after": own, "commits": 0}),
        )
        .expect_message("api", &["2 ahead"]);
    assert_eq!(ground.users_state("api"), before);
}

#[test]
fn a_branch_that_the_user_fetched_by_hand_moves_all_the_same() {
    let (ground, remote) = Ground::with_synced_pack(None, |remote| remote.commit("a", "1\n"));
    let after = remote.push_commit("a", "2\n");
    ground.git("api", &["fetch", "-q"]);
    ground.synced(&[]).expect(
        "api",
        &json!({"change": "updated", "sha_after": after, "commits": 1}),
    );
    assert_eq!(ground.read("api/a"), "2\n");
}

#[test]
fn a_branch_that_is_gone_from_the_server_fails_as_such() {
    for reference in [None, Some("dev")] {
        let (ground, remote) = Ground::with_pack(Some("dev"), |remote| {
            remote.commit("a", "1\n").branch("dev").commit("a", "2\n")
        });
        ground.synced(&[]);
        ground.declare_ref("api", reference);
        ground.synced(&[]);
        remote.delete_branch("dev");
        let before = ground.users_state("api");
        ground
            .failed(4, &[])
            .expect_refusal("api", "no-such-ref", &["dev"]);
        assert_eq!(ground.users_state("api"), before);
    }
}

#[test]
fn a_branch_is_meant_where_a_tag_has_the_same_name() {
    let (ground, remote) = Ground::with_pack(Some("both"), |remote| {
        remote
            .commit("a", "1\n")
            .tag("both")
            .branch("both")
            .commit("a", "2\n")
    });
    ground.synced(&[]).expect(
        "api",
        &json!({"change": "cloned", "sha_after": remote.head("both")}),
    );
    assert_eq!(ground.at("api"), "both");
    let after = remote.push_commit_on("both", "a", "3\n");
    ground
        .synced(&[])
        .expect("api", &json!({"change": "updated", "sha_after": after}));
}

#[test]
fn a_full_name_means_the_tag_where_a_branch_has_the_same_name() {
    let (ground, remote) = Ground::with_pack(Some("refs/tags/both"), |remote| {
        remote
            .commit("a", "1\n")
            .tag("both")
            .branch("both")
            .commit("a", "2\n")
    });
    let tagged = remote.resolve("refs/tags/both");
    ground
        .synced(&[])
        .expect("api", &json!({"change": "cloned", "sha_after": tagged}));
    assert_eq!(ground.at("api"), tagged);
    ground
        .synced(&[])
        .expect("api", &json!({"change": "up-to-date", "sha_after": tagged}));
}

#[test]
fn a_ref_that_is_neither_branch_nor_tag_is_followed_without_a_branch() {
    let (ground, remote) = Ground::with_pack(Some("refs/pull/7/head"), |remote| {
        remote.commit("a", "1\n").branch("pr").commit("a", "2\n")
    });
    ground
        .failed(4, &[])
        .expect_refusal("api", "no-such-ref", &["refs/pull/7/head"]);
    assert!(!ground.place("api").exists());

    let proposed = remote.head("pr");
    remote.git(&["update-ref", "refs/pull/7/head", &proposed]);
    ground
        .synced(&[])
        .expect("api", &json!({"change": "cloned", "sha_after": proposed}));
    ground
        .synced(&[])
        .expect("api", &json!({"change": "up-to-date"}));

    let better = remote.push_commit_on("pr", "a", "3\n");
    remote.git(&["update-ref", "refs/pull/7/head", &better]);
    ground
        .synced(&[])
        .expect("api", &json!({"change": "updated", "sha_after": better}));
}

#[test]
fn branches_with_slashes_and_unicode_are_followed() {
    for name in ["feature/ü/x", "1.x", "deadbeef", "tags/v1", "heads/main"] {
        let (ground, remote) = Ground::with_pack(Some(name), |remote| {
            remote.commit("a", "1\n").branch(name).commit("a", "2\n")
        });
        ground.synced(&[]).expect(
            "api",
            &json!({"change": "cloned", "sha_after": remote.head(name)}),
        );
        assert_eq!(ground.at("api"), name);
        let after = remote.push_commit_on(name, "a", "3\n");
        ground.synced(&[]).expect(
            "api",
            &json!({"change": "updated", "sha_after": after, "commits": 1}),
        );
        assert_eq!(ground.at("api"), name);
    }
}
