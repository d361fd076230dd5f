//! `sync`, `add` and `import` of packs that install nothing, disturbed at one moment after the other. The
//! next `sync` brings the workspace to where an undisturbed run would have brought it.

use grex_fixtures::{Remote, need};
use serde_json::json;

use crate::{
    ground::{Ground, KILLED},
    home::Home,
    moments::Choice,
    state::State,
    sweep::Fault,
};

/// Two packs that are there and move on, one of them with a child, and one to clone.
const PACKS: [&str; 4] = ["one", "tree", "tree/leaf", "new"];

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

    /// What there is, and what should not be there at all.
    fn state(&self) -> State {
        let mut state = State::of(&self.ground.sandbox, PACKS);
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
                found.extend(self.state().differences("exit 0", &expected));
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

    /// The user goes on: `add` is given again where nothing was registered, and `import` in any case,
    /// for it passes over what is registered; then one `sync`.
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
        if words[0] == "import" {
            run(words);
        }
        run(&["sync"]);
        found.extend(self.state().differences("after sync", expected));
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
pub(crate) fn declare(ground: &Ground, name: &str, remote: &Remote) {
    let event = json!({
        "op": "add", "ts": "2026-01-02T03:04:05Z", "id": name, "schema_version": "1",
        "url": remote.file_url(), "path": name, "type": "meta",
    });
    let manifest = ground.sandbox.read("workspace/grex.jsonl");
    ground
        .sandbox
        .write("workspace/grex.jsonl", format!("{manifest}{event}\n"));
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

/// Another tool's file with two repositories, which are registered and brought in.
fn import(fault: Fault) {
    if need("cc") && need("cp") {
        let ground = Ground::new();
        let mut file = String::from("repositories:\n");
        for name in ["one", "new"] {
            let url = remote(&ground, name).file_url();
            file += &format!("  {name}:\n    type: git\n    url: {url}\n");
        }
        ground.sandbox.write("workspace/product.repos", file);
        Plain::of(ground).sweep(&["import", "product.repos", "--sync"], fault);
    }
}

#[test]
fn s2_import_is_killed() {
    import(Fault::Kill);
}

#[test]
fn s2_import_finds_the_disk_full() {
    import(Fault::Full);
}

#[test]
fn s2_import_meets_a_broken_disk() {
    import(Fault::Error("EIO"));
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
