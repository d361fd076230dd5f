//! `update` and `run`.

use grex_fixtures::Sandbox;

use crate::{
    documents::Documents,
    ground::{json, of, pack, plain, register, workspace},
};

const EVERYTHING: &str = "actions:
  - mkdir: { path: ~/made }
  - symlink: { src: a, dst: ~/.a, backup: true }
  - env: { name: EDITOR, value: vim }
  - rmdir: { path: ~/old }
  - exec: { cmd: [sh, -c, 'true'] }
  - require: { any_of: [{ path_exists: /nowhere }], on_fail: warn }
";

fn everything(sandbox: &Sandbox) -> grex_fixtures::Remote {
    sandbox.write("home/.a", "mine");
    std::fs::create_dir_all(sandbox.path("home/old")).unwrap();
    pack(sandbox, "dots", "declarative", EVERYTHING, &[("a", "a")])
}

#[test]
fn update() {
    let sandbox = workspace();
    let mut documents = Documents::of("update");
    documents.check(&json(&sandbox, &["update"]), 0);
    let dots = everything(&sandbox);
    let moving = pack(
        &sandbox,
        "moving",
        "declarative",
        "actions:\n  - mkdir: { path: ~/b }\n",
        &[],
    );
    let fails = "actions:\n  - exec: { cmd: ['false'] }\n";
    let fails = pack(&sandbox, "fails", "declarative", fails, &[]);
    let wrong = pack(
        &sandbox,
        "wrong",
        "declarative",
        "actions:\n  - mkdir: { pth: x }\n",
        &[],
    );
    register(
        &sandbox,
        &[
            ("dots", &dots.url()),
            ("moving", &moving.url()),
            ("plain", &plain(&sandbox, "plain").url()),
        ],
    );
    documents.check(&json(&sandbox, &["update", "--dry-run"]), 0);
    documents.check(&json(&sandbox, &["update"]), 9);
    documents.check(&json(&sandbox, &["update", "--dry-run"]), 0);
    let packs = documents.check(&json(&sandbox, &["update", "--trust"]), 0);
    assert_eq!(of(&packs, "dots")["reason"], "new");
    assert_eq!(of(&packs, "dots")["actions"][0]["action"], "mkdir");
    documents.check(&json(&sandbox, &["update", "--force", "--trust"]), 0);
    moving.push_commit("more", "x");
    let packs = documents.check(&json(&sandbox, &["update", "--trust"]), 0);
    assert_eq!(of(&packs, "moving")["reason"], "sha-changed");
    let contract = sandbox.read("workspace/moving/.grex/pack.yaml");
    sandbox.write(
        "workspace/moving/.grex/pack.yaml",
        contract + "  - mkdir: { path: ~/c }\n",
    );
    documents.check(&json(&sandbox, &["update", "--trust"]), 0);
    register(
        &sandbox,
        &[
            ("fails", &fails.url()),
            ("wrong", &wrong.url()),
            ("nowhere", "/nowhere"),
        ],
    );
    let packs = documents.check(&json(&sandbox, &["update", "--trust"]), 4);
    assert!(of(&packs, "wrong")["failure"]["place"]["line"].is_u64());
    let mut errors = Documents::of("error");
    errors.check(&json(&sandbox, &["update", "nobody"]), 2);
    documents.all_seen(&[
        "[].change=forced",
        "[].change=removed",
        "[].failure.class=",
        // No action that comes with grex says so.
        "[].actions[].changes[].kind=write",
        "[].actions[].changes[].before",
        "[].actions[].changes[].after",
        "[].actions[].changes[].kind=variable",
        "[].actions[].changes[].name",
        "[].actions[].changes[].scope",
    ]);
}

#[test]
fn run() {
    let sandbox = workspace();
    let mut documents = Documents::of("run");
    let dots = everything(&sandbox);
    json(&sandbox, &["add", &dots.url(), "--no-install"]).success();
    let unapproved = documents.check(&json(&sandbox, &["run", "mkdir"]), 9);
    assert_eq!(unapproved, serde_json::json!([]));
    documents.check(&json(&sandbox, &["run", "mkdir", "--dry-run"]), 0);
    for action in [
        "mkdir", "symlink", "env", "rmdir", "exec", "require", "when",
    ] {
        documents.check(&json(&sandbox, &["run", action, "--trust"]), 0);
    }
    std::fs::remove_file(sandbox.path("home/.a")).unwrap();
    std::fs::create_dir(sandbox.path("home/.a")).unwrap();
    sandbox.write("home/old/full", "x");
    documents.check(&json(&sandbox, &["run", "rmdir", "--trust"]), 4);
    let mut errors = Documents::of("error");
    let error = errors.check(&json(&sandbox, &["run", "mkdri"]), 8);
    assert_eq!(error["error"]["kind"], "unknown-name");
    documents.all_seen(&[
        "[].changes[].kind=write",
        "[].changes[].before",
        "[].changes[].after",
        "[].changes[].kind=variable",
        "[].changes[].name",
        "[].changes[].scope",
    ]);
}
