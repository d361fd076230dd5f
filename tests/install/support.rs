//! Packs in a few lines, and what the tests of installing have in common.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

use grex_fixtures::{Outcome, Remote, Sandbox, grex};
use serde_json::Value;

use crate::home::Home;

/// Returns a sandbox whose workspace is one.
pub(crate) fn workspace() -> Sandbox {
    let sandbox = Sandbox::new();
    grex!(sandbox, "init").run().success();
    sandbox
}

/// A pack that is being put together.
#[must_use]
pub(crate) struct Pack<'a> {
    sandbox: &'a Sandbox,
    name: String,
    yaml: String,
    files: Vec<(String, String)>,
    scripts: Vec<(String, String)>,
}

/// Begins a pack of type `declarative`; what follows is the rest of its pack.yaml.
pub(crate) fn declarative<'a>(sandbox: &'a Sandbox, name: &str, rest: &str) -> Pack<'a> {
    pack(sandbox, name, "declarative", rest)
}

/// Begins a pack of type `scripted`.
pub(crate) fn scripted<'a>(sandbox: &'a Sandbox, name: &str) -> Pack<'a> {
    pack(sandbox, name, "scripted", "")
}

/// Begins a pack of any type.
pub(crate) fn pack<'a>(sandbox: &'a Sandbox, name: &str, kind: &str, rest: &str) -> Pack<'a> {
    Pack {
        sandbox,
        name: name.to_owned(),
        yaml: yaml(name, kind, rest),
        files: Vec::new(),
        scripts: Vec::new(),
    }
}

/// Returns the text of a pack.yaml.
pub(crate) fn yaml(name: &str, kind: &str, rest: &str) -> String {
    format!("schema_version: \"1\"\nname: {name}\ntype: {kind}\n{rest}")
}

impl Pack<'_> {
    /// Adds a file.
    pub(crate) fn file(mut self, path: &str, text: &str) -> Self {
        self.files.push((path.to_owned(), text.to_owned()));
        self
    }

    /// Adds the hook `name`, which `sh` runs.
    pub(crate) fn hook(self, name: &str, script: &str) -> Self {
        self.file(&format!(".grex/hooks/{name}.sh"), script)
    }

    /// Adds the hook `name` as a program of its own.
    pub(crate) fn executable_hook(mut self, name: &str, script: &str) -> Self {
        let path = format!(".grex/hooks/{name}.sh");
        self.scripts.push((path, script.to_owned()));
        self
    }

    /// Writes its repository.
    pub(crate) fn create(self) -> Remote {
        let mut files = vec![(".grex/pack.yaml", self.yaml.as_str())];
        let own = self.files.iter();
        files.extend(own.map(|(path, text)| (path.as_str(), text.as_str())));
        let mut remote = self.sandbox.remote(&self.name).commit_files(&files);
        for (path, script) in &self.scripts {
            remote = remote.commit_script(path, script);
        }
        remote.create()
    }

    /// Writes its repository and installs it.
    #[track_caller]
    pub(crate) fn add(self) -> Remote {
        let sandbox = self.sandbox.clone();
        let remote = self.create();
        add(&sandbox, &remote).success();
        remote
    }
}

/// Adds a pack, and trusts it.
pub(crate) fn add(sandbox: &Sandbox, remote: &Remote) -> Outcome {
    grex!(sandbox, "add", remote.url(), "--trust").run()
}

/// Runs `grex update --trust` with more words.
pub(crate) fn update(sandbox: &Sandbox, words: &[&str]) -> Outcome {
    grex!(sandbox, "update", "--trust").args(words).run()
}

/// Removes a pack.
pub(crate) fn rm(sandbox: &Sandbox, packs: &[&str]) -> Outcome {
    grex!(sandbox, "rm", "--yes").args(packs).run()
}

/// Runs a verb with `--dry-run --json`, asserts that it changed nothing, runs it in earnest, and
/// asserts that the changes of every action are those that the plan said.
#[track_caller]
pub(crate) fn as_planned(sandbox: &Sandbox, words: &[&str]) -> Value {
    let (home, workspace) = (Home::of(sandbox), Home::at(&sandbox.workspace()));
    let plan = grex!(sandbox)
        .args(words)
        .args(["--dry-run", "--json"])
        .run();
    plan.success();
    home.check();
    workspace.check();
    let done = grex!(sandbox).args(words).arg("--json").run();
    done.success();
    let (planned, made) = (changes(&plan.json()), changes(&done.json()));
    assert_eq!(planned, made, "the plan, and what was made, of {words:?}");
    done.json()
}

/// Returns pack, action and changes of everything that a verb tells of, in order; backups have
/// no time in their names.
pub(crate) fn changes(report: &Value) -> Vec<String> {
    let mut lines = Vec::new();
    for pack in report.as_array().expect("a list") {
        let id = pack.get("id").or_else(|| pack.get("pack"));
        let id = id.and_then(Value::as_str).expect("the pack's id");
        let own = std::slice::from_ref(pack);
        let actions = pack["actions"].as_array().map_or(own, Vec::as_slice);
        for action in actions {
            let name = &action["action"];
            for change in action["changes"].as_array().into_iter().flatten() {
                lines.push(timeless(&format!("{id} {name} {change}")));
            }
        }
    }
    lines
}

/// Takes the time out of the names of backups.
fn timeless(text: &str) -> String {
    const MARK: &str = ".grex-bak.";
    let mut parts = text.split(MARK);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|letter: char| letter.is_ascii_alphanumeric());
        out += MARK;
        out += rest;
    }
    out
}

/// Returns the entry of a pack in a list that a verb printed as JSON.
#[track_caller]
pub(crate) fn entry<'a>(list: &'a Value, id: &str) -> &'a Value {
    let found = list.as_array().expect("a list").iter();
    let mut found = found.filter(|entry| entry["id"] == id);
    found
        .next()
        .unwrap_or_else(|| panic!("no {id} in {list:#}"))
}

/// Returns what `status` says of the install of a pack.
#[track_caller]
pub(crate) fn install_state(sandbox: &Sandbox, id: &str) -> String {
    let status = grex!(sandbox, "status", "--json").run();
    status.success();
    let install = entry(&status.json(), id)["install"].clone();
    install.as_str().expect("a state").to_owned()
}

/// Returns what a link says.
#[track_caller]
pub(crate) fn target(path: &Path) -> PathBuf {
    fs::read_link(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Returns the mode of a file, without what it is.
pub(crate) fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("a file").permissions().mode() & 0o7777
}

/// Changes the mode of a file.
pub(crate) fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("its mode");
}

/// Asserts that grex said this, and did not panic.
#[track_caller]
pub(crate) fn told(outcome: &Outcome, code: i32, texts: &[&str]) {
    outcome.code(code);
    for text in texts {
        assert!(
            outcome.stderr.contains(text),
            "{text:?} in\n{}",
            outcome.snapshot()
        );
    }
    assert!(
        !outcome.stderr.contains("panicked") && !outcome.pipes_left_open,
        "{}",
        outcome.snapshot()
    );
}
