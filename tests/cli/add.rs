//! `grex add`.

use std::fs;

use grex_fixtures::{Tree, grex};
use insta::assert_snapshot;
use serde_json::json;

use crate::support::{
    Still, entry, pack_yaml, refused, register, tidy, url_of, workspace, workspace_with,
};

#[test]
fn the_urls_last_segment_is_the_path() {
    let sandbox = workspace();
    let remote = sandbox.remote("dotfiles").commit("a", "a").create();
    let outcome = grex!(sandbox, "add", remote.url()).run();
    tidy(&sandbox, &outcome);
    assert_snapshot!(outcome.snapshot(), @r"
    exit: 0
    ----- stdout -----
    dotfiles  registered and cloned, at [SHA7]

    ----- stderr -----
    ");
    assert_eq!(sandbox.read("workspace/dotfiles/a"), "a");
    let event: serde_json::Value =
        serde_json::from_str(&sandbox.read("workspace/grex.jsonl")).unwrap();
    assert_eq!(event["op"], "add");
    assert_eq!(
        (&event["id"], &event["path"]),
        (&json!("dotfiles"), &json!("dotfiles"))
    );
    assert_eq!(
        (&event["type"], &event["schema_version"]),
        (&json!("meta"), &json!("1"))
    );
    assert_eq!(event["url"], remote.url());
    assert!(
        sandbox
            .read("workspace/.gitignore")
            .contains("\n/dotfiles/\n")
    );
    let locked: serde_json::Value =
        serde_json::from_str(&sandbox.read("workspace/grex.lock.jsonl")).unwrap();
    assert_eq!(locked["sha"], remote.head("main"));
    assert_eq!(locked["branch"], "main");
}

#[test]
fn an_explicit_path_and_a_ref() {
    let sandbox = workspace();
    let remote = sandbox
        .remote("api")
        .commit("a", "1")
        .tag("v1")
        .commit("a", "2")
        .branch("dev")
        .commit("a", "3")
        .create();
    for (path, reference, content, branch) in [
        ("services/api", "dev", "3", Some("dev")),
        ("pinned/tag", "v1", "1", None),
        ("pinned/commit", &remote.head("main"), "2", None),
        ("pinned/short", &remote.head("main")[..10], "2", None),
    ] {
        let outcome = grex!(
            sandbox,
            "add",
            "--json",
            remote.url(),
            path,
            "--ref",
            reference
        )
        .run();
        outcome.success();
        assert_eq!(outcome.json()["path"], path);
        assert_eq!(
            sandbox.read(format!("workspace/{path}/a")),
            content,
            "{reference}"
        );
        let head = sandbox.read(format!("workspace/{path}/.git/HEAD"));
        let expected = branch.map(|branch| format!("ref: refs/heads/{branch}\n"));
        assert_eq!(expected.is_some(), head.starts_with("ref: "), "{head}");
        assert!(expected.is_none_or(|expected| expected == head), "{head}");
    }
    grex!(sandbox, "sync").run().success();
    let list = grex!(sandbox, "ls", "--json").run().json();
    assert_eq!(entry(&list, "pinned/tag")["ref"], "v1");
    assert_eq!(entry(&list, "services/api")["ref"], "dev");
}

#[test]
fn json_has_the_documented_fields() {
    let sandbox = workspace();
    let tree = Tree::plant(&sandbox, "product\n  api\n");
    let outcome = grex!(sandbox, "add", "--json", &tree.pack("product").url).run();
    outcome.success();
    let report = outcome.json();
    assert_eq!(report["id"], "product");
    assert_eq!(report["type"], "meta");
    assert_eq!(report["path"], "product");
    assert_eq!(report["sha"], tree.pack("product").sha);
    assert_eq!(report["installed"], true, "there is nothing to install");
    let child = entry(&report["children"], "product/api");
    assert_eq!(child["synced"], true);
    assert_eq!(child["change"], "cloned");
    assert_eq!(child["reinstalled"], false);
    assert_eq!(child["reason"], "none");
    assert_eq!(child["actions"], json!([]));
}

#[test]
fn children_come_along() {
    let sandbox = workspace();
    let tree = Tree::plant(
        &sandbox,
        "product\n  api @v1\n    core\n  docs @branch dev\n",
    );
    let outcome = grex!(sandbox, "add", &tree.pack("product").url).run();
    tidy(&sandbox, &outcome);
    assert_snapshot!(outcome.snapshot(), @r"
    exit: 0
    ----- stdout -----
    product  registered and cloned, at [SHA7]
    cloned      product/api  [SHA7]
    cloned      product/api/core  [SHA7]
    cloned      product/docs  [SHA7]
    3 cloned

    ----- stderr -----
    ");
    for pack in &tree.packs {
        let head = sandbox.git(format!("workspace/{}", pack.path), &["rev-parse", "HEAD"]);
        assert_eq!(head, pack.sha, "{}", pack.path);
    }
    // Only what was typed is registered.
    assert_eq!(sandbox.read("workspace/grex.jsonl").lines().count(), 1);
}

#[test]
fn a_repository_that_is_there_with_the_same_origin_is_adopted() {
    let sandbox = workspace();
    let remote = sandbox.remote("one").commit("a", "a").create();
    sandbox.git("workspace", &["clone", "-q", &remote.file_url(), "one"]);
    sandbox.write("workspace/one/mine", "mine\n");
    sandbox.write("workspace/one/a", "changed\n");
    let shim = sandbox.shim();
    let outcome = grex!(sandbox, "add", remote.file_url())
        .with_shim(&shim)
        .run();
    outcome.success();
    assert_eq!(shim.count("clone"), 0);
    assert_eq!(sandbox.read("workspace/one/mine"), "mine\n");
    assert_eq!(sandbox.read("workspace/one/a"), "changed\n");
    assert_eq!(
        entry(&grex!(sandbox, "ls", "--json").run().json(), "one")["id"],
        "one"
    );
}

#[test]
fn a_repository_that_is_there_with_another_origin_is_kept() {
    let sandbox = workspace();
    let one = sandbox.remote("one").commit("a", "a").create();
    let other = sandbox.remote("other").commit("b", "b").create();
    sandbox.git("workspace", &["clone", "-q", &other.url(), "one"]);
    let outcome = grex!(sandbox, "add", one.url()).run();
    refused(&sandbox, &outcome, 4, &["one", &one.url(), &other.url()]);
    assert_eq!(sandbox.read("workspace/one/b"), "b");
    assert_eq!(sandbox.read("workspace/grex.jsonl"), "");
}

#[test]
fn the_same_again_is_nothing_to_do() {
    let sandbox = workspace_with(&["one"]);
    let url = url_of(&sandbox, "one");
    let books = ["grex.jsonl", "grex.lock.jsonl", ".gitignore"];
    let read = || books.map(|book| sandbox.read(format!("workspace/{book}")));
    let before = read();
    for form in [url.clone(), format!("file://{url}"), format!("{url}/")] {
        let outcome = grex!(sandbox, "add", &form, "one").run();
        outcome.success();
        assert_eq!(read(), before, "{form}");
    }
    let outcome = grex!(sandbox, "add", &url).run();
    assert_snapshot!(outcome.snapshot(), @r"
    exit: 0
    ----- stdout -----
    one  registered already, at [SHA7]

    ----- stderr -----
    ");
}

#[test]
fn another_url_at_the_same_path_is_refused() {
    let sandbox = workspace_with(&["one", "two"]);
    let still = Still::of(sandbox.workspace());
    let outcome = grex!(sandbox, "add", url_of(&sandbox, "two"), "one").run();
    refused(&sandbox, &outcome, 2, &["one"]);
    assert_snapshot!(outcome.snapshot(), @r"
    exit: 2
    ----- stdout -----

    ----- stderr -----
    error: `one` is registered already, from [SANDBOX]/remotes/one.git
    hint: choose another path, or `grex rm one` first
    ");
    still.check();
}

#[test]
fn a_path_is_relative_to_where_it_was_typed() {
    let sandbox = workspace();
    sandbox.remote("one").commit("a", "a").create();
    fs::create_dir_all(sandbox.path("workspace/deep/er")).unwrap();
    let outcome = grex!(sandbox, "add", "../../../remotes/one.git", "packs/one")
        .in_dir("workspace/deep/er")
        .run();
    outcome.success();
    // Its place is seen from the workspace's directory.
    assert_eq!(sandbox.read("workspace/packs/one/a"), "a");
    let outcome = grex!(sandbox, "-C", "deep", "add", "../../remotes/one.git", "two").run();
    outcome.success();
    assert_eq!(sandbox.read("workspace/two/a"), "a");
    // It means the same from everywhere from now on.
    grex!(sandbox, "sync")
        .in_dir("workspace/deep/er")
        .run()
        .success();
    grex!(sandbox, "sync").run().success();
}

#[test]
fn a_child_that_fails_leaves_the_pack_registered() {
    let sandbox = workspace();
    let tree = Tree::plant(&sandbox, "product\n  api\n  docs\n");
    fs::rename(
        tree.pack("product/api").remote.path(),
        sandbox.path("remotes/moved"),
    )
    .unwrap();
    let outcome = grex!(sandbox, "add", &tree.pack("product").url).run();
    refused(&sandbox, &outcome, 4, &["product/api"]);
    assert_snapshot!(outcome.snapshot(), @r"
    exit: 4
    ----- stdout -----
    product  registered and cloned, at [SHA7]
    failed      product/api  not-found: fatal: repository '[SANDBOX]/remotes/product-api.git' does not exist
    cloned      product/docs  [SHA7]
    1 cloned, 1 failed

    ----- stderr -----
    error: product/api: fatal: repository '[SANDBOX]/remotes/product-api.git' does not exist
      $ git -C [SANDBOX]/workspace/product clone --template= -- [SANDBOX]/remotes/product-api.git [SANDBOX]/workspace/product/.grex-tmp.[NONCE]
    hint: check the path: there is no git repository that you may read
    failed:
      product/api
    hint: to try again: grex update --only product/api
    ");
    assert_eq!(sandbox.read("workspace/grex.jsonl").lines().count(), 1);
    assert!(sandbox.path("workspace/product/docs/README").is_file());
    assert!(!sandbox.path("workspace/product/api").exists());
    fs::rename(
        sandbox.path("remotes/moved"),
        tree.pack("product/api").remote.path(),
    )
    .unwrap();
    grex!(sandbox, "sync").run().success();
    assert!(sandbox.path("workspace/product/api/README").is_file());
}

#[test]
fn a_clone_that_fails_registers_nothing() {
    let sandbox = workspace();
    let still = Still::of(sandbox.workspace());
    let gone = sandbox.path("remotes/gone.git");
    let outcome = grex!(sandbox, "add", &gone, "deep/er/gone").run();
    refused(&sandbox, &outcome, 4, &["deep/er/gone", "gone.git"]);
    assert_snapshot!(outcome.snapshot(), @r"
    exit: 4
    ----- stdout -----

    ----- stderr -----
    error: deep/er/gone: fatal: repository '[SANDBOX]/remotes/gone.git' does not exist
    hint: check the path: there is no git repository that you may read
    ");
    still.check_content();
    assert_eq!(grex!(sandbox, "ls", "--json").run().json(), json!([]));
}

#[test]
fn a_contract_that_cannot_be_used_registers_nothing_and_is_underlined() {
    let sandbox = workspace();
    let yaml = "schema_version: \"1\"\nname: wrong\ntype: meta\nchidlren: []\n";
    let remote = sandbox.remote("wrong").pack_yaml(yaml).create();
    let still = Still::of(sandbox.workspace());
    let outcome = grex!(sandbox, "add", remote.url()).run();
    refused(&sandbox, &outcome, 4, &["wrong"]);
    assert_snapshot!(outcome.snapshot(), @r"
    exit: 4
    ----- stdout -----

    ----- stderr -----
    error: wrong: its .grex files cannot be used
      × unknown key `chidlren`
       ╭─[.grex/pack.yaml:4:1]
     3 │ type: meta
     4 │ chidlren: []
       · ────────
       ╰────
      help: did you mean `children`?
    hint: nothing was registered; correct .grex/pack.yaml:4:1 of [SANDBOX]/remotes/wrong.git there, and add it again
    ");
    still.check_content();
    // Once it is right, nothing is in the way.
    remote.push_commit(
        ".grex/pack.yaml",
        pack_yaml("wrong", &[]).replace("children:\n", ""),
    );
    grex!(sandbox, "add", remote.url()).run().success();
}

#[test]
fn a_dry_run_says_what_would_be_done() {
    let sandbox = workspace();
    let remote = sandbox.remote("one").commit("a", "a").create();
    sandbox.git("workspace", &["clone", "-q", &remote.url(), "there"]);
    let still = Still::of(sandbox.workspace());
    let shim = sandbox.shim();
    let outcome = grex!(sandbox, "add", "--dry-run", remote.url())
        .with_shim(&shim)
        .run();
    assert_snapshot!(outcome.snapshot(), @r"
    exit: 0
    ----- stdout -----
    one  would be registered and cloned
    what it installs is shown once it is there: add it with --no-install, then `grex update --dry-run`
    dry run: nothing was changed

    ----- stderr -----
    ");
    let outcome = grex!(sandbox, "add", "--dry-run", remote.url(), "there").run();
    assert_snapshot!(outcome.snapshot(), @r"
    exit: 0
    ----- stdout -----
    there  would be registered; something is in its place already
    dry run: nothing was changed

    ----- stderr -----
    ");
    assert_eq!(shim.count("clone"), 0);
    still.check();
}

#[test]
fn a_type_that_there_is_not_has_its_exit_code() {
    let sandbox = workspace();
    let remote = sandbox.remote("one").commit("a", "a").create();
    let still = Still::of(sandbox.workspace());
    let outcome = grex!(sandbox, "add", remote.url(), "--type", "scirpted").run();
    refused(&sandbox, &outcome, 8, &["scirpted", "scripted"]);
    still.check();
}

#[test]
fn an_empty_repository_is_a_pack() {
    let sandbox = workspace();
    let remote = sandbox.remote("empty").create();
    let outcome = grex!(sandbox, "add", "--json", remote.url()).run();
    outcome.success();
    assert_eq!(outcome.json()["sha"], "");
    grex!(sandbox, "sync").run().success();
    remote_gets_its_first_commit(&sandbox, &remote);
}

fn remote_gets_its_first_commit(sandbox: &grex_fixtures::Sandbox, remote: &grex_fixtures::Remote) {
    sandbox.git("", &["clone", "-q", &remote.url(), "writer"]);
    sandbox.write("writer/a", "a");
    sandbox.git("writer", &["checkout", "-q", "-B", "main"]);
    sandbox.git("writer", &["add", "a"]);
    sandbox.git("writer", &["commit", "-qm", "first"]);
    sandbox.git("writer", &["push", "-q", "origin", "main"]);
    grex!(sandbox, "sync").run().success();
    assert_eq!(sandbox.read("workspace/empty/a"), "a");
}

#[test]
fn outside_a_workspace_the_way_out_is_shown() {
    let sandbox = grex_fixtures::Sandbox::new();
    let outcome = grex!(sandbox, "add", "https://example.org/a.git").run();
    assert_snapshot!(outcome.snapshot(), @r"
    exit: 1
    ----- stdout -----

    ----- stderr -----
    error: [SANDBOX]/workspace is in no workspace: there is no grex.jsonl in it or above it
    hint: go to a workspace (or name it with -C DIR), or make one with `grex init`
    ");
}

#[test]
fn a_pack_that_its_owner_declares_already_can_be_told_so() {
    let sandbox = workspace();
    let tree = Tree::plant(&sandbox, "product\n  api\n");
    register(&sandbox, &[("product", &tree.pack("product").url)]);
    grex!(sandbox, "sync").run().success();
    let url = &tree.pack("product/api").url;
    let still = Still::of(sandbox.workspace());
    let outcome = grex!(sandbox, "add", url, "product/api").run();
    refused(&sandbox, &outcome, 2, &["product/api", "product"]);
    still.check();
}
