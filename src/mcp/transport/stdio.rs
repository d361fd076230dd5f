//! The transport itself: what `rmcp` is handed, and what it hands back.

use std::io;

use rmcp::{
    RoleServer,
    model::{
        ClientJsonRpcMessage, ClientNotification, ClientRequest, ErrorCode, GetExtensions, GetMeta,
        ProtocolVersion, RequestId, ServerJsonRpcMessage,
    },
    transport,
};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    in_use::InUse,
    lines::{Line, Lines},
    message::{self, Incoming},
    outbox::{Outbox, Written},
    refusal::Refusal,
};
use crate::mcp::turns::Turn;

/// The longest line that is read, in bytes.
const LONGEST_LINE: usize = 4 * 1024 * 1024;

/// Is told of the tool of each call in the order of arrival, before anybody works on it (there may
/// be no such tool). The turn that it returns is found in the extensions of the request's context.
type Arrivals = dyn Fn(&str) -> Option<Turn> + Send + Sync;

/// Messages, one a line, over any pair of streams.
pub struct Transport<R> {
    lines: Lines<R>,
    /// None once it was closed.
    outbox: Option<Outbox>,
    in_use: InUse,
    arrivals: Box<Arrivals>,
    end: CancellationToken,
    /// `rmcp` knows which revision is spoken; before that, it ends with the first message that is
    /// no request.
    is_open: bool,
    /// A refusal on its way out: nothing is read until it is written, so that a client that reads
    /// nothing cannot make them pile up.
    refusing: Option<Written>,
}

impl<R: AsyncRead + Send + Unpin> Transport<R> {
    /// Speaks over `input` and `output`. `end` is cancelled when the input has ended or when nobody
    /// reads the output any more; whoever else cancels it ends the input. Must be called within a
    /// runtime.
    pub fn new<W>(
        input: R,
        output: W,
        arrivals: impl Fn(&str) -> Option<Turn> + Send + Sync + 'static,
        end: CancellationToken,
    ) -> Self
    where
        W: AsyncWrite + Send + Unpin + 'static,
    {
        Self {
            lines: Lines::new(input, LONGEST_LINE),
            outbox: Some(Outbox::new(output, end.clone())),
            in_use: InUse::default(),
            arrivals: Box::new(arrivals),
            end,
            is_open: false,
            refusing: None,
        }
    }

    /// Empty while nobody works on a request that has arrived, from the moment it is read on: at the
    /// end of the input it has all that came before.
    pub(in crate::mcp) fn at_work(&self) -> TaskTracker {
        self.in_use.at_work()
    }

    /// Returns what a line says to `rmcp`, if anything.
    fn take(&mut self, incoming: Incoming) -> Option<ClientJsonRpcMessage> {
        match incoming {
            Incoming::Request(id, request) => self.request(id, *request),
            Incoming::Other(message) if self.is_open => {
                if let Some(id) = cancelled(&message) {
                    self.in_use.settle(id);
                }
                Some(*message)
            }
            Incoming::Other(_) | Incoming::Nothing => None,
            Incoming::Refused(refusal) => {
                self.refuse(&refusal);
                None
            }
        }
    }

    fn request(
        &mut self,
        id: RequestId,
        mut request: ClientRequest,
    ) -> Option<ClientJsonRpcMessage> {
        let Some(at_work) = self.in_use.take(&id) else {
            let what = "a request with this \"id\" is at work: no id may be used twice";
            self.refuse(&Refusal::new(Some(id), ErrorCode::INVALID_REQUEST, what));
            return None;
        };
        request.extensions_mut().insert(at_work);
        if let ClientRequest::CallToolRequest(call) = &mut request
            && let Some(turn) = (self.arrivals)(&call.params.name)
        {
            call.extensions.insert(turn);
        }
        self.is_open = self.is_open || opens(&request);
        Some(ClientJsonRpcMessage::request(request, id))
    }

    fn post(&self, message: &ServerJsonRpcMessage) -> io::Result<Written> {
        let line = serde_json::to_vec(message)?;
        let outbox = self.outbox.as_ref().ok_or(io::ErrorKind::NotConnected)?;
        Ok(outbox.post(line))
    }

    fn refuse(&mut self, refusal: &Refusal) {
        self.refusing = self
            .outbox
            .as_ref()
            .map(|outbox| outbox.post(refusal.line()));
    }
}

/// Says whether `rmcp` takes this for the opening of a session: a handshake, or the first request
/// of the modern revision that is no mere question who is there.
fn opens(request: &ClientRequest) -> bool {
    match request {
        ClientRequest::InitializeRequest(_) => true,
        ClientRequest::PingRequest(_) | ClientRequest::DiscoverRequest(_) => false,
        request => {
            let meta = request.get_meta();
            let version = meta.protocol_version();
            meta.missing_required_keys(&ProtocolVersion::V_2026_07_28)
                .is_empty()
                && version.is_some_and(|it| ProtocolVersion::KNOWN_VERSIONS.contains(&it))
        }
    }
}

/// The request that is not to be answered any more.
fn cancelled(message: &ClientJsonRpcMessage) -> Option<&RequestId> {
    match message {
        ClientJsonRpcMessage::Notification(message) => match &message.notification {
            ClientNotification::CancelledNotification(it) => it.params.request_id.as_ref(),
            _ => None,
        },
        _ => None,
    }
}

impl<R: AsyncRead + Send + Unpin> transport::Transport<RoleServer> for Transport<R> {
    type Error = io::Error;

    fn send(
        &mut self,
        item: ServerJsonRpcMessage,
    ) -> impl Future<Output = io::Result<()>> + Send + 'static {
        let answered = match &item {
            ServerJsonRpcMessage::Response(answer) => Some(&answer.id),
            ServerJsonRpcMessage::Error(answer) => answer.id.as_ref(),
            ServerJsonRpcMessage::Request(_) | ServerJsonRpcMessage::Notification(_) => None,
        };
        let is_forsaken = answered.is_some_and(|id| self.in_use.is_forsaken(id));
        if let Some(id) = answered {
            self.in_use.settle(id);
        }
        let written = match is_forsaken {
            true => Ok(None),
            false => self.post(&item).map(Some),
        };
        async move {
            match written? {
                Some(mut written) => written.wait().await,
                None => Ok(()),
            }
        }
    }

    async fn receive(&mut self) -> Option<ClientJsonRpcMessage> {
        loop {
            if let Some(refusing) = &mut self.refusing {
                tokio::select! {
                    biased;
                    written = refusing.wait() => written.ok()?,
                    () = self.end.cancelled() => return None,
                }
                self.refusing = None;
            }
            let line = tokio::select! {
                biased;
                () = self.end.cancelled() => return None,
                line = self.lines.next() => line,
            };
            let incoming = match line {
                Line::Whole(line) => message::read(&line),
                Line::TooLong => {
                    let what = format!("a line is longer than {LONGEST_LINE} bytes");
                    let code = ErrorCode::INVALID_REQUEST;
                    Incoming::Refused(Refusal::new(None, code, &what))
                }
                Line::End => {
                    self.end.cancel();
                    return None;
                }
            };
            if let Some(message) = self.take(incoming) {
                return Some(message);
            }
        }
    }

    async fn close(&mut self) -> io::Result<()> {
        self.outbox = None;
        Ok(())
    }
}
