//! Two workspaces with one pack's directory, and several processes at once.

use std::fs;

use grex_fixtures::{Fault, Program, Rule, Running, Sandbox, Shim, Signal, Times, grex};
use serde_json::Value;

use crate::{
    rm::in_the_trash,
    support::{Still, entry, make_workspace, no_leftovers, refused, registration, tidy, workspace},
};

/// The workspace `workspace` has a pack at `x/y`; the workspace `workspace/x` has it at `y`.
struct Ground {
    sandbox: Sandbox,
    shim: Shim,
    url: String,
}

const PACK: &str = "workspace/x/y";
const LOCK: &str = "workspace/x/y/.git/.grex-lock";

impl Ground {
    fn new() -> Self {
        let sandbox = workspace();
        let remote = sandbox.remote("y").commit("a", "1").create();
        let url = remote.url();
        make_workspace(&sandbox, "workspace/x");
        for (manifest, path) in [("workspace", "x/y"), ("workspace/x", "y")] {
            let line = registration(path, &url, None);
            sandbox.write(format!("{manifest}/grex.jsonl"), line);
        }
        grex!(sandbox, "sync").run().success();
        let shim = sandbox.shim();
        let ground = Self { sandbox, shim, url };
        ground.inner(&["sync"]).run().success();
        ground
    }

    fn outer(&self, words: &[&str]) -> Program {
        grex!(self.sandbox).args(words)
    }

    fn inner(&self, words: &[&str]) -> Program {
        let place = self.sandbox.path("workspace/x");
        grex!(self.sandbox).args(words).in_dir(place)
    }

    /// A `sync` of the inner workspace, in the pack until the test comes to the barrier `held`.
    fn held(&self) -> Running {
        let rule = Rule::on("fetch").times(Times::First(1));
        self.shim.rules(&[rule.fault(Fault::barrier("held", 2))]);
        let mut run = self.inner(&["sync"]).with_shim(&self.shim).start();
        run.wait_until("the fetch", || self.shim.count("fetch") == 1);
        run
    }

    fn go_on(&self, run: Running) {
        self.shim.meet("held", 2);
        run.wait().success();
    }

    fn server_moves(&self) -> String {
        let work = "scratch";
        self.sandbox.git("", &["clone", "-q", &self.url, work]);
        self.sandbox.write("scratch/b", "2");
        self.sandbox.git(work, &["add", "b"]);
        self.sandbox.git(work, &["commit", "-qm", "b"]);
        self.sandbox
            .git(work, &["push", "-q", "origin", "HEAD:main"]);
        self.sandbox.git(work, &["rev-parse", "HEAD"])
    }

    fn mine(&self) {
        self.sandbox.write(format!("{PACK}/mine"), "mine");
    }
}

/// The one pack of a report.
fn pack(report: &Value) -> Value {
    let list = report.as_array().unwrap();
    assert_eq!(list.len(), 1, "{report}");
    list[0].clone()
}

#[test]
fn l1_a_pack_that_another_workspace_is_at_work_in_is_waited_for() {
    let ground = Ground::new();
    let first = ground.held();
    let outcome = ground.outer(&["sync", "--json", "--lock-timeout=0"]).run();
    outcome.code(4);
    let failure = pack(&outcome.json())["failure"].clone();
    assert_eq!(failure["class"], "busy", "{failure}");
    let pid = first.pid().to_string();
    assert!(
        failure["message"].as_str().unwrap().contains(&pid),
        "{failure}"
    );
    let after = ground.server_moves();
    let mut second = ground.outer(&["sync", "--json", "-v"]).start();
    second.wait_for_stderr(&pid);
    ground.go_on(first);
    let outcome = second.wait();
    outcome.success();
    assert_eq!(pack(&outcome.json())["sha_after"], after.as_str());
    tidy(&ground.sandbox, &outcome);
}

#[test]
fn l1_work_that_is_made_while_a_pack_is_waited_for_is_seen() {
    let ground = Ground::new();
    let first = ground.held();
    ground.server_moves();
    let mut second = ground.outer(&["sync", "--json", "-v"]).start();
    second.wait_for_stderr(&first.pid().to_string());
    ground.mine();
    ground.sandbox.git(PACK, &["add", "mine"]);
    ground.sandbox.git(PACK, &["commit", "-qm", "mine"]);
    let head = ground.sandbox.git(PACK, &["rev-parse", "HEAD"]);
    ground.shim.meet("held", 2);
    // Neither the one that had looked before, nor the one that waited.
    for run in [first, second] {
        let outcome = run.wait();
        outcome.code(4);
        assert_eq!(ground.sandbox.git(PACK, &["rev-parse", "HEAD"]), head);
        tidy(&ground.sandbox, &outcome);
    }
}

