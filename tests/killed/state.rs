//! A workspace as something to compare.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use grex_fixtures::Sandbox;
use serde_json::{Value, json};

/// Everything that a run brings about: by what it is about, what it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct State(BTreeMap<String, String>);

impl State {
    /// What there is: the files of the packs, their refs and what git says of them, the manifest
    /// and the lockfile without the times in them, and what no run may leave.
    pub(crate) fn of<'p>(sandbox: &Sandbox, packs: impl IntoIterator<Item = &'p str>) -> Self {
        let mut state = BTreeMap::new();
        let workspace = sandbox.workspace();
        list(&workspace, &workspace, &mut state);
        for name in packs {
            let pack = workspace.join(name);
            if !pack.join(".git").exists() {
                continue;
            }
            let git = |words: &[&str]| {
                let output = sandbox.git_command(&pack).args(words).output().unwrap();
                String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
            };
            let refs = git(&["for-each-ref", "--format=%(refname) %(objectname)"]);
            let status = git(&["status", "--porcelain=v2", "--branch"]);
            state.insert(format!("git {name}"), format!("{refs} {status}"));
            let damage = git(&["fsck", "--no-dangling", "--no-progress"]);
            state.insert(format!("fsck {name}"), damage);
            locks(&pack.join(".git"), name, &mut state);
        }
        for name in ["grex.jsonl", "grex.lock.jsonl"] {
            let text = fs::read_to_string(workspace.join(name)).unwrap_or_default();
            state.insert(name.to_owned(), timeless(&text));
        }
        let own = workspace.join(".grex/.state");
        let journal = fs::read_to_string(own.join("journal.jsonl")).unwrap_or_default();
        if !journal.is_empty() {
            state.insert(String::from("journal"), journal);
        }
        Self(state)
    }

    /// Adds something that should not be there.
    pub(crate) fn insert(&mut self, what: String, is: String) {
        self.0.insert(what, is);
    }

    /// Whether git has nothing to say of the packs, and nothing was left.
    pub(crate) fn is_clean(&self) -> bool {
        let is_dirty = |(name, what): (&String, &String)| {
            let has_changes = name.starts_with("git ")
                && what
                    .lines()
                    .any(|line| line.starts_with(['1', '2', 'u', '?']));
            has_changes || what == "left" || name == "journal" || name.starts_with(".grex-tmp")
        };
        !self.0.iter().any(is_dirty)
    }

    /// What is not as expected, a line each.
    pub(crate) fn differences(&self, when: &str, expected: &Self) -> Vec<String> {
        let names: BTreeSet<_> = self.0.keys().chain(expected.0.keys()).collect();
        let differs = |name: &&&String| self.0.get(**name) != expected.0.get(**name);
        let line = |name: &&String| {
            let (is, should) = (self.0.get(*name), expected.0.get(*name));
            format!(
                "{when}: {name} is {}, expected {}",
                short(is),
                short(should)
            )
        };
        names.iter().filter(differs).map(line).collect()
    }
}

/// The beginning of it, for a message.
fn short(what: Option<&String>) -> String {
    what.map_or_else(
        || String::from("nothing"),
        |text| format!("{:?}", text.chars().take(60).collect::<String>()),
    )
}

/// Lists all files but git's own and this machine's notes; the books are looked at in another way.
fn list(root: &Path, directory: &Path, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let name = path.strip_prefix(root).unwrap().to_str().unwrap();
        if name.ends_with(".git") || name == ".grex/.state" || name.ends_with(".jsonl") {
            continue;
        }
        if path.is_dir() {
            found.insert(name.to_owned(), String::from("directory"));
            list(root, &path, found);
        } else {
            let bytes = fs::read(&path).unwrap();
            let text = String::from_utf8_lossy(&bytes).into_owned();
            found.insert(name.to_owned(), text);
        }
    }
}

/// Lists git's lock files, which hold up whoever comes next.
fn locks(directory: &Path, pack: &str, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(directory).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "objects") {
            locks(&path, pack, found);
        } else if path.extension().is_some_and(|end| end == "lock") {
            found.insert(format!("{pack}: {}", path.display()), String::from("left"));
        }
    }
}

/// Lines of JSON without the times in them.
fn timeless(text: &str) -> String {
    let line = |line: &str| {
        let mut event: Value =
            serde_json::from_str(line).unwrap_or_else(|_| json!({ "bad": line }));
        if let Some(fields) = event.as_object_mut() {
            fields.retain(|name, _| name != "ts" && !name.ends_with("_at"));
        }
        event.to_string()
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}
