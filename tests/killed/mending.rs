//! `doctor --fix` of a workspace with something of everything wrong, disturbed at one moment after
//! the other. Nothing is lost, and the next `doctor --fix` brings everything to where it should be.

use std::{fs, path::Path};

use grex_fixtures::need;

use crate::{
    ground::{Ground, KILLED},
    moments::Choice,
    sweep::Fault,
};

/// A journal that tells of a clone that was never finished.
const JOURNAL: &str = "{\"kind\":\"clone-begin\",\"id\":\"one\",\"path\":\"one\",\"temporary\":\".grex-tmp.1-1-1\"}\n";

/// A pack that is there, and in every file of grex something that is wrong.
fn broken() -> Ground {
    let ground = Ground::new();
    let sandbox = &ground.sandbox;
    let one = sandbox.remote("one").commit("a", "1\n").create();
    ground.grex(&["add", &one.file_url()]).success();
    let change = |file: &str, by: &dyn Fn(String) -> String| {
        let path = sandbox.path(format!("workspace/{file}"));
        sandbox.write(&path, by(sandbox.read(&path)));
    };
    change("grex.jsonl", &|text| format!("garbage\n{text}{{\"torn"));
    change("grex.lock.jsonl", &|text| format!("{text}garbage\n"));
    change(".gitignore", &|text| text.replace("# <<< grex <<<", "mine"));
    sandbox.write("workspace/.grex/.state/journal.jsonl", JOURNAL);
    sandbox.write("workspace/.grex-tmp.1-1-1/half", "half\n");
    sandbox.write("workspace/.grex-tmp.fffffff-1-0/work", "work\n");
    sandbox.write("workspace/.grex/.state/trash/20200101T000000Z/a/b", "old\n");
    ground
}

/// What is wrong after `doctor` has put everything right.
fn wrong(ground: &Ground) -> Vec<String> {
    let sandbox = &ground.sandbox;
    let mut wrong = Vec::new();
    let mut demand = |is_so: bool, what: &str| {
        if !is_so {
            wrong.push(what.to_owned());
        }
    };
    let manifest = sandbox.read("workspace/grex.jsonl");
    demand(manifest.lines().count() == 1, &manifest);
    demand(
        manifest.contains("\"id\":\"one\""),
        "the pack is not declared",
    );
    let rejected = sandbox.read("workspace/grex.jsonl.rejected");
    demand(rejected.contains("garbage\n"), "the bad line is lost");
    let lockfile = sandbox.read("workspace/grex.lock.jsonl");
    demand(lockfile.lines().count() == 1, &lockfile);
    let ignore = sandbox.read("workspace/.gitignore");
    demand(
        ignore.contains("/one/\n") && ignore.contains("mine\n"),
        &ignore,
    );
    let state = sandbox.path("workspace/.grex/.state");
    demand(
        sandbox.read(state.join("journal.jsonl")).is_empty(),
        "the journal",
    );
    demand(
        !state.join("trash/20200101T000000Z").exists(),
        "the old trash",
    );
    let kept = files(&state.join("trash"));
    let has = |content: &str| kept.iter().any(|kept| kept == content);
    demand(has("work\n"), "what was half-made is lost");
    demand(
        kept.iter().any(|kept| kept.contains("garbage")),
        "no copy of the lockfile",
    );
    let left = fs::read_dir(sandbox.workspace()).unwrap().flatten();
    let left = left.filter(|entry| {
        entry
            .file_name()
            .to_string_lossy()
            .starts_with(".grex-tmp.")
    });
    demand(left.count() == 0, "something half-made is left");
    demand(sandbox.read("workspace/one/a") == "1\n", "the pack");
    wrong
}

/// The contents of all files below a directory.
fn files(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        match entry.path() {
            path if path.is_dir() => found.extend(files(&path)),
            path => found.push(fs::read_to_string(path).unwrap()),
        }
    }
    found
}

fn sweep(fault: Fault) {
    if !(need("cc") && need("cp")) {
        return;
    }
    let ground = broken();
    ground.save("before");
    let (whole, moments) = ground.faulty(&[], &["doctor", "--fix"]);
    whole.success();
    assert_eq!(wrong(&ground), [""; 0]);
    let (mut tried, mut findings) = (0, Vec::new());
    let mut lost = 0;
    for at in Choice::from_environment().of(moments.len()) {
        ground.restore("before");
        let (outcome, reached) =
            ground.faulty(&fault.arguments(&at.to_string()), &["doctor", "--fix"]);
        if reached.len() < at {
            continue;
        }
        tried += 1;
        let mut found = Vec::new();
        if fault == Fault::Kill && outcome.status != Some(KILLED) {
            found.push(format!("it was not killed: {}", outcome.snapshot()));
        }
        if outcome.stderr.contains("panicked") {
            found.push(outcome.snapshot());
        }
        if outcome.status == Some(0) {
            found.extend(wrong(&ground));
        }
        let again = ground.grex(&["doctor", "--fix"]);
        if again.status != Some(0) {
            found.push(again.snapshot());
        }
        found.extend(wrong(&ground));
        let clean = ground.grex(&["doctor"]);
        if !clean.stdout.ends_with("everything is as it should be\n") && clean.status != Some(0) {
            found.push(clean.snapshot());
        }
        lost += usize::from(!found.is_empty());
        let moment = reached.get(at - 1).cloned().unwrap_or_default();
        findings.extend(found.iter().map(|line| format!("{moment}: {line}")));
    }
    println!(
        "FAULTS {:<12} {:<8} {:>5} moments {tried:>5} tried {:>5} survived",
        "doctor --fix",
        fault.name(),
        moments.len(),
        tried - lost,
    );
    assert!(findings.is_empty(), "{}", findings.join("\n"));
    assert!(tried > 0, "nothing was tried");
}

#[test]
fn s2_doctor_is_killed() {
    sweep(Fault::Kill);
}

#[test]
fn s2_doctor_finds_the_disk_full() {
    sweep(Fault::Full);
}

#[test]
fn s2_doctor_finds_the_disk_broken() {
    sweep(Fault::Error("EIO"));
}
