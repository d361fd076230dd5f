//! `sync`: every way in which a pack's turn can end.

use grex_fixtures::{Fault, Rule, Signal, grex};

use crate::{
    documents::Documents,
    ground::{json, of, pack, plain, register, workspace},
};

#[test]
fn sync() {
    let sandbox = workspace();
    let mut documents = Documents::of("sync");
    documents.check(&json(&sandbox, &["sync"]), 0);
    let remotes = ["same", "moved", "rewritten", "held", "gone"].map(|name| plain(&sandbox, name));
    let urls: Vec<(String, String)> = ["same", "moved", "rewritten", "held", "gone"]
        .iter()
        .zip(&remotes)
        .map(|(name, remote)| (name.to_string(), remote.url()))
        .collect();
    for (name, url) in &urls {
        register(&sandbox, &[(name, url)]);
    }
    documents.check(&json(&sandbox, &["sync", "--dry-run"]), 0);
    let packs = documents.check(&json(&sandbox, &["sync"]), 0);
    assert_eq!(of(&packs, "same")["change"], "cloned");
    remotes[1].push_commit("more", "x");
    remotes[3].push_commit("README", "theirs");
    remotes[2].rewrite();
    sandbox.write("workspace/held/README", "mine");
    let broken = pack(&sandbox, "broken", "meta", "chidlren: []\n", &[]).url();
    register(
        &sandbox,
        &[("broken", &broken), ("nowhere", "/nowhere/at/all")],
    );
    let packs = documents.check(&json(&sandbox, &["sync"]), 4);
    assert_eq!(of(&packs, "moved")["change"], "updated");
    assert_eq!(of(&packs, "rewritten")["change"], "forced");
    assert!(of(&packs, "nowhere")["failure"]["command"].is_string());
    documents.check(&json(&sandbox, &["sync", "--fail-fast", "-j1"]), 4);
    for name in ["broken", "nowhere", "gone"] {
        let event = serde_json::json!({
            "op": "rm", "ts": "2026-01-02T03:04:06Z", "id": name, "schema_version": "1",
        });
        let manifest = sandbox.read("workspace/grex.jsonl");
        sandbox.write("workspace/grex.jsonl", format!("{manifest}{event}\n"));
    }
    sandbox.git(
        sandbox.path("workspace/held"),
        &["checkout", "-q", "README"],
    );
    sandbox.git(
        sandbox.path("workspace/same"),
        &["checkout", "-q", "-b", "topic"],
    );
    documents.check(&json(&sandbox, &["sync", "--prune", "--dry-run"]), 0);
    let packs = documents.check(&json(&sandbox, &["sync", "--prune"]), 0);
    assert_eq!(of(&packs, "gone")["change"], "removed");
    let new = plain(&sandbox, "new").url();
    register(&sandbox, &[("new", &new)]);
    let mut errors = Documents::of("error");
    assert_eq!(
        errors.check(&json(&sandbox, &["sync", "--locked"]), 3)["error"]["kind"],
        "books"
    );
    errors.check(&json(&sandbox, &["sync", "--filter", "path=nothing"]), 2);
    errors.check(&json(&sandbox, &["sync", "--locked", "--ref", "x"]), 2);
    documents.all_seen(&[
        // Only a server or a disk can bring those about; `tests/sync` does.
        "[].failure.class=auth",
        "[].failure.class=network",
        "[].failure.class=no-such-ref",
        "[].failure.class=diverged",
        "[].failure.class=busy",
        "[].failure.class=disk",
    ]);
}

#[test]
fn a_type_that_nobody_knows() {
    let sandbox = workspace();
    let mut documents = Documents::of("sync");
    let odd = pack(&sandbox, "odd", "exotic", "", &[]).url();
    register(&sandbox, &[("odd", &odd)]);
    documents.check(&json(&sandbox, &["sync"]), 8);
}

#[test]
fn signals() {
    for (signal, code) in [
        (Signal::Hangup, 129),
        (Signal::Interrupt, 130),
        (Signal::Terminate, 143),
    ] {
        let sandbox = workspace();
        let remote = plain(&sandbox, "one");
        register(&sandbox, &[("one", &remote.url())]);
        let shim = sandbox.shim();
        shim.rules(&[Rule::on("clone").fault(Fault::Hang)]);
        let mut run = grex!(sandbox, "--json", "sync").with_shim(&shim).start();
        run.wait_until("a clone", || shim.count("clone") == 1);
        run.signal(signal);
        let packs = Documents::of("sync").check(&run.wait(), code);
        assert_ne!(of(&packs, "one")["result"], "ok");
    }
}
