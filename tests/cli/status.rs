//! `grex status`.

use std::fs;

use grex_fixtures::{Sandbox, Tree, grex};
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::support::{Still, entry, refused, register, url_of, workspace, workspace_with};

/// A workspace with a pack in every state that there is.
fn every_state() -> Sandbox {
    let sandbox = workspace_with(&[
        "clean", "dirty", "gone", "moved", "ahead", "behind", "loose",
    ]);
    sandbox.write("workspace/dirty/README", "mine\n");
    sandbox.write("workspace/dirty/new", "mine\n");
    sandbox.write("workspace/dirty/staged", "mine\n");
    sandbox.git("workspace/dirty", &["add", "staged"]);
    fs::remove_dir_all(sandbox.path("workspace/gone")).unwrap();
    let commit = |pack: &str| {
        sandbox.git(
            format!("workspace/{pack}"),
            &["commit", "-q", "--allow-empty", "-m", "mine"],
        );
    };
    commit("ahead");
    commit("moved");
    sandbox.git("workspace/moved", &["push", "-q"]);
    commit("behind");
    sandbox.git("workspace/behind", &["push", "-q"]);
    sandbox.git("workspace/behind", &["reset", "-q", "--hard", "HEAD~1"]);
    sandbox.git("workspace/loose", &["checkout", "-q", "--detach"]);
    sandbox.git(
        "workspace",
        &[
            "clone",
            "-q",
            &url_of(&sandbox, "clean"),
            "tools/undeclared",
        ],
    );
    sandbox
}

