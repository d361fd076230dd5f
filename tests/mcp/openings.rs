//! How a session begins, in every revision.

use serde_json::{Value, json};

use crate::{
    client::{Era, HANDSHAKES, MODERN, Server, code, command},
    support::workspace,
};

fn initialize(version: &str) -> Value {
    json!({
        "protocolVersion": version, "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    })
}

fn is_grex(said: &Value) {
    let capabilities = said["capabilities"].as_object().expect("capabilities");
    let names: Vec<_> = capabilities.keys().map(String::as_str).collect();
    assert_eq!(names, ["resources", "tools"], "{said:#}");
    let instructions = said["instructions"].as_str().expect("instructions");
    assert!((500..=2_000).contains(&instructions.chars().count()));
}

#[test]
fn every_revision_with_a_handshake_is_spoken() {
    let sandbox = workspace();
    for version in HANDSHAKES {
        let mut server = Server::spawn(command(&sandbox, [""; 0]), Era::of(version));
        let said = server.begin();
        assert_eq!(said["protocolVersion"], version);
        assert_eq!(said["serverInfo"]["name"], "grex");
        is_grex(&said);
        assert_eq!(server.result("ping", json!({})), json!({}));
        assert_eq!(server.call("ls", json!({}))["total"], 0);
        server.end_well();
    }
}

#[test]
fn the_revision_without_one_is_spoken_from_the_first_request() {
    let sandbox = workspace();
    for discovers in [true, false] {
        let mut server = Server::spawn(command(&sandbox, [""; 0]), Era::MODERN);
        if discovers {
            let said = server.begin();
            let supported = said["supportedVersions"].as_array().expect("versions");
            for version in HANDSHAKES.iter().chain([&MODERN]) {
                assert!(supported.contains(&json!(version)), "{said:#}");
            }
            is_grex(&said);
        }
        assert_eq!(server.call("ls", json!({}))["total"], 0);
        server.end_well();
    }
}

#[test]
fn both_openings_say_the_same() {
    let sandbox = workspace();
    let [modern, handshake] = Era::BOTH.map(|era| {
        let mut server = Server::spawn(command(&sandbox, [""; 0]), era);
        let said = server.begin();
        server.end_well();
        said
    });
    for field in ["instructions", "capabilities"] {
        assert_eq!(modern[field], handshake[field]);
    }
}

#[test]
fn a_version_that_nobody_knows_is_answered_in_either_way() {
    let sandbox = workspace();
    for version in ["1999-01-01", "2031-01-01", "", "x", "2025-06-18 "] {
        let mut server = Server::spawn(command(&sandbox, [""; 0]), Era::HANDSHAKE);
        let said = server.result("initialize", initialize(version));
        assert_eq!(said["protocolVersion"], "2025-11-25", "{version:?}");
        server.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        assert_eq!(server.call("ls", json!({}))["total"], 0);
        server.end_well();

        let mut server = Server::spawn(command(&sandbox, [""; 0]), Era::MODERN);
        for method in ["server/discover", "tools/list"] {
            let mut meta = Era::MODERN.meta();
            meta["io.modelcontextprotocol/protocolVersion"] = json!(version);
            server.send(&json!({
                "jsonrpc": "2.0", "id": method, "method": method, "params": {"_meta": meta},
            }));
            let answer = server.answer(method);
            assert_eq!(code(&answer), -32022, "{method} {version:?}: {answer:#}");
            let supported = &answer["error"]["data"]["supported"];
            assert!(
                supported.as_array().unwrap().contains(&json!(MODERN)),
                "{answer:#}"
            );
        }
        // The client takes one of those, and goes on.
        assert_eq!(server.call("ls", json!({}))["total"], 0);
        server.end_well();
    }
}

#[test]
fn a_notification_may_come_first() {
    let sandbox = workspace();
    for era in Era::BOTH {
        let mut server = Server::spawn(command(&sandbox, [""; 0]), era);
        for method in [
            "notifications/initialized",
            "notifications/cancelled",
            "notifications/x",
        ] {
            server.send(&json!({"jsonrpc": "2.0", "method": method}));
        }
        is_grex(&server.begin());
        assert_eq!(server.call("ls", json!({}))["total"], 0);
        server.end_well();
    }
}

#[test]
fn requests_before_an_opening_are_answered_and_do_not_end_the_session() {
    let sandbox = workspace();
    for era in Era::BOTH {
        let mut server = Server::spawn(command(&sandbox, [""; 0]), era);
        // Without a handshake and without what the modern revision wants in each request.
        for method in ["tools/list", "tools/call", "resources/list"] {
            let params = json!({"name": "ls", "arguments": {}});
            server
                .send(&json!({"jsonrpc": "2.0", "id": method, "method": method, "params": params}));
            assert_eq!(code(&server.answer(method)), -32602);
        }
        server.send(&json!({"jsonrpc": "2.0", "id": "ping", "method": "ping"}));
        let pong = server.answer("ping");
        assert!(
            pong.get("result").is_some() || code(&pong) == -32602,
            "{pong}"
        );
        is_grex(&server.begin());
        assert_eq!(server.call("ls", json!({}))["total"], 0);
        server.end_well();
    }
}

#[test]
fn an_end_of_input_before_anything_is_an_end() {
    let sandbox = workspace();
    Server::spawn(command(&sandbox, [""; 0]), Era::MODERN).end_well();
    // The last line needs no line feed.
    let mut server = Server::spawn(command(&sandbox, [""; 0]), Era::HANDSHAKE);
    let line = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": initialize("2025-06-18")});
    server.write(line.to_string().as_bytes());
    let ended = server.end();
    assert_eq!(ended.status.code(), Some(0), "{ended:#?}");
    assert_eq!(ended.rest.len(), 1, "{ended:#?}");
    assert_eq!(ended.rest[0]["result"]["protocolVersion"], "2025-06-18");
}

#[test]
fn a_directory_that_is_no_workspace_yet_is_served_and_can_be_made_one() {
    let sandbox = grex_fixtures::Sandbox::new();
    let mut server = Server::open(&sandbox, Era::MODERN);
    let error = server.failing("ls", json!({}));
    assert_eq!(error["kind"], "usage");
    assert!(error["hint"].as_str().unwrap().contains("init"), "{error}");
    drop(server.call("init", json!({})));
    assert_eq!(server.call("ls", json!({}))["total"], 0);
    server.end_well();
}
