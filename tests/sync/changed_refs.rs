//! A declaration that changes: a checkout that is where grex left it changes over, one that the
//! user has moved stays.

use grex_fixtures::{Remote, RemoteBuilder};
use serde_json::json;

use crate::ground::Ground;

fn refs(remote: RemoteBuilder) -> RemoteBuilder {
    remote
        .commit("a", "1\n")
        .tag("v1")
        .commit("a", "2\n")
        .annotated_tag("v2")
        .branch("dev")
        .commit("a", "dev\n")
        .on("main")
        .commit("a", "3\n")
}

/// The branch that should be checked out for a ref, none for a tag, and the commit.
fn meaning(remote: &Remote, reference: &str) -> (Option<String>, String) {
    if reference.starts_with('v') {
        (None, remote.resolve(&format!("refs/tags/{reference}")))
    } else {
        (Some(reference.to_owned()), remote.head(reference))
    }
}

const CHANGES: [(&str, &str); 6] = [
    ("main", "v1"),
    ("v1", "v2"),
    ("v2", "main"),
    ("v1", "dev"),
    ("main", "dev"),
    ("dev", "main"),
];

#[test]
fn a_checkout_where_grex_left_it_changes_over() {
    for (from, to) in CHANGES {
        let (ground, remote) = Ground::with_synced_pack(Some(from), refs);
        let (_, before) = meaning(&remote, from);
        let (branch, after) = meaning(&remote, to);
        ground.declare_ref("api", Some(to));
        ground.synced(&[]).expect(
            "api",
            &json!({"result": "ok", "change": "updated", "sha_before": before, "sha_after": after}),
        );
        assert_eq!(
            ground.at("api"),
            branch.clone().unwrap_or(after.clone()),
            "{from} -> {to}"
        );
        assert_eq!(ground.head("api"), after, "{from} -> {to}");
        assert_eq!(ground.git("api", &["status", "--porcelain"]), "");
        if let Some(branch) = &branch {
            let upstream = ground.git("api", &["rev-parse", "--abbrev-ref", "@{upstream}"]);
            assert_eq!(upstream, format!("origin/{branch}"));
        }
        assert_eq!(ground.locked("api")["ref"], to);
        assert_eq!(ground.locked("api")["branch"], json!(branch));
        let settled = ground.everything();
        ground
            .synced(&[])
            .expect("api", &json!({"change": "up-to-date", "sha_after": after}));
        assert_eq!(ground.everything(), settled);
    }
}

#[test]
fn a_change_over_goes_to_the_newest_commit_of_a_branch_that_was_here_before() {
    let (ground, remote) = Ground::with_synced_pack(Some("main"), refs);
    ground.declare_ref("api", Some("dev"));
    ground.synced(&[]);
    let after = remote.push_commit("a", "4\n");
    ground.declare_ref("api", Some("main"));
    ground
        .synced(&[])
        .expect("api", &json!({"change": "updated", "sha_after": after}));
    assert_eq!(
        (ground.at("api"), ground.head("api")),
        ("main".into(), after)
    );
}

#[test]
fn a_change_over_to_a_branch_that_came_later_fetches_it() {
    let (ground, remote) = Ground::with_synced_pack(Some("v1"), refs);
    let tip = remote.head("main");
    remote.git(&["update-ref", "refs/heads/late", &tip]);
    ground.declare_ref("api", Some("late"));
    ground.synced(&[]).expect(
        "api",
        &json!({"result": "ok", "change": "updated", "sha_after": tip}),
    );
    assert_eq!(ground.at("api"), "late");
}

#[test]
fn a_declaration_that_is_cleared_changes_nothing() {
    let (ground, remote) = Ground::with_synced_pack(Some("dev"), refs);
    ground.declare_ref("api", None);
    ground.synced(&[]).expect(
        "api",
        &json!({"change": "up-to-date", "sha_after": remote.head("dev")}),
    );
    assert_eq!(ground.at("api"), "dev");
}

#[test]
fn a_checkout_that_the_user_moved_stays_when_another_branch_is_declared() {
    for from in ["main", "v1"] {
        let (ground, remote) = Ground::with_synced_pack(Some(from), refs);
        ground.git("api", &["checkout", "-q", "-b", "topic"]);
        ground.commit("api", "mine", "1\n");
        ground.declare_ref("api", Some("dev"));
        remote.push_commit_on("dev", "a", "4\n");
        let files = ground.files("api");
        ground
            .synced(&[])
            .expect("api", &json!({"result": "ok", "change": "fetched"}))
            .expect_message("api", &["topic", "dev"]);
        assert_eq!(ground.at("api"), "topic");
        assert_eq!(ground.files("api"), files);
    }
}

#[test]
fn a_checkout_that_the_user_moved_back_stays_when_a_branch_is_declared() {
    let (ground, _remote) = Ground::with_synced_pack(Some("v2"), refs);
    ground.git("api", &["checkout", "-q", "--detach", "v1"]);
    let here = ground.head("api");
    ground.declare_ref("api", Some("main"));
    ground.synced(&[]).expect(
        "api",
        &json!({"result": "ok", "change": "fetched", "sha_after": here}),
    );
    assert_eq!(ground.at("api"), here);
}

#[test]
fn local_changes_in_the_way_keep_a_checkout_from_changing_over() {
    let (ground, _remote) = Ground::with_synced_pack(Some("main"), refs);
    ground.write("api/a", "mine\n");
    ground.declare_ref("api", Some("dev"));
    let before = ground.users_state("api");
    ground
        .failed(4, &[])
        .expect_refusal("api", "dirty", &["`a`"]);
    assert_eq!(ground.users_state("api"), before);
    // It is no less true in the next run.
    ground
        .failed(4, &[])
        .expect_refusal("api", "dirty", &["`a`"]);
    assert_eq!(ground.users_state("api"), before);
}

#[test]
fn a_branch_of_that_name_with_commits_of_its_own_is_not_thrown_away_by_a_change_over() {
    let (ground, remote) = Ground::with_synced_pack(Some("main"), refs);
    ground.git("api", &["checkout", "-q", "-b", "dev", "origin/dev"]);
    let own = ground.commit("api", "mine", "1\n");
    ground.git("api", &["checkout", "-q", "main"]);
    ground.declare_ref("api", Some("dev"));
    remote.push_commit_on("dev", "a", "4\n");
    let run = ground.sync(&[]).run();
    assert!(matches!(run.status, Some(0 | 4)), "{}", run.snapshot());
    assert_eq!(ground.git("api", &["rev-parse", "dev"]), own);
}
