//! Files that pages show are read by those who read such files.

use std::path::Path;

use grex::{
    model::{
        manifest,
        pack::{PackSource, SourceFile, parse},
    },
    plugin::registry::Registry,
};
use serde_json::Value;

use crate::{
    machine::Machine,
    page::{self, Block, Page},
    reference, setups,
};

/// What makes a list of actions a whole pack.
const HEAD: &str = "schema_version: \"1\"\nname: example\ntype: declarative\n";

/// Reads a block as what it is; `file` is the name that the page gives it.
pub(crate) fn check(
    page: &Page,
    heading: &str,
    block: &Block,
    file: Option<&str>,
) -> Result<(), String> {
    let is_contract = |file: &str| file.contains(".grex/");
    match (block.language.as_str(), file) {
        ("yaml", file) if file.is_none_or(is_contract) => pack(&block.text),
        ("json", _) => json(page, heading, &block.text),
        ("toml", None) => {
            let value = toml::from_str(&block.text).map_err(|error| error.to_string())?;
            registrations(&value)
        }
        ("rust", None) => rust(&block.text),
        // Files of other tools are read by the commands after them.
        ("yaml" | "toml" | "xml" | "ini" | "gitmodules", Some(_)) => Ok(()),
        _ => Err("nobody reads this; say `text` if it is neither a command nor a file".to_owned()),
    }
}

/// A pack.yaml, or the actions of one.
fn pack(text: &str) -> Result<(), String> {
    let vocabulary = Registry::with_builtins().vocabulary();
    let is_part = !text.contains("schema_version:");
    let text = match is_part {
        true => format!("{HEAD}{text}"),
        false => text.to_owned(),
    };
    let source = PackSource {
        pack: SourceFile {
            name: "pack.yaml",
            text: &text,
        },
        target: None,
    };
    parse(source, &vocabulary)
        .map(drop)
        .map_err(|error| error.to_string())
}

/// One document, or one a line; events of the manifest, registrations of the server, and what
/// the verbs print are what they should be.
fn json(page: &Page, heading: &str, text: &str) -> Result<(), String> {
    let whole = serde_json::from_str::<Value>(text).map(|value| vec![value]);
    let values = whole.or_else(|_| text.lines().map(serde_json::from_str).collect());
    let values: Vec<Value> = values.map_err(|error: serde_json::Error| error.to_string())?;
    if values.iter().all(|value| value.get("op").is_some()) {
        let folded = manifest::fold(text.as_bytes()).map_err(|error| error.to_string())?;
        if !folded.warnings.is_empty() {
            return Err(format!("{:?}", folded.warnings));
        }
    }
    for value in &values {
        registrations(value)?;
        if page.name == "docs/cli.md" {
            reference::report(heading, value)?;
        }
    }
    Ok(())
}

/// Every `grex` that a client is told to start is started, with nothing to read.
fn registrations(value: &Value) -> Result<(), String> {
    if value["command"] == "grex" {
        let machine: Machine = setups::machine("workspace");
        let words = value["args"]
            .as_array()
            .ok_or("a registration has `args`")?;
        let words: Vec<String> = words
            .iter()
            .filter_map(Value::as_str)
            .map(|word| machine.real(&word.replace("${workspaceFolder}", "/path/to/workspace")))
            .collect();
        let ran = machine.run(&format!("grex {}", words.join(" ")));
        if ran.code != 0 {
            return Err(format!("grex {words:?}: {}\n{}", ran.code, ran.output));
        }
    }
    match value {
        Value::Object(fields) => fields.values().try_for_each(registrations),
        Value::Array(items) => items.iter().try_for_each(registrations),
        _ => Ok(()),
    }
}

/// Code is part of what the tests of plugins compile.
fn rust(text: &str) -> Result<(), String> {
    let bare = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let sources = std::fs::read_dir(page::root().join("tests/plugins")).expect("tests/plugins");
    let is_there = sources.into_iter().any(|entry| {
        let path = entry.expect("an entry").path();
        path.extension() == Some("rs".as_ref())
            && bare(&std::fs::read_to_string(Path::new(&path)).expect("a source"))
                .contains(&bare(text))
    });
    is_there
        .then_some(())
        .ok_or_else(|| "no test in tests/plugins has this".to_owned())
}

#[test]
fn what_no_reader_accepts_is_noticed() {
    assert!(pack("actions:\n  - mkdir: {path: ~/a}\n").is_ok());
    assert!(pack("actions:\n  - mkdir: {pth: ~/a}\n").is_err());
    assert!(pack("name: x\n").is_err());
    let page = Page::read("README.md");
    assert!(json(&page, "", "{\"a\":1}\n{\"b\":2}\n").is_ok());
    assert!(json(&page, "", "{\"a\":1\n").is_err());
    assert!(json(&page, "", r#"{"op":"add","ts":"x","id":"a"}"#).is_err());
    assert!(json(&page, "", r#"{"command":"grex","args":["serve","--mpc"]}"#).is_err());
    assert!(rust("fn no_such_thing() {}").is_err());
}
