//! `grex rm`: what it removes, and where to.

use std::fs;

use grex_fixtures::{Sandbox, Tree, grex};
use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Still, error_of, refused, register, tidy, workspace, workspace_with};

/// Returns the directories of the trash that hold a pack of this name.
pub(crate) fn in_the_trash(sandbox: &Sandbox, pack: &str) -> Vec<std::path::PathBuf> {
    let trash = sandbox.path("workspace/.grex/.state/trash");
    fs::read_dir(trash)
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path().join(pack))
        .filter(|path| path.exists())
        .collect()
}

fn a_tree() -> (Sandbox, Tree) {
    let sandbox = workspace();
    let tree = Tree::plant(&sandbox, "product\n  api\n    core\n  docs\nother\n");
    let packs: Vec<_> = tree
        .roots()
        .map(|pack| (pack.path.as_str(), pack.url.as_str()))
        .collect();
    register(&sandbox, &packs);
    grex!(sandbox, "sync").run().success();
    (sandbox, tree)
}

#[test]
fn a_clean_pack_goes_to_the_trash_and_out_of_the_books() {
    let sandbox = workspace_with(&["one", "services/api"]);
    let outcome = grex!(sandbox, "rm", "services/api").run();
    tidy(&sandbox, &outcome);
    assert_snapshot!(outcome.snapshot(), @r"
    exit: 0
    ----- stdout -----
    services/api  removed; its files are in [SANDBOX]/workspace/.grex/.state/trash/[TIME]/services/api

    ----- stderr -----
    ");
    assert!(!sandbox.path("workspace/services/api").exists());
    assert_eq!(in_the_trash(&sandbox, "services/api").len(), 1);
    let events = sandbox.read("workspace/grex.jsonl");
    let last: serde_json::Value = serde_json::from_str(events.lines().last().unwrap()).unwrap();
    assert_eq!(
        (&last["op"], &last["id"]),
        (&json!("rm"), &json!("services/api"))
    );
    assert!(
        !sandbox
            .read("workspace/grex.lock.jsonl")
            .contains("services/api")
    );
    let ignored = sandbox.read("workspace/.gitignore");
    assert!(
        ignored.contains("/one/") && !ignored.contains("services"),
        "{ignored}"
    );
    let outcome = grex!(sandbox, "ls", "--json").run();
    assert_eq!(outcome.json().as_array().unwrap().len(), 1);
    assert_eq!(outcome.stderr, "");
    // It can be taken in again.
    let url = crate::support::url_of(&sandbox, "services/api");
    grex!(sandbox, "add", url, "services/api").run().success();
}

#[test]
fn packs_below_it_go_along() {
    let (sandbox, _tree) = a_tree();
    let outcome = grex!(sandbox, "rm", "--json", "product").run();
    outcome.success();
    let report = outcome.json();
    assert_eq!(report[0]["id"], "product");
    assert_eq!(
        (&report[0]["removed"], &report[0]["files_deleted"]),
        (&json!(true), &json!(true))
    );
    assert_eq!(report[0]["teardown"], "ok");
    let kept = in_the_trash(&sandbox, "product");
    assert_eq!(kept.len(), 1);
    assert!(kept[0].join("api/core/README").is_file());
    assert_eq!(sandbox.read("workspace/grex.lock.jsonl").lines().count(), 1);
    grex!(sandbox, "status", "--fail-on-drift").run().success();
}

#[test]
fn work_in_a_pack_below_is_work_to_lose() {
    let (sandbox, _tree) = a_tree();
    sandbox.write("workspace/product/api/core/mine", "mine");
    let still = Still::of(sandbox.workspace());
    let outcome = grex!(sandbox, "rm", "product").run();
    refused(&sandbox, &outcome, 9, &["product/api/core", "mine"]);
    still.check();
    let outcome = grex!(sandbox, "rm", "product", "--force").run();
    outcome.success();
    let kept = in_the_trash(&sandbox, "product");
    assert_eq!(fs::read(kept[0].join("api/core/mine")).unwrap(), b"mine");
}

#[test]
fn keep_files_takes_it_out_of_the_books_alone() {
    let sandbox = workspace_with(&["one", "two"]);
    sandbox.write("workspace/one/mine", "mine");
    let still = Still::of(sandbox.path("workspace/one"));
    let outcome = grex!(sandbox, "rm", "--keep-files", "one").run();
    assert_snapshot!(outcome.snapshot(), @r"
    exit: 0
    ----- stdout -----
    one  removed; its files stay

    ----- stderr -----
    ");
    still.check();
    assert!(in_the_trash(&sandbox, "one").is_empty());
    assert!(!sandbox.read("workspace/.gitignore").contains("/one/"));
    let status = grex!(sandbox, "status", "--json").run().json();
    assert_eq!(crate::support::entry(&status, "one")["drift"], "untracked");
}

#[test]
fn a_pack_that_is_not_there_is_taken_out_of_the_books() {
    let sandbox = workspace_with(&["one", "two"]);
    fs::remove_dir_all(sandbox.path("workspace/one")).unwrap();
    grex!(sandbox, "rm", "one").run().success();
    assert!(!sandbox.read("workspace/grex.lock.jsonl").contains("one"));
    assert!(in_the_trash(&sandbox, "one").is_empty());
}

#[test]
fn an_unknown_pack_suggests_the_closest() {
    let sandbox = workspace_with(&["dotfiles", "services/api"]);
    let still = Still::of(sandbox.workspace());
    let outcome = grex!(sandbox, "rm", "dotfile").run();
    assert_snapshot!(outcome.snapshot(), @r"
    exit: 2
    ----- stdout -----

    ----- stderr -----
    error: no pack `dotfile` is registered
    hint: did you mean `dotfiles`?
    ");
    let outcome = grex!(sandbox, "rm", "service/api").run();
    refused(&sandbox, &outcome, 2, &["services/api"]);
    // One unknown, and none is removed.
    let outcome = grex!(sandbox, "rm", "dotfiles", "nothing").run();
    refused(&sandbox, &outcome, 2, &["nothing"]);
    still.check();
}

#[test]
fn a_child_is_its_owners_to_remove() {
    let (sandbox, _tree) = a_tree();
    let still = Still::of(sandbox.workspace());
    let outcome = grex!(sandbox, "rm", "product/api").run();
    assert_snapshot!(outcome.snapshot(), @r"
    exit: 2
    ----- stdout -----

    ----- stderr -----
    error: `product/api` is not registered here: pack `product` declares it
    hint: take it out of the .grex/pack.yaml of `product`, then `grex sync --prune`
    ");
    still.check();
}

#[test]
fn a_dry_run_says_what_would_be_removed() {
    let sandbox = workspace_with(&["one", "two"]);
    let still = Still::of(sandbox.workspace());
    let outcome = grex!(sandbox, "rm", "--dry-run", "one").run();
    assert_snapshot!(outcome.snapshot(), @r"
    exit: 0
    ----- stdout -----
    one  would be removed; its files would go to the trash
    dry run: nothing was changed

    ----- stderr -----
    ");
    let outcome = grex!(sandbox, "rm", "--dry-run", "--json", "one", "two").run();
    assert_eq!(outcome.success().json().as_array().unwrap().len(), 2);
    sandbox.write("workspace/two/mine", "mine");
    grex!(sandbox, "rm", "--dry-run", "two").run().code(9);
    fs::remove_file(sandbox.path("workspace/two/mine")).unwrap();
    // Git refreshes nothing while it is only asked; the directory's time is the test's doing.
    still.check_content();
}

#[test]
fn several_go_together_or_not_at_all() {
    let sandbox = workspace_with(&["one", "two", "three"]);
    sandbox.write("workspace/two/mine", "mine");
    let still = Still::of(sandbox.workspace());
    let outcome = grex!(sandbox, "rm", "one", "two").run();
    refused(&sandbox, &outcome, 9, &["two", "mine"]);
    still.check();
    let error = error_of(&grex!(sandbox, "rm", "--json", "one", "two").run());
    assert_eq!(
        (&error["kind"], &error["pack"]),
        (&json!("refused"), &json!("two"))
    );
    grex!(sandbox, "rm", "one", "three", "./one/")
        .run()
        .success();
    assert_eq!(
        grex!(sandbox, "ls", "--json")
            .run()
            .json()
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[test]
fn filters_are_refused() {
    let sandbox = workspace_with(&["one"]);
    let outcome = grex!(sandbox, "rm", "one", "--filter", "one").run();
    refused(&sandbox, &outcome, 2, &["--filter"]);
    assert!(sandbox.path("workspace/one").exists());
}

#[test]
fn directories_go_with_the_pack_although_what_they_were_made_for_was_dropped_before() {
    let sandbox = workspace();
    let pack = |name: &str| {
        format!(
            "schema_version: \"1\"\nname: tools\ntype: declarative\nactions:\n  \
             - mkdir: {{ path: $HOME/shared/{name} }}\n"
        )
    };
    let remote = sandbox.remote("tools").pack_yaml(&pack("one")).create();
    grex!(sandbox, "add", "--trust", remote.file_url())
        .run()
        .success();
    remote.push_commit(".grex/pack.yaml", pack("other"));
    grex!(sandbox, "update", "--trust").run().success();
    assert!(!sandbox.path("home/shared/one").exists());
    assert!(sandbox.path("home/shared/other").is_dir());
    grex!(sandbox, "rm", "-y", "tools").run().success();
    assert!(!sandbox.path("home/shared").exists());
}
