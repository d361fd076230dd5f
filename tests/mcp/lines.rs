//! Row M1: whatever a line holds that is no message, the session goes on.

use serde_json::{Value, json};

use crate::{
    client::{Era, Server, code, command},
    support::workspace_with,
};

const PARSE: i64 = -32700;
const INVALID: i64 = -32600;
const PARAMETERS: i64 = -32602;

/// What is wrong, the line, and code and id of the answer.
type Case = (&'static str, Vec<u8>, i64, Value);

fn case(name: &'static str, line: impl Into<Vec<u8>>, code: i64, id: impl Into<Value>) -> Case {
    (name, line.into(), code, id.into())
}

fn deep(open: &str, close: &str, levels: usize) -> String {
    format!("{}1{}", open.repeat(levels), close.repeat(levels))
}

fn no_json() -> Vec<Case> {
    let null = Value::Null;
    let inner = deep("{\"a\":[", "]}", 200);
    vec![
        case("garbage", "garbage", PARSE, null.clone()),
        case(
            "half a message",
            r#"{"jsonrpc":"2.0","id":1,"#,
            PARSE,
            null.clone(),
        ),
        case(
            "invalid UTF-8",
            b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}".to_vec(),
            PARSE,
            null.clone(),
        ),
        case(
            "half a surrogate",
            r#"{"jsonrpc":"2.0","id":1,"method":"\ud800"}"#,
            PARSE,
            null.clone(),
        ),
        case("NUL bytes", vec![0; 100], PARSE, null.clone()),
        case(
            "two in a line",
            r#"{"jsonrpc":"2.0","id":1,"method":"ping"}{}"#,
            PARSE,
            null.clone(),
        ),
        case("an HTTP request", "POST / HTTP/1.1\r", PARSE, null.clone()),
        case(
            "a header of the other framing",
            "Content-Length: 40\r",
            PARSE,
            null.clone(),
        ),
        case(
            "lists in lists",
            deep("[", "]", 100_000),
            PARSE,
            null.clone(),
        ),
        case(
            "objects in objects",
            deep("{\"a\":", "}", 100_000),
            PARSE,
            null.clone(),
        ),
        case(
            "only their beginning",
            "[".repeat(1_000_000),
            PARSE,
            null.clone(),
        ),
        case(
            "deep arguments",
            format!(
                r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"ls","arguments":{{"filter":{inner}}}}}}}"#
            ),
            PARSE,
            null,
        ),
    ]
}

