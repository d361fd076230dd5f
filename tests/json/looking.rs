//! `ls`, `status` and `doctor`.

use grex::git::version::GitVersion;
use grex_fixtures::{Sandbox, grex};

use crate::{
    documents::Documents,
    ground::{json, of, pack, plain, register, workspace},
};

#[test]
fn ls() {
    let sandbox = workspace();
    let mut documents = Documents::of("ls");
    assert_eq!(
        documents.check(&json(&sandbox, &["ls"]), 0),
        serde_json::json!([])
    );
    let child = plain(&sandbox, "child");
    let children = format!("children:\n  - url: {}\n", child.url());
    let dots = format!("{children}actions:\n  - mkdir: {{ path: ~/made }}\n");
    let dots = pack(&sandbox, "dots", "declarative", &dots, &[]);
    json(&sandbox, &["add", &dots.url(), "--trust"]).success();
    register(&sandbox, &[("new/one", "https://example.org/new.git")]);
    let packs = documents.check(&json(&sandbox, &["ls"]), 0);
    assert!(of(&packs, "dots")["installed_at"].is_string());
    assert_eq!(of(&packs, "dots/child")["depth"], 1);
    assert_eq!(of(&packs, "new/one")["sha"], "");
    for words in [
        &["ls", "--tree"][..],
        &["ls", "--long"],
        &["ls", "--dry-run"],
    ] {
        assert_eq!(documents.check(&json(&sandbox, words), 0), packs);
    }
    documents.all_seen(&[]);
}

#[test]
fn status() {
    let sandbox = workspace();
    let mut documents = Documents::of("status");
    documents.check(&json(&sandbox, &["status"]), 0);
    let actions = "actions:\n  - mkdir: { path: ~/made }\n";
    let remotes = ["clean", "changed", "old", "ahead", "broken"].map(|name| plain(&sandbox, name));
    for remote in &remotes {
        json(&sandbox, &["add", &remote.url()]).success();
    }
    for name in ["in", "out", "off", "not"] {
        let rest = actions.replace("made", name);
        let remote = pack(&sandbox, name, "declarative", &rest, &[]);
        json(&sandbox, &["add", &remote.url(), "--no-install"]).success();
    }
    json(&sandbox, &["update", "in", "out", "off", "--trust"]).success();
    std::fs::remove_dir(sandbox.path("home/off")).unwrap();
    let contract = sandbox.read("workspace/out/.grex/pack.yaml");
    sandbox.write(
        "workspace/out/.grex/pack.yaml",
        contract + "  - mkdir: { path: ~/more }\n",
    );
    sandbox.write("workspace/changed/README", "other\n");
    for name in ["old", "ahead"] {
        let place = sandbox.path(format!("workspace/{name}"));
        sandbox.git(place, &["commit", "--allow-empty", "-qm", "more"]);
    }
    register(&sandbox, &[("gone", "https://example.org/x.git")]);
    sandbox.git(sandbox.workspace(), &["init", "-q", "stray"]);
    sandbox.write("workspace/broken/.git/HEAD", "nonsense\n");
    for words in [
        &["status", "--filter", "!path=broken"][..],
        &["status", "--dry-run", "--filter", "!path=broken"],
    ] {
        let packs = documents.check(&json(&sandbox, words), 0);
        assert_eq!(of(&packs, "ahead")["ahead"], 1);
    }
    let packs = documents.check(&json(&sandbox, &["status"]), 4);
    assert!(of(&packs, "broken")["failure"]["message"].is_string());
    let words = ["status", "--fail-on-drift", "--filter", "!path=broken"];
    documents.check(&json(&sandbox, &words), 7);
    // What a failure can be is seen in `sync`.
    documents.all_seen(&["[].failure."]);
}

/// `doctor` warns of such a git everywhere.
fn has_known_holes(sandbox: &Sandbox) -> bool {
    let version = GitVersion::parse(&sandbox.git("", &["version"])).unwrap();
    version.mended_in().is_some()
}

#[test]
fn doctor() {
    let sandbox = workspace();
    let mut documents = Documents::of("doctor");
    documents.check(&json(&sandbox, &["doctor"]), 0);
    let remote = plain(&sandbox, "one");
    json(&sandbox, &["add", &remote.url()]).success();
    register(&sandbox, &[("gone", "https://example.org/x.git")]);
    documents.check(&json(&sandbox, &["doctor"]), 7);
    std::fs::write(sandbox.path("workspace/.gitignore"), "").unwrap();
    documents.check(&json(&sandbox, &["doctor", "--fix", "--dry-run"]), 7);
    documents.check(&json(&sandbox, &["doctor", "--fix"]), 7);
    json(&sandbox, &["rm", "gone", "-y"]).success();
    documents.check(&json(&sandbox, &["doctor", "--compact"]), 0);
    sandbox.write("workspace/.grex-tmp.left/x", "");
    documents.check(&json(&sandbox, &["doctor"]), 7);
    let manifest = sandbox.read("workspace/grex.jsonl");
    sandbox.write("workspace/grex.jsonl", format!("nonsense\n{manifest}"));
    let report = documents.check(&json(&sandbox, &["doctor"]), 3);
    assert_eq!(report["exit_code"], 3);
    documents.check(&json(&sandbox, &["doctor", "--fix"]), 0);
    grex!(sandbox, "ls").run().success();
    let mut not_reached = vec![
        // What is as it should be is not found.
        ".findings[].severity=ok",
    ];
    if has_known_holes(&sandbox) {
        not_reached.push(".worst_severity=ok");
    }
    documents.all_seen(&not_reached);
}
