//! Calls that are malformed, in every way that a client or a model can think of.

use serde_json::{Value, json};

use crate::{
    client::{Era, Server, code},
    support::{Still, workspace_with},
};

#[test]
fn unknown_arguments_tools_and_methods_are_told_apart() {
    let sandbox = workspace_with(&["one"]);
    let still = Still::of(sandbox.workspace());
    for era in Era::BOTH {
        let mut server = Server::open(&sandbox, era);
        let tools: Value = server.result("tools/list", json!({}))["tools"].clone();
        for tool in tools.as_array().unwrap() {
            let params = json!({"name": tool["name"], "arguments": {"surely_not": 1}});
            assert_eq!(
                server.error("tools/call", params),
                -32602,
                "{}",
                tool["name"]
            );
        }
        for params in [
            json!({"name": "nope", "arguments": {}}),
            json!({"name": "serve", "arguments": {}}),
            json!({"name": "", "arguments": {}}),
            json!({"name": "LS", "arguments": {}}),
            json!({"name": 1, "arguments": {}}),
            json!({"name": null, "arguments": {}}),
            json!({"arguments": {}}),
            json!({}),
            json!({"name": "ls", "arguments": []}),
            json!({"name": "ls", "arguments": "{}"}),
            json!({"name": "ls", "arguments": {"limit": "10"}}),
            json!({"name": "ls", "arguments": {"limit": -1}}),
            json!({"name": "ls", "arguments": {"limit": 1.5}}),
            json!({"name": "ls", "arguments": {"filter": "one"}}),
            json!({"name": "rm", "arguments": {}}),
            json!({"name": "rm", "arguments": {"packs": "one"}}),
            json!({"name": "rm", "arguments": {"packs": ["one"], "force": true}}),
            json!({"name": "rm", "arguments": {"packs": ["one"], "yes": true}}),
            json!({"name": "add", "arguments": {"url": ["x"]}}),
            json!({"name": "add", "arguments": {"url": "x", "trust": true}}),
            json!({"name": "update", "arguments": {"trust": true}}),
            json!({"name": "exec", "arguments": {"command": "ls -l"}}),
            json!({"name": "exec", "arguments": {"command": ["ls", 1]}}),
            json!({"name": "exec", "arguments": {"command": ["ls"], "shell": true}}),
            json!({"name": "sync", "arguments": {"dry_run": "yes"}}),
            json!({"name": "doctor", "arguments": {"fix": true}}),
        ] {
            assert_eq!(
                server.error("tools/call", params.clone()),
                -32602,
                "{era:?} {params}"
            );
        }
        for method in [
            "nope",
            "",
            "tools",
            "prompts/list",
            "completion/complete",
            "tools/Call",
        ] {
            let answer = server.ask(method, json!({}));
            assert_eq!(code(&answer), -32601, "{era:?} {method}: {answer}");
        }
        assert_eq!(server.call("ls", json!({}))["total"], 1);
        server.end_well();
    }
    still.check();
}

#[test]
fn arguments_may_be_left_out() {
    let sandbox = workspace_with(&["one"]);
    for era in Era::BOTH {
        let mut server = Server::open(&sandbox, era);
        for tool in ["ls", "status", "doctor"] {
            let answer = server.ask("tools/call", json!({"name": tool}));
            assert!(crate::client::content(&answer).is_object());
        }
        server.end_well();
    }
}

#[test]
fn what_is_null_is_what_is_not_there() {
    let sandbox = workspace_with(&["one"]);
    let mut server = Server::open(&sandbox, Era::MODERN);
    let list = server.call("ls", json!({"limit": null, "cursor": null}));
    assert_eq!(list["total"], 1);
    server.end_well();
}
