//! `--ref`, `--only`, `--filter`, `--no-recursive` and `--fail-fast`.

use grex_fixtures::{Fault, Rule, Tree};
use serde_json::json;

use crate::ground::Ground;

fn tree() -> (Ground, Tree) {
    let ground = Ground::new();
    let tree = Tree::plant(
        &ground.sandbox,
        "
         one
           a
             deep
           b
         two
           a",
    );
    for root in tree.roots() {
        ground.declare(&root.path, &root.url, None);
    }
    (ground, tree)
}

#[test]
fn another_ref_is_checked_out_for_one_run() {
    let (ground, remote) = Ground::with_synced_pack(Some("main"), |remote| {
        remote
            .commit("a", "1\n")
            .tag("v1")
            .branch("dev")
            .commit("a", "dev\n")
            .on("main")
            .commit("a", "2\n")
    });
    let manifest = ground.read("grex.jsonl");
    for (reference, sha, at) in [
        ("dev", remote.head("dev"), "dev".to_owned()),
        (
            "v1",
            remote.resolve("refs/tags/v1"),
            remote.resolve("refs/tags/v1"),
        ),
    ] {
        ground.synced(&["--ref", reference]).expect(
            "api",
            &json!({"result": "ok", "change": "updated", "sha_after": sha}),
        );
        assert_eq!(ground.at("api"), at);
        // What is declared has not changed.
        assert_eq!(ground.read("grex.jsonl"), manifest);
        assert_eq!(ground.locked("api")["ref"], "main");
        assert_eq!(ground.locked("api")["sha"], sha);
        ground.git("api", &["checkout", "-q", "main"]);
        ground.synced(&[]);
    }
}

#[test]
fn another_ref_that_a_pack_lacks_fails_for_that_pack_alone() {
    let (ground, tree) = tree();
    ground.synced(&[]);
    let deep = &tree.pack("one/a/deep").remote;
    let tip = deep.head("main");
    deep.git(&["update-ref", "refs/heads/topic", &tip]);
    let report = ground.failed(4, &["--ref", "topic"]);
    report.expect("one/a/deep", &json!({"result": "ok", "sha_after": tip}));
    for id in ["one", "one/a", "one/b", "two", "two/a"] {
        report.expect_refusal(id, "no-such-ref", &["topic"]);
        assert_eq!(ground.at(id), "main");
    }
}

#[test]
fn only_the_packs_that_match_are_taken() {
    let (ground, tree) = tree();
    ground.synced(&[]);
    for pack in &tree.packs {
        pack.remote.push_commit("more", "1\n");
    }
    for (arguments, ids) in [
        (&["--only", "one/a"][..], &["one/a"][..]),
        (&["--only", "*/b"], &["one/b"]),
        (&["--only", "two/**"], &["two/a"]),
        (&["--filter", "depth=2"], &["one/a/deep"]),
        (&["--only", "one/**", "--filter", "!depth=2"], &[]),
        (&["--only", "one", "--only", "two"], &["one", "two"]),
    ] {
        let outcome = ground.sync(arguments).run();
        let report = crate::ground::Report::of_run(outcome.success());
        let changed: Vec<_> = report
            .packs
            .iter()
            .filter(|pack| pack["change"] == "updated")
            .map(|pack| pack["id"].as_str().unwrap())
            .collect();
        assert_eq!(changed, ids, "{arguments:?}");
    }
    for pack in &tree.packs {
        assert_eq!(
            ground.head(&pack.path),
            pack.remote.head("main"),
            "{}",
            pack.path
        );
    }
}

#[test]
fn what_is_not_selected_keeps_its_place_in_the_lockfile() {
    let (ground, _tree) = tree();
    ground.synced(&[]);
    let books = ground.read("grex.lock.jsonl");
    ground.synced(&["--only", "one/b"]);
    assert_eq!(ground.read("grex.lock.jsonl"), books);
}

#[test]
fn a_selection_that_matches_nothing_is_an_error_with_a_suggestion() {
    let (ground, _tree) = tree();
    ground.synced(&[]);
    let outcome = ground.sync(&["--only", "one/aa"]).run();
    let error = &outcome.code(2).json()["error"];
    assert!(
        error["hint"].as_str().unwrap().contains("one/a"),
        "{error:#}"
    );
}

#[test]
fn children_are_left_alone_without_recursion() {
    let (ground, tree) = tree();
    let report = ground.synced(&["--no-recursive"]);
    assert_eq!(report.ids(), ["one", "two"]);
    assert!(!ground.place("one/a").exists());
    let report = ground.synced(&[]);
    assert_eq!(
        report.ids(),
        ["one", "one/a", "one/a/deep", "one/b", "two", "two/a"]
    );
    for pack in &tree.packs {
        pack.remote.push_commit("more", "1\n");
    }
    let before = ground.everything_below("one/a");
    let report = ground.synced(&["--no-recursive"]);
    assert_eq!(report.ids(), ["one", "two"]);
    assert_eq!(ground.everything_below("one/a"), before);
    // The children are still in the books, and still hidden from their parent.
    assert_eq!(ground.locked("one/a/deep")["parent"], "one/a");
    assert_eq!(ground.git("one", &["status", "--porcelain"]), "");
}

#[test]
fn the_other_packs_go_on_after_a_failure() {
    let (ground, _tree) = tree();
    ground.declare("broken", "/nowhere/at/all.git", None);
    let report = ground.failed(4, &[]);
    report.expect("broken", &json!({"result": "err", "change": "none"}));
    assert_eq!(report.ids().len(), 7);
    for pack in &report.packs {
        let expected = if pack["id"] == "broken" { "err" } else { "ok" };
        assert_eq!(pack["result"], expected, "{pack:#}");
    }
}

#[test]
fn fail_fast_starts_nothing_after_the_first_failure() {
    let ground = Ground::new();
    let remote = ground.sandbox.remote("api").commit("a", "1\n").create();
    for path in ["a", "b", "c", "d"] {
        ground.declare(path, &remote.url(), None);
    }
    let shim = ground.sandbox.shim();
    // The second clone fails; with one at a time, two more were to come.
    let rule = Rule::on("clone")
        .times(grex_fixtures::Times::Only(2))
        .fault(Fault::fatal("fatal: repository 'x' not found\n"));
    shim.rules(&[rule]);
    let run = ground.sync(&["--fail-fast", "-j", "1"]).with_shim(&shim);
    let report = crate::ground::Report::of_run(run.run().code(4));
    let results: Vec<_> = report
        .packs
        .iter()
        .map(|pack| pack["result"].as_str().unwrap())
        .collect();
    assert_eq!(results, ["ok", "err", "skipped", "skipped"]);
    assert_eq!(shim.count("clone"), 2);
    assert!(ground.place("a").exists() && !ground.place("b").exists());
    // What was done is in the books, and the next run does the rest.
    assert_eq!(ground.locked("a")["sha"], remote.head("main"));
    let report = ground.synced(&[]);
    report.expect("a", &json!({"change": "up-to-date"}));
    report.expect("d", &json!({"change": "cloned"}));
}
