//! Several processes at once, and locks that were left.

use std::{
    fs,
    time::{Duration, Instant},
};

use grex_fixtures::{Fault, Rule, Sandbox, grex};

use crate::support::{
    entry, error_of, no_leftovers, refused, tidy, url_of, workspace, workspace_with,
};

const WAITING: &str = "waiting for the workspace";

/// Starts a `sync` and waits until its fetch stands at the barrier `held`, where it stays until
/// the test comes there too.
fn held(sandbox: &Sandbox) -> (grex_fixtures::Shim, grex_fixtures::Running) {
    let shim = sandbox.shim();
    shim.rules(&[Rule::on("fetch").fault(Fault::barrier("held", 2))]);
    let mut first = grex!(sandbox, "sync", "-j1").with_shim(&shim).start();
    first.wait_until("the first fetch", || shim.count("fetch") == 1);
    (shim, first)
}

#[test]
fn l1_four_syncs_at_once_go_one_after_another() {
    let sandbox = workspace_with(&["one", "two"]);
    let manifest = sandbox.read("workspace/grex.jsonl");
    let (shim, first) = held(&sandbox);
    let mut others: Vec<_> = (0..3)
        .map(|_| grex!(sandbox, "sync").with_shim(&shim).start())
        .collect();
    for other in &mut others {
        let begin = Instant::now();
        while !other.stderr_so_far().contains(WAITING) {
            assert!(
                begin.elapsed() < Duration::from_secs(30),
                "{}",
                other.stderr_so_far()
            );
            std::thread::sleep(Duration::from_millis(2));
        }
        let holder = first.pid().to_string();
        assert!(
            other.stderr_so_far().contains(&holder),
            "{}",
            other.stderr_so_far()
        );
    }
    assert_eq!(shim.count("fetch"), 1, "nobody else is at work");
    shim.meet("held", 2);
    for run in others.into_iter().chain([first]) {
        let outcome = run.wait();
        outcome.success();
        tidy(&sandbox, &outcome);
    }
    assert_eq!(shim.count("fetch"), 8);
    assert_eq!(sandbox.read("workspace/grex.jsonl"), manifest);
    assert_eq!(sandbox.read("workspace/grex.lock.jsonl").lines().count(), 2);
}

#[test]
fn l1_who_does_not_want_to_wait_ends_with_5_at_once() {
    let sandbox = workspace_with(&["one"]);
    let url = url_of(&sandbox, "one");
    let (shim, first) = held(&sandbox);
    for words in [
        &["sync"][..],
        &["add", &url, "two"],
        &["rm", "one"],
        &["init"],
    ] {
        let begin = Instant::now();
        let outcome = grex!(sandbox, "--lock-timeout", "0").args(words).run();
        assert!(
            begin.elapsed() < Duration::from_secs(2),
            "{:?}",
            begin.elapsed()
        );
        outcome.code(5);
        assert!(
            outcome.stderr.contains("--lock-timeout"),
            "{}",
            outcome.snapshot()
        );
        let pid = first.pid().to_string();
        assert!(
            outcome.stderr.contains(&pid),
            "who holds it:\n{}",
            outcome.stderr
        );
    }
    let outcome = grex!(sandbox, "sync", "--json", "--lock-timeout=0").run();
    assert_eq!(error_of(outcome.code(5))["kind"], "locked");
    // A short wait ends as well.
    grex!(sandbox, "sync", "--lock-timeout=1").run().code(5);
    // Readers take no lock.
    grex!(sandbox, "ls").run().success();
    grex!(sandbox, "status").run().success();
    shim.meet("held", 2);
    first.wait().success();
    no_leftovers(&sandbox);
}

#[test]
fn l1_packs_that_are_added_at_once_are_all_registered() {
    let sandbox = workspace();
    let names = ["a", "b", "c", "d"];
    for name in names {
        sandbox.remote(name).commit("f", name).create();
    }
    let runs: Vec<_> = names
        .iter()
        .map(|name| grex!(sandbox, "add", url_of(&sandbox, name)).start())
        .collect();
    for run in runs {
        let outcome = run.wait();
        outcome.success();
        tidy(&sandbox, &outcome);
    }
    assert_eq!(sandbox.read("workspace/grex.jsonl").lines().count(), 4);
    assert_eq!(sandbox.read("workspace/grex.lock.jsonl").lines().count(), 4);
    let list = grex!(sandbox, "ls", "--json").run().json();
    for name in names {
        assert_eq!(entry(&list, name)["sha"].as_str().map(str::len), Some(40));
        assert_eq!(sandbox.read(format!("workspace/{name}/f")), name);
        assert!(
            sandbox
                .read("workspace/.gitignore")
                .contains(&format!("\n/{name}/\n"))
        );
    }
}

#[test]
fn l1_a_lock_file_that_was_left_locks_nothing() {
    let sandbox = workspace_with(&["one"]);
    sandbox.write(
        "workspace/.grex/.state/workspace.grex-lock",
        "{\"pid\":1,\"host\":\"x\",\"verb\":\"sync\",\"started\":\"2020-01-01T00:00:00Z\"}\n",
    );
    grex!(sandbox, "sync", "--lock-timeout=0").run().success();
}

#[test]
fn l3_an_index_lock_that_was_left_is_named_with_its_age_and_kept() {
    let sandbox = workspace_with(&["one", "two"]);
    let lock = sandbox.write("workspace/one/.git/index.lock", "");
    let hours_ago = std::time::SystemTime::now() - Duration::from_secs(3 * 3600 + 5);
    fs::File::options()
        .write(true)
        .open(&lock)
        .unwrap()
        .set_modified(hours_ago)
        .unwrap();
    let outcome = grex!(sandbox, "sync").run();
    refused(&sandbox, &outcome, 4, &["one", "index.lock", "3 hours"]);
    assert!(lock.exists());
    let outcome = grex!(sandbox, "sync", "--json").run();
    let one = entry(&outcome.json(), "one");
    assert_eq!(one["failure"]["class"], "busy", "{one}");
    assert_eq!(entry(&outcome.json(), "two")["result"], "ok");
}

#[test]
fn what_a_killed_run_has_left_is_not_passed_over_in_silence() {
    let sandbox = workspace_with(&["one"]);
    let journal = "workspace/.grex/.state/journal.jsonl";
    let unfinished = "{\"kind\":\"clone-begin\",\"id\":\"one\",\"path\":\"one\",\"temporary\":\".grex-tmp.1-1-1\"}\n";
    sandbox.write(journal, unfinished);
    let lock = sandbox.path("workspace/one/.git/.grex-lock");
    fs::remove_file(&lock).unwrap();
    fs::create_dir(&lock).unwrap();
    let outcome = grex!(sandbox, "sync").run();
    outcome.code(4);
    let said = "what an interrupted run has left stays unchecked: ";
    assert!(outcome.stderr.contains(said), "{}", outcome.stderr);
    assert!(outcome.stderr.contains(".grex-lock"), "{}", outcome.stderr);
    assert_eq!(sandbox.read(journal), unfinished);
    // It is looked at as soon as it can be.
    fs::remove_dir(&lock).unwrap();
    let outcome = grex!(sandbox, "sync").run();
    outcome.success();
    assert!(!outcome.stderr.contains(said), "{}", outcome.stderr);
    assert_eq!(sandbox.read(journal), "");
}
