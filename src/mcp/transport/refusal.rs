//! The answers that the transport gives by itself, to what it passes on to nobody.

use rmcp::model::{ErrorCode, RequestId};
use serde_json::json;

/// How much of what was wrong is told, in characters: it may quote what the client sent.
const LONGEST: usize = 300;

/// An error of JSON-RPC.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Refusal {
    /// The request's; none where it has none that could be read.
    pub(super) id: Option<RequestId>,
    /// What kind of error it is.
    pub(super) code: ErrorCode,
    /// What is wrong, for whoever writes the client.
    pub(super) message: String,
}

impl Refusal {
    /// Makes a refusal whose message is cut where it is too long.
    pub(super) fn new(id: Option<RequestId>, code: ErrorCode, message: &str) -> Self {
        let beyond = message.char_indices().nth(LONGEST);
        let (end, cut) = beyond.map_or((message.len(), ""), |(end, _)| (end, "..."));
        Self {
            id,
            code,
            message: format!("{}{cut}", &message[..end]),
        }
    }

    /// The line to be written, without its line feed. The id is null where there is none, as
    /// JSON-RPC 2.0 (section 5) wants it; `rmcp` leaves it out.
    pub(super) fn line(&self) -> Vec<u8> {
        json!({
            "jsonrpc": "2.0",
            "id": self.id,
            "error": { "code": self.code, "message": self.message },
        })
        .to_string()
        .into_bytes()
    }
}
