//! The manifest and the lockfile: what is written, and that what version 1 wrote is read.

use std::collections::{BTreeMap, BTreeSet};

use grex_fixtures::{Sandbox, grex};
use serde_json::Value;

use crate::promise::{Facts, directory};

/// A workspace in which every kind of line was written.
fn workspace() -> Sandbox {
    let sandbox = Sandbox::new();
    grex!(sandbox, "init").run().success();
    let contract = "schema_version: \"1\"\nname: owner\ntype: declarative\nchildren:\n  \
                    - url: ../plain.git\n    path: inner\nactions:\n  - mkdir: {path: ~/made}\n";
    let plain = sandbox
        .remote("plain")
        .commit("README", "x\n")
        .tag("v1")
        .create();
    let owner = sandbox.remote("owner").pack_yaml(contract).create();
    for words in [
        vec!["add", &plain.url(), "gone"],
        vec!["rm", "-y", "gone"],
        vec!["add", &plain.url(), "pinned", "--ref", "v1"],
        vec!["add", &owner.url(), "owner", "--trust"],
    ] {
        grex!(sandbox).args(&words).run().success();
    }
    sandbox
}

/// The events that are written, by their `op`.
pub(crate) fn manifest() -> Facts {
    let text = workspace().read("workspace/grex.jsonl");
    let mut by_op: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for event in lines(&text) {
        by_op.entry(word(&event, "op")).or_default().push(event);
    }
    let mut facts = Facts::new();
    for (op, events) in &by_op {
        facts.append(&mut shape(op, events));
        facts.insert(format!("{op}: schema_version {}", versions(events)));
    }
    facts
}

/// The entries that are written.
pub(crate) fn lockfile() -> Facts {
    let entries = lines(&workspace().read("workspace/grex.lock.jsonl"));
    let mut facts = shape("entry", &entries);
    facts.insert(format!("entry: schema_version {}", versions(&entries)));
    facts
}

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn word(line: &Value, field: &str) -> String {
    line[field].as_str().unwrap().to_owned()
}

fn versions(lines: &[Value]) -> String {
    let versions: BTreeSet<String> = lines
        .iter()
        .map(|line| word(line, "schema_version"))
        .collect();
    versions.into_iter().collect::<Vec<_>>().join(", ")
}

/// The fields of lines: their types, and whether each line has them.
fn shape(place: &str, lines: &[Value]) -> Facts {
    let mut fields: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for (field, value) in lines.iter().flat_map(|line| line.as_object().unwrap()) {
        fields.entry(field).or_default().push(value);
    }
    let mut facts = Facts::new();
    for (field, values) in fields {
        let types: BTreeSet<&str> = values.iter().map(|value| kind(value)).collect();
        let types: Vec<&str> = types.into_iter().collect();
        facts.insert(format!("{place}.{field}: is {}", types.join(" or ")));
        if values.len() == lines.len() {
            facts.insert(format!("{place}.{field}: always there"));
        }
    }
    facts
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// A manifest and a lockfile of version 1, of every variant that is read, mean what they meant.
#[test]
fn what_version_1_wrote_is_read() {
    let sandbox = Sandbox::new();
    for name in ["grex.jsonl", "grex.lock.jsonl"] {
        let text = std::fs::read_to_string(directory().join("workspace").join(name)).unwrap();
        sandbox.write(format!("workspace/{name}"), text);
    }
    let listed = grex!(sandbox, "ls", "--json").run();
    let expected = std::fs::read_to_string(directory().join("workspace/ls.json")).unwrap();
    let expected: Value = serde_json::from_str(&expected).unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(&listed.success().stdout).unwrap(),
        expected
    );
    assert!(
        listed.stderr.contains("frobnicate"),
        "an event of a later grex is skipped, and named: {}",
        listed.stderr
    );
}

/// What a later grex has added survives what this one writes.
#[test]
fn what_is_not_known_is_kept() {
    let sandbox = Sandbox::new();
    let remote = sandbox.remote("a").commit("README", "x\n").create();
    grex!(sandbox, "init").run().success();
    grex!(sandbox, "add", remote.url(), "a").run().success();
    for name in ["grex.jsonl", "grex.lock.jsonl"] {
        let path = format!("workspace/{name}");
        let text = sandbox
            .read(&path)
            .replace("{\"", "{\"later\":{\"x\":1},\"");
        sandbox.write(&path, text);
    }
    grex!(sandbox, "add", remote.url(), "b").run().success();
    grex!(sandbox, "doctor", "--compact").run().success();
    for name in ["grex.jsonl", "grex.lock.jsonl"] {
        let text = sandbox.read(format!("workspace/{name}"));
        assert!(text.contains("\"later\":{\"x\":1}"), "{name}: {text}");
        assert_eq!(text.lines().count(), 2, "{name}: {text}");
    }
}
