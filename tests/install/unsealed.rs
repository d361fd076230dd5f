//! A workspace that brings records of installs of its own making: nothing of them is acted upon.

use std::fs;

use grex_fixtures::{Sandbox, Signal, grex};

use crate::{
    home::Home,
    support::{declarative, rm, told, workspace},
};

const LINK: &str = "actions:\n  - symlink: { src: a, dst: ~/.vimrc }\n  \
                    - rmdir: { path: ~/old, backup: true }\n";

/// A pack, installed, and where its record lies.
fn installed() -> (Sandbox, std::path::PathBuf) {
    let sandbox = workspace();
    sandbox.write("home/old/file", "mine\n");
    declarative(&sandbox, "dots", LINK).file("a", "a\n").add();
    let undo = sandbox.path("workspace/.grex/.state/undo");
    let mut records = fs::read_dir(&undo)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let record = records
        .find(|path| path.to_string_lossy().contains("dots"))
        .expect("a record");
    (sandbox, record)
}

/// Asserts that neither `rm` nor `update` acts upon what lies there, and that both say so.
#[track_caller]
fn is_not_acted_upon(sandbox: &Sandbox, words: &[&str]) {
    let before = Home::of(sandbox);
    for verb in [
        &["rm", "--yes", "dots"][..],
        &["update", "--force", "--trust"],
    ] {
        let outcome = grex!(sandbox).args(verb).run();
        assert_ne!(outcome.status, Some(0), "{}", outcome.snapshot());
        told(&outcome, outcome.status.unwrap(), words);
        before.check();
    }
    assert!(sandbox.path("workspace/dots").exists());
    let status = grex!(sandbox, "status").run();
    assert!(!status.stderr.contains("panicked"), "{}", status.snapshot());
    assert!(status.stdout.contains("drifted"), "{}", status.snapshot());
    let status = grex!(sandbox, "status", "--fail-on-drift").run();
    assert_eq!(status.status, Some(7), "{}", status.snapshot());
    before.check();
}

#[test]
fn a_record_that_was_changed_is_not_acted_upon() {
    let (sandbox, record) = installed();
    sandbox.write("home/precious", "mine\n");
    let text = sandbox.read(&record);
    assert!(text.contains(".vimrc"), "{text}");
    sandbox.write(&record, text.replace(".vimrc", "precious"));
    is_not_acted_upon(&sandbox, &["dots"]);
    // With its own words back it is what it was.
    sandbox.write(&record, text);
    rm(&sandbox, &["dots"]).success();
    assert!(!sandbox.path("home/.vimrc").exists());
    assert_eq!(sandbox.read("home/old/file"), "mine\n");
}

#[test]
fn a_record_with_another_users_mark_is_not_acted_upon() {
    let (sandbox, _) = installed();
    // Another user's key is another key.
    sandbox.write("home/.local/state/grex/key", [7; 32]);
    is_not_acted_upon(&sandbox, &["dots"]);
}

#[test]
fn a_record_without_a_mark_is_not_acted_upon() {
    let (sandbox, record) = installed();
    let text = sandbox.read(&record);
    let at = text.find(",\"seal\"").expect("a seal");
    sandbox.write(&record, format!("{}}}", &text[..at]));
    is_not_acted_upon(&sandbox, &["dots"]);
}

#[test]
fn a_record_of_another_pack_is_not_acted_upon() {
    let (sandbox, record) = installed();
    let other = declarative(&sandbox, "other", "actions:\n  - mkdir: { path: ~/made }\n").add();
    assert!(!other.url().is_empty());
    let name = record.file_name().unwrap().to_string_lossy();
    let others = record.with_file_name(name.replace("dots", "other"));
    assert!(others.exists());
    fs::copy(&record, &others).unwrap();
    let before = Home::of(&sandbox);
    let outcome = rm(&sandbox, &["other"]);
    assert_ne!(outcome.status, Some(0), "{}", outcome.snapshot());
    before.check();
}

/// A workspace in which an install was killed after its link was made, and its journal.
fn killed() -> (Sandbox, std::path::PathBuf) {
    let sandbox = workspace();
    let rest = "actions:\n  - symlink: { src: a, dst: ~/.vimrc }\n  \
                - exec: { cmd: [sh, -c, \"test -e $HOME/../begun || { echo $$$$ > $HOME/../begun; exec sleep 1000; }\"] }\n";
    let remote = declarative(&sandbox, "dots", rest)
        .file("a", "a\n")
        .create();
    let mut run = grex!(sandbox, "add", remote.url(), "--trust").start();
    let begun = sandbox.path("begun");
    run.wait_until("the program", || {
        fs::read_to_string(&begun).is_ok_and(|id| id.ends_with('\n'))
    });
    run.signal_group(Signal::Kill);
    let _ = run.wait();
    // The program has a group of its own.
    let id = sandbox.read(&begun);
    let ended = sandbox.command("kill").arg(id.trim()).status().unwrap();
    assert!(ended.success());
    assert!(sandbox.path("home/.vimrc").exists());
    let journal = sandbox.path("workspace/.grex/.state/journal.jsonl");
    assert!(sandbox.read(&journal).contains(".vimrc"));
    (sandbox, journal)
}

#[test]
fn a_journal_that_was_changed_is_not_acted_upon() {
    for changed in [false, true] {
        let (sandbox, journal) = killed();
        // A link that says what the pack's own does, and that the pack never made.
        let text = fs::read_link(sandbox.path("home/.vimrc")).unwrap();
        std::os::unix::fs::symlink(text, sandbox.path("home/.other")).unwrap();
        if changed {
            let lines = sandbox.read(&journal);
            sandbox.write(&journal, lines.replace(".vimrc", ".other"));
        }
        let outcome = grex!(sandbox, "update", "--no-input").run();
        assert!(
            !outcome.stderr.contains("panicked"),
            "{}",
            outcome.snapshot()
        );
        assert!(sandbox.path("home/.other").exists(), "{changed}");
        // Its own words are acted upon: a new run puts together what the killed one left.
        if !changed {
            let _ = grex!(sandbox, "rm", "--yes", "dots").run();
            assert!(!sandbox.path("home/.vimrc").exists());
        }
    }
}
