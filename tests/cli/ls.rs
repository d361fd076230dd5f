//! `grex ls`.

use std::fs;

use grex_fixtures::{Sandbox, Tree, grex};
use insta::assert_snapshot;
use serde_json::json;

use crate::support::{Still, entry, refused, register, workspace};

fn listed() -> (Sandbox, Tree) {
    let sandbox = workspace();
    let tree = Tree::plant(
        &sandbox,
        "product\n  api @v1\n    core\n  docs @branch dev\nother\n",
    );
    let packs: Vec<_> = tree
        .roots()
        .map(|pack| (pack.path.as_str(), pack.url.as_str()))
        .collect();
    register(&sandbox, &packs);
    grex!(sandbox, "sync").run().success();
    register(&sandbox, &[("new/one", "https://example.org/new.git")]);
    (sandbox, tree)
}

#[test]
fn for_people() {
    let (sandbox, _tree) = listed();
    let still = Still::of(sandbox.workspace());
    let shim = sandbox.shim();
    let list = |words: &[&str]| {
        grex!(sandbox, "ls")
            .args(words)
            .with_shim(&shim)
            .run()
            .snapshot()
    };
    assert_snapshot!(list(&[]), @r"
    exit: 0
    ----- stdout -----
    new/one           -    -
    other             -    [SHA7]
    product           -    [SHA7]
    product/api       v1   [SHA7]
    product/api/core  -    [SHA7]
    product/docs      dev  [SHA7]

    ----- stderr -----
    ");
    assert_snapshot!(list(&["--long"]), @r"
    exit: 0
    ----- stdout -----
    PACK              TYPE  REF  COMMIT   INSTALLED  URL
    new/one           meta  -    -        -          https://example.org/new.git
    other             meta  -    [SHA7]  -          [SANDBOX]/remotes/other.git
    product           meta  -    [SHA7]  -          [SANDBOX]/remotes/product.git
    product/api       meta  v1   [SHA7]  -          [SANDBOX]/remotes/product-api.git
    product/api/core  meta  -    [SHA7]  -          [SANDBOX]/remotes/product-api-core.git
    product/docs      meta  dev  [SHA7]  -          [SANDBOX]/remotes/product-docs.git

    ----- stderr -----
    ");
    assert_snapshot!(list(&["--tree"]), @r"
    exit: 0
    ----- stdout -----
    .
    ├── new/one  -
    ├── other  [SHA7]
    └── product  [SHA7]
        ├── api  v1 [SHA7]
        │   └── core  [SHA7]
        └── docs  dev [SHA7]

    ----- stderr -----
    ");
    assert_snapshot!(list(&["--tree", "--plain"]), @r"
    exit: 0
    ----- stdout -----
    .
    |-- new/one  -
    |-- other  [SHA7]
    `-- product  [SHA7]
        |-- api  v1 [SHA7]
        |   `-- core  [SHA7]
        `-- docs  dev [SHA7]

    ----- stderr -----
    ");
    assert_eq!(list(&["-q"]), list(&[]));
    // The books alone are asked.
    assert!(shim.invocations().is_empty());
    still.check();
}

#[test]
fn for_programs() {
    let (sandbox, tree) = listed();
    let outcome = grex!(sandbox, "ls", "--json").run();
    outcome.success();
    assert_eq!(outcome.stderr, "");
    let list = outcome.json();
    let ids: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|pack| pack["id"].clone())
        .collect();
    let sorted = [
        "new/one",
        "other",
        "product",
        "product/api",
        "product/api/core",
        "product/docs",
    ];
    assert_eq!(json!(ids), json!(sorted));
    for pack in &tree.packs {
        let found = entry(&list, &pack.path);
        assert_eq!(found["path"], pack.path);
        assert_eq!(found["sha"], pack.sha);
        assert_eq!(found["url"], pack.url);
        assert_eq!(found["ref"], json!(pack.reference));
        assert_eq!(found["parent"], json!(pack.parent));
        assert_eq!(found["depth"], pack.path.matches('/').count());
        assert_eq!(
            (&found["type"], &found["installed_at"]),
            (&json!("meta"), &json!(null))
        );
    }
    let new = entry(&list, "new/one");
    assert_eq!(
        (&new["sha"], &new["depth"], &new["parent"]),
        (&json!(""), &json!(0), &json!(null))
    );
}

#[test]
fn without_packs_and_without_git() {
    let sandbox = workspace();
    let outcome = grex!(sandbox, "ls")
        .env("GREX_GIT", "/no/such/git")
        .env("PATH", "/nowhere")
        .run();
    assert_snapshot!(outcome.snapshot(), @r"
    exit: 0
    ----- stdout -----

    ----- stderr -----
    no packs: `grex add URL` registers one
    ");
    assert_eq!(grex!(sandbox, "ls", "--json").run().json(), json!([]));
}

#[test]
fn by_type() {
    let sandbox = workspace();
    let yaml = "schema_version: \"1\"\nname: one\ntype: declarative\nactions: []\n";
    let one = sandbox.remote("one").pack_yaml(yaml).create();
    let two = sandbox.remote("two").commit("a", "a").create();
    for remote in [&one, &two] {
        grex!(sandbox, "add", remote.url()).run().success();
    }
    for (pack_type, id) in [("declarative", "one"), ("meta", "two")] {
        let list = grex!(sandbox, "ls", "--json", "--type", pack_type)
            .run()
            .json();
        assert_eq!(list.as_array().unwrap().len(), 1, "{list}");
        assert_eq!(list[0]["id"], id);
    }
    assert_eq!(
        grex!(sandbox, "ls", "--json", "--type", "scripted")
            .run()
            .json(),
        json!([])
    );
    let outcome = grex!(sandbox, "ls", "--type", "declaratve").run();
    refused(&sandbox, &outcome, 8, &["declaratve", "declarative"]);
}

#[test]
fn long_and_tree_contradict_each_other() {
    let sandbox = workspace();
    let outcome = grex!(sandbox, "ls", "--long", "--tree").run();
    refused(&sandbox, &outcome, 2, &["--long", "--tree"]);
}

#[test]
fn from_below_and_by_another_manifest() {
    let (sandbox, _tree) = listed();
    let usual = grex!(sandbox, "ls").run().stdout;
    assert_eq!(
        grex!(sandbox, "ls")
            .in_dir("workspace/product/api")
            .run()
            .stdout,
        usual
    );
    assert_eq!(grex!(sandbox, "-C", "product", "ls").run().stdout, usual);
    assert_eq!(grex!(sandbox, "ls", "-C", "product").run().stdout, usual);
    let manifest = sandbox.path("workspace/grex.jsonl");
    assert_eq!(
        grex!(sandbox, "ls", "--manifest", &manifest)
            .in_dir("home")
            .run()
            .stdout,
        usual
    );
    fs::rename(&manifest, sandbox.path("workspace/other.jsonl")).unwrap();
    let list = grex!(sandbox, "ls", "--json", "--manifest", "other.jsonl")
        .run()
        .json();
    assert_eq!(
        list.as_array().unwrap().len(),
        3,
        "its own lockfile is not there: {list}"
    );
    let outcome = grex!(sandbox, "ls", "--manifest", "gone.jsonl").run();
    assert!(
        matches!(outcome.status, Some(1..=3)),
        "{}",
        outcome.snapshot()
    );
    assert!(
        outcome.stderr.contains("gone.jsonl"),
        "{}",
        outcome.snapshot()
    );
    let outcome = grex!(sandbox, "-C", "gone", "ls").run();
    refused(&sandbox, &outcome, 2, &["gone"]);
}

#[test]
fn colour_is_for_terminals_and_for_who_wants_it() {
    let (sandbox, _tree) = listed();
    let coloured = |words: &[&str], env: &[(&str, &str)]| {
        let mut run = grex!(sandbox, "ls", "--long").args(words);
        for (name, value) in env {
            run = run.env(name, value);
        }
        let outcome = run.run();
        outcome.success();
        outcome.stdout.contains('\u{1b}')
    };
    assert!(!coloured(&[], &[]));
    assert!(coloured(&["--color", "always"], &[]));
    assert!(coloured(&["--color=always"], &[("NO_COLOR", "1")]));
    assert!(coloured(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(
        &[],
        &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]
    ));
    assert!(!coloured(&["--color", "never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(!coloured(&["--plain", "--color", "always"], &[]));
}
