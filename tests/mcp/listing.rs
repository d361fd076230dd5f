//! The list of tools.

use std::collections::BTreeMap;

use grex_fixtures::grex;
use serde_json::{Value, json};

use crate::{
    client::{Era, HANDSHAKES, MODERN, Server, command},
    support::workspace,
};

/// name, reads, destructive, idempotent, open world.
const TOOLS: [(&str, [bool; 4]); 11] = [
    ("add", [false, false, false, true]),
    ("doctor", [true, false, true, false]),
    ("exec", [false, true, false, true]),
    ("import", [false, false, true, false]),
    ("init", [false, false, true, false]),
    ("ls", [true, false, true, false]),
    ("rm", [false, true, false, false]),
    ("run", [false, true, false, true]),
    ("status", [true, false, true, false]),
    ("sync", [false, true, true, true]),
    ("update", [false, true, true, true]),
];

/// The list may take 2,500 tokens of every conversation. Tokenizers make a token of 4 bytes of it or
/// a little more.
const MOST_BYTES: usize = 10_000;

fn names(list: &Value) -> Vec<&str> {
    let tools = list["tools"].as_array().expect("tools");
    tools
        .iter()
        .map(|tool| tool["name"].as_str().unwrap())
        .collect()
}

fn listed(words: &[&str]) -> Vec<String> {
    let sandbox = workspace();
    let mut server = Server::open_with(command(&sandbox, words), Era::MODERN);
    let list = server.result("tools/list", json!({}));
    server.end_well();
    names(&list).into_iter().map(str::to_owned).collect()
}

#[test]
fn there_are_eleven_with_all_their_hints() {
    let sandbox = workspace();
    let mut server = Server::open(&sandbox, Era::MODERN);
    let list = server.result("tools/list", json!({}));
    assert_eq!(names(&list), TOOLS.map(|(name, _)| name));
    for (tool, (name, hints)) in list["tools"].as_array().unwrap().iter().zip(TOOLS) {
        let [reads, destructive, idempotent, open_world] = hints;
        let expected = json!({
            "readOnlyHint": reads, "destructiveHint": destructive,
            "idempotentHint": idempotent, "openWorldHint": open_world,
        });
        assert_eq!(tool["annotations"], expected, "{name}");
        assert!(
            tool["title"]
                .as_str()
                .is_some_and(|title| !title.is_empty()),
            "{name}"
        );
        let description = tool["description"].as_str().expect("a description");
        assert!(
            (60..400).contains(&description.len()),
            "{name}: {description}"
        );
    }
    assert!(list.get("nextCursor").is_none());
}

#[test]
fn the_list_is_the_same_bytes_on_every_connection_and_short() {
    let mut lists: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for version in HANDSHAKES.into_iter().chain([MODERN, MODERN]) {
        // Each in another workspace.
        let sandbox = workspace();
        let mut server = Server::open(&sandbox, Era::of(version));
        let once = server.result("tools/list", json!({}))["tools"].to_string();
        let twice = server.result("tools/list", json!({}))["tools"].to_string();
        assert_eq!(once, twice, "{version}");
        assert!(once.len() <= MOST_BYTES, "{} bytes", once.len());
        lists.entry(once).or_default().push(version);
    }
    assert_eq!(lists.len(), 1, "{:?}", lists.values().collect::<Vec<_>>());
}

/// Asserts of a schema and all that is in it what clients are known to stumble over.
#[track_caller]
fn is_plain(schema: &Value, place: &str) {
    let Value::Object(fields) = schema else {
        panic!("{place}: {schema}");
    };
    assert!(!fields.contains_key("format"), "{place}: {schema}");
    for name in ["$ref", "$defs", "allOf", "anyOf", "oneOf", "not", "$schema"] {
        assert!(!fields.contains_key(name), "{place}: {name} in {schema}");
    }
    let kind = fields["type"]
        .as_str()
        .unwrap_or_else(|| panic!("{place}: {schema}"));
    assert!(
        ["object", "array", "string", "integer", "number", "boolean"].contains(&kind),
        "{place}: {kind}"
    );
    if let Some(choices) = fields.get("enum") {
        let choices = choices.as_array().expect("choices");
        assert!(choices.iter().all(Value::is_string), "{place}: {schema}");
    }
    for (name, property) in fields
        .get("properties")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        is_plain(property, &format!("{place}.{name}"));
    }
    if let Some(items) = fields.get("items") {
        is_plain(items, &format!("{place}[]"));
    }
}

