//! Refs that could hurt, or that are not there, through every door by which a ref comes in.

use std::fs;

use grex_fixtures::{Sandbox, grex};
use serde_json::json;

use crate::support::{
    Still, entry, make_workspace, pack_yaml, refused, register, registration, workspace,
    workspace_with,
};

const URL: &str = "https://example.org/a.git";

/// Brings a ref in as an argument of every verb that takes one.
#[track_caller]
fn typed(sandbox: &Sandbox, reference: &str, named: &str) {
    register(sandbox, &[("good", "https://example.org/good.git")]);
    let still = Still::of(sandbox.workspace());
    let shim = sandbox.shim();
    let flag = format!("--ref={reference}");
    for words in [
        &["add", &flag, URL][..],
        &["sync", &flag],
        &["init", "--from", URL, &flag, "cloned"],
    ] {
        let outcome = grex!(sandbox).args(words).with_shim(&shim).run();
        refused(sandbox, &outcome, 2, &[named]);
    }
    // As a word of its own, what looks like a flag is one that does not exist.
    let outcome = grex!(sandbox, "add", "--ref", reference, URL)
        .with_shim(&shim)
        .run();
    refused(sandbox, &outcome, 2, &[]);
    assert!(
        shim.invocations().is_empty(),
        "git was asked about {reference:?}"
    );
    still.check();
}

#[track_caller]
fn in_the_manifest(sandbox: &Sandbox, reference: &str, named: &str) {
    make_workspace(sandbox, "manifest");
    sandbox.write(
        "manifest/grex.jsonl",
        registration("pack", URL, Some(reference)),
    );
    let still = Still::of(sandbox.path("manifest"));
    for verb in ["ls", "sync"] {
        let outcome = grex!(sandbox, verb).in_dir("manifest").run();
        refused(sandbox, &outcome, 3, &["grex.jsonl", "line 1", named]);
    }
    still.check();
}

#[track_caller]
fn in_a_cloned_pack(sandbox: &Sandbox, reference: &str, named: &str) {
    make_workspace(sandbox, "parents");
    let yaml = pack_yaml(
        "parent",
        &[json!({"url": URL, "path": "child", "ref": reference})],
    );
    let parent = sandbox.remote("parent").pack_yaml(&yaml).create();
    let still = Still::of(sandbox.path("parents"));
    let outcome = grex!(sandbox, "add", parent.url()).in_dir("parents").run();
    refused(sandbox, &outcome, 4, &["pack.yaml", "5:", named]);
    still.check_content();
}

#[test]
fn u6_refs_that_are_options_ranges_or_worse_are_refused() {
    for (reference, named) in [
        ("-x", "begins with `-`"),
        ("--output=F", "begins with `-`"),
        ("--upload-pack=touch HACKED", "begins with `-`"),
        ("a..b", "`..`"),
        ("@{-1}", "@{"),
        ("a\u{1b}[31mb", "U+001B"),
        ("a\u{202e}b", "U+202E"),
        ("refs/heads/-x", "begins with `-`"),
        ("a b", "' '"),
        ("", "empty"),
    ] {
        let sandbox = workspace();
        typed(&sandbox, reference, named);
        in_the_manifest(&sandbox, reference, named);
        in_a_cloned_pack(&sandbox, reference, named);
        for place in ["F", "HACKED"] {
            assert!(!sandbox.workspace().join(place).exists());
        }
    }
}

#[test]
fn u6_revisions_in_filters_cannot_be_options() {
    let sandbox = workspace_with(&["a"]);
    let still = Still::of(sandbox.workspace());
    for revision in ["-x", "--output=F", "a\u{1b}b", ""] {
        let filter = format!("changed-since={revision}");
        for verb in ["sync", "status"] {
            let outcome = grex!(sandbox, verb, "--filter", &filter).run();
            refused(&sandbox, &outcome, 2, &["changed-since"]);
        }
    }
    still.check();
}

#[test]
fn u7_a_ref_that_the_remote_lacks_fails_its_pack_only() {
    let sandbox = workspace();
    let one = sandbox.remote("one").commit("a", "1").create();
    let two = sandbox.remote("two").commit("a", "2").create();
    let lines = registration("one", &one.url(), Some("no-such-branch"))
        + &registration("two", &two.url(), None);
    sandbox.write("workspace/grex.jsonl", lines);
    let outcome = grex!(sandbox, "sync").run();
    refused(&sandbox, &outcome, 4, &["one", "no-such-branch"]);
    assert!(!sandbox.path("workspace/one").exists());
    assert_eq!(sandbox.read("workspace/two/a"), "2");

    let outcome = grex!(sandbox, "sync", "--json").run();
    outcome.code(4);
    let one = entry(&outcome.json(), "one");
    assert_eq!(
        (&one["result"], &one["change"]),
        (&json!("err"), &json!("none"))
    );
    assert_eq!(one["failure"]["class"], "no-such-ref", "{one}");
    assert_eq!(entry(&outcome.json(), "two")["result"], "ok");
}

#[test]
fn u7_add_with_a_ref_that_the_remote_lacks_registers_nothing() {
    let sandbox = workspace();
    let remote = sandbox.remote("one").commit("a", "1").create();
    let still = Still::of(sandbox.workspace());
    for reference in ["no-such-branch", "refs/tags/no-such-tag", &"1".repeat(40)] {
        let outcome = grex!(sandbox, "add", remote.url(), "--ref", reference).run();
        let name = reference.trim_start_matches("refs/tags/");
        refused(&sandbox, &outcome, 4, &["one", name]);
        still.check_content();
    }
}

#[test]
fn u7_a_ref_that_a_pack_lacks_is_missing_in_an_existing_checkout_too() {
    let sandbox = workspace_with(&["one", "two"]);
    let head = fs::read(sandbox.path("workspace/one/.git/HEAD")).unwrap();
    let outcome = grex!(sandbox, "sync", "--ref", "no-such-branch", "--only", "one").run();
    refused(&sandbox, &outcome, 4, &["one", "no-such-branch"]);
    assert_eq!(
        fs::read(sandbox.path("workspace/one/.git/HEAD")).unwrap(),
        head
    );
}

#[test]
fn u7_a_full_name_means_that_ref_and_no_namesake() {
    let sandbox = workspace();
    let remote = sandbox
        .remote("one")
        .commit("a", "tagged")
        .tag("twin")
        .branch("twin")
        .commit("a", "branched")
        .create();
    for (reference, path, content) in [
        ("refs/tags/twin", "tag", "tagged"),
        ("refs/heads/twin", "branch", "branched"),
        ("twin", "short", "branched"),
    ] {
        let outcome = grex!(sandbox, "add", remote.url(), path, "--ref", reference).run();
        outcome.success();
        assert_eq!(
            sandbox.read(format!("workspace/{path}/a")),
            content,
            "{reference}"
        );
    }
    // The same name means the same the next time.
    grex!(sandbox, "sync").run().success();
    assert_eq!(sandbox.read("workspace/tag/a"), "tagged");
    assert_eq!(sandbox.read("workspace/short/a"), "branched");
}
