//! `init`, `add` and `import`.

use grex_fixtures::{Sandbox, grex};

use crate::{
    documents::Documents,
    ground::{json, of, pack, plain, register, workspace},
};

const ACTIONS: &str = "actions:\n  - mkdir: { path: ~/made }\n";
const FAILS: &str = "actions:\n  - exec: { cmd: ['false'] }\n";

#[test]
fn init() {
    let sandbox = Sandbox::new();
    let mut documents = Documents::of("init");
    documents.check(&json(&sandbox, &["init", "--dry-run"]), 0);
    let report = documents.check(&json(&sandbox, &["init"]), 0);
    assert_eq!(report["workspace"], sandbox.workspace().to_str().unwrap());
    documents.check(&json(&sandbox, &["init"]), 0);
    let remote = pack(&sandbox, "dots", "declarative", ACTIONS, &[]);
    register(
        &sandbox,
        &[
            ("dots", &remote.url()),
            ("plain", &plain(&sandbox, "plain").url()),
        ],
    );
    let workspace = sandbox.workspace();
    sandbox.git(&workspace, &["init", "-q"]);
    sandbox.git(&workspace, &["add", "."]);
    sandbox.git(&workspace, &["commit", "-qm", "x"]);
    let from = workspace.to_str().unwrap();
    documents.check(
        &json(
            &sandbox,
            &["init", "--from", from, "../planned", "--dry-run"],
        ),
        0,
    );
    let report = documents.check(&json(&sandbox, &["init", "--from", from, "../other"]), 9);
    assert_eq!(report["cloned"], serde_json::json!(["dots", "plain"]));
    documents.check(
        &json(&sandbox, &["init", "--from", from, "../third", "--trust"]),
        0,
    );
    // What the older tool has registered.
    let event = r#"{"op":"add","ts":"2025-06-01T10:00:00Z","id":"a","url":"https://h.example/a.git","path":"a","type":"meta","schema_version":"2"}"#;
    sandbox.write("old/.grex/events.jsonl", format!("{event}\n"));
    documents.check(&json(&sandbox, &["-C", "../old", "init"]), 0);
    let mut errors = Documents::of("error");
    errors.check(
        &json(&sandbox, &["init", "--from", "/nowhere", "../fourth"]),
        4,
    );
    errors.check(&json(&sandbox, &["init", "--filter", "x"]), 2);
    // What becomes of packs is seen in `update`.
    documents.all_seen(&[".packs[]."]);
}

#[test]
fn add() {
    let sandbox = workspace();
    let mut documents = Documents::of("add");
    let child = plain(&sandbox, "child");
    let children = format!("children:\n  - url: {}\n", child.url());
    let parent = pack(&sandbox, "parent", "meta", &children, &[]).url();
    documents.check(&json(&sandbox, &["add", &parent, "--dry-run"]), 0);
    let report = documents.check(&json(&sandbox, &["add", &parent]), 0);
    assert_eq!(report["children"][0]["id"], "parent/child");
    documents.check(&json(&sandbox, &["add", &parent]), 0);
    documents.check(&json(&sandbox, &["add", &parent, "--dry-run"]), 0);
    let stray = plain(&sandbox, "stray").url();
    sandbox.git(sandbox.workspace(), &["clone", "-q", &stray, "stray"]);
    let report = documents.check(&json(&sandbox, &["add", &stray]), 0);
    assert_eq!(report["registered"], "adopted");
    let dots = pack(&sandbox, "dots", "declarative", ACTIONS, &[]).url();
    documents.check(&json(&sandbox, &["add", &dots]), 9);
    let report = documents.check(&json(&sandbox, &["add", &dots, "--trust"]), 0);
    assert_eq!(report["installed"], true);
    let fails = pack(&sandbox, "fails", "declarative", FAILS, &[]).url();
    documents.check(&json(&sandbox, &["add", &fails, "--trust"]), 4);
    let mut errors = Documents::of("error");
    errors.check(&json(&sandbox, &["add", "/nowhere"]), 4);
    errors.check(&json(&sandbox, &["add", &stray, "dots"]), 2);
    errors.check(&json(&sandbox, &["add", &stray, "x", "--type", "mta"]), 8);
    documents.all_seen(&[
        // An `add` clones, and nothing else.
        ".change=updated",
        ".change=forced",
        ".change=fetched",
        ".change=removed",
        // Seen in `update` and `sync`.
        ".children[].",
        ".failure.",
        ".actions[].changes[]",
    ]);
}

#[test]
fn import() {
    let sandbox = workspace();
    let mut documents = Documents::of("import");
    let url = plain(&sandbox, "one").url();
    let repos = format!(
        "repositories:\n  one:\n    type: git\n    url: {url}\n    version: main\n  \
         two:\n    type: git\n    url: {url}\n  old:\n    type: svn\n    url: http://h.example/x\n  \
         ../out:\n    type: git\n    url: {url}\n"
    );
    sandbox.write("workspace/all.repos", &repos);
    documents.check(&json(&sandbox, &["import", "all.repos", "--dry-run"]), 4);
    let report = documents.check(&json(&sandbox, &["import", "all.repos", "--sync"]), 4);
    assert_eq!(report["format"], "vcstool");
    documents.check(&json(&sandbox, &["import", "all.repos"]), 4);
    let moved = format!("repositories:\n  one:\n    type: git\n    url: {url}/other\n");
    sandbox.write("workspace/moved.repos", moved);
    documents.check(&json(&sandbox, &["import", "moved.repos"]), 2);
    documents.check(&json(&sandbox, &["import", "moved.repos", "--force"]), 0);
    let ignore = sandbox.read("workspace/.gitignore");
    sandbox.write(
        "workspace/.gitignore",
        ignore + "# >>> grex:old >>>\n/old/\n*.tmp\n# <<< grex:old <<<\n",
    );
    documents.check(
        &json(&sandbox, &["import", "--scan", "--migrate-gitignore"]),
        0,
    );
    sandbox.write(
        "workspace/.meta",
        format!("{{\"projects\":{{\"three\":\"{url}\"}},\"ignore\":[\"x\"]}}"),
    );
    sandbox.write(
        "workspace/.mrconfig",
        format!("[four]\ncheckout = git clone {url} four\nupdate = make\n"),
    );
    documents.check(&grex!(sandbox, "--json", "import", ".mrconfig").run(), 0);
    documents.check(&json(&sandbox, &["import", ".meta"]), 0);
    let mut errors = Documents::of("error");
    errors.check(&json(&sandbox, &["import", "nowhere.repos"]), 2);
    errors.check(&json(&sandbox, &["import"]), 2);
    let packs = json(&sandbox, &["ls"]).json();
    of(&packs, "three");
    documents.all_seen(&[".synced[]."]);
}
