//! Places that are not the declared repository.

use grex_fixtures::tree_snapshot;
use serde_json::json;

use crate::ground::{Ground, everything_in};

#[test]
fn a_repository_with_another_origin_is_kept_and_both_urls_are_shown() {
    let (ground, remote) = Ground::with_synced_pack(None, |remote| remote.commit("a", "1\n"));
    let other = ground.sandbox.remote("other").commit("b", "1\n").create();
    ground.append(
        &json!({"op": "update", "ts": "2026-01-02T03:04:06Z", "id": "api",
        "url": other.url(), "schema_version": "1"}),
    );
    let before = everything_in(&ground.place("api"));
    let report = ground.failed(4, &[]);
    report
        .expect_refusal("api", "other", &[&remote.url(), &other.url()])
        .expect_hint("api", &["set-url"]);
    assert_eq!(everything_in(&ground.place("api")), before);
    // It does what the hint says.
    ground.git("api", &["remote", "set-url", "origin", &other.url()]);
    ground.git("api", &["fetch", "-q"]);
    ground.git("api", &["reset", "-q", "--hard", "origin/main"]);
    ground
        .synced(&[])
        .expect("api", &json!({"change": "up-to-date"}));
}

#[test]
fn a_repository_without_a_remote_is_kept() {
    let (ground, remote) = Ground::with_pack(None, |remote| remote.commit("a", "1\n"));
    ground.sandbox.git("", &["init", "-q", "workspace/api"]);
    ground.commit("api", "mine", "1\n");
    let before = ground.users_state("api");
    ground
        .failed(4, &[])
        .expect_refusal("api", "other", &["no remote", &remote.url()]);
    assert_eq!(ground.users_state("api"), before);
}

#[test]
fn the_declared_remote_may_have_another_name() {
    let (ground, remote) = Ground::with_pack(None, |remote| remote.commit("a", "1\n"));
    let fork = ground.sandbox.remote("fork").commit("b", "1\n").create();
    ground
        .sandbox
        .git("", &["clone", "-q", &remote.url(), "workspace/api"]);
    ground.git("api", &["remote", "rename", "origin", "upstream"]);
    ground.git("api", &["remote", "add", "origin", &fork.url()]);
    let after = remote.push_commit("a", "2\n");
    ground
        .synced(&[])
        .expect("api", &json!({"change": "updated", "sha_after": after}));
}

#[test]
fn the_same_repository_under_another_spelling_is_the_declared_one() {
    let (ground, remote) = Ground::with_pack(None, |remote| remote.commit("a", "1\n"));
    let spelling = remote.file_url();
    let spelling = spelling.strip_suffix(".git").unwrap();
    std::os::unix::fs::symlink(remote.path(), remote.path().with_extension("")).unwrap();
    ground
        .sandbox
        .git("", &["clone", "-q", spelling, "workspace/api"]);
    let after = remote.push_commit("a", "2\n");
    ground
        .synced(&[])
        .expect("api", &json!({"change": "updated", "sha_after": after}));
}

#[test]
fn a_file_or_a_full_directory_in_a_pack_s_place_is_kept() {
    for mine in ["api", "api/mine"] {
        let (ground, _remote) = Ground::with_pack(None, |remote| remote.commit("a", "1\n"));
        ground.write(mine, "mine\n");
        for arguments in [&[][..], &["--force"]] {
            ground
                .failed(4, arguments)
                .expect_refusal("api", "other", &["in its place"]);
            assert_eq!(ground.read(mine), "mine\n");
        }
    }
}

#[test]
fn a_pack_whose_git_directory_is_gone_does_not_touch_the_repository_above() {
    let ground = Ground::new();
    let inner = ground.sandbox.remote("inner").commit("a", "1\n").create();
    let outer = ground
        .sandbox
        .remote("outer")
        .pack_yaml(&format!(
            "schema_version: \"1\"\nname: outer\ntype: meta\nchildren:\n  - url: \"{}\"\n    path: inner\n",
            inner.url()
        ))
        .commit("b", "1\n")
        .create();
    ground.declare("outer", &outer.url(), None);
    ground.synced(&[]);
    std::fs::remove_dir_all(ground.place("outer/inner/.git")).unwrap();
    ground.write("outer/b", "mine\n");
    ground.write("outer/inner/a", "mine too\n");
    inner.push_commit("a", "2\n");
    let before = ground.users_state("outer");
    let report = ground.failed(4, &[]);
    report.expect("outer", &json!({"result": "ok", "change": "up-to-date"}));
    report.expect_refusal("outer/inner", "other", &["no git repository"]);
    assert_eq!(ground.users_state("outer"), before);
}

#[test]
fn a_pack_in_a_place_that_a_link_leads_out_of_is_refused() {
    let ground = Ground::new();
    let remote = ground.sandbox.remote("api").commit("a", "1\n").create();
    ground.declare("out/api", &remote.url(), None);
    std::fs::create_dir(ground.sandbox.path("outside")).unwrap();
    std::os::unix::fs::symlink(ground.sandbox.path("outside"), ground.place("out")).unwrap();
    ground
        .failed(4, &[])
        .expect("out/api", &json!({"result": "err", "change": "none"}));
    assert_eq!(
        tree_snapshot(&ground.sandbox.path("outside")),
        Vec::<String>::new()
    );
}
