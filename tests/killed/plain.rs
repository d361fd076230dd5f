//! `sync` and `add` of packs that install nothing, disturbed at one moment after the other. The
//! next `sync` brings the workspace to where an undisturbed run would have brought it.

use std::{collections::BTreeMap, fs, path::Path};

use grex_fixtures::{Remote, need};
use serde_json::{Value, json};

use crate::{
    ground::{Ground, KILLED},
    home::Home,
    moments::Choice,
    sweep::Fault,
};

/// Two packs that are there and move on, one of them with a child, and one to clone.
const PACKS: [&str; 4] = ["one", "tree", "tree/leaf", "new"];

/// Everything that a run brings about: by what it is about, what it is.
type State = BTreeMap<String, String>;

struct Plain {
    ground: Ground,
    home: Home,
}

impl Plain {
    /// `one` and `tree` have been cloned and are behind, `new` is declared and not there.
    fn behind() -> Self {
        let ground = Ground::new();
        let leaf = remote(&ground, "leaf");
        let one = remote(&ground, "one");
        let child = format!(
            "schema_version: \"1\"\nname: tree\ntype: meta\nchildren:\n  \
             - url: {}\n    path: leaf\n",
            leaf.file_url()
        );
        let tree = ground.sandbox.remote("tree");
        let tree = tree.pack_yaml(&child).commit("a", "1\n").create();
        declare(&ground, "one", &one);
        declare(&ground, "tree", &tree);
        ground.grex(&["sync"]).success();
        for remote in [&one, &tree, &leaf] {
            remote.push_commit("a", "2\n");
        }
        declare(&ground, "new", &remote(&ground, "new"));
        Self::of(ground)
    }

    fn of(ground: Ground) -> Self {
        let home = ground.home();
        Self { ground, home }
    }

    /// What there is: the files of the packs, their refs and what git says of them, the manifest
    /// and the lockfile without the times in them, and what should not be there at all.
    fn state(&self) -> State {
        let mut state = State::new();
        let workspace = self.ground.sandbox.workspace();
        list(&workspace, &workspace, &mut state);
        for pack in PACKS.map(|pack| workspace.join(pack)) {
            if !pack.join(".git").exists() {
                continue;
            }
            let git = |words: &[&str]| self.ground.sandbox.git(&pack, words);
            let refs = git(&["for-each-ref", "--format=%(refname) %(objectname)"]);
            let status = git(&["status", "--porcelain", "--branch"]);
            let head = git(&["rev-parse", "HEAD"]);
            let name = pack.display();
            state.insert(format!("git {name}"), format!("{head} {refs} {status}"));
        }
        for name in ["grex.jsonl", "grex.lock.jsonl"] {
            let text = fs::read_to_string(workspace.join(name)).unwrap_or_default();
            state.insert(name.to_owned(), timeless(&text));
        }
        for line in self.ground.home().differences(&self.home) {
            state.insert(line, String::from("changed"));
        }
        state
    }

    /// Disturbs one verb at all moments that are chosen.
    fn sweep(&self, words: &[&str], fault: Fault) {
        let ground = &self.ground;
        ground.save("before");
        let (whole, moments) = ground.faulty(&[], words);
        whole.success();
        let expected = self.state();
        let (mut tried, mut lost) = (0, 0);
        let mut findings = Vec::new();
        for at in Choice::from_environment().of(moments.len()) {
            ground.restore("before");
            let number = at.to_string();
            let (outcome, reached) = ground.faulty(&fault.arguments(&number), words);
            if reached.len() < at {
                // The runs are not alike to the last call; this one had fewer.
                continue;
            }
            tried += 1;
            let mut found = Vec::new();
            if fault == Fault::Kill && outcome.status != Some(KILLED) {
                found.push(format!("it was not killed: {}", outcome.snapshot()));
            }
            if outcome.stderr.contains("panicked") || outcome.signal.is_some() {
                found.push(outcome.snapshot());
            }
            if outcome.status == Some(0) {
                found.extend(differences("exit 0", &self.state(), &expected));
            }
            self.go_on(words, &expected, &mut found);
            lost += usize::from(!found.is_empty());
            let moment = reached.get(at - 1).cloned().unwrap_or_default();
            findings.extend(found.iter().map(|line| format!("{moment}: {line}")));
        }
        println!(
            "FAULTS {:<12} {:<8} {:>5} moments {tried:>5} tried {:>5} survived",
            format!("{}, plain", words[0]),
            fault.name(),
            moments.len(),
            tried - lost,
        );
        assert!(findings.is_empty(), "{}", findings.join("\n"));
        assert!(tried > 0, "nothing was tried");
    }

