//! Repositories without commits.

use serde_json::json;

use crate::ground::Ground;

#[test]
fn an_empty_repository_is_cloned_and_filled_later() {
    for (reference, branch) in [(None, "main"), (Some("main"), "main"), (Some("dev"), "dev")] {
        let (ground, remote) = Ground::with_pack(reference, |remote| remote);
        ground.synced(&[]).expect(
            "api",
            &json!({"result": "ok", "change": "cloned", "sha_before": "", "sha_after": ""}),
        );
        assert!(ground.place("api/.git").is_dir());
        ground.synced(&[]).expect(
            "api",
            &json!({"result": "ok", "change": "fetched", "sha_before": "", "sha_after": ""}),
        );
        let sha = fill(&ground, &remote, branch);
        ground.synced(&[]).expect(
            "api",
            &json!({"result": "ok", "change": "updated", "sha_before": "", "sha_after": sha}),
        );
        assert_eq!(
            (ground.at("api"), ground.read("api/a")),
            (branch.into(), "1\n".into())
        );
        assert_eq!(ground.git("api", &["status", "--porcelain"]), "");
    }
}

/// Pushes a first commit.
fn fill(ground: &Ground, remote: &grex_fixtures::Remote, branch: &str) -> String {
    ground.sandbox.git("", &["init", "-q", "elsewhere"]);
    ground.sandbox.write("elsewhere/a", "1\n");
    ground.sandbox.git("elsewhere", &["add", "a"]);
    ground
        .sandbox
        .git("elsewhere", &["commit", "-q", "-m", "first"]);
    ground.sandbox.git(
        "elsewhere",
        &[
            "push",
            "-q",
            &remote.url(),
            &format!("HEAD:refs/heads/{branch}"),
        ],
    );
    remote.head(branch)
}

#[test]
fn an_empty_repository_with_files_of_the_user_s_keeps_them_when_it_is_filled() {
    let (ground, remote) = Ground::with_pack(None, |remote| remote);
    ground.synced(&[]);
    ground.write("api/mine", "mine\n");
    fill(&ground, &remote, "main");
    ground
        .synced(&[])
        .expect("api", &json!({"change": "updated"}));
    assert_eq!(
        (ground.read("api/a"), ground.read("api/mine")),
        ("1\n".into(), "mine\n".into())
    );
}

#[test]
fn an_empty_repository_with_a_file_in_the_way_keeps_it() {
    let (ground, remote) = Ground::with_pack(None, |remote| remote);
    ground.synced(&[]);
    ground.write("api/a", "mine\n");
    fill(&ground, &remote, "main");
    ground
        .failed(4, &[])
        .expect("api", &json!({"result": "err", "change": "none"}));
    assert_eq!(ground.read("api/a"), "mine\n");
}

#[test]
fn an_unborn_branch_here_is_not_an_error() {
    let (ground, remote) =
        Ground::with_synced_pack(Some("main"), |remote| remote.commit("a", "1\n"));
    ground.git("api", &["checkout", "-q", "--orphan", "fresh"]);
    let after = remote.push_commit("a", "2\n");
    ground
        .synced(&[])
        .expect("api", &json!({"result": "ok", "change": "fetched"}))
        .expect_message("api", &["fresh", "main"]);
    assert_eq!(ground.at("api"), "fresh");
    assert_eq!(ground.git("api", &["rev-parse", "main"]), after);
}
