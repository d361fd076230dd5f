//! Checkouts in the middle of something.

use std::{
    fs::File,
    time::{Duration, SystemTime},
};

use serde_json::json;

use crate::ground::{Ground, everything_in};

/// A pack with a conflict in the making, between `main` and `topic`.
fn with_conflict() -> Ground {
    let (ground, remote) = Ground::with_synced_pack(None, |remote| remote.commit("a", "1\n"));
    ground.git("api", &["checkout", "-q", "-b", "topic"]);
    ground.commit("api", "a", "topic\n");
    ground.git("api", &["checkout", "-q", "main"]);
    ground.commit("api", "a", "main\n");
    remote.push_commit("b", "1\n");
    ground
}

fn git_fails(ground: &Ground, arguments: &[&str]) {
    let mut command = ground.sandbox.git_command(ground.place("api"));
    let status = command.args(arguments).output().unwrap().status;
    assert!(!status.success(), "{arguments:?} was to stop in a conflict");
}

fn assert_refused(ground: &Ground, operation: &str, remedies: &[&str]) {
    let before = everything_in(&ground.place("api"));
    let report = ground.failed(4, &[]);
    report
        .expect_refusal("api", "busy", &[operation, "under way"])
        .expect_hint("api", remedies);
    assert_eq!(everything_in(&ground.place("api")), before);
}

#[test]
fn a_merge_under_way_is_left_alone() {
    let ground = with_conflict();
    git_fails(&ground, &["merge", "topic"]);
    assert_refused(
        &ground,
        "merge",
        &["git merge --continue", "git merge --abort"],
    );
}

#[test]
fn a_rebase_under_way_is_left_alone() {
    for backend in ["--merge", "--apply"] {
        let ground = with_conflict();
        git_fails(&ground, &["rebase", backend, "topic"]);
        assert_refused(
            &ground,
            "rebase",
            &["git rebase --continue", "git rebase --abort"],
        );
    }
}

#[test]
fn a_cherry_pick_under_way_is_left_alone() {
    let ground = with_conflict();
    git_fails(&ground, &["cherry-pick", "topic"]);
    assert_refused(&ground, "cherry-pick", &["git cherry-pick --abort"]);
}

#[test]
fn a_revert_under_way_is_left_alone() {
    let ground = with_conflict();
    ground.commit("api", "a", "again\n");
    git_fails(&ground, &["revert", "HEAD~1"]);
    assert_refused(&ground, "revert", &["git revert --abort"]);
}

#[test]
fn a_bisection_under_way_is_left_alone() {
    let ground = with_conflict();
    ground.git("api", &["bisect", "start"]);
    assert_refused(&ground, "bisect", &["git bisect reset"]);
}

#[test]
fn what_is_under_way_does_not_keep_the_other_packs() {
    let ground = with_conflict();
    let other = ground.sandbox.remote("other").commit("a", "1\n").create();
    ground.declare("other", &other.url(), None);
    git_fails(&ground, &["merge", "topic"]);
    ground
        .failed(4, &[])
        .expect("other", &json!({"result": "ok", "change": "cloned"}));
}

#[test]
fn an_index_lock_is_named_with_its_age_and_stays() {
    let (ground, remote) = Ground::with_synced_pack(None, |remote| remote.commit("a", "1\n"));
    remote.push_commit("a", "2\n");
    let lock = ground.place("api/.git/index.lock");
    let file = File::create(&lock).unwrap();
    let then = SystemTime::now() - Duration::from_secs(3 * 60 * 60 + 60);
    file.set_modified(then).unwrap();
    let before = everything_in(&ground.place("api"));
    let report = ground.failed(4, &[]);
    report
        .expect_refusal("api", "busy", &["index.lock", "3 hours"])
        .expect_hint("api", &[lock.to_str().unwrap()]);
    assert_eq!(everything_in(&ground.place("api")), before);
}
