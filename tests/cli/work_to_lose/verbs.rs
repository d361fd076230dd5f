//! One cell of the table: a kind of work, and a verb that could lose it.

use std::{fs, path::PathBuf};

use grex_fixtures::{Outcome, Sandbox, grex};

use super::{PACK, kept::Kept};
use crate::{
    rm::in_the_trash,
    support::{Still, refused, tidy, url_of, workspace_with},
};

/// A kind of work.
pub(super) struct Kind {
    /// Its id, which is the name of its test.
    pub(super) id: &'static str,
    /// Makes it, in [`PACK`].
    pub(super) make: fn(&Sandbox),
    /// What a refusal says of it; none: what git would not call work, and goes along.
    pub(super) named: Option<&'static [&'static str]>,
}

/// Tries all verbs.
pub(super) fn every_verb(kind: &Kind) {
    rm(kind);
    rm_by_force(kind);
    prune(kind);
    clone_again(kind);
    for words in [&["sync"][..], &["update", "one"]] {
        bring_up_to_date(kind, words);
    }
    add_onto(kind);
}

fn ground(kind: &Kind) -> (Sandbox, PathBuf, Kept) {
    let sandbox = workspace_with(&["one", "two"]);
    made(sandbox, kind)
}

fn made(sandbox: Sandbox, kind: &Kind) -> (Sandbox, PathBuf, Kept) {
    (kind.make)(&sandbox);
    let pack = sandbox.path(PACK);
    let kept = Kept::of(&sandbox, &pack);
    (sandbox, pack, kept)
}

/// The server gets a commit with these files.
fn server_moves(sandbox: &Sandbox, scratch: &str, files: &[&str]) {
    let url = url_of(sandbox, "one");
    sandbox.git("", &["clone", "-q", &url, scratch]);
    for file in files {
        sandbox.write(format!("{scratch}/{file}"), format!("theirs {scratch}\n"));
    }
    sandbox.git(scratch, &["add", "-f", "."]);
    sandbox.git(scratch, &["commit", "-qm", "theirs"]);
    sandbox.git(scratch, &["push", "-q", "origin", "HEAD:main"]);
}

/// The one thing in the trash, whole.
#[track_caller]
fn in_trash(kind: &Kind, verb: &str, sandbox: &Sandbox, kept: &Kept, outcome: &Outcome) -> PathBuf {
    let cell = format!("{} x {verb}", kind.id);
    let found = in_the_trash(sandbox, "one");
    assert_eq!(found.len(), 1, "{cell}\n{}", outcome.snapshot());
    kept.check_in(sandbox, &found[0], &cell);
    let told = found[0].strip_prefix(sandbox.workspace()).unwrap();
    let said = outcome.stdout.clone() + &outcome.stderr;
    assert!(
        said.contains(told.to_str().unwrap()),
        "{cell}\n{}",
        outcome.snapshot()
    );
    found[0].clone()
}

fn rm(kind: &Kind) {
    let (sandbox, _, kept) = ground(kind);
    let still = Still::of(sandbox.workspace());
    for words in [&["rm", "one"][..], &["rm", "-y", "one"]] {
        let outcome = grex!(sandbox).args(words).run();
        let Some(named) = kind.named else {
            outcome.success();
            in_trash(kind, "rm", &sandbox, &kept, &outcome);
            return;
        };
        refused(&sandbox, &outcome, 9, &[&["one"], named].concat());
        // An index may be refreshed by looking; nothing else.
        still.check_content();
    }
}

