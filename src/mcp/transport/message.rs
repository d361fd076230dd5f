//! A line read as a message: what is one is typed, what is none is refused, and nothing that
//! answers is ever answered.

use rmcp::model::{
    CallToolRequest, ClientJsonRpcMessage, ClientRequest, DiscoverRequest, ErrorCode,
    InitializeRequest, ListResourceTemplatesRequest, ListResourcesRequest, ListToolsRequest,
    PingRequest, ReadResourceRequest, RequestId, SubscriptionsListenRequest,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::refusal::Refusal;

/// What a line is.
#[derive(Debug)]
pub(super) enum Incoming {
    /// A request of a method that there is.
    Request(RequestId, Box<ClientRequest>),
    /// A notification that is known, or an answer.
    Other(Box<ClientJsonRpcMessage>),
    /// Nothing that anybody waits for.
    Nothing,
    /// An error, and an answer to it is owed.
    Refused(Refusal),
}

/// Reads a line. What is nested deeper than 128 levels is refused by the parser, so that no other
/// line can exhaust the stack.
pub(super) fn read(line: &[u8]) -> Incoming {
    let invalid =
        |id, what: &str| Incoming::Refused(Refusal::new(id, ErrorCode::INVALID_REQUEST, what));
    let message = match serde_json::from_slice(line) {
        Ok(Value::Object(message)) => message,
        Ok(Value::Array(_)) => {
            return invalid(
                None,
                "batches are not part of the protocol: send one message a line",
            );
        }
        Ok(_) => return invalid(None, "a message is a JSON object"),
        Err(error) => {
            let what = format!("the line is no JSON: {error}");
            return Incoming::Refused(Refusal::new(None, ErrorCode::PARSE_ERROR, &what));
        }
    };
    let answers = message.contains_key("result") || message.contains_key("error");
    if answers && !message.contains_key("method") {
        return other(message);
    }
    // Fractions, and numbers that are written as if they might have one, name no request.
    let id = message.get("id").filter(|id| !id.is_f64());
    let id = id.and_then(|id| RequestId::deserialize(id).ok());
    if message.get("jsonrpc").and_then(Value::as_str) != Some("2.0") {
        return invalid(id, "\"jsonrpc\" must be \"2.0\"");
    }
    if answers {
        return invalid(
            id,
            "a message with \"method\" has neither \"result\" nor \"error\"",
        );
    }
    let Some(method) = message.get("method").and_then(Value::as_str) else {
        return invalid(id, "\"method\" must be a string");
    };
    if !message.contains_key("id") {
        return other(message);
    }
    let Some(id) = id else {
        return invalid(None, "\"id\" must be a string or an integer");
    };
    let method = method.to_owned();
    match request(&method, message) {
        Ok(request) => Incoming::Request(id, Box::new(request)),
        Err((code, what)) => Incoming::Refused(Refusal::new(Some(id), code, &what)),
    }
}

/// A notification or an answer. Neither is answered, whatever is wrong with it: two programs that
/// complain about each other's complaints never stop.
fn other(message: Map<String, Value>) -> Incoming {
    const KNOWN: [&str; 4] = [
        "notifications/cancelled",
        "notifications/initialized",
        "notifications/progress",
        "notifications/roots/list_changed",
    ];
    let method = message.get("method").and_then(Value::as_str);
    if method.is_some_and(|method| !KNOWN.contains(&method)) {
        return Incoming::Nothing;
    }
    match serde_json::from_value(Value::Object(message)) {
        Ok(message) => Incoming::Other(Box::new(message)),
        Err(_) => Incoming::Nothing,
    }
}

/// A request by its method. `rmcp` itself tries one type after the other, and takes what fits none
/// for a request of an unknown method.
fn request(
    method: &str,
    message: Map<String, Value>,
) -> Result<ClientRequest, (ErrorCode, String)> {
    match method {
        "initialize" => typed::<InitializeRequest>(message),
        "ping" => typed::<PingRequest>(message),
        "server/discover" => typed::<DiscoverRequest>(message),
        "subscriptions/listen" => typed::<SubscriptionsListenRequest>(message),
        "resources/list" => typed::<ListResourcesRequest>(message),
        "resources/templates/list" => typed::<ListResourceTemplatesRequest>(message),
        "resources/read" => typed::<ReadResourceRequest>(message),
        "tools/list" => typed::<ListToolsRequest>(message),
        "tools/call" => {
            let arguments = message
                .get("params")
                .and_then(|params| params.get("arguments"));
            if arguments.is_some_and(|arguments| !arguments.is_object()) {
                let what = "\"arguments\" must be an object".to_owned();
                return Err((ErrorCode::INVALID_PARAMS, what));
            }
            typed::<CallToolRequest>(message)
        }
        other => Err((
            ErrorCode::METHOD_NOT_FOUND,
            format!("there is no method {other:?}"),
        )),
    }
}

fn typed<T>(message: Map<String, Value>) -> Result<ClientRequest, (ErrorCode, String)>
where
    T: DeserializeOwned + Into<ClientRequest>,
{
    serde_json::from_value::<T>(Value::Object(message))
        .map(Into::into)
        .map_err(|error| {
            (
                ErrorCode::INVALID_PARAMS,
                format!("invalid parameters: {error}"),
            )
        })
}
