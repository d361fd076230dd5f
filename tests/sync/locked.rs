//! `sync --locked`: exactly the lockfile's commits.

use grex_fixtures::{Tree, grex};
use serde_json::json;

use crate::ground::Ground;

/// A registered pack and two below it, synced; then every remote has moved on.
fn moved_on() -> (Ground, Tree) {
    let ground = Ground::new();
    let tree = Tree::plant(
        &ground.sandbox,
        "
         outer
           inner @branch dev
           other",
    );
    for root in tree.roots() {
        ground.declare(&root.path, &root.url, root.reference.as_deref());
    }
    ground.synced(&[]);
    tree.pack("outer").remote.push_commit("README", "2\n");
    tree.pack("outer/inner")
        .remote
        .push_commit_on("dev", "README", "2\n");
    tree.pack("outer/other").remote.push_commit("README", "2\n");
    (ground, tree)
}

#[test]
fn locked_packs_stay_at_the_lockfile_s_commits_without_a_network() {
    let (ground, tree) = moved_on();
    let shim = ground.sandbox.shim();
    ground.sync(&["--locked"]).with_shim(&shim).run().success();
    assert_eq!((shim.count("fetch"), shim.count("clone")), (0, 0));
    for pack in &tree.packs {
        assert_eq!(ground.head(&pack.path), pack.sha);
    }
}

#[test]
fn a_locked_clone_of_a_workspace_gets_the_lockfile_s_commits() {
    let (ground, tree) = moved_on();
    let books = ground.read("grex.lock.jsonl");
    std::fs::remove_dir_all(ground.place("outer")).unwrap();
    let report = ground.synced(&["--locked"]);
    for pack in &tree.packs {
        report.expect(
            &pack.path,
            &json!({"change": "cloned", "sha_after": pack.sha}),
        );
        assert_eq!(ground.head(&pack.path), pack.sha, "{}", pack.path);
        assert_eq!(ground.git(&pack.path, &["status", "--porcelain"]), "");
    }
    // On their branches, so that the next sync goes on from there.
    assert_eq!(
        (ground.at("outer"), ground.at("outer/inner")),
        ("main".into(), "dev".into())
    );
    assert_eq!(ground.read("grex.lock.jsonl"), books);
    let report = ground.synced(&[]);
    for pack in &tree.packs {
        report.expect(&pack.path, &json!({"change": "updated", "commits": 1}));
    }
}

#[test]
fn a_locked_sync_goes_back_to_the_lockfile_s_commits() {
    let (ground, tree) = moved_on();
    let books = ground.read("grex.lock.jsonl");
    ground.synced(&[]);
    ground.write("grex.lock.jsonl", &books);
    let report = ground.synced(&["--locked"]);
    for pack in &tree.packs {
        report.expect(
            &pack.path,
            &json!({"change": "updated", "sha_after": pack.sha}),
        );
        assert_eq!(ground.head(&pack.path), pack.sha);
    }
    assert_eq!(
        (ground.at("outer"), ground.at("outer/inner")),
        ("main".into(), "dev".into())
    );
    assert_eq!(ground.read("grex.lock.jsonl"), books);
}

#[test]
fn a_locked_sync_does_not_throw_away_commits() {
    let (ground, _tree) = moved_on();
    let own = ground.commit("outer/other", "mine", "1\n");
    let before = ground.users_state("outer/other");
    ground
        .failed(4, &["--locked"])
        .expect_refusal("outer/other", "diverged", &["(1)"]);
    assert_eq!(ground.users_state("outer/other"), before);
    assert_eq!(ground.head("outer/other"), own);
}

#[test]
fn a_locked_sync_refuses_a_lockfile_that_lacks_a_registered_pack() {
    let (ground, tree) = moved_on();
    let url = &tree.pack("outer/other").url;
    ground.declare("new", url, None);
    let before = ground.everything();
    let outcome = ground.sync(&["--locked"]).run();
    let error = &outcome.code(3).json()["error"];
    assert!(
        error["message"].as_str().unwrap().contains("`new`"),
        "{error:#}"
    );
    assert_eq!(ground.everything(), before);
}

#[test]
fn a_locked_sync_refuses_a_lockfile_that_speaks_of_another_declaration() {
    let (ground, _tree) = moved_on();
    ground.declare_ref("outer", Some("main"));
    let outcome = ground.sync(&["--locked"]).run();
    let error = &outcome.code(3).json()["error"];
    assert!(
        error["message"].as_str().unwrap().contains("`outer`"),
        "{error:#}"
    );
}

#[test]
fn a_locked_sync_fails_for_a_nested_pack_that_the_lockfile_lacks() {
    let (ground, _tree) = moved_on();
    let books = ground.read("grex.lock.jsonl");
    let without: Vec<_> = books
        .lines()
        .filter(|line| !line.contains("\"outer/inner\""))
        .map(|line| format!("{line}\n"))
        .collect();
    ground.write("grex.lock.jsonl", &without.concat());
    let before = ground.users_state("outer/inner");
    let report = ground.failed(4, &["--locked"]);
    report.expect_refusal("outer/inner", "other", &["lockfile"]);
    report.expect("outer/other", &json!({"result": "ok"}));
    assert_eq!(ground.users_state("outer/inner"), before);
    assert_eq!(ground.read("grex.lock.jsonl"), without.concat());
}

#[test]
fn a_locked_commit_that_the_server_has_on_no_branch_is_still_found_by_who_has_it() {
    let (ground, tree) = moved_on();
    let outer = tree.pack("outer");
    outer.remote.rewrite();
    ground
        .synced(&["--locked"])
        .expect("outer", &json!({"result": "ok", "change": "up-to-date"}));
    assert_eq!(ground.head("outer"), outer.sha);
}

#[test]
fn a_locked_commit_that_was_never_pushed_is_to_be_pushed() {
    let (ground, tree) = moved_on();
    let nowhere = "12".repeat(20);
    let books = ground.read("grex.lock.jsonl");
    let sha = &tree.pack("outer/other").sha;
    let books = books.replace(sha.as_str(), &nowhere);
    ground.sandbox.write(ground.place("grex.lock.jsonl"), books);
    let outcome = ground.sync(&["--locked"]).run();
    outcome.code(4);
    let hint = "the commit is on no branch or tag of the server: push it from the checkout that has it (`git push`), or run `grex sync` to lock what is there";
    assert!(outcome.stdout.contains(hint), "{}", outcome.snapshot());
}

#[test]
fn a_dry_run_of_a_locked_sync_refuses_as_the_run_would() {
    let (ground, tree) = moved_on();
    ground.declare("new", &tree.pack("outer").url, None);
    let before = ground.everything();
    let outcome = grex!(ground.sandbox, "sync", "--json", "--locked", "--dry-run").run();
    outcome.code(3);
    assert_eq!(ground.everything(), before);
}
