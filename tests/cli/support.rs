//! What the tests of the command line have in common.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use grex_fixtures::{Outcome, Program, Sandbox, grex, tree_snapshot_without};
use serde_json::{Value, json};

/// How long what has been killed may take to be gone.
const GONE: Duration = Duration::from_secs(5);

/// Returns a sandbox whose workspace is one.
pub(crate) fn workspace() -> Sandbox {
    let sandbox = Sandbox::new();
    make_workspace(&sandbox, "workspace");
    sandbox
}

/// Makes another workspace in the sandbox.
pub(crate) fn make_workspace(sandbox: &Sandbox, directory: &str) {
    grex!(sandbox, "init", sandbox.path(directory))
        .run()
        .success();
}

/// Returns the line of the manifest that registers a pack.
pub(crate) fn registration(path: &str, url: &str, reference: Option<&str>) -> String {
    let mut event = json!({
        "op": "add", "ts": "2026-01-02T03:04:05Z", "id": path, "schema_version": "1",
        "url": url, "path": path, "type": "meta",
    });
    if let Some(reference) = reference {
        event["ref"] = Value::from(reference);
    }
    format!("{event}\n")
}

/// Registers packs by writing the manifest, without cloning them.
pub(crate) fn register(sandbox: &Sandbox, packs: &[(&str, &str)]) {
    let lines: String = packs
        .iter()
        .map(|(path, url)| registration(path, url, None))
        .collect();
    let manifest = sandbox.path("workspace/grex.jsonl");
    let before = fs::read_to_string(&manifest).unwrap_or_default();
    sandbox.write(manifest, before + &lines);
}

/// Returns a workspace with these packs registered and cloned.
pub(crate) fn workspace_with(packs: &[&str]) -> Sandbox {
    let sandbox = workspace();
    for pack in packs {
        let remote = sandbox
            .remote(&pack.replace('/', "-"))
            .commit("README", "hello\n")
            .create();
        register(&sandbox, &[(pack, &remote.url())]);
    }
    grex!(sandbox, "sync").run().success();
    sandbox
}

/// Returns the URL of a remote that [`workspace_with`] made for a pack.
pub(crate) fn url_of(sandbox: &Sandbox, pack: &str) -> String {
    let name = format!("remotes/{}.git", pack.replace('/', "-"));
    sandbox.path(name).to_str().unwrap().to_owned()
}

/// Returns the text of a pack.yaml of type `meta` with these children, each a JSON object.
pub(crate) fn pack_yaml(name: &str, children: &[Value]) -> String {
    let mut text = format!("schema_version: \"1\"\nname: {name}\ntype: meta\nchildren:\n");
    for child in children {
        // JSON is YAML.
        text += &format!("  - {child}\n");
    }
    text
}

/// What is in a directory. Of lock files, which name the last process that held them, the content
/// is left out.
fn snapshot(directory: &Path) -> Vec<String> {
    let lines = tree_snapshot_without(directory, &[".grex/.state"]);
    let line = |line: String| match line.split_once(".grex-lock ") {
        Some((path, rest)) => {
            let kept: Vec<_> = rest.split(' ').take(2).collect();
            format!("{path}.grex-lock {}", kept.join(" "))
        }
        None => line,
    };
    lines.into_iter().map(line).collect()
}

/// A directory that must not change.
pub(crate) struct Still {
    directory: PathBuf,
    before: Vec<String>,
}

impl Still {
    /// Looks at it; `.grex/.state`, this machine's own notes, is left out.
    pub(crate) fn of(directory: impl Into<PathBuf>) -> Self {
        let directory = directory.into();
        let before = snapshot(&directory);
        Self { directory, before }
    }

    /// Returns what it was, a line for each path.
    pub(crate) fn lines(&self) -> &[String] {
        &self.before
    }

    /// Asserts that it is as it was: paths, modes, times and bytes.
    #[track_caller]
    pub(crate) fn check(&self) {
        self.compare(str::to_owned);
    }

    /// Asserts that paths, modes and bytes are as they were, for a verb that wrote and took it
    /// back.
    #[track_caller]
    pub(crate) fn check_content(&self) {
        let is_time =
            |word: &&str| word.len() == 19 && word.bytes().all(|digit| digit.is_ascii_digit());
        self.compare(|line| {
            line.split(' ')
                .filter(|word| !is_time(word))
                .collect::<Vec<_>>()
                .join(" ")
        });
    }

    #[track_caller]
    fn compare(&self, seen_as: impl Fn(&str) -> String) {
        let after = snapshot(&self.directory);
        let lines = |lines: &[String]| lines.iter().map(|line| seen_as(line)).collect::<Vec<_>>();
        let (before, after) = (lines(&self.before), lines(&after));
        let gone: Vec<_> = before.iter().filter(|line| !after.contains(line)).collect();
        let new: Vec<_> = after.iter().filter(|line| !before.contains(line)).collect();
        assert!(
            gone.is_empty() && new.is_empty(),
            "{} changed\nwas: {gone:#?}\nis: {new:#?}",
            self.directory.display()
        );
    }
}

