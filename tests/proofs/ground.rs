//! Workspaces whose runs are traced.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use grex_fixtures::{Program, Running, Sandbox, Shim, Signal, grex};
use serde_json::{Value, json};

/// A sandbox, and a file that collects what happens to locks in it.
pub(crate) struct Ground {
    pub(crate) sandbox: Sandbox,
    name: &'static str,
}

impl Ground {
    /// `name` names the trace. The workspace has no packs.
    pub(crate) fn new(name: &'static str) -> Self {
        let sandbox = Sandbox::new();
        let ground = Self { sandbox, name };
        ground.grex(&["init"]).run().success();
        ground
    }

    /// Registers packs by writing the manifest of the workspace in `directory`.
    pub(crate) fn register(&self, directory: &str, packs: &[(&str, &str)]) {
        let place = self.sandbox.path(directory);
        if !place.join("grex.jsonl").exists() {
            let place = place.to_str().expect("a path");
            self.grex(&["init", place]).run().success();
        }
        let line = |(path, url): &(&str, &str)| {
            let event = json!({
                "op": "add", "ts": "2026-01-02T03:04:05Z", "id": path, "schema_version": "1",
                "url": url, "path": path, "type": "meta",
            });
            format!("{event}\n")
        };
        let lines: String = packs.iter().map(line).collect();
        self.sandbox.write(place.join("grex.jsonl"), lines);
    }

    /// A traced run in the workspace.
    pub(crate) fn grex(&self, words: &[&str]) -> Program {
        grex!(self.sandbox)
            .args(words)
            .env("GREX_LOCK_TRACE", self.trace())
    }

    /// The trace.
    pub(crate) fn trace(&self) -> PathBuf {
        self.sandbox.path(format!("{}.jsonl", self.name))
    }

    /// The events so far.
    pub(crate) fn events(&self) -> Vec<Value> {
        events(&self.trace())
    }

    /// How many events of this name the process has written so far about locks of this tier.
    pub(crate) fn count(&self, process: u32, event: &str, tier: u8) -> usize {
        let of = format!("{process}.");
        let is_it = |line: &&Value| {
            line["event"] == event
                && line["tier"] == tier
                && line["task"]
                    .as_str()
                    .is_some_and(|task| task.starts_with(&of))
        };
        self.events().iter().filter(is_it).count()
    }

    /// Kills a run that stands at a barrier with all that it has at work, and says so in the trace: it
    /// does nothing between the two.
    pub(crate) fn kill(&self, run: Running) {
        let crash = json!({"task": run.pid().to_string(), "event": "crash"});
        let file = fs::OpenOptions::new().append(true).open(self.trace());
        writeln!(file.expect("a trace"), "{crash}").expect("a line");
        run.signal(Signal::Kill);
        assert_eq!(run.wait().signal, Some(9));
    }
}

/// The events of a trace.
pub(crate) fn events(trace: &Path) -> Vec<Value> {
    let text = fs::read_to_string(trace).unwrap_or_default();
    // The last line may be on its way.
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line of JSON"))
        .collect()
}

/// Waits until the run has started that many of a git command.
pub(crate) fn wait_for(shim: &Shim, run: &mut Running, command: &str, count: usize) {
    run.wait_until(command, || shim.count(command) >= count);
}

/// Waits until the run has written an event of this name about a lock of this tier, so many times.
pub(crate) fn wait_for_event(
    ground: &Ground,
    run: &mut Running,
    event: &str,
    tier: u8,
    count: usize,
) {
    let process = run.pid();
    run.wait_until(event, || ground.count(process, event, tier) >= count);
}
