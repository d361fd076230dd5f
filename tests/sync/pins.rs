//! Packs that are pinned to a tag or a commit.

use grex_fixtures::RemoteBuilder;
use serde_json::json;

use crate::ground::{Ground, counts, spawns};

fn tagged(remote: RemoteBuilder) -> RemoteBuilder {
    remote
        .commit("a", "1\n")
        .tag("v1")
        .commit("a", "2\n")
        .annotated_tag("v2")
        .commit("a", "3\n")
}

#[test]
fn a_pinned_pack_is_detached_at_its_pin_and_stays_without_a_network() {
    for (reference, revision) in [
        ("v1", "refs/tags/v1"),
        ("v2", "refs/tags/v2"),
        ("refs/tags/v2", "refs/tags/v2"),
    ] {
        let (ground, remote) = Ground::with_pack(Some(reference), tagged);
        let pinned = remote.resolve(revision);
        ground
            .synced(&[])
            .expect("api", &json!({"change": "cloned", "sha_after": pinned}));
        assert_eq!(ground.at("api"), pinned);
        // There is no server any more, and nothing asks for one.
        std::fs::rename(remote.path(), ground.sandbox.path("gone")).unwrap();
        ground.synced(&[]).expect(
            "api",
            &json!({"result": "ok", "change": "up-to-date", "sha_before": pinned,
                "sha_after": pinned, "message": null}),
        );
    }
}

#[test]
fn a_commit_pins_by_its_full_id_in_any_case_and_by_a_part() {
    for form in [
        (|id: &str| id.to_owned()) as fn(&str) -> String,
        |id| id.to_uppercase(),
        |id| id[..12].to_owned(),
    ] {
        let ground = Ground::new();
        let remote = tagged(ground.sandbox.remote("api")).create();
        let pinned = remote.resolve("refs/tags/v1");
        ground.declare("api", &remote.url(), Some(&form(&pinned)));
        ground
            .synced(&[])
            .expect("api", &json!({"change": "cloned", "sha_after": pinned}));
        assert_eq!(ground.at("api"), pinned);
        assert_eq!(ground.read("api/a"), "1\n");
        ground
            .synced(&[])
            .expect("api", &json!({"change": "up-to-date", "sha_after": pinned}));
    }
}

#[test]
fn a_commit_that_no_branch_reaches_is_asked_for_by_its_id() {
    for remote_name in ["origin", "upstream"] {
        let ground = Ground::new();
        let remote = tagged(ground.sandbox.remote("api")).create();
        let lost = remote.head("main");
        remote.rewrite();
        remote.git(&["tag", "-d", "v1"]);
        remote.git(&["tag", "-d", "v2"]);
        remote.git(&["config", "uploadpack.allowAnySHA1InWant", "true"]);
        let name = ["config", "--global", "clone.defaultRemoteName", remote_name];
        ground.sandbox.git("", &name);
        // By a path git would copy all objects, and nothing had to be asked for.
        ground.declare("api", &remote.file_url(), Some(&lost));
        ground
            .synced(&[])
            .expect("api", &json!({"change": "cloned", "sha_after": lost}));
        assert_eq!(ground.at("api"), lost);
    }
}

#[test]
fn a_commit_that_the_server_lacks_is_named() {
    let missing = "0123456789012345678901234567890123456789";
    let (ground, _remote) = Ground::with_pack(Some(missing), tagged);
    ground
        .failed(4, &[])
        .expect_refusal("api", "no-such-ref", &[missing]);
    assert!(
        !ground.place("api").exists(),
        "a failed clone leaves nothing"
    );
}

#[test]
fn a_clean_checkout_elsewhere_goes_to_its_pin_without_a_fetch() {
    let (ground, remote) = Ground::with_synced_pack(Some("main"), tagged);
    let before = remote.head("main");
    let shim = ground.sandbox.shim();
    for (reference, file) in [("v1", "1\n"), ("v2", "2\n")] {
        let pinned = remote.resolve(&format!("refs/tags/{reference}"));
        ground.git("api", &["checkout", "-q", "main"]);
        ground.declare_ref("api", Some(reference));
        let run = ground.sync(&[]).with_shim(&shim).run();
        crate::ground::Report::of_run(run.success()).expect(
            "api",
            &json!({"result": "ok", "change": "updated", "sha_before": before,
                "sha_after": pinned}),
        );
        assert_eq!(ground.at("api"), pinned);
        assert_eq!(ground.read("api/a"), file);
    }
    assert_eq!(shim.count("fetch"), 0, "{:?}", spawns(&shim));
}

#[test]
fn a_pin_that_is_not_here_yet_is_fetched() {
    let (ground, remote) = Ground::with_synced_pack(Some("v1"), tagged);
    let later = remote.push_commit("a", "4\n");
    remote.push_tag("v4", "refs/heads/main");
    ground.declare_ref("api", Some("v4"));
    ground
        .synced(&[])
        .expect("api", &json!({"change": "updated", "sha_after": later}));
    let latest = remote.push_commit("a", "5\n");
    ground.declare_ref("api", Some(&latest));
    ground
        .synced(&[])
        .expect("api", &json!({"change": "updated", "sha_after": latest}));
    assert_eq!(ground.at("api"), latest);
}

