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
        "initialize" => typed::<InitializeRequest>(method, message),
        "ping" => typed::<PingRequest>(method, message),
        "server/discover" => typed::<DiscoverRequest>(method, message),
        "subscriptions/listen" => typed::<SubscriptionsListenRequest>(method, message),
        "resources/list" => typed::<ListResourcesRequest>(method, message),
        "resources/templates/list" => typed::<ListResourceTemplatesRequest>(method, message),
        "resources/read" => typed::<ReadResourceRequest>(method, message),
        "tools/list" => typed::<ListToolsRequest>(method, message),
        "tools/call" => typed::<CallToolRequest>(method, message),
        other => Err((
            ErrorCode::METHOD_NOT_FOUND,
            format!("there is no method {other:?}"),
        )),
    }
}

/// What is wrong with parameters that the types of `rmcp` let pass.
fn wrong_parameters(method: &str, params: Option<&Value>) -> Option<&'static str> {
    let params = params.filter(|params| !params.is_null())?;
    let Some(params) = params.as_object() else {
        return Some("\"params\" must be an object");
    };
    let (arguments, cursor) = (params.get("arguments"), params.get("cursor"));
    match method {
        "tools/call" if arguments.is_some_and(|it| !it.is_object()) => {
            Some("\"arguments\" must be an object")
        }
        // In what is flattened, an optional part of a wrong type is taken for a missing one.
        "tools/list" | "resources/list" | "resources/templates/list"
            if cursor.is_some_and(|it| !it.is_string() && !it.is_null()) =>
        {
            Some("\"cursor\" must be a string")
        }
        _ => None,
    }
}

fn typed<T>(method: &str, message: Map<String, Value>) -> Result<ClientRequest, (ErrorCode, String)>
where
    T: DeserializeOwned + Into<ClientRequest>,
{
    if let Some(what) = wrong_parameters(method, message.get("params")) {
        return Err((ErrorCode::INVALID_PARAMS, what.to_owned()));
    }
    serde_json::from_value::<T>(Value::Object(message))
        .map(Into::into)
        .map_err(|error| {
            (
                ErrorCode::INVALID_PARAMS,
                format!("invalid parameters: {error}"),
            )
        })
}
