//! Changes of the user's, in the way of an update and beside it.

use serde_json::json;

use crate::ground::Ground;

#[test]
fn changes_that_an_update_would_overwrite_are_kept_and_named() {
    let (ground, remote) = Ground::with_synced_pack(None, |remote| {
        remote.commit_files(&[("a", "1\n"), ("dir/b c", "1\n"), ("d", "1\n")])
    });
    remote.push_commit("a", "2\n");
    remote.push_commit("dir/b c", "2\n");
    ground.write("api/a", "mine\n");
    ground.write("api/dir/b c", "mine\n");
    ground.write("api/d", "mine\n");
    let before = ground.users_state("api");
    let report = ground.failed(4, &[]);
    report.expect_refusal("api", "dirty", &["`a`", "`dir/b c`"]);
    let message = report.of("api")["message"].as_str().unwrap();
    assert!(!message.contains("`d`"), "{message}");
    assert_eq!(ground.users_state("api"), before);
}

#[test]
fn staged_changes_that_an_update_would_overwrite_are_kept_and_named() {
    let (ground, remote) = Ground::with_synced_pack(None, |remote| remote.commit("a", "1\n"));
    remote.push_commit("a", "2\n");
    ground.write("api/a", "mine\n");
    ground.git("api", &["add", "a"]);
    let before = ground.users_state("api");
    ground
        .failed(4, &[])
        .expect_refusal("api", "dirty", &["`a`"]);
    assert_eq!(ground.users_state("api"), before);
}

#[test]
fn changes_beside_an_update_stay_and_the_branch_moves() {
    let (ground, remote) = Ground::with_synced_pack(None, |remote| {
        remote.commit_files(&[("a", "1\n"), ("b", "1\n"), ("c", "1\n")])
    });
    let after = remote.push_commit("a", "2\n");
    ground.write("api/b", "mine\n");
    ground.write("api/c", "staged\n");
    ground.git("api", &["add", "c"]);
    ground
        .synced(&[])
        .expect("api", &json!({"change": "updated", "sha_after": after}));
    assert_eq!(ground.read("api/a"), "2\n");
    assert_eq!(ground.git("api", &["status", "--porcelain"]), " M b\nM  c");
    assert_eq!(ground.read("api/b"), "mine\n");
}

#[test]
fn changes_in_an_up_to_date_pack_are_none_of_our_business() {
    let (ground, _remote) = Ground::with_synced_pack(None, |remote| remote.commit("a", "1\n"));
    ground.write("api/a", "mine\n");
    let before = ground.users_state("api");
    ground
        .synced(&[])
        .expect("api", &json!({"result": "ok", "change": "up-to-date"}));
    assert_eq!(ground.users_state("api"), before);
}

#[test]
fn an_untracked_file_in_the_way_is_kept_and_named() {
    let (ground, remote) = Ground::with_synced_pack(None, |remote| remote.commit("a", "1\n"));
    remote.push_commit("new/file", "theirs\n");
    ground.write("api/new/file", "mine\n");
    let before = ground.users_state("api");
    ground
        .failed(4, &[])
        .expect_refusal("api", "dirty", &["`new/file`"]);
    assert_eq!(ground.users_state("api"), before);
}

#[test]
fn an_ignored_file_in_the_way_is_kept_and_named() {
    let (ground, remote) = Ground::with_synced_pack(None, |remote| {
        remote.commit_files(&[(".gitignore", "*.log\nout/\n"), ("a", "1\n")])
    });
    remote.push_commit("build.log", "theirs\n");
    ground.write("api/build.log", "mine\n");
    let before = ground.users_state("api");
    ground
        .failed(4, &[])
        .expect_refusal("api", "dirty", &["`build.log`"]);
    assert_eq!(ground.users_state("api"), before);
}

#[test]
fn an_ignored_file_in_the_way_of_a_rewritten_branch_is_kept() {
    let (ground, remote) = Ground::with_synced_pack(None, |remote| {
        remote.commit_files(&[(".gitignore", "*.log\n"), ("a", "1\n")])
    });
    remote.rewrite();
    remote.push_commit("build.log", "theirs\n");
    ground.write("api/build.log", "mine\n");
    let before = ground.users_state("api");
    ground
        .failed(4, &[])
        .expect_refusal("api", "dirty", &["`build.log`"]);
    assert_eq!(ground.users_state("api"), before);
}

#[test]
fn a_directory_in_the_way_of_a_file_is_kept() {
    let (ground, remote) = Ground::with_synced_pack(None, |remote| {
        remote.commit_files(&[(".gitignore", "out\n"), ("a", "1\n")])
    });
    remote.push_commit("out", "theirs\n");
    ground.write("api/out/mine", "mine\n");
    let before = ground.users_state("api");
    ground
        .failed(4, &[])
        .expect("api", &json!({"result": "err", "change": "none"}));
    assert_eq!(ground.users_state("api"), before);
}

#[test]
fn the_user_s_autostash_setting_does_not_touch_changes() {
    let (ground, remote) = Ground::with_synced_pack(None, |remote| remote.commit("a", "1\n2\n3\n"));
    ground
        .sandbox
        .git("", &["config", "--global", "merge.autoStash", "true"]);
    remote.push_commit("a", "1\n2\n4\n");
    ground.write("api/a", "0\n2\n3\n");
    let before = ground.users_state("api");
    ground
        .failed(4, &[])
        .expect_refusal("api", "dirty", &["`a`"]);
    assert_eq!(ground.users_state("api"), before);
}