#[test]
fn l1_what_is_seen_before_the_lock_is_had_does_not_count() {
    let ground = Ground::new();
    // Settings that only git can read: it is asked whenever the pack is looked at.
    ground
        .sandbox
        .git(PACK, &["config", "include.path", "more"]);
    for has_lock in [false, true] {
        if !has_lock {
            fs::remove_file(ground.sandbox.path(LOCK)).unwrap();
        }
        ground.shim.forget();
        let name = format!("look-{has_lock}");
        let rule = Rule::on("config").times(Times::First(1));
        ground.shim.rules(&[rule.fault(Fault::barrier(&name, 2))]);
        let mut first = ground
            .inner(&["sync", "--json"])
            .with_shim(&ground.shim)
            .start();
        first.wait_until("the look", || ground.shim.count("config") == 1);
        if has_lock {
            // Whoever looks has the pack already.
            let second = ground.outer(&["sync", "--json", "--lock-timeout=0"]).run();
            assert_eq!(pack(&second.code(4).json())["failure"]["class"], "busy");
        } else {
            let after = ground.server_moves();
            let second = ground.outer(&["sync", "--json"]).run();
            assert_eq!(pack(&second.success().json())["sha_after"], after.as_str());
        }
        ground.shim.meet(&name, 2);
        let outcome = first.wait();
        outcome.success();
        let head = ground.sandbox.git(PACK, &["rev-parse", "HEAD"]);
        let done = pack(&outcome.json());
        assert_eq!(done["sha_before"], head.as_str(), "{done}");
        assert_eq!(done["change"], "up-to-date", "{done}");
    }
}

#[test]
fn l1_work_that_is_made_while_rm_waits_is_seen() {
    let ground = Ground::new();
    let first = ground.held();
    let mut rm = ground.outer(&["rm", "-y", "x/y"]).start();
    rm.wait_for_stderr("waiting for a pack");
    rm.wait_for_stderr(&first.pid().to_string());
    ground.mine();
    ground.go_on(first);
    let outcome = rm.wait();
    refused(&ground.sandbox, &outcome, 9, &["x/y", "mine"]);
    assert!(ground.sandbox.path(PACK).join("mine").exists());
    assert!(in_the_trash(&ground.sandbox, "x/y").is_empty());
    // With --force it goes, and the other workspace clones it anew.
    grex!(ground.sandbox, "rm", "--force", "x/y")
        .run()
        .success();
    assert!(
        in_the_trash(&ground.sandbox, "x/y")[0]
            .join("mine")
            .exists()
    );
    let outcome = ground.inner(&["sync", "--json"]).run();
    assert_eq!(pack(&outcome.success().json())["change"], "cloned");
}

#[test]
fn l1_rm_gives_up_waiting_and_can_be_interrupted() {
    let ground = Ground::new();
    let first = ground.held();
    let manifest = ground.sandbox.read("workspace/grex.jsonl");
    let still = Still::of(ground.sandbox.path(PACK));
    let outcome = ground
        .outer(&["rm", "--force", "x/y", "--lock-timeout=0"])
        .run();
    outcome.code(5);
    for told in ["--lock-timeout", &first.pid().to_string()] {
        assert!(outcome.stderr.contains(told), "{}", outcome.snapshot());
    }
    let mut rm = ground.outer(&["rm", "--force", "x/y"]).start();
    rm.wait_for_stderr("waiting for a pack");
    rm.signal(Signal::Interrupt);
    rm.wait().code(130);
    still.check_content();
    assert_eq!(ground.sandbox.read("workspace/grex.jsonl"), manifest);
    ground.go_on(first);
    grex!(ground.sandbox, "rm", "--force", "x/y")
        .run()
        .success();
}