#[test]
fn schemas_are_what_every_client_takes() {
    let sandbox = workspace();
    let mut server = Server::open(&sandbox, Era::MODERN);
    let list = server.result("tools/list", json!({}));
    for tool in list["tools"].as_array().unwrap() {
        for which in ["inputSchema", "outputSchema"] {
            let (schema, place) = (&tool[which], format!("{} {which}", tool["name"]));
            assert_eq!(schema["type"], "object", "{place}");
            assert_eq!(schema["additionalProperties"], false, "{place}");
            assert!(schema["properties"].is_object(), "{place}");
            is_plain(schema, &place);
            jsonschema::meta::validate(schema).unwrap_or_else(|error| panic!("{place}: {error}"));
        }
        let takes_dry_run = tool["inputSchema"]["properties"].get("dry_run").is_some();
        assert_eq!(
            takes_dry_run,
            tool["annotations"]["readOnlyHint"] == false,
            "{}",
            tool["name"]
        );
        let text = tool.to_string();
        for word in ["--trust", "\"trust", "\"yes\"", "\"fix\""] {
            assert!(!text.contains(word), "{}: {word}", tool["name"]);
        }
    }
}

#[test]
fn fewer_can_be_served() {
    let reading = ["doctor", "ls", "status"];
    assert_eq!(listed(&["--read-only"]), reading);
    assert_eq!(listed(&["--tools", "sync,ls"]), ["ls", "sync"]);
    assert_eq!(listed(&["--tools", "sync", "--tools=rm"]), ["rm", "sync"]);
    let all_but_exec: Vec<_> = TOOLS
        .map(|(name, _)| name)
        .into_iter()
        .filter(|name| *name != "exec")
        .collect();
    assert_eq!(listed(&["--exclude-tools", "exec"]), all_but_exec);
    assert_eq!(
        listed(&["--read-only", "--exclude-tools=ls", "--tools=ls,status,rm"]),
        ["status"]
    );
}

#[test]
fn what_is_not_served_cannot_be_called() {
    let sandbox = workspace();
    let mut server = Server::open_with(command(&sandbox, ["--read-only"]), Era::MODERN);
    for (name, [reads, ..]) in TOOLS {
        let answer = server.ask("tools/call", json!({"name": name, "arguments": {}}));
        assert_eq!(answer.get("error").is_none(), reads, "{answer:#}");
    }
    server.end_well();
}

#[test]
fn launches_that_cannot_be_meant_are_refused() {
    let sandbox = workspace();
    let cases: [(&[&str], &[&str]); 10] = [
        (&[], &["--mcp"]),
        (&["--read-only"], &["--mcp"]),
        (&["--mcp", "--tools", "ls,lss"], &["lss", "status"]),
        (&["--mcp", "--exclude-tools", "nope"], &["nope"]),
        (&["--mcp", "--tools", "serve"], &["serve"]),
        (&["--mcp", "--tools", ""], &["tool"]),
        (
            &["--mcp", "--read-only", "--tools", "rm"],
            &["no tool is left"],
        ),
        (&["--mcp", "--trust"], &["approved"]),
        (&["--mcp", "--dry-run"], &["dry_run"]),
        (&["--mcp", "--filter", "a"], &["filter"]),
    ];
    for (words, named) in cases {
        let outcome = grex!(sandbox, "serve").args(words).stdin("x\n").run();
        outcome.code(2);
        assert_eq!(outcome.stdout, "", "{words:?}");
        for name in named {
            assert!(
                outcome.stderr.contains(name),
                "{words:?}: {}",
                outcome.snapshot()
            );
        }
    }
    grex!(
        sandbox,
        "serve",
        "--mcp",
        "--trust-source",
        "https://example.com/"
    )
    .stdin("x\n")
    .run()
    .code(2);
    let elsewhere = grex!(sandbox, "serve", "--mcp", "-C", "not-there")
        .stdin("x\n")
        .run();
    elsewhere.code(2);
}
