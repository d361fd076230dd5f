//! Remotes whose history is no longer what it was.

use grex_fixtures::{Remote, Sandbox, grex};

use crate::support::{Still, entry, refused, register, workspace};

fn two_packs() -> (Sandbox, Remote) {
    let sandbox = workspace();
    let one = sandbox
        .remote("one")
        .commit("a", "1")
        .commit("b", "2")
        .create();
    let two = sandbox.remote("two").commit("a", "2").create();
    register(&sandbox, &[("one", &one.url()), ("two", &two.url())]);
    grex!(sandbox, "sync").run().success();
    (sandbox, one)
}

#[test]
fn w3_a_rewritten_branch_is_followed_and_its_old_tip_named() {
    let (sandbox, one) = two_packs();
    let before = one.head("main");
    let after = one.rewrite();
    let outcome = grex!(sandbox, "sync", "--json").run();
    outcome.success();
    let pack = entry(&outcome.json(), "one");
    assert_eq!(pack["change"], "forced");
    assert_eq!(
        (&pack["sha_before"], &pack["sha_after"]),
        (&before.clone().into(), &after.clone().into())
    );
    assert!(
        pack["message"].as_str().unwrap().contains(&before[..7]),
        "{pack}"
    );
    assert_eq!(sandbox.git("workspace/one", &["rev-parse", "HEAD"]), after);
    assert_eq!(
        sandbox.git("workspace/one", &["symbolic-ref", "HEAD"]),
        "refs/heads/main"
    );
}

#[test]
fn w3_a_rewritten_branch_with_work_on_top_is_left_alone() {
    let (sandbox, one) = two_packs();
    sandbox.write("workspace/one/mine", "mine\n");
    sandbox.git("workspace/one", &["add", "mine"]);
    sandbox.git("workspace/one", &["commit", "-qm", "mine"]);
    let head = sandbox.git("workspace/one", &["rev-parse", "HEAD"]);
    one.rewrite();
    let outcome = grex!(sandbox, "sync").run();
    refused(&sandbox, &outcome, 4, &["one", "diverged"]);
    assert_eq!(sandbox.git("workspace/one", &["rev-parse", "HEAD"]), head);
    assert_eq!(sandbox.read("workspace/one/mine"), "mine\n");
}

#[test]
fn w3_a_rewritten_branch_under_local_changes_is_left_alone() {
    let (sandbox, one) = two_packs();
    let head = sandbox.git("workspace/one", &["rev-parse", "HEAD"]);
    one.push_commit("a", "theirs");
    one.rewrite();
    sandbox.write("workspace/one/a", "mine\n");
    let outcome = grex!(sandbox, "sync").run();
    refused(&sandbox, &outcome, 4, &["one", "`a`"]);
    assert_eq!(sandbox.git("workspace/one", &["rev-parse", "HEAD"]), head);
    assert_eq!(sandbox.read("workspace/one/a"), "mine\n");
}

#[test]
fn w3_a_diverged_pack_is_left_alone_and_both_sides_are_counted() {
    let (sandbox, one) = two_packs();
    for number in 0..2 {
        sandbox.write("workspace/one/mine", number.to_string());
        sandbox.git("workspace/one", &["add", "mine"]);
        sandbox.git("workspace/one", &["commit", "-qm", "mine"]);
    }
    for number in 0..3 {
        one.push_commit("theirs", number.to_string());
    }
    let worktree = sandbox.git("workspace/one", &["rev-parse", "HEAD"]);
    let index = Still::of(sandbox.path("workspace/one/.git/refs/heads"));
    let outcome = grex!(sandbox, "sync").run();
    refused(&sandbox, &outcome, 4, &["one", "2", "3"]);
    let outcome = grex!(sandbox, "sync", "--json").run();
    outcome.code(4);
    let pack = entry(&outcome.json(), "one");
    assert_eq!(pack["failure"]["class"], "diverged", "{pack}");
    assert_eq!(pack["change"], "none");
    assert_eq!(
        sandbox.git("workspace/one", &["rev-parse", "HEAD"]),
        worktree
    );
    index.check();
    assert_eq!(entry(&outcome.json(), "two")["result"], "ok");
}
