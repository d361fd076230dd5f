//! Packs that nothing declares any more.

use grex_fixtures::Tree;
use serde_json::json;

use crate::ground::Ground;

/// Packs `outer`, `outer/inner` and `stays`, synced; then `outer` is declared no more.
fn undeclared() -> (Ground, Tree) {
    let ground = Ground::new();
    let tree = Tree::plant(
        &ground.sandbox,
        "
         outer
           inner
         stays",
    );
    for root in tree.roots() {
        ground.declare(&root.path, &root.url, None);
    }
    ground.synced(&[]);
    ground.forget("outer");
    (ground, tree)
}

#[test]
fn an_undeclared_pack_is_named_and_stays_without_prune() {
    let (ground, _tree) = undeclared();
    let before = ground.users_state("outer");
    let report = ground.synced(&[]);
    report
        .expect("outer", &json!({"result": "skipped", "change": "none"}))
        .expect_message("outer", &["--prune"]);
    assert_eq!(ground.users_state("outer"), before);
    assert_eq!(ground.trash(), Vec::<std::path::PathBuf>::new());
}

#[test]
fn prune_moves_undeclared_packs_to_the_trash() {
    let (ground, _tree) = undeclared();
    let report = ground.synced(&["--prune"]);
    for id in ["outer", "outer/inner"] {
        report.expect(id, &json!({"result": "ok", "change": "removed"}));
    }
    assert!(!ground.place("outer").exists());
    assert!(ground.place("stays/README").exists());
    let kept: Vec<_> = ground
        .trash()
        .into_iter()
        .filter(|bin| bin.join("outer/README").exists() || bin.join("outer/inner/README").exists())
        .collect();
    assert!(!kept.is_empty());
    assert!(!ground.read("grex.lock.jsonl").contains("outer"));
    assert!(!ground.read(".gitignore").contains("outer"));
    let report = ground.synced(&["--prune"]);
    assert_eq!(report.ids(), ["stays"]);
}

#[test]
fn prune_refuses_work_and_names_it() {
    type Work = fn(&Ground);
    let cases: [(Work, &str); 5] = [
        (|ground| ground.write("outer/README", "mine\n"), "README"),
        (|ground| ground.write("outer/mine", "mine\n"), "mine"),
        (
            |ground| drop(ground.commit("outer", "mine", "1\n")),
            "1 commit ",
        ),
        (
            |ground| {
                ground.write("outer/README", "mine\n");
                ground.git("outer", &["stash", "-q"]);
            },
            "stash",
        ),
        (
            |ground| {
                ground.git("outer", &["checkout", "-q", "-b", "side"]);
                ground.commit("outer", "mine", "1\n");
                ground.git("outer", &["checkout", "-q", "main"]);
            },
            "1 commit ",
        ),
    ];
    for (work, named) in cases {
        let (ground, _tree) = undeclared();
        work(&ground);
        let before = ground.users_state("outer");
        let report = ground.failed(9, &["--prune"]);
        report
            .expect("outer", &json!({"result": "err", "change": "none"}))
            .expect_message("outer", &[named]);
        assert_eq!(ground.users_state("outer"), before);
    }
}

#[test]
fn a_dry_run_promises_no_more_than_a_run_does() {
    let (ground, _tree) = undeclared();
    for id in ["outer", "outer/inner"] {
        ground
            .synced(&["--prune", "--dry-run"])
            .expect(id, &json!({"result": "skipped", "change": "removed"}))
            .expect_message(id, &["would be moved to the trash"]);
    }
    ground.write("outer/inner/mine", "mine\n");
    let before = ground.everything();
    let foreseen = ground.failed(9, &["--prune", "--dry-run"]);
    assert_eq!(ground.everything(), before);
    let done = ground.failed(9, &["--prune"]);
    for report in [foreseen, done] {
        report
            .expect("outer/inner", &json!({"result": "err", "change": "none"}))
            .expect_message("outer/inner", &["work to lose", "mine"]);
        report
            .expect("outer", &json!({"result": "skipped", "change": "none"}))
            .expect_message("outer", &["`outer/inner`"]);
    }
}

#[test]
fn prune_keeps_the_children_of_a_pack_that_it_keeps() {
    let (ground, _tree) = undeclared();
    ground.write("outer/mine", "mine\n");
    ground.failed(9, &["--prune"]);
    assert!(ground.place("outer/inner/README").exists());
    // As it would with `rm`, everything goes at once when the work is gone.
    std::fs::remove_file(ground.place("outer/mine")).unwrap();
    ground.synced(&["--prune"]);
    assert!(!ground.place("outer").exists());
}

#[test]
fn prune_keeps_a_parent_whose_child_has_work() {
    let (ground, _tree) = undeclared();
    ground.write("outer/inner/mine", "mine\n");
    let before = ground.users_state("outer");
    let report = ground.failed(9, &["--prune"]);
    report.expect("outer/inner", &json!({"result": "err", "change": "none"}));
    report
        .expect("outer", &json!({"result": "skipped", "change": "none"}))
        .expect_message("outer", &["`outer/inner`"]);
    assert_eq!(ground.users_state("outer"), before);
}

#[test]
fn prune_keeps_repositories_that_were_never_ours() {
    let (ground, tree) = undeclared();
    let url = &tree.pack("stays").url;
    ground
        .sandbox
        .git("", &["clone", "-q", url, "workspace/mine"]);
    ground
        .sandbox
        .git("", &["clone", "-q", url, "workspace/stays/mine"]);
    let before = (
        ground.everything_below("mine"),
        ground.users_state("stays/mine"),
    );
    ground.synced(&["--prune"]);
    assert_eq!(
        (
            ground.everything_below("mine"),
            ground.users_state("stays/mine")
        ),
        before
    );
}

#[test]
fn prune_takes_a_child_that_its_parent_does_not_declare_any_more() {
    let ground = Ground::new();
    let tree = Tree::plant(
        &ground.sandbox,
        "
         outer
           inner
           other",
    );
    ground.declare("outer", &tree.pack("outer").url, None);
    ground.synced(&[]);
    tree.pack("outer").remote.push_commit(
        ".grex/pack.yaml",
        format!(
            "schema_version: \"1\"\nname: outer\ntype: meta\nchildren:\n  - url: \"{}\"\n    path: other\n",
            tree.pack("outer/other").url
        ),
    );
    let report = ground.synced(&["--prune"]);
    report.expect("outer/inner", &json!({"change": "removed"}));
    report.expect("outer/other", &json!({"change": "up-to-date"}));
    assert!(!ground.place("outer/inner").exists());
    assert_eq!(ground.git("outer", &["status", "--porcelain"]), "");
}

#[test]
fn prune_takes_nothing_below_a_pack_that_failed() {
    let ground = Ground::new();
    let tree = Tree::plant(
        &ground.sandbox,
        "
         outer
           inner",
    );
    ground.declare("outer", &tree.pack("outer").url, None);
    ground.synced(&[]);
    tree.pack("outer")
        .remote
        .push_commit(".grex/pack.yaml", "nonsense: [\n");
    ground
        .failed(4, &["--prune"])
        .expect("outer", &json!({"result": "err"}));
    assert!(ground.place("outer/inner/README").exists());
}

#[test]
fn prune_goes_with_no_selection() {
    let (ground, _tree) = undeclared();
    let before = ground.everything();
    for selection in [
        &["--only", "stays"][..],
        &["--filter", "stays"],
        &["--no-recursive"],
    ] {
        let run = ground.sync(&["--prune"]).args(selection).run();
        run.code(2);
        assert_eq!(ground.everything(), before);
    }
}
