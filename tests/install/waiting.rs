//! Installs that find somebody else at work in the pack.

use std::fs;

use grex_fixtures::{Fault, Rule, Running, Sandbox, Shim, grex};
use serde_json::Value;

use crate::support::{declarative, workspace};

/// The install of `slow` goes on until there is a file `go` in the home.
const HOLD: &str = "actions:
  - exec: { cmd: [sh, -c, \"touch $HOME/begun; while ! test -e $HOME/go; do sleep 0.02; done\"] }
";

/// Comes after it.
const LATE: &str = "depends_on: [slow]
actions:
  - env: { name: LATE, value: \"1\" }
";

/// A workspace with `slow` and `x/late`, which the workspace `x` has too.
struct Ground {
    sandbox: Sandbox,
    shim: Shim,
}

impl Ground {
    fn new() -> Self {
        let sandbox = workspace();
        let slow = declarative(&sandbox, "slow", HOLD).create().url();
        let late = declarative(&sandbox, "late", LATE).create().url();
        let inner = sandbox.path("workspace/x");
        grex!(sandbox, "init", inner.to_str().unwrap())
            .run()
            .success();
        for (place, packs) in [
            ("workspace", &[("slow", &slow), ("x/late", &late)][..]),
            ("workspace/x", &[("late", &late)]),
        ] {
            let lines: String = packs.iter().map(|(path, url)| line(path, url)).collect();
            sandbox.write(format!("{place}/grex.jsonl"), lines);
        }
        let shim = sandbox.shim();
        shim.rules(&[Rule::on("fetch").fault(Fault::barrier("held", 2))]);
        Self { sandbox, shim }
    }

    /// Begins to install; both packs are there, and `x/late` is still to be installed.
    fn begin(&self, words: &[&str]) -> Running {
        let words = [&["update", "--trust"], words].concat();
        let mut outer = grex!(self.sandbox).args(words).start();
        let begun = self.sandbox.path("home/begun");
        outer.wait_until("the first install", || begun.exists());
        outer
    }

    /// Somebody else is at work in `x/late` from here on.
    fn hold(&self) -> Running {
        let place = self.sandbox.path("workspace/x");
        let mut inner = grex!(self.sandbox, "sync")
            .in_dir(place)
            .with_shim(&self.shim)
            .start();
        inner.wait_until("the fetch", || self.shim.count("fetch") == 1);
        inner
    }

    fn go(&self) {
        self.sandbox.write("home/go", "");
    }
}

fn line(path: &str, url: &str) -> String {
    let event = serde_json::json!({
        "op": "add", "ts": "2026-01-02T03:04:05Z", "id": path, "schema_version": "1",
        "url": url, "path": path, "type": "meta",
    });
    format!("{event}\n")
}

/// The failure of `x/late` in a report.
#[track_caller]
fn failure(report: &Value) -> &Value {
    fn find(value: &Value) -> Option<&Value> {
        match value {
            Value::Array(list) => list.iter().find_map(find),
            Value::Object(fields) => match fields.get("failure") {
                Some(failure @ Value::Object(_)) => Some(failure),
                _ => fields.values().find_map(find),
            },
            _ => None,
        }
    }
    find(report).unwrap_or_else(|| panic!("no failure in {report}"))
}

#[test]
fn it_is_told_each_time_and_is_in_the_timings() {
    let ground = Ground::new();
    let mut outer = ground.begin(&["-v", "--timings", "../trace.json"]);
    let inner = ground.hold();
    ground.go();
    outer.wait_for_stderr("waiting for the pack `x/late`, which is held by `grex sync`");
    outer.wait_for_stderr("x/late: again in 100 ms: `grex sync`");
    ground.shim.meet("held", 2);
    inner.wait().success();
    outer.wait().success();
    let trace = ground.sandbox.read("trace.json");
    assert!(
        trace.contains("comes again: held by `grex sync`"),
        "{trace}"
    );
    let profile = ground.sandbox.read("home/.profile");
    assert!(profile.contains("export LATE='1'"), "{profile}");
}

#[test]
fn who_may_not_wait_is_told_how_to() {
    let ground = Ground::new();
    let outer = ground.begin(&["--json", "--lock-timeout=0"]);
    let inner = ground.hold();
    ground.go();
    let outcome = outer.wait();
    outcome.code(4);
    let report = outcome.json();
    let failure = failure(&report);
    assert_eq!(failure["class"], "busy", "{failure}");
    let text = failure.to_string();
    assert!(text.contains("raise --lock-timeout"), "{text}");
    assert!(text.contains(&inner.pid().to_string()), "{text}");
    ground.shim.meet("held", 2);
    inner.wait().success();
}

#[test]
fn a_stop_ends_the_waiting() {
    let ground = Ground::new();
    let mut outer = ground.begin(&["-v"]);
    let inner = ground.hold();
    ground.go();
    outer.wait_for_stderr("x/late: again in 100 ms");
    outer.signal(grex_fixtures::Signal::Interrupt);
    outer.wait().code(130);
    ground.shim.meet("held", 2);
    inner.wait().success();
}

#[test]
fn a_lock_that_cannot_be_opened_is_not_said_to_be_busy() {
    let ground = Ground::new();
    let outer = ground.begin(&["--json"]);
    let lock = ground.sandbox.path("workspace/x/late/.git/.grex-lock");
    fs::remove_file(&lock).unwrap();
    fs::create_dir(&lock).unwrap();
    ground.go();
    let outcome = outer.wait();
    outcome.code(4);
    let report = outcome.json();
    let failure = failure(&report);
    assert_eq!(failure["class"], "other", "{failure}");
    assert!(failure.to_string().contains(".grex-lock"), "{failure}");
}