#[test]
fn l1_work_that_is_made_while_prune_waits_is_seen() {
    let ground = Ground::new();
    ground.sandbox.write("workspace/grex.jsonl", "");
    let first = ground.held();
    let outcome = ground
        .outer(&["sync", "--prune", "--json", "--lock-timeout=0"])
        .run();
    outcome.code(4);
    assert_eq!(entry(&outcome.json(), "x/y")["failure"]["class"], "busy");
    let mut prune = ground.outer(&["sync", "--prune"]).start();
    prune.wait_for_stderr("waiting for a pack");
    ground.mine();
    ground.go_on(first);
    let outcome = prune.wait();
    refused(&ground.sandbox, &outcome, 9, &["x/y", "mine"]);
    fs::remove_file(ground.sandbox.path(PACK).join("mine")).unwrap();
    grex!(ground.sandbox, "sync", "--prune").run().success();
    assert_eq!(in_the_trash(&ground.sandbox, "x/y").len(), 1);
}

#[test]
fn l1_a_broken_pack_that_another_workspace_is_at_work_in_is_not_cloned_again() {
    let ground = Ground::new();
    let first = ground.held();
    let head = ground.sandbox.path(PACK).join(".git/HEAD");
    let sound = fs::read(&head).unwrap();
    fs::write(&head, "").unwrap();
    let outcome = ground
        .outer(&["sync", "--force", "--json", "--lock-timeout=0"])
        .run();
    assert_eq!(pack(&outcome.code(4).json())["failure"]["class"], "busy");
    assert!(in_the_trash(&ground.sandbox, "x/y").is_empty());
    fs::write(&head, sound).unwrap();
    ground.go_on(first);
}

#[test]
fn l1_runs_of_two_workspaces_at_once_all_end_well() {
    let ground = Ground::new();
    let after = ground.server_moves();
    let words = [&["sync"][..], &["update"]];
    let runs = words
        .iter()
        .flat_map(|words| [ground.outer(words), ground.inner(words)]);
    let runs: Vec<_> = runs.map(Program::start).collect();
    for run in runs {
        let outcome = run.wait();
        outcome.success();
        assert!(
            !outcome.stderr.contains("panicked"),
            "{}",
            outcome.snapshot()
        );
    }
    no_leftovers(&ground.sandbox);
    assert_eq!(ground.sandbox.git(PACK, &["rev-parse", "HEAD"]), after);
    for books in ["workspace", "workspace/x"] {
        let lockfile = ground.sandbox.read(format!("{books}/grex.lock.jsonl"));
        assert!(lockfile.contains(&after), "{books}: {lockfile}");
    }
}

#[test]
fn l1_different_verbs_at_once_lose_no_line_of_the_books() {
    let sandbox = workspace();
    let names = ["one", "two", "three", "four", "five"];
    let url = |name: &str| {
        sandbox
            .path(format!("remotes/{name}.git"))
            .display()
            .to_string()
    };
    for name in names {
        sandbox.remote(name).commit("f", name).create();
    }
    for name in &names[..3] {
        grex!(sandbox, "add", url(name)).run().success();
    }
    let before = sandbox.read("workspace/grex.jsonl");
    let (four, five) = (url("four"), url("five"));
    let all = [
        &["sync"][..],
        &["add", &four],
        &["status"],
        &["rm", "-y", "three"],
        &["update", "two"],
        &["add", &five],
        &["status", "--json"],
        &["sync", "--json"],
    ];
    let runs: Vec<_> = all
        .iter()
        .map(|words| grex!(sandbox).args(*words).start())
        .collect();
    for (run, words) in runs.into_iter().zip(all) {
        let outcome = run.wait();
        assert_eq!(outcome.status, Some(0), "{words:?}\n{}", outcome.snapshot());
        assert!(!outcome.pipes_left_open);
    }
    no_leftovers(&sandbox);
    let manifest = sandbox.read("workspace/grex.jsonl");
    assert!(
        manifest.starts_with(&before),
        "nothing is rewritten: {manifest}"
    );
    let events: Vec<Value> = manifest
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let mut new: Vec<_> = events[before.lines().count()..]
        .iter()
        .map(|event| format!("{} {}", event["op"], event["id"]).replace('"', ""))
        .collect();
    new.sort();
    assert_eq!(new, ["add five", "add four", "rm three"]);
    let lockfile = sandbox.read("workspace/grex.lock.jsonl");
    let mut locked: Vec<_> = lockfile
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].to_string())
        .collect();
    locked.sort();
    assert_eq!(locked, ["\"five\"", "\"four\"", "\"one\"", "\"two\""]);
    grex!(sandbox, "status", "--fail-on-drift").run().success();
}