fn rm_by_force(kind: &Kind) {
    let (sandbox, pack, kept) = ground(kind);
    let before = Still::of(&pack);
    let outcome = grex!(sandbox, "rm", "--force", "one").run();
    outcome.success();
    tidy(&sandbox, &outcome);
    assert!(!pack.exists());
    let place = in_trash(kind, "rm --force", &sandbox, &kept, &outcome);
    assert_eq!(before.lines(), Still::of(&place).lines(), "{}", kind.id);
    // Moved back it is what it was, to whatever outside leads to it as well.
    fs::rename(&place, &pack).unwrap();
    kept.check_in(&sandbox, &pack, kind.id);
    if sandbox.path("elsewhere").exists() {
        sandbox.git("elsewhere", &["status"]);
        sandbox.git("elsewhere", &["fsck", "--connectivity-only"]);
    }
}

fn prune(kind: &Kind) {
    let (sandbox, pack, kept) = ground(kind);
    let manifest = sandbox.read("workspace/grex.jsonl");
    let rest = manifest.lines().filter(|line| !line.contains("\"one\""));
    let rest: String = rest.map(|line| format!("{line}\n")).collect();
    sandbox.write("workspace/grex.jsonl", rest);
    let still = Still::of(&pack);
    let outcome = grex!(sandbox, "sync", "--prune").run();
    let Some(named) = kind.named else {
        outcome.success();
        in_trash(kind, "sync --prune", &sandbox, &kept, &outcome);
        return;
    };
    refused(&sandbox, &outcome, 9, &[&["one"], named].concat());
    still.check_content();
}

/// `sync --force` of a repository that is broken besides.
fn clone_again(kind: &Kind) {
    let (sandbox, pack, kept) = ground(kind);
    let head = pack.join(".git/HEAD");
    let sound = fs::read(&head).unwrap();
    fs::write(&head, "").unwrap();
    let outcome = grex!(sandbox, "sync").run();
    outcome.code(4);
    assert!(in_the_trash(&sandbox, "one").is_empty());
    let outcome = grex!(sandbox, "sync", "--force").run();
    outcome.success();
    let found = in_the_trash(&sandbox, "one");
    assert_eq!(found.len(), 1, "{}\n{}", kind.id, outcome.snapshot());
    fs::write(found[0].join(".git/HEAD"), sound).unwrap();
    in_trash(kind, "sync --force", &sandbox, &kept, &outcome);
    assert_eq!(
        sandbox.git(PACK, &["status", "--porcelain"]),
        "",
        "{}",
        kind.id
    );
}

/// The server has moved on: beside the work at first, and then where it is.
fn bring_up_to_date(kind: &Kind, words: &[&str]) {
    let (sandbox, pack, kept) = ground(kind);
    let cell = format!("{} x {words:?}", kind.id);
    let in_the_way = ["README", "a.log", "new/file", "inner/mine"];
    for (scratch, files) in [("first", &["theirs"][..]), ("second", &in_the_way)] {
        server_moves(&sandbox, scratch, files);
        let outcome = grex!(sandbox).args(words).run();
        assert!(
            matches!(outcome.status, Some(0 | 4)),
            "{cell}\n{}",
            outcome.snapshot()
        );
        tidy(&sandbox, &outcome);
        kept.check_in(&sandbox, &pack, &cell);
        assert!(in_the_trash(&sandbox, "one").is_empty(), "{cell}");
    }
}

/// `add` of what the user has cloned there.
fn add_onto(kind: &Kind) {
    let sandbox = workspace_with(&["two"]);
    let one = sandbox.remote("one").commit("README", "hello\n").create();
    sandbox.git("", &["clone", "-q", &one.url(), PACK]);
    let (sandbox, pack, kept) = made(sandbox, kind);
    server_moves(
        &sandbox,
        "first",
        &["README", "a.log", "new/file", "inner/mine"],
    );
    let outcome = grex!(sandbox, "add", one.url(), "one").run();
    let cell = format!("{} x add", kind.id);
    assert!(
        matches!(outcome.status, Some(0 | 4)),
        "{cell}\n{}",
        outcome.snapshot()
    );
    tidy(&sandbox, &outcome);
    kept.check_in(&sandbox, &pack, &cell);
    assert!(in_the_trash(&sandbox, "one").is_empty(), "{cell}");
}
