//! The user's own settings of git, which rule, and must not break a run.

use serde_json::json;

use crate::ground::Ground;

/// Takes a pack through everything that a sync does, with one setting of the user's.
fn goes_well_with(name: &str, value: &str) {
    let (ground, remote) = Ground::with_pack(Some("main"), |remote| {
        remote
            .commit("a", "1\n")
            .tag("v1")
            .branch("dev")
            .commit("a", "dev\n")
            .on("main")
            .commit("a", "2\n")
    });
    ground.sandbox.git("", &["config", "--global", name, value]);
    let expect = |change: &str, sha: &str| {
        let report = ground.synced(&[]);
        let pack = report.of("api");
        let found = (pack["change"].as_str(), pack["sha_after"].as_str());
        assert_eq!(found, (Some(change), Some(sha)), "{name}={value}: {pack:#}");
        assert_eq!(ground.head("api"), sha, "{name}={value}");
        assert_eq!(
            ground.git("api", &["--no-optional-locks", "status", "--porcelain"]),
            ""
        );
    };
    expect("cloned", &remote.head("main"));
    let settled = ground.everything();
    expect("up-to-date", &remote.head("main"));
    assert_eq!(ground.everything(), settled, "{name}={value}");
    expect_update(&ground, &remote.push_commit("a", "3\n"));
    expect("up-to-date", &remote.head("main"));
    expect("forced", &remote.rewrite());
    for (reference, sha) in [
        ("v1", remote.resolve("refs/tags/v1")),
        ("dev", remote.head("dev")),
    ] {
        ground.declare_ref("api", Some(reference));
        expect("updated", &sha);
        expect("up-to-date", &sha);
    }
    expect_update(&ground, &remote.push_commit_on("dev", "a", "4\n"));
    // What only the server has, by its id.
    let late = remote.push_commit("a", "late\n");
    ground.declare_ref("api", Some(&late));
    expect("updated", &late);
    let status = grex_fixtures::grex!(ground.sandbox, "status", "--json", "--fetch");
    let status = status.run().success().json();
    assert_eq!(status[0]["drift"], "clean", "{name}={value}: {status:#}");
}

fn expect_update(ground: &Ground, sha: &str) {
    ground
        .synced(&[])
        .expect("api", &json!({"change": "updated", "sha_after": sha}));
    assert_eq!(ground.head("api"), sha);
}

#[test]
fn a_default_remote_of_another_name_goes_well() {
    goes_well_with("clone.defaultRemoteName", "upstream");
}

#[test]
fn reference_tables_go_well() {
    goes_well_with("init.defaultRefFormat", "reftable");
}

#[test]
fn settings_about_merging_go_well() {
    goes_well_with("merge.ff", "false");
    goes_well_with("branch.autoSetupMerge", "false");
}

#[test]
fn settings_about_fetching_go_well() {
    goes_well_with("fetch.prune", "true");
    goes_well_with("core.logAllRefUpdates", "false");
}
