//! What these tests have in common.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use grex_fixtures::{Remote, Sandbox, grex};
use serde_json::{Value, json};

/// What is asked to end within one second; a loaded machine gets one more.
pub(crate) const SOON: Duration = Duration::from_secs(2);

/// Returns a sandbox whose workspace is one.
pub(crate) fn workspace() -> Sandbox {
    let sandbox = Sandbox::new();
    grex!(sandbox, "init").run().success();
    sandbox
}

/// Registers packs by writing the manifest, without cloning them.
pub(crate) fn register(sandbox: &Sandbox, packs: &[(&str, &str)]) {
    let manifest = sandbox.path("workspace/grex.jsonl");
    let mut text = fs::read_to_string(&manifest).unwrap_or_default();
    for (path, url) in packs {
        let event = json!({
            "op": "add", "ts": "2026-01-02T03:04:05Z", "id": path, "schema_version": "1",
            "url": url, "path": path, "type": "meta",
        });
        text += &format!("{event}\n");
    }
    sandbox.write(manifest, text);
}

/// Returns a workspace with these packs registered and cloned.
pub(crate) fn workspace_with(packs: &[&str]) -> Sandbox {
    let sandbox = workspace();
    for pack in packs {
        let remote = remote(&sandbox, &pack.replace('/', "-"));
        register(&sandbox, &[(pack, &remote.url())]);
    }
    grex!(sandbox, "sync").run().success();
    sandbox
}

/// Makes a remote with a file.
pub(crate) fn remote(sandbox: &Sandbox, name: &str) -> Remote {
    sandbox.remote(name).commit("README", "hello\n").create()
}

/// Returns the entry with this id.
#[track_caller]
pub(crate) fn entry<'a>(list: &'a Value, id: &str) -> &'a Value {
    let mut found = list.as_array().expect("a list").iter();
    found
        .find(|entry| entry["id"] == id)
        .unwrap_or_else(|| panic!("no {id} in {list:#}"))
}

/// Returns every `.grex-tmp.*` below a directory.
fn half_made(directory: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let name = entry.file_name();
        if name.to_string_lossy().starts_with(".grex-tmp.") {
            found.push(entry.path());
        } else if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            found.extend(half_made(&entry.path()));
        }
    }
    found
}

/// Asserts that nothing half-made lies in the sandbox.
#[track_caller]
pub(crate) fn nothing_half_made(sandbox: &Sandbox) {
    let left = half_made(&sandbox.path(""));
    assert!(left.is_empty(), "left behind: {left:?}");
}

/// Returns the processes whose home is the sandbox's, but for one: id and command line.
fn processes(sandbox: &Sandbox, but: u32) -> Vec<(u32, String)> {
    let home = format!("HOME={}", sandbox.home().display()).into_bytes();
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Ok(id) = entry.file_name().to_string_lossy().parse::<u32>() else {
            continue;
        };
        let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
        let is_ours = environment
            .split(|byte| *byte == 0)
            .any(|pair| pair == home);
        if is_ours && id != but {
            let words = fs::read(entry.path().join("cmdline")).unwrap_or_default();
            found.push((id, String::from_utf8_lossy(&words).replace('\0', " ")));
        }
    }
    found
}

/// Waits until no process of the sandbox is left but the server and the shell that watches over
/// it; returns how long that took.
#[track_caller]
pub(crate) fn children_gone(sandbox: &Sandbox, server: u32) -> Duration {
    let begin = Instant::now();
    loop {
        let mut left = processes(sandbox, server);
        left.retain(|(id, words)| !is_keeper(*id, server, words));
        if left.is_empty() {
            return begin.elapsed();
        }
        assert!(
            begin.elapsed() < Duration::from_secs(20),
            "still running: {left:?}"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Whether this is the shell that watches over the server while the server lives.
fn is_keeper(id: u32, server: u32, words: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    let rest = stat.rsplit(')').next().unwrap_or_default();
    let parent = rest.split_whitespace().nth(1);
    parent == Some(&*server.to_string()) && words.contains("sh") && !words.contains("git")
}

/// A directory that must not change: its paths and their content.
pub(crate) struct Still {
    directory: PathBuf,
    before: Vec<String>,
}

impl Still {
    pub(crate) fn of(directory: impl Into<PathBuf>) -> Self {
        let directory = directory.into();
        let before = Self::look(&directory);
        Self { directory, before }
    }

    fn look(directory: &Path) -> Vec<String> {
        let lines = grex_fixtures::tree_snapshot_without(directory, &[".grex/.state"]);
        let is_lock = |line: &String| line.contains(".grex-lock ");
        lines.into_iter().filter(|line| !is_lock(line)).collect()
    }

    #[track_caller]
    pub(crate) fn check(&self) {
        assert_eq!(Self::look(&self.directory), self.before);
    }
}
