//! Everything that counts as work: `grex rm` refuses with 9 and lists it, and `--force` moves
//! all of it to the trash.

use std::fs;

use grex_fixtures::{Sandbox, grex};

use crate::{
    rm::in_the_trash,
    support::{Still, refused, workspace_with},
};

const PACK: &str = "workspace/one";

/// Commits a new file in the pack.
fn commit(sandbox: &Sandbox, file: &str) -> String {
    sandbox.write(format!("{PACK}/{file}"), "mine\n");
    sandbox.git(PACK, &["add", file]);
    sandbox.git(PACK, &["commit", "-qm", file]);
    sandbox.git(PACK, &["rev-parse", "HEAD"])
}

/// Makes work in a pack, and sees it refused, listed and kept.
#[track_caller]
fn is_work(make: impl Fn(&Sandbox), listed: &[&str]) {
    let sandbox = workspace_with(&["one", "two"]);
    make(&sandbox);
    let still = Still::of(sandbox.workspace());
    let outcome = grex!(sandbox, "rm", "one").run();
    let named = [&["one"], listed].concat();
    refused(&sandbox, &outcome, 9, &named);
    // An index may be refreshed by looking; nothing else.
    still.check_content();
    let outcome = grex!(sandbox, "rm", "-y", "one").run();
    refused(&sandbox, &outcome, 9, &named);

    let before = Still::of(sandbox.path(PACK));
    let outcome = grex!(sandbox, "rm", "--force", "one").run();
    outcome.success();
    let kept = in_the_trash(&sandbox, "one");
    assert_eq!(kept.len(), 1, "{}", outcome.snapshot());
    assert!(!sandbox.path(PACK).exists());
    let after = Still::of(&kept[0]);
    assert_eq!(before.lines(), after.lines());
    let place = kept[0].strip_prefix(sandbox.workspace()).unwrap();
    assert!(
        outcome.stdout.contains(place.to_str().unwrap()),
        "{}",
        outcome.snapshot()
    );
}

#[test]
fn a_changed_file() {
    is_work(
        |sandbox| drop(sandbox.write(format!("{PACK}/README"), "mine\n")),
        &["README"],
    );
}

#[test]
fn a_staged_file() {
    let make = |sandbox: &Sandbox| {
        sandbox.write(format!("{PACK}/README"), "mine\n");
        sandbox.git(PACK, &["add", "README"]);
    };
    is_work(make, &["README"]);
}

#[test]
fn an_untracked_file() {
    is_work(
        |sandbox| drop(sandbox.write(format!("{PACK}/new/file"), "mine\n")),
        &["new"],
    );
}

#[test]
fn an_untracked_file_that_the_user_hides_from_status() {
    let make = |sandbox: &Sandbox| {
        sandbox.write(format!("{PACK}/new"), "mine\n");
        sandbox.git(PACK, &["config", "status.showUntrackedFiles", "no"]);
    };
    is_work(make, &["new"]);
}

#[test]
fn a_commit_on_the_current_branch() {
    is_work(|sandbox| drop(commit(sandbox, "mine")), &["1 commit"]);
}

#[test]
fn a_commit_on_another_branch() {
    let make = |sandbox: &Sandbox| {
        sandbox.git(PACK, &["checkout", "-qb", "topic"]);
        commit(sandbox, "mine");
        commit(sandbox, "more");
        sandbox.git(PACK, &["checkout", "-q", "main"]);
    };
    is_work(make, &["2 commits"]);
}

#[test]
fn a_tag_that_was_not_pushed() {
    let make = |sandbox: &Sandbox| {
        let head = sandbox.git(PACK, &["rev-parse", "HEAD"]);
        commit(sandbox, "mine");
        sandbox.git(PACK, &["tag", "mine"]);
        sandbox.git(PACK, &["reset", "-q", "--hard", &head]);
    };
    is_work(make, &["1 commit"]);
}

#[test]
fn a_detached_commit() {
    let make = |sandbox: &Sandbox| {
        sandbox.git(PACK, &["checkout", "-q", "--detach"]);
        commit(sandbox, "mine");
    };
    is_work(make, &["1 commit"]);
}

#[test]
fn a_stash() {
    let make = |sandbox: &Sandbox| {
        sandbox.write(format!("{PACK}/README"), "mine\n");
        sandbox.git(PACK, &["stash", "-q"]);
    };
    is_work(make, &["stash"]);
}

#[test]
fn a_commit_that_only_the_reflog_knows() {
    let make = |sandbox: &Sandbox| {
        commit(sandbox, "mine");
        sandbox.git(PACK, &["reset", "-q", "--hard", "HEAD~1"]);
    };
    is_work(make, &["reflog"]);
}

#[test]
fn another_worktree() {
    let make = |sandbox: &Sandbox| {
        sandbox.git(
            PACK,
            &["worktree", "add", "-q", "../../elsewhere", "-b", "side"],
        );
    };
    is_work(make, &["worktree"]);
}

#[test]
fn a_merge_under_way() {
    let make = |sandbox: &Sandbox| {
        let head = sandbox.read(format!("{PACK}/.git/refs/heads/main"));
        sandbox.write(format!("{PACK}/.git/MERGE_HEAD"), head);
    };
    is_work(make, &["merge"]);
}

#[test]
fn a_rebase_and_a_bisect_under_way() {
    let rebase = |sandbox: &Sandbox| {
        fs::create_dir(sandbox.path(format!("{PACK}/.git/rebase-merge"))).unwrap();
    };
    is_work(rebase, &["rebase"]);
    let bisect = |sandbox: &Sandbox| drop(sandbox.write(format!("{PACK}/.git/BISECT_LOG"), "x\n"));
    is_work(bisect, &["bisect"]);
}

#[test]
fn an_edit_that_git_was_told_not_to_see() {
    for flag in ["--assume-unchanged", "--skip-worktree"] {
        let make = |sandbox: &Sandbox| {
            sandbox.git(PACK, &["update-index", flag, "README"]);
            sandbox.write(format!("{PACK}/README"), "mine\n");
        };
        is_work(make, &["git does not see"]);
    }
}

#[test]
fn a_repository_inside() {
    for place in ["inner", "deep/er"] {
        let make = |sandbox: &Sandbox| {
            sandbox.git(PACK, &["init", "-q", place]);
            sandbox.write(format!("{PACK}/{place}/mine"), "mine\n");
            sandbox.write(format!("{PACK}/.git/info/exclude"), "/inner/\n/deep/\n");
        };
        is_work(make, &[place]);
    }
}

#[test]
fn what_cannot_be_asked() {
    is_work(
        |sandbox| fs::remove_file(sandbox.path(format!("{PACK}/.git/HEAD"))).unwrap(),
        &["HEAD"],
    );
    is_work(
        |sandbox| fs::remove_dir_all(sandbox.path(format!("{PACK}/.git"))).unwrap(),
        &[],
    );
}

#[test]
fn ignored_files_are_listed_and_go_along() {
    let sandbox = workspace_with(&["one", "two"]);
    let exclude = format!("{PACK}/.git/info/exclude");
    sandbox.write(&exclude, "*.log\nbuild/\n");
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
