//! Workspaces and packs in a few lines.

use grex_fixtures::{Outcome, Remote, Sandbox, grex};
use serde_json::{Value, json};

/// A sandbox whose workspace is one.
pub(crate) fn workspace() -> Sandbox {
    let sandbox = Sandbox::new();
    grex!(sandbox, "init").run().success();
    sandbox
}

/// Runs a verb with `--json`.
pub(crate) fn json(sandbox: &Sandbox, words: &[&str]) -> Outcome {
    grex!(sandbox, "--json").args(words).run()
}

/// Registers packs without cloning them.
pub(crate) fn register(sandbox: &Sandbox, packs: &[(&str, &str)]) {
    let manifest = sandbox.path("workspace/grex.jsonl");
    let mut text = std::fs::read_to_string(&manifest).unwrap_or_default();
    for (path, url) in packs {
        let event = json!({
            "op": "add", "ts": "2026-01-02T03:04:05Z", "id": path, "schema_version": "1",
            "url": url, "path": path, "type": "meta",
        });
        text += &format!("{event}\n");
    }
    sandbox.write(manifest, text);
}

/// A repository with a pack.yaml of this type, whose rest is `rest`, and further files.
pub(crate) fn pack(
    sandbox: &Sandbox,
    name: &str,
    kind: &str,
    rest: &str,
    files: &[(&str, &str)],
) -> Remote {
    let yaml = format!("schema_version: \"1\"\nname: {name}\ntype: {kind}\n{rest}");
    let mut all = vec![(".grex/pack.yaml", yaml.as_str())];
    all.extend(files);
    sandbox.remote(name).commit_files(&all).create()
}

/// A repository without a contract.
pub(crate) fn plain(sandbox: &Sandbox, name: &str) -> Remote {
    sandbox.remote(name).commit("README", "hello\n").create()
}

/// The object of a list whose `id`, `pack` or `path` is this.
pub(crate) fn of<'a>(list: &'a Value, id: &str) -> &'a Value {
    let mut items = list.as_array().expect("a list").iter();
    let found = items.find(|item| ["id", "pack", "path"].iter().any(|key| item[key] == id));
    found.unwrap_or_else(|| panic!("no {id} in {list:#}"))
}