fn no_message() -> Vec<Case> {
    let null = Value::Null;
    let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    vec![
        case("a batch", format!("[{ping},{ping}]"), INVALID, null.clone()),
        case("an empty batch", "[]", INVALID, null.clone()),
        case("a number", "1", INVALID, null.clone()),
        case("a text", "\"ping\"", INVALID, null.clone()),
        case("null", "null", INVALID, null.clone()),
        case("an empty object", "{}", INVALID, null.clone()),
        case("no version", r#"{"id":"a","method":"ping"}"#, INVALID, "a"),
        case(
            "another version",
            r#"{"jsonrpc":"1.0","id":"a","method":"ping"}"#,
            INVALID,
            "a",
        ),
        case(
            "a version that is a number",
            r#"{"jsonrpc":2.0,"id":"a","method":"ping"}"#,
            INVALID,
            "a",
        ),
        case("no method", r#"{"jsonrpc":"2.0","id":"a"}"#, INVALID, "a"),
        case(
            "a method that is a number",
            r#"{"jsonrpc":"2.0","id":"a","method":1}"#,
            INVALID,
            "a",
        ),
        case(
            "id null",
            r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#,
            INVALID,
            null.clone(),
        ),
        case(
            "id true",
            r#"{"jsonrpc":"2.0","id":true,"method":"ping"}"#,
            INVALID,
            null.clone(),
        ),
        case(
            "a list for an id",
            r#"{"jsonrpc":"2.0","id":[1],"method":"ping"}"#,
            INVALID,
            null.clone(),
        ),
        case(
            "an object for an id",
            r#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#,
            INVALID,
            null.clone(),
        ),
        case(
            "a fraction for an id",
            r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#,
            INVALID,
            null.clone(),
        ),
        case(
            "a number without end",
            r#"{"jsonrpc":"2.0","id":99999999999999999999999,"method":"ping"}"#,
            INVALID,
            null,
        ),
        case(
            "request and answer",
            r#"{"jsonrpc":"2.0","id":"a","method":"ping","result":{}}"#,
            INVALID,
            "a",
        ),
        case(
            "no name",
            r#"{"jsonrpc":"2.0","id":"a","method":"tools/call","params":{}}"#,
            PARAMETERS,
            "a",
        ),
        case(
            "no parameters",
            r#"{"jsonrpc":"2.0","id":"a","method":"tools/call"}"#,
            PARAMETERS,
            "a",
        ),
        case(
            "parameters in a list",
            r#"{"jsonrpc":"2.0","id":"a","method":"tools/call","params":["ls"]}"#,
            PARAMETERS,
            "a",
        ),
        case(
            "no URI",
            r#"{"jsonrpc":"2.0","id":"a","method":"resources/read","params":{}}"#,
            PARAMETERS,
            "a",
        ),
    ]
}

/// Sends each line, and after each a call; answers come in this order and nothing else comes.
#[track_caller]
fn all_are_answered(server: &mut Server, cases: &[Case]) {
    for (name, line, expected, id) in cases {
        server.write(line);
        server.write(b"\n");
        let (_, answer) = server.next();
        assert_eq!(
            (code(&answer), &answer["id"]),
            (*expected, id),
            "{name}: {answer}"
        );
        let text = answer["error"]["message"].as_str().unwrap();
        assert!(text.len() < 500, "{name}: {} bytes", text.len());
        goes_on(server, name);
    }
}

/// The next call is answered, and before that nothing.
#[track_caller]
fn goes_on(server: &mut Server, name: &str) {
    let id = server.start("ls", json!({}));
    let (_, answer) = server.next();
    assert_eq!(answer["id"], id, "{name}: {answer}");
    assert_eq!(answer["result"]["structuredContent"]["total"], 1, "{name}");
}

#[test]
fn m1_what_is_no_json_is_answered_and_the_session_goes_on() {
    let sandbox = workspace_with(&["one"]);
    for era in Era::BOTH {
        let mut server = Server::open(&sandbox, era);
        all_are_answered(&mut server, &no_json());
        server.end_well();
    }
}

#[test]
fn m1_what_is_no_message_is_answered_and_the_session_goes_on() {
    let sandbox = workspace_with(&["one"]);
    for era in Era::BOTH {
        let mut server = Server::open(&sandbox, era);
        all_are_answered(&mut server, &no_message());
        server.end_well();
    }
}

#[test]
fn m1_neither_prevents_an_opening() {
    let sandbox = workspace_with(&["one"]);
    for era in Era::BOTH {
        let mut server = Server::spawn(command(&sandbox, [""; 0]), era);
        for (name, line, expected, id) in no_json().iter().chain(&no_message()) {
            if *expected == PARAMETERS {
                continue;
            }
            server.write(line);
            server.write(b"\n");
            let (_, answer) = server.next();
            assert_eq!(
                (code(&answer), &answer["id"]),
                (*expected, id),
                "{name}: {answer}"
            );
        }
        drop(server.begin());
        goes_on(&mut server, "the opening");
        server.end_well();
    }
}

#[test]
fn m1_a_line_of_64_megabytes_is_passed_over() {
    let sandbox = workspace_with(&["one"]);
    for era in Era::BOTH {
        let mut server = Server::open(&sandbox, era);
        let megabyte = vec![b'x'; 1 << 20];
        server.write(br#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":""#);
        for _ in 0..64 {
            server.write(&megabyte);
        }
        server.write(b"\"}}\n");
        let (_, answer) = server.next();
        assert_eq!(
            (code(&answer), &answer["id"]),
            (INVALID, &Value::Null),
            "{answer}"
        );
        goes_on(&mut server, "64 MB");
        let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
        let peak = status
            .lines()
            .find(|line| line.starts_with("VmHWM:"))
            .unwrap();
        let peak: u64 = peak.split_whitespace().nth(1).unwrap().parse().unwrap();
        assert!(
            peak < 60 * 1024,
            "{peak} KiB for a line that is thrown away"
        );
        server.end_well();
    }
}

#[test]
fn m1_a_long_line_that_is_short_enough_is_read() {
    let sandbox = workspace_with(&["one"]);
    let mut server = Server::open(&sandbox, Era::MODERN);
    let long = "x".repeat(3 << 20);
    let answer = server.ask("tools/call", json!({"name": long, "arguments": {}}));
    assert_eq!(code(&answer), PARAMETERS);
    assert!(
        answer.to_string().len() < 4 * 1024,
        "{} bytes",
        answer.to_string().len()
    );
    let error = server.failing("ls", json!({"filter": [long]}));
    assert!(error.to_string().len() < 16 * 1024);
    goes_on(&mut server, "3 MB");
    server.end_well();
}

#[test]
fn m1_what_is_owed_no_answer_gets_none() {
    let sandbox = workspace_with(&["one"]);
    for era in Era::BOTH {
        let mut server = Server::open(&sandbox, era);
        for line in [
            "",
            "\r",
            "   ",
            r#"{"jsonrpc":"2.0","method":"nope"}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/cancelled"}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{}}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":4711}}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{}}}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/initialized","params":[]}"#,
            r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":"x"}}"#,
            r#"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"ls"}}"#,
            r#"{"jsonrpc":"2.0","id":77,"result":{}}"#,
            r#"{"jsonrpc":"2.0","id":"x","error":{"code":1,"message":"no"}}"#,
            r#"{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"no"}}"#,
            r#"{"jsonrpc":"2.0","id":[],"result":1,"error":1}"#,
        ] {
            server.write(line.as_bytes());
            server.write(b"\n");
            goes_on(&mut server, line);
        }
        server.end_well();
    }
}

#[test]
fn ids_come_back_as_they_are() {
    let sandbox = workspace_with(&["one"]);
    let mut server = Server::open(&sandbox, Era::HANDSHAKE);
    for id in [
        json!(0),
        json!(-7),
        json!(9_007_199_254_740_991_i64),
        json!(""),
        json!("ü \" \u{1}"),
        json!("1"),
    ] {
        server.send(&json!({"jsonrpc": "2.0", "id": id, "method": "ping"}));
        assert_eq!(
            server.next().1,
            json!({"jsonrpc": "2.0", "id": id, "result": {}})
        );
    }
    server.end_well();
}
