//! Everything that counts as work, and every verb that could lose it: where the work would go
//! out of sight it is refused with 9 and listed, and `--force` moves all of it to the trash.

mod kept;
mod kinds;
mod verbs;

use std::fs;

use grex_fixtures::{Sandbox, grex};

use crate::{
    rm::in_the_trash,
    support::{Still, refused, workspace_with},
};

const PACK: &str = "workspace/one";

/// Commits a new file in the pack.
fn commit(sandbox: &Sandbox, file: &str) {
    sandbox.write(format!("{PACK}/{file}"), "mine\n");
    sandbox.git(PACK, &["add", file]);
    sandbox.git(PACK, &["commit", "-qm", file]);
}

/// Lets git ignore what these patterns match.
fn exclude(sandbox: &Sandbox, patterns: &str) {
    sandbox.write(format!("{PACK}/.git/info/exclude"), patterns);
}

/// Makes the pack one that cannot be asked, and sees it refused and kept.
#[track_caller]
fn is_kept(damage: impl Fn(&Sandbox), named: &[&str]) {
    let sandbox = workspace_with(&["one", "two"]);
    damage(&sandbox);
    let still = Still::of(sandbox.workspace());
    let outcome = grex!(sandbox, "rm", "one").run();
    refused(&sandbox, &outcome, 9, &[&["one"], named].concat());
    still.check();
    let before = Still::of(sandbox.path(PACK));
    grex!(sandbox, "rm", "--force", "one").run().success();
    let kept = in_the_trash(&sandbox, "one");
    assert_eq!(before.lines(), Still::of(&kept[0]).lines());
}

#[test]
fn what_cannot_be_asked() {
    is_kept(
        |sandbox| fs::remove_file(sandbox.path(format!("{PACK}/.git/HEAD"))).unwrap(),
        &["HEAD"],
    );
    is_kept(
        |sandbox| fs::remove_dir_all(sandbox.path(format!("{PACK}/.git"))).unwrap(),
        &[],
    );
}

#[test]
fn ignored_files_are_listed_and_go_along() {
    let sandbox = workspace_with(&["one", "two"]);
    exclude(&sandbox, "*.log\nbuild/\n");
    sandbox.write(format!("{PACK}/a.log"), "log\n");
    sandbox.write(format!("{PACK}/build/out"), "out\n");
    let outcome = grex!(sandbox, "rm", "one").run();
    outcome.success();
    let kept = in_the_trash(&sandbox, "one");
    assert_eq!(fs::read(kept[0].join("a.log")).unwrap(), b"log\n");
    assert_eq!(fs::read(kept[0].join("build/out")).unwrap(), b"out\n");
    let told = outcome.stdout.clone() + &outcome.stderr;
    assert!(
        told.contains("a.log") && told.contains("build"),
        "{}",
        outcome.snapshot()
    );
}

#[test]
fn what_the_remote_has_is_no_work() {
    let sandbox = workspace_with(&["one", "two"]);
    sandbox.git(PACK, &["checkout", "-qb", "pushed"]);
    commit(&sandbox, "mine");
    sandbox.git(PACK, &["push", "-q", "-u", "origin", "pushed"]);
    sandbox.git(PACK, &["checkout", "-q", "--detach"]);
    commit(&sandbox, "tagged");
    sandbox.git(PACK, &["tag", "v1"]);
    sandbox.git(PACK, &["push", "-q", "origin", "v1"]);
    sandbox.git(PACK, &["checkout", "-q", "main"]);
    grex!(sandbox, "rm", "one").run().success();
}