#[test]
fn a_tag_off_every_branch_is_fetched() {
    let (ground, remote) = Ground::with_synced_pack(Some("v1"), tagged);
    let off = remote.push_commit("a", "off\n");
    remote.push_tag("off", "refs/heads/main");
    remote.rewrite();
    ground.declare_ref("api", Some("off"));
    ground
        .synced(&[])
        .expect("api", &json!({"change": "updated", "sha_after": off}));
}

#[test]
fn local_changes_keep_a_checkout_from_its_pin() {
    let (ground, _remote) = Ground::with_synced_pack(Some("main"), tagged);
    ground.declare_ref("api", Some("v1"));
    ground.write("api/a", "mine\n");
    let before = ground.users_state("api");
    ground
        .failed(4, &[])
        .expect_refusal("api", "dirty", &["`a`"]);
    assert_eq!(ground.users_state("api"), before);
    ground.git("api", &["add", "a"]);
    let before = ground.users_state("api");
    ground
        .failed(4, &[])
        .expect_refusal("api", "dirty", &["`a`"]);
    assert_eq!(ground.users_state("api"), before);
}

#[test]
fn local_commits_keep_a_checkout_from_its_pin() {
    let (ground, _remote) = Ground::with_synced_pack(Some("main"), tagged);
    ground.declare_ref("api", Some("v1"));
    ground.commit("api", "mine", "1\n");
    ground.commit("api", "mine", "2\n");
    let before = ground.users_state("api");
    ground
        .failed(4, &[])
        .expect_refusal("api", "diverged", &["(2)"]);
    assert_eq!(ground.users_state("api"), before);
}

#[test]
fn commits_on_a_detached_head_keep_it_from_its_pin() {
    let (ground, remote) = Ground::with_synced_pack(Some("v1"), tagged);
    let own = ground.commit("api", "mine", "1\n");
    let before = ground.users_state("api");
    ground
        .failed(4, &[])
        .expect_refusal("api", "diverged", &["(1)"]);
    assert_eq!(ground.users_state("api"), before);
    assert_eq!(ground.at("api"), own);
    // On a branch they are safe, and the pin can have the checkout.
    ground.git("api", &["branch", "kept"]);
    ground.synced(&[]).expect(
        "api",
        &json!({"change": "updated", "sha_after": remote.resolve("refs/tags/v1")}),
    );
    assert_eq!(ground.git("api", &["rev-parse", "kept"]), own);
}

#[test]
fn commits_on_a_detached_head_that_an_earlier_run_saw_are_still_the_user_s() {
    let (ground, _remote) = Ground::with_synced_pack(Some("main"), tagged);
    ground.git("api", &["checkout", "-q", "--detach"]);
    let own = ground.commit("api", "mine", "1\n");
    // The run leaves HEAD alone, and the lockfile says where it is.
    ground.synced(&[]).expect("api", &json!({"sha_after": own}));
    ground.declare_ref("api", Some("v1"));
    let before = ground.users_state("api");
    ground
        .failed(4, &[])
        .expect_refusal("api", "diverged", &["(1)"]);
    assert_eq!(ground.users_state("api"), before);
    assert_eq!(ground.at("api"), own);
}

#[test]
fn an_untracked_or_ignored_file_keeps_a_checkout_from_its_pin() {
    for ignore in ["", "mine\n"] {
        let (ground, _remote) = Ground::with_synced_pack(Some("main"), |remote| {
            remote
                .commit("mine", "theirs\n")
                .tag("v1")
                .commit(".gitignore", ignore)
        });
        ground.git("api", &["rm", "-q", "mine"]);
        ground.git("api", &["commit", "-q", "-m", "gone"]);
        ground.git("api", &["push", "-q"]);
        ground.write("api/mine", "mine\n");
        ground.declare_ref("api", Some("v1"));
        let before = ground.users_state("api");
        ground
            .failed(4, &[])
            .expect_refusal("api", "dirty", &["`mine`"]);
        assert_eq!(ground.users_state("api"), before);
    }
}

#[test]
fn a_tag_that_moved_on_the_server_does_not_move_a_pack() {
    let (ground, remote) = Ground::with_synced_pack(Some("v1"), tagged);
    let pinned = remote.resolve("refs/tags/v1");
    remote.push_tag("v1", "refs/heads/main");
    let shim = ground.sandbox.shim();
    let run = ground.sync(&[]).with_shim(&shim).run();
    crate::ground::Report::of_run(run.success())
        .expect("api", &json!({"change": "up-to-date", "sha_after": pinned}));
    let version = spawns(&shim)
        .into_iter()
        .filter(|(name, _)| name != "version");
    assert_eq!(
        version.collect::<std::collections::BTreeMap<_, _>>(),
        counts(&[])
    );
}