/// Asserts that grex ended as it should with this exit code: it named the thing, left no process
/// and no half-made clone behind, and did not panic.
#[track_caller]
pub(crate) fn refused(sandbox: &Sandbox, outcome: &Outcome, code: i32, named: &[&str]) {
    outcome.code(code);
    for name in named {
        assert!(
            outcome.stderr.contains(name),
            "{name:?} in\n{}",
            outcome.snapshot()
        );
    }
    tidy(sandbox, outcome);
}

/// Asserts that nothing was left behind, and that nothing panicked.
#[track_caller]
pub(crate) fn tidy(sandbox: &Sandbox, outcome: &Outcome) {
    assert!(
        !outcome.stderr.contains("panicked"),
        "{}",
        outcome.snapshot()
    );
    assert!(
        !outcome.pipes_left_open,
        "somebody holds the pipes:\n{}",
        outcome.snapshot()
    );
    no_leftovers(sandbox);
}

/// Asserts that there are no half-made clones in the sandbox, and no processes of it.
#[track_caller]
pub(crate) fn no_leftovers(sandbox: &Sandbox) {
    let left = half_made(&sandbox.path(""));
    assert!(left.is_empty(), "left behind: {left:?}");
    no_processes(sandbox);
}

/// Returns every `.grex-tmp.*` below a directory.
pub(crate) fn half_made(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        if entry
            .file_name()
            .to_string_lossy()
            .starts_with(".grex-tmp.")
        {
            found.push(entry.path());
        } else if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            found.extend(half_made(&entry.path()));
        }
    }
    found
}

/// Asserts that no process with the sandbox's environment is left. What was killed may take a
/// moment until the system has taken it away.
#[track_caller]
pub(crate) fn no_processes(sandbox: &Sandbox) {
    let begin = Instant::now();
    loop {
        let left = processes(sandbox);
        if left.is_empty() {
            return;
        }
        assert!(begin.elapsed() < GONE, "still running: {left:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Returns the command lines of the processes whose home is the sandbox's.
fn processes(sandbox: &Sandbox) -> Vec<String> {
    let home = format!("HOME={}", sandbox.home().display()).into_bytes();
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
        if environment
            .split(|byte| *byte == 0)
            .any(|pair| pair == home)
        {
            let words = fs::read(entry.path().join("cmdline")).unwrap_or_default();
            found.push(String::from_utf8_lossy(&words).replace('\0', " "));
        }
    }
    found
}

/// Asserts that no text that controls a terminal is in what grex printed.
#[track_caller]
pub(crate) fn harmless(outcome: &Outcome) {
    for text in [&outcome.stdout, &outcome.stderr] {
        let bad = text.chars().find(|letter| {
            (letter.is_control() && !"\n\t".contains(*letter))
                || matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}')
        });
        assert_eq!(bad, None, "{text:?}");
    }
}

/// Returns the pack with this id in a list that a verb printed as JSON.
#[track_caller]
pub(crate) fn entry(list: &Value, id: &str) -> Value {
    let found = list
        .as_array()
        .expect("a list")
        .iter()
        .find(|entry| entry["id"] == id);
    found
        .unwrap_or_else(|| panic!("no {id} in {list:#}"))
        .clone()
}

/// Returns the `error` of a run with `--json`, which is all there is on stdout.
#[track_caller]
pub(crate) fn error_of(outcome: &Outcome) -> Value {
    let document = outcome.json();
    let error = document["error"].clone();
    assert_eq!(
        document.as_object().map(serde_json::Map::len),
        Some(1),
        "{document}"
    );
    assert!(
        error["kind"].is_string() && error["message"].is_string(),
        "{document}"
    );
    assert!(
        error.as_object().unwrap().contains_key("hint"),
        "{document}"
    );
    error
}

/// Runs a program and returns with how it ended the most memory that it used, in KiB.
pub(crate) fn peak_memory(program: Program) -> (Outcome, u64) {
    let running = program.start();
    let status = PathBuf::from(format!("/proc/{}/status", running.pid()));
    let watcher = std::thread::spawn(move || {
        let mut peak = 0;
        // The kernel keeps the peak; only the very last moments are missed.
        while let Ok(text) = fs::read_to_string(&status) {
            let Some(line) = text.lines().find(|line| line.starts_with("VmHWM:")) else {
                break;
            };
            let number = line.split_whitespace().nth(1).unwrap();
            peak = number.parse::<u64>().unwrap().max(peak);
            std::thread::sleep(Duration::from_millis(2));
        }
        peak
    });
    let outcome = running.wait();
    (outcome, watcher.join().unwrap())
}