    /// The user goes on: `add` is given again where nothing was registered; then one `sync`.
    fn go_on(&self, words: &[&str], expected: &State, found: &mut Vec<String>) {
        let mut run = |words: &[&str]| {
            let outcome = self.ground.grex(words);
            if outcome.status != Some(0) {
                found.push(format!("{words:?}: {}", outcome.snapshot()));
            }
        };
        if words[0] == "add"
            && !self
                .ground
                .sandbox
                .read("workspace/grex.jsonl")
                .contains("\"add\"")
        {
            run(words);
        }
        run(&["sync"]);
        found.extend(differences("after sync", &self.state(), expected));
        let again = self.ground.grex(&["status", "--fail-on-drift"]);
        if again.status != Some(0) {
            found.push(format!("status: {}", again.snapshot()));
        }
    }
}

fn remote(ground: &Ground, name: &str) -> Remote {
    ground.sandbox.remote(name).commit("a", "1\n").create()
}

/// Writes a registration into the manifest.
fn declare(ground: &Ground, name: &str, remote: &Remote) {
    let event = json!({
        "op": "add", "ts": "2026-01-02T03:04:05Z", "id": name, "schema_version": "1",
        "url": remote.file_url(), "path": name, "type": "meta",
    });
    let manifest = ground.sandbox.read("workspace/grex.jsonl");
    ground
        .sandbox
        .write("workspace/grex.jsonl", format!("{manifest}{event}\n"));
}

/// Lists all files but git's own and this machine's notes; the books are looked at in another way.
fn list(root: &Path, directory: &Path, found: &mut State) {
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
            found.insert(name.to_owned(), fs::read_to_string(&path).unwrap());
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

fn differences(when: &str, found: &State, expected: &State) -> Vec<String> {
    let names = found.keys().chain(expected.keys());
    let names: std::collections::BTreeSet<_> = names.collect();
    let differs = |name: &&&String| found.get(**name) != expected.get(**name);
    names
        .iter()
        .filter(differs)
        .map(|name| {
            let (is, should) = (found.get(*name), expected.get(*name));
            format!("{when}: {name} is {is:?}, expected {should:?}")
        })
        .collect()
}

fn sync(fault: Fault) {
    if need("cc") && need("cp") {
        Plain::behind().sweep(&["sync"], fault);
    }
}

fn add(fault: Fault) {
    if need("cc") && need("cp") {
        let ground = Ground::new();
        let url = remote(&ground, "one").file_url();
        Plain::of(ground).sweep(&["add", &url], fault);
    }
}

#[test]
fn s2_sync_of_plain_packs_is_killed() {
    sync(Fault::Kill);
}

#[test]
fn s2_sync_of_plain_packs_finds_the_disk_full() {
    sync(Fault::Full);
}

#[test]
fn s2_sync_of_plain_packs_meets_a_broken_disk() {
    sync(Fault::Error("EIO"));
}

#[test]
fn s2_add_of_a_plain_pack_is_killed() {
    add(Fault::Kill);
}

#[test]
fn s2_add_of_a_plain_pack_finds_the_disk_full() {
    add(Fault::Full);
}

#[test]
fn s2_add_of_a_plain_pack_meets_a_broken_disk() {
    add(Fault::Error("EIO"));
}
