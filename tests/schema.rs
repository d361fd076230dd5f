//! The JSON Schemas in `docs/schema` are those that the types describe, and the one of pack.yaml
//! means what the reader does. Run with `GREX_UPDATE=1` to rewrite them. That what the verbs print
//! is as their schemas say is held by `tests/json`.

#![allow(
    clippy::disallowed_methods,
    reason = "the test rewrites a file when asked to"
)]

use std::{collections::BTreeMap, path::Path};

use grex::model::pack::json_schema;
use serde_json::{Value, json};

#[test]
fn the_schemas_are_not_stale() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/schema");
    let mut schemas: BTreeMap<String, Value> = grex::cli::output_schemas()
        .into_iter()
        .map(|output| (format!("{}.schema.json", output.name), output.schema))
        .collect();
    schemas.insert(String::from("pack.schema.json"), json_schema());
    for (name, schema) in &schemas {
        let path = directory.join(name);
        let mut current = serde_json::to_string_pretty(schema).expect("a schema is JSON");
        current.push('\n');
        if std::env::var_os("GREX_UPDATE").is_some() {
            std::fs::create_dir_all(&directory).expect("docs/schema");
            std::fs::write(&path, &current).expect("the schema is written");
        }
        let stored = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            stored == current,
            "docs/schema/{name} is stale: run `GREX_UPDATE=1 cargo test --test schema`"
        );
    }
    let stored = std::fs::read_dir(&directory).expect("docs/schema");
    for entry in stored {
        let name = entry.expect("an entry").file_name();
        let name = name.to_string_lossy();
        assert!(
            schemas.contains_key(&*name),
            "docs/schema/{name} is of nothing"
        );
    }
}

#[test]
fn every_verb_has_a_schema() {
    let schemas = grex::cli::output_schemas();
    for verb in grex::cli::command().get_subcommands() {
        let name = verb.get_name();
        let has_one = schemas.iter().any(|output| output.name == name);
        // A server speaks a protocol instead.
        assert_eq!(has_one, name != "serve", "{name}");
    }
}

#[test]
fn samples_mean_the_same_to_the_schema_and_to_the_reader() {
    let schema = json_schema();
    for (accepted, tail) in samples() {
        let mut pack = json!({"schema_version": "1", "name": "x", "type": "declarative"});
        for (key, value) in tail.as_object().expect("a mapping") {
            pack[key] = value.clone();
        }
        let by_schema = allows(&schema, &schema, &pack);
        let text = pack.to_string();
        let by_reader = reads(&text);
        assert_eq!((by_schema, by_reader), (accepted, accepted), "{text}");
    }
}

fn samples() -> Vec<(bool, Value)> {
    vec![
        (true, json!({})),
        (
            true,
            json!({"x-note": [1, null], "version": "0.1", "depends_on": []}),
        ),
        (
            true,
            json!({"children": [{"url": "../x.git"}, {"url": "git@h:a/b", "path": "c", "ref": "v1", "x-y": 1}]}),
        ),
        (
            true,
            json!({"actions": [{"mkdir": {"path": "a", "mode": "700"}}, {"symlink": {"src": "a", "dst": "b", "kind": "file"}}]}),
        ),
        (
            true,
            json!({"actions": [{"env": {"name": "A", "value": "b", "scope": "session"}}, {"rmdir": {"path": "a"}}], "teardown": []}),
        ),
        (
            true,
            json!({"actions": [{"require": {"all_of": [{"any_of": [{"os": "linux"}, {"cmd_available": "git"}]}]}}]}),
        ),
        (
            true,
            json!({"actions": [{"when": {"os": "macos", "actions": [{"when": {"actions": []}}]}}]}),
        ),
        (
            true,
            json!({"actions": [{"exec": {"cmd": ["a"], "shell": false, "env": {"A": "b"}}}, {"exec": {"shell": true, "cmd_shell": "a"}}]}),
        ),
        (false, json!({"schema_version": "2"})),
        (false, json!({"schema_version": 1})),
        (false, json!({"name": "X"})),
        (false, json!({"type": "declaratve"})),
        (false, json!({"unknown": 1})),
        (false, json!({"version": 1.5})),
        (false, json!({"version": null})),
        (false, json!({"children": null})),
        (false, json!({"children": [{"path": "a"}]})),
        (false, json!({"children": [{"url": "a/b", "branch": "c"}]})),
        (false, json!({"children": {"url": "a/b"}})),
        (false, json!({"actions": [{}]})),
        (
            false,
            json!({"actions": [{"mkdir": {"path": "a"}, "rmdir": {"path": "b"}}]}),
        ),
        (false, json!({"actions": [{"mkdri": {"path": "a"}}]})),
        (
            false,
            json!({"actions": [{"mkdir": {"path": "a", "mode": "rwx"}}]}),
        ),
        (false, json!({"actions": [{"mkdir": {"path": ""}}]})),
        (
            false,
            json!({"actions": [{"env": {"name": "1A", "value": ""}}]}),
        ),
        (false, json!({"actions": [{"require": {}}]})),
        (
            false,
            json!({"actions": [{"require": {"all_of": [], "any_of": []}}]}),
        ),
        (
            false,
            json!({"actions": [{"require": {"all_of": [{"os": "beos"}]}}]}),
        ),
        (
            false,
            json!({"actions": [{"require": {"all_of": [{"symlink_ok": {"src": "a", "dst": "b", "c": 1}}]}}]}),
        ),
        (
            false,
            json!({"actions": [{"when": {"actions": [{"mkdri": {}}]}}]}),
        ),
        (false, json!({"actions": [{"when": {"os": "linux"}}]})),
        (false, json!({"actions": [{"exec": {"cmd": []}}]})),
        (
            false,
            json!({"actions": [{"exec": {"cmd": ["a"], "shell": true}}]}),
        ),
        (false, json!({"actions": [{"exec": {"cmd_shell": "a"}}]})),
        (false, json!({"actions": [{"exec": {"shell": true}}]})),
        (false, json!({"actions": [{"exec": {}}]})),
        (
            false,
            json!({"actions": [{"exec": {"cmd": ["a"], "env": {"A-B": "c"}}}]}),
        ),
        (false, json!({"teardown": [{"mkdir": null}]})),
    ]
}

