#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, Mutex};

use rmcp::{
    ErrorData, RoleServer, ServerHandler, ServiceExt,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ServerCapabilities,
        ServerConfig,
    },
    service::RequestContext,
};
use serde_json::{Value, json};
use tokio::{
    io::{
        AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, DuplexStream, ReadHalf, WriteHalf,
    },
    sync::Notify,
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use super::Transport;
use crate::mcp::turns::{Turn, Turns};

/// A server with two tools: `echo` says its arguments and whether it has a turn, `hold` waits to be
/// let go.
#[derive(Clone, Default)]
struct Tools {
    hold: Arc<Notify>,
    holding: Arc<Notify>,
}

impl ServerHandler for Tools {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        mut context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        if request.name == "hold" {
            self.holding.notify_one();
            tokio::select! {
                () = self.hold.notified() => {}
                () = context.ct.cancelled() => {}
            }
        }
        let has_turn = context.extensions.remove::<Turn>().is_some();
        let text = format!("{has_turn} {}", json!(request.arguments));
        Ok(CallToolResult::success(vec![ContentBlock::text(text)]).into())
    }
}

struct Client {
    input: Option<WriteHalf<DuplexStream>>,
    output: BufReader<ReadHalf<DuplexStream>>,
    tools: Tools,
    end: CancellationToken,
    arrived: Arc<Mutex<Vec<String>>>,
    server: JoinHandle<()>,
}

impl Client {
    /// Starts a server, to which nothing was said yet.
    fn new() -> Self {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        let (input, output) = tokio::io::split(theirs);
        let end = CancellationToken::new();
        let arrived = Arc::new(Mutex::new(Vec::new()));
        let (turns, names) = (Turns::default(), Arc::clone(&arrived));
        let arrivals = move |tool: &str| {
            names.lock().unwrap().push(tool.to_owned());
            Some(turns.next())
        };
        let transport = Transport::new(input, output, arrivals, end.clone());
        let tools = Tools::default();
        let handler = tools.clone();
        let server = tokio::spawn(async move {
            if let Ok(running) = handler.serve(transport).await {
                running.waiting().await.unwrap();
            }
        });
        let (output, input) = tokio::io::split(ours);
        Self {
            input: Some(input),
            output: BufReader::new(output),
            tools,
            end,
            arrived,
            server,
        }
    }

    /// Starts a server and opens a session by the handshake.
    async fn open() -> Self {
        let mut client = Self::new();
        let params = json!({
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": { "name": "test", "version": "1" },
        });
        let opening =
            json!({"jsonrpc": "2.0", "id": "open", "method": "initialize", "params": params});
        let answer = client.ask(&opening.to_string()).await;
        assert_eq!(answer["result"]["protocolVersion"], "2025-06-18");
        client
            .say(br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#)
            .await;
        client
    }

    async fn say(&mut self, line: &[u8]) {
        let input = self.input.as_mut().unwrap();
        input.write_all(line).await.unwrap();
        input.write_all(b"\n").await.unwrap();
    }

    async fn hear(&mut self) -> Value {
        let mut line = String::new();
        self.output.read_line(&mut line).await.unwrap();
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line:?}"))
    }

    async fn ask(&mut self, line: &str) -> Value {
        self.say(line.as_bytes()).await;
        self.hear().await
    }

    /// The session goes on, and nothing is on its way.
    async fn lives(&mut self) {
        let answer = self.ask(&call("alive", "echo", &json!({}))).await;
        assert_eq!(answer["id"], "alive");
        assert_eq!(text(&answer), "true {}");
    }
}

fn call(id: impl Into<Value>, tool: &str, arguments: &Value) -> String {
    let params = json!({"name": tool, "arguments": arguments});
    json!({"jsonrpc": "2.0", "id": id.into(), "method": "tools/call", "params": params}).to_string()
}

fn text(answer: &Value) -> &str {
    answer["result"]["content"][0]["text"].as_str().unwrap()
}

