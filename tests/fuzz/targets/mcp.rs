//! Messages to the MCP server.

use std::collections::HashSet;

use grex::mcp::Transport;
use rmcp::{model::ClientJsonRpcMessage, transport::Transport as _};
use serde_json::Value;
use tokio::io::AsyncReadExt;
use tokio_util::sync::CancellationToken;

/// Lines: whatever comes, the session goes on to the end of the input, nothing is handed on with an
/// id that is in use, and what is refused gets one line of JSON-RPC for an answer.
pub(super) fn frames(data: &[u8]) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let (refusals, requests) = runtime.block_on(talk(data));
    let lines = data.split(|byte| *byte == b'\n').count();
    assert!(refusals.len() + requests <= lines, "one answer a line");
    for refusal in refusals {
        assert_eq!(refusal["jsonrpc"], "2.0");
        assert!(refusal["error"]["code"].is_i64(), "{refusal}");
        assert!(refusal["error"]["message"].is_string());
        assert!(refusal.get("id").is_some() && refusal.get("result").is_none());
    }
}

/// Returns the answers that the transport gave by itself, and how many requests it handed on.
async fn talk(input: &[u8]) -> (Vec<Value>, usize) {
    let (output, mut answers) = tokio::io::duplex(1 << 20);
    let reader = tokio::spawn(async move {
        let mut said = String::new();
        answers.read_to_string(&mut said).await.expect("UTF-8");
        said
    });
    let mut transport = Transport::new(input, output, |_| None, CancellationToken::new());
    let (mut ids, mut kept) = (HashSet::new(), Vec::new());
    while let Some(message) = transport.receive().await {
        if let ClientJsonRpcMessage::Request(request) = &message {
            // A cancelled request may free its id; that of one which is kept stays in use.
            let id = request.id.clone();
            assert!(ids.insert(id), "an id is used twice");
        }
        kept.push(message);
    }
    transport.close().await.expect("closed");
    let said = reader.await.expect("no panic");
    let refusals = said
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect();
    (refusals, ids.len())
}