fn reads(text: &str) -> bool {
    use grex::model::pack::{PackSource, SourceFile, Vocabulary, parse};
    let pack = SourceFile {
        name: "pack.yaml",
        text,
    };
    parse(PackSource { pack, target: None }, &Vocabulary::builtin()).is_ok()
}

/// As much of a JSON Schema validator as the schema uses; a keyword that it does not know fails
/// the test.
fn allows(root: &Value, schema: &Value, value: &Value) -> bool {
    let Some(schema) = schema.as_object() else {
        return schema.as_bool().expect("a schema");
    };
    schema.iter().all(|(keyword, rule)| match keyword.as_str() {
        "$schema" | "$defs" | "title" | "description" | "default" => true,
        "properties" | "patternProperties" if !value.is_object() => true,
        "$ref" => {
            let pointer = rule.as_str().and_then(|link| link.strip_prefix('#'));
            let target = root.pointer(pointer.expect("a local link"));
            allows(root, target.expect("a definition"), value)
        }
        "type" => has_type(rule, value),
        "const" => rule == value,
        "enum" => rule.as_array().expect("a list").contains(value),
        "minLength" => value
            .as_str()
            .is_none_or(|text| text.len() as u64 >= number(rule)),
        "minItems" => value
            .as_array()
            .is_none_or(|list| list.len() as u64 >= number(rule)),
        "minProperties" => value
            .as_object()
            .is_none_or(|map| map.len() as u64 >= number(rule)),
        "maxProperties" => value
            .as_object()
            .is_none_or(|map| map.len() as u64 <= number(rule)),
        "pattern" => value
            .as_str()
            .is_none_or(|text| matches_pattern(rule, text)),
        "items" => value
            .as_array()
            .is_none_or(|list| list.iter().all(|item| allows(root, rule, item))),
        "required" => value.as_object().is_none_or(|map| {
            rule.as_array()
                .expect("a list")
                .iter()
                .all(|key| map.contains_key(key.as_str().expect("a key")))
        }),
        "oneOf" => {
            rule.as_array()
                .expect("a list")
                .iter()
                .filter(|rule| allows(root, rule, value))
                .count()
                == 1
        }
        "not" => !allows(root, rule, value),
        "properties" => rule
            .as_object()
            .expect("a mapping")
            .iter()
            .all(|(key, rule)| value.get(key).is_none_or(|value| allows(root, rule, value))),
        "patternProperties" => value
            .as_object()
            .expect("a mapping")
            .iter()
            .all(|(key, value)| {
                rule.as_object()
                    .expect("a mapping")
                    .iter()
                    .all(|(pattern, rule)| {
                        !matches_pattern(&json!(pattern), key) || allows(root, rule, value)
                    })
            }),
        "additionalProperties" => value.as_object().is_none_or(|map| {
            map.iter().all(|(key, value)| {
                let named = schema
                    .get("properties")
                    .and_then(|named| named.get(key))
                    .is_some();
                let patterns = schema.get("patternProperties").and_then(Value::as_object);
                let matched = patterns.is_some_and(|patterns| {
                    patterns
                        .keys()
                        .any(|pattern| matches_pattern(&json!(pattern), key))
                });
                named || matched || allows(root, rule, value)
            })
        }),
        other => panic!("the schema uses `{other}`, which this test does not know"),
    })
}

fn number(rule: &Value) -> u64 {
    rule.as_u64().expect("a number")
}

fn has_type(rule: &Value, value: &Value) -> bool {
    match rule.as_str().expect("one type") {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        other => panic!("the schema uses the type `{other}`"),
    }
}

/// The patterns of the schema, by hand.
fn matches_pattern(pattern: &Value, text: &str) -> bool {
    let begins = |first: fn(char) -> bool| text.starts_with(first);
    match pattern.as_str().expect("a pattern") {
        "^x-" => text.starts_with("x-"),
        "^[a-z][a-z0-9-]*$" => {
            begins(|first| first.is_ascii_lowercase())
                && text
                    .chars()
                    .all(|next| next.is_ascii_lowercase() || next.is_ascii_digit() || next == '-')
        }
        "^[A-Za-z_][A-Za-z0-9_]*$" => {
            begins(|first| first.is_ascii_alphabetic() || first == '_')
                && text
                    .chars()
                    .all(|next| next.is_ascii_alphanumeric() || next == '_')
        }
        "^[0-7]{3,4}$" => {
            (3..=4).contains(&text.len()) && text.chars().all(|next| ('0'..='7').contains(&next))
        }
        other => panic!("no sample reaches the pattern {other}"),
    }
}