fn nested(depth: usize) -> String {
    let value = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    call(1, "echo", &json!({})).replace("{}", &format!("{{\"a\":{value}}}"))
}

#[tokio::test]
async fn what_is_no_message_is_refused_and_the_session_goes_on() {
    let long = vec![b'x'; 5 * 1024 * 1024];
    let deep = "[".repeat(100_000);
    let deeper = nested(100_000);
    let cases: &[(&[u8], Value, i64)] = &[
        (b"{", json!(null), -32700),
        (b"hello", json!(null), -32700),
        (b"\xFF\xFE", json!(null), -32700),
        (b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xFF\"}", json!(null), -32700),
        (b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\0b\"}", json!(null), -32700),
        (br#"{"jsonrpc":"2.0","id":1,"method":"\ud800"}"#, json!(null), -32700),
        (br#"{"jsonrpc":"2.0","id":1e999,"method":"ping"}"#, json!(null), -32700),
        (br#"{"jsonrpc":"2.0","id":1,"method":"ping"} {}"#, json!(null), -32700),
        (deep.as_bytes(), json!(null), -32700),
        (deeper.as_bytes(), json!(null), -32700),
        (&long, json!(null), -32600),
        (b"[]", json!(null), -32600),
        (br#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, json!(null), -32600),
        (b"1", json!(null), -32600),
        (b"\"ping\"", json!(null), -32600),
        (b"null", json!(null), -32600),
        (b"{}", json!(null), -32600),
        (br#"{"id":1,"method":"ping"}"#, json!(1), -32600),
        (br#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, json!(1), -32600),
        (br#"{"jsonrpc":2.0,"id":"a","method":"ping"}"#, json!("a"), -32600),
        (br#"{"jsonrpc":"2.0","id":1}"#, json!(1), -32600),
        (br#"{"jsonrpc":"2.0","id":1,"method":7}"#, json!(1), -32600),
        (br#"{"jsonrpc":"2.0","id":1,"method":"ping","result":{}}"#, json!(1), -32600),
        (br#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, json!(null), -32600),
        (br#"{"jsonrpc":"2.0","id":{},"method":"ping"}"#, json!(null), -32600),
        (br#"{"jsonrpc":"2.0","id":[1],"method":"ping"}"#, json!(null), -32600),
        (br#"{"jsonrpc":"2.0","id":true,"method":"ping"}"#, json!(null), -32600),
        (br#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, json!(null), -32600),
        (br#"{"jsonrpc":"2.0","id":1.0,"method":"ping"}"#, json!(null), -32600),
        (br#"{"jsonrpc":"2.0","id":18446744073709551616,"method":"ping"}"#, json!(null), -32600),
        (br#"{"jsonrpc":"2.0","id":1,"method":"tools/call"}"#, json!(1), -32602),
        (br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":null}"#, json!(1), -32602),
        (br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":[]}"#, json!(1), -32602),
        (br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{}}"#, json!(1), -32602),
        (br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":5}}"#, json!(1), -32602),
        (
            br#"{"jsonrpc":"2.0","id":"x","method":"tools/call","params":{"name":"echo","arguments":[]}}"#,
            json!("x"),
            -32602,
        ),
        (
            br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":null}}"#,
            json!(1),
            -32602,
        ),
        (
            br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","_meta":3}}"#,
            json!(1),
            -32602,
        ),
        (br#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":1}}"#, json!(1), -32602),
        (br#"{"jsonrpc":"2.0","id":1,"method":"resources/read","params":{}}"#, json!(1), -32602),
        (br#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{}}"#, json!(1), -32602),
        (br#"{"jsonrpc":"2.0","id":1,"method":"server/discover"}"#, json!(1), -32602),
        (br#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}"#, json!(1), -32602),
        (br#"{"jsonrpc":"2.0","id":1,"method":"prompts/list"}"#, json!(1), -32601),
        (br#"{"jsonrpc":"2.0","id":1,"method":"tools/destroy"}"#, json!(1), -32601),
        (br#"{"jsonrpc":"2.0","id":1,"method":""}"#, json!(1), -32601),
    ];
    let (mut open, mut new) = (Client::open().await, Client::new());
    for (line, id, code) in cases {
        let shown = String::from_utf8_lossy(&line[..line.len().min(120)]);
        for client in [&mut open, &mut new] {
            client.say(line).await;
            let answer = client.hear().await;
            assert_eq!(answer["jsonrpc"], "2.0", "{shown}");
            assert_eq!(answer.get("id"), Some(id), "{shown}: {answer}");
            assert_eq!(answer["error"]["code"], *code, "{shown}: {answer}");
            let message = answer["error"]["message"].as_str().unwrap();
            assert!(
                !message.is_empty() && message.len() < 400,
                "{shown}: {answer}"
            );
        }
    }
    open.lives().await;
    new.ask(r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#).await;
}

#[tokio::test]
async fn what_nobody_waits_for_is_passed_over() {
    let ignored = [
        r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":99}}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":{}}}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/cancelled"}"#,
        r#"{"jsonrpc":"2.0","method":"notifications/unheard_of","params":[1]}"#,
        r#"{"jsonrpc":"2.0","method":"tools/call","params":{"name":"echo"}}"#,
        r#"{"jsonrpc":"2.0","id":7,"result":{}}"#,
        r#"{"jsonrpc":"2.0","id":"7","error":{"code":-1,"message":"no"}}"#,
        r#"{"jsonrpc":"2.0","id":null,"error":{"code":-1,"message":"no"}}"#,
        r#"{"jsonrpc":"2.0","id":{},"result":3,"error":4}"#,
        "",
        "  \t",
    ];
    let (mut open, mut new) = (Client::open().await, Client::new());
    for line in ignored {
        open.say(line.as_bytes()).await;
        new.say(line.as_bytes()).await;
    }
    open.lives().await;
    let answer = new.ask(r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#).await;
    assert_eq!(answer["id"], 1);
}

#[tokio::test]
async fn strange_values_reach_the_tool() {
    let mut client = Client::open().await;
    let cases = [
        (r#"{"a":1,"a":2}"#, r#"{"a":2}"#),
        (r#"{"a":"\u0000\n"}"#, r#"{"a":"\u0000\n"}"#),
        (
            r#"{"a":"\ud83d\ude00\u2028"}"#,
            "{\"a\":\"\u{1F600}\u{2028}\"}",
        ),
        (
            r#"{"a":123456789012345678901234567890}"#,
            r#"{"a":1.2345678901234568e+29}"#,
        ),
    ];
    for (sent, received) in cases {
        let line = call(1, "echo", &json!({})).replace("{}", sent);
        let answer = client.ask(&line).await;
        assert_eq!(text(&answer), format!("true {received}"), "{answer}");
    }
    let answer = client.ask(&nested(100)).await;
    assert!(text(&answer).contains(&"[".repeat(100)));
}

#[tokio::test]
async fn a_session_opens_without_a_handshake() {
    let mut client = Client::new();
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    let request = |id: i64, method: &str, mut params: Value| {
        params["_meta"] = meta.clone();
        json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).to_string()
    };
    let cancelled =
        br#"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":9}}"#;
    // One that is refused opens nothing: what follows it must not end the server.
    client.ask(&call(1, "echo", &json!({}))).await;
    client.say(cancelled).await;
    let answer = client.ask(&request(2, "server/discover", json!({}))).await;
    assert!(answer["result"].is_object(), "{answer}");
    client.say(cancelled).await;
    let params = json!({"name": "echo", "arguments": {}});
    let answer = client.ask(&request(3, "tools/call", params.clone())).await;
    assert_eq!(text(&answer), "true {}");
    client.say(cancelled).await;
    let answer = client.ask(&request(4, "tools/call", params)).await;
    assert_eq!(answer["id"], 4);
}

#[tokio::test]
async fn an_id_that_is_at_work_is_not_used_again() {
    let mut client = Client::open().await;
    client.say(call(5, "hold", &json!({})).as_bytes()).await;
    client.tools.holding.notified().await;
    let answer = client.ask(&call(5, "echo", &json!({"second": true}))).await;
    assert_eq!(
        (&answer["id"], &answer["error"]["code"]),
        (&json!(5), &json!(-32600))
    );
    let answer = client.ask(&call("5", "echo", &json!({}))).await;
    assert_eq!(answer["id"], "5");
    client.tools.hold.notify_one();
    let answer = client.hear().await;
    assert_eq!((&answer["id"], text(&answer)), (&json!(5), "true {}"));
    assert_eq!(*client.arrived.lock().unwrap(), ["hold", "echo"]);
}

#[tokio::test]
async fn a_last_line_needs_no_line_feed_and_the_end_is_told() {
    let mut client = Client::open().await;
    let mut input = client.input.take().unwrap();
    input
        .write_all(call(1, "echo", &json!({})).as_bytes())
        .await
        .unwrap();
    input.shutdown().await.unwrap();
    assert_eq!(client.hear().await["id"], 1);
    client.end.cancelled().await;
    client.server.await.unwrap();
    let mut rest = Vec::new();
    client.output.read_to_end(&mut rest).await.unwrap();
    assert_eq!(rest, b"");
}

#[tokio::test]
async fn an_error_is_written_before_the_end() {
    let mut client = Client::new();
    let mut input = client.input.take().unwrap();
    input.write_all(b"nonsense").await.unwrap();
    input.shutdown().await.unwrap();
    assert_eq!(client.hear().await["error"]["code"], -32700);
    client.server.await.unwrap();
    assert!(client.end.is_cancelled());
}

#[tokio::test]
async fn a_client_who_reads_no_more_has_gone() {
    // The input stays open.
    let (_input, theirs) = tokio::io::duplex(64);
    let (output, gone) = tokio::io::duplex(64);
    let end = CancellationToken::new();
    let mut transport = Transport::new(theirs, output, |_: &str| None, end.clone());
    drop(gone);
    let answer = rmcp::model::ServerJsonRpcMessage::error(ErrorData::default(), None);
    let sent = rmcp::transport::Transport::<RoleServer>::send(&mut transport, answer);
    assert!(sent.await.is_err());
    let next = rmcp::transport::Transport::<RoleServer>::receive(&mut transport).await;
    assert!(next.is_none() && end.is_cancelled());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_of_many_calls_are_whole() {
    let mut client = Client::open().await;
    let long = "x\n".repeat(10_000);
    let mut input = client.input.take().unwrap();
    let writer = tokio::spawn(async move {
        for id in 0..100 {
            let line = call(id, "echo", &json!({"text": long})) + "\r\nnonsense\n";
            input.write_all(line.as_bytes()).await.unwrap();
        }
        input
    });
    let mut errors = 0;
    let mut ids = std::collections::BTreeSet::new();
    for _ in 0..200 {
        let answer = client.hear().await;
        match answer["id"].as_i64() {
            Some(id) => assert!(ids.insert(id)),
            None => errors += 1,
        }
    }
    assert_eq!((errors, ids.len()), (100, 100));
    client.input = Some(writer.await.unwrap());
    client.lives().await;
}

#[tokio::test]
async fn what_was_read_before_the_end_is_at_work() {
    use rmcp::transport::Transport as _;
    let line = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"a","version":"1"}}}"#;
    let end = CancellationToken::new();
    let mut transport = Transport::new(
        line.as_bytes(),
        tokio::io::sink(),
        |_: &str| None,
        end.clone(),
    );
    let at_work = transport.at_work();
    let request = transport.receive().await.unwrap();
    assert!(transport.receive().await.is_none() && end.is_cancelled());
    // Nobody has begun with it, and it counts.
    assert!(!at_work.is_empty());
    drop(request);
    assert!(at_work.is_empty());
}