#[test]
fn for_people() {
    let sandbox = every_state();
    let outcome = grex!(sandbox, "status").run();
    assert_snapshot!(outcome.snapshot(), @r"
    exit: 0
    ----- stdout -----
    PACK              BRANCH     SYNC  CHANGES                            STATE
    ahead             main       +1                                       not at the locked commit
    behind            main       -1                                       clean
    clean             main                                                clean
    dirty             main             1 staged, 1 unstaged, 1 untracked  dirty
    gone                                                                  missing
    loose             ([SHA7])                                           clean
    moved             main                                                not at the locked commit
    tools/undeclared                                                      not declared
    8 packs: 3 clean, 1 dirty, 2 not at the locked commit, 1 missing, 1 not declared

    ----- stderr -----
    ");
    let outcome = grex!(sandbox, "status", "--plain").run();
    assert_snapshot!(outcome.snapshot(), @r"
    exit: 0
    ----- stdout -----
    PACK              BRANCH     SYNC  CHANGES                            STATE
    ahead             main       +1                                       not at the locked commit
    behind            main       -1                                       clean
    clean             main                                                clean
    dirty             main             1 staged, 1 unstaged, 1 untracked  dirty
    gone                                                                  missing
    loose             ([SHA7])                                           clean
    moved             main                                                not at the locked commit
    tools/undeclared                                                      not declared
    8 packs: 3 clean, 1 dirty, 2 not at the locked commit, 1 missing, 1 not declared

    ----- stderr -----
    ");
}

#[test]
fn for_programs() {
    let sandbox = every_state();
    let still = Still::of(sandbox.workspace());
    let shim = sandbox.shim();
    let outcome = grex!(sandbox, "status", "--json").with_shim(&shim).run();
    outcome.success();
    let list = outcome.json();
    let drift: Vec<_> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|pack| {
            format!(
                "{} {}",
                pack["id"].as_str().unwrap(),
                pack["drift"].as_str().unwrap()
            )
        })
        .collect();
    let expected = [
        "ahead stale",
        "behind clean",
        "clean clean",
        "dirty dirty",
        "gone missing",
        "loose clean",
        "moved stale",
        "tools/undeclared untracked",
    ];
    assert_eq!(drift, expected);
    let dirty = entry(&list, "dirty");
    for (field, value) in [
        ("on_disk", json!(true)),
        ("sha_match", json!(true)),
        ("actions_hash_match", json!(true)),
        ("branch", json!("main")),
        ("ahead", json!(0)),
        ("behind", json!(0)),
        ("staged", json!(1)),
        ("unstaged", json!(1)),
        ("untracked", json!(1)),
        ("conflicts", json!(0)),
        ("install", json!("none")),
    ] {
        assert_eq!(dirty[field], value, "{field}");
    }
    assert_eq!(entry(&list, "ahead")["ahead"], 1);
    assert_eq!(entry(&list, "ahead")["sha_match"], false);
    assert_eq!(entry(&list, "behind")["behind"], 1);
    assert_eq!(entry(&list, "loose")["branch"], Value::Null);
    assert_eq!(entry(&list, "gone")["on_disk"], false);
    assert_eq!(entry(&list, "tools/undeclared")["on_disk"], true);
    // One process for each pack that is there, and nothing written, not even an index.
    assert_eq!(shim.count("status"), 6);
    still.check();
}

#[test]
fn conflicts_are_counted() {
    let sandbox = workspace_with(&["one"]);
    let pack = "workspace/one";
    sandbox.git(pack, &["checkout", "-qb", "side"]);
    sandbox.write("workspace/one/README", "side\n");
    sandbox.git(pack, &["commit", "-qam", "side"]);
    sandbox.git(pack, &["checkout", "-q", "main"]);
    sandbox.write("workspace/one/README", "main\n");
    sandbox.git(pack, &["commit", "-qam", "main"]);
    drop(
        sandbox
            .git_command(pack)
            .args(["merge", "-q", "side"])
            .output()
            .unwrap(),
    );
    let list = grex!(sandbox, "status", "--json").run().json();
    assert_eq!(entry(&list, "one")["conflicts"], 1);
    assert_eq!(entry(&list, "one")["drift"], "dirty");
    let outcome = grex!(sandbox, "status").run();
    assert!(
        outcome.stdout.contains("1 in conflict"),
        "{}",
        outcome.snapshot()
    );
}

#[test]
fn drift_is_a_failure_where_it_is_asked_for() {
    let make: [(&str, fn(&Sandbox)); 5] = [
        ("dirty", |sandbox| {
            drop(sandbox.write("workspace/one/new", "x"))
        }),
        ("missing", |sandbox| {
            fs::remove_dir_all(sandbox.path("workspace/one")).unwrap()
        }),
        ("untracked", |sandbox| {
            drop(sandbox.git("workspace", &["init", "-q", "new"]))
        }),
        ("stale", |sandbox| {
            let args = ["commit", "-q", "--allow-empty", "-m", "x"];
            drop(sandbox.git("workspace/one", &args));
        }),
        ("never synchronised", |sandbox| {
            register(sandbox, &[("new", "https://example.org/new.git")]);
        }),
    ];
    for (name, drift) in make {
        let sandbox = workspace_with(&["one"]);
        grex!(sandbox, "status", "--fail-on-drift").run().success();
        drift(&sandbox);
        grex!(sandbox, "status").run().success();
        let outcome = grex!(sandbox, "status", "--fail-on-drift").run();
        assert_eq!(outcome.status, Some(7), "{name}: {}", outcome.snapshot());
        let outcome = grex!(sandbox, "status", "--fail-on-drift", "--json").run();
        assert!(outcome.code(7).json().is_array());
    }
}

#[test]
fn a_pack_that_was_left_alone_for_long_is_stale() {
    let sandbox = workspace_with(&["one", "two"]);
    grex!(sandbox, "status", "--fail-on-drift", "--stale-after", "1h")
        .run()
        .success();
    let lock = sandbox.path("workspace/one/.git/.grex-lock");
    let text = fs::read_to_string(&lock).unwrap();
    let (first, rest) = text.split_once('\n').unwrap();
    let mut holder: Value = serde_json::from_str(first).unwrap();
    let time = holder
        .as_object_mut()
        .unwrap()
        .values_mut()
        .find(|value| {
            value
                .as_str()
                .is_some_and(|text| text.contains('T') && text.ends_with('Z'))
        })
        .expect("when it was held");
    *time = json!("2026-01-01T00:00:00Z");
    // The first byte of a lock file says nothing.
    fs::write(&lock, format!(" {holder}\n{rest}")).unwrap();
    for (after, drift) in [("2w", "stale"), ("90s", "stale"), ("5000w", "clean")] {
        let list = grex!(sandbox, "status", "--json", "--stale-after", after)
            .run()
            .json();
        assert_eq!(entry(&list, "one")["drift"], drift, "{after}");
        assert_eq!(entry(&list, "two")["drift"], "clean", "{after}");
    }
    grex!(sandbox, "status", "--fail-on-drift", "--stale-after", "2w")
        .run()
        .code(7);
    for wrong in ["", "x", "5", "-1h", "1y", "99999999999999999999d"] {
        let outcome = grex!(sandbox, "status", &format!("--stale-after={wrong}")).run();
        refused(&sandbox, &outcome, 2, &["--stale-after"]);
    }
}

#[test]
fn fetch_asks_the_remotes_first() {
    let sandbox = workspace_with(&["one"]);
    sandbox.git("", &["clone", "-q", &url_of(&sandbox, "one"), "writer"]);
    sandbox.git("writer", &["commit", "-q", "--allow-empty", "-m", "x"]);
    sandbox.git("writer", &["push", "-q"]);
    let behind = |words: &[&str]| {
        let list = grex!(sandbox, "status", "--json").args(words).run().json();
        entry(&list, "one")["behind"].clone()
    };
    assert_eq!(behind(&[]), 0);
    assert_eq!(behind(&["--fetch"]), 1);
    assert_eq!(behind(&[]), 1);
    fs::rename(url_of(&sandbox, "one"), sandbox.path("moved")).unwrap();
    let outcome = grex!(sandbox, "status", "--fetch").run();
    refused(&sandbox, &outcome, 4, &["one"]);
    let outcome = grex!(sandbox, "status", "--fetch", "--dry-run").run();
    refused(&sandbox, &outcome, 2, &["--fetch", "--dry-run"]);
}

#[test]
fn children_are_looked_at_too() {
    let sandbox = workspace();
    let tree = Tree::plant(&sandbox, "product\n  api @v1\n    core\n");
    register(&sandbox, &[("product", &tree.pack("product").url)]);
    grex!(sandbox, "sync").run().success();
    grex!(sandbox, "status", "--fail-on-drift").run().success();
    sandbox.write("workspace/product/api/core/new", "x");
    let list = grex!(sandbox, "status", "--json").run().json();
    assert_eq!(entry(&list, "product/api/core")["drift"], "dirty");
    // The packs above do not show what is in those below.
    assert_eq!(entry(&list, "product/api")["drift"], "clean");
    assert_eq!(entry(&list, "product")["drift"], "clean");
}

#[test]
fn install_state_is_shown() {
    let sandbox = workspace();
    let yaml = "schema_version: \"1\"\nname: one\ntype: declarative\n\
                actions:\n  - mkdir: {path: $HOME/made}\n";
    let one = sandbox.remote("one").pack_yaml(yaml).create();
    let outcome = grex!(sandbox, "add", "--json", "--no-install", one.url()).run();
    assert_eq!(outcome.json()["installed"], false);
    assert!(!sandbox.home().join("made").exists());
    let list = grex!(sandbox, "status", "--json").run().json();
    assert_eq!(entry(&list, "one")["install"], "not-installed");
    let outcome = grex!(sandbox, "status").run();
    assert!(
        outcome.stdout.contains("not installed"),
        "{}",
        outcome.snapshot()
    );
}

#[test]
fn without_packs() {
    let sandbox = workspace();
    assert_snapshot!(grex!(sandbox, "status").run().snapshot(), @r"
    exit: 0
    ----- stdout -----

    ----- stderr -----
    no packs: `grex add URL` registers one
    ");
    assert_eq!(grex!(sandbox, "status", "--json").run().json(), json!([]));
}

#[test]
fn a_contract_that_cannot_be_used_is_named_and_the_rest_is_shown() {
    let sandbox = workspace_with(&["one", "two"]);
    sandbox.write(
        "workspace/one/.grex/pack.yaml",
        "schema_version: \"1\"\nname: one\ntype: [meta]\n",
    );
    let outcome = grex!(sandbox, "status").run();
    assert_snapshot!(outcome.snapshot(), @r"
    exit: 4
    ----- stdout -----
    PACK  BRANCH  CHANGES      STATE
    one   main    1 untracked  failed
    two   main                 clean
    2 packs: 1 clean, 1 failed

    ----- stderr -----
    error: one: its .grex files cannot be used
      × expected text, found a list
       ╭─[[SANDBOX]/workspace/one/.grex/pack.yaml:3:8]
     2 │ name: one
     3 │ type: [meta]
       ·        ────
       ╰────
    ");
    assert_eq!(
        entry(&grex!(sandbox, "status", "--json").run().json(), "two")["drift"],
        "clean"
    );
}

#[test]
fn git_is_not_asked_about_what_the_filters_leave_out() {
    let sandbox = workspace_with(&["one", "two", "broken"]);
    fs::remove_file(sandbox.path("workspace/broken/.git/HEAD")).unwrap();
    let shim = sandbox.shim();
    let words = ["status", "--json", "--filter", "path=one"];
    let outcome = grex!(sandbox).args(words).with_shim(&shim).run();
    outcome.success();
    let listed = outcome.json();
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
    assert_eq!(listed[0]["id"], "one");
    assert_eq!(shim.count("status"), 1);
    // What only git can tell is asked.
    shim.forget();
    let words = ["status", "--filter", "state=dirty !path=broken"];
    grex!(sandbox).args(words).with_shim(&shim).run().code(2);
    assert_eq!(shim.count("status"), 2);
}
