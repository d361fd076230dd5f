//! The person behind the client, who alone may agree to what an agent may not.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use hmac::{Hmac, KeyInit, Mac};
use rmcp::{
    Peer, RoleServer,
    model::{
        CallToolRequestParams, ElicitRequest, ElicitRequestParams, ElicitationAction,
        ElicitationSchema, InputRequest, InputRequiredResult, InputResponses,
    },
    service::RequestContext,
};
use serde_json::Value;
use sha2::Sha256;
use tokio_util::sync::CancellationToken;

use crate::{
    model::text,
    ops::{
        error::OpError,
        install::{Answer, Ask, Question},
    },
    render::question::question_text,
    sys::cancel::Cancel,
};

/// The name of the one question that a call asks.
const QUESTION: &str = "approval";

/// Silence for this long is a no.
const PATIENCE: Duration = Duration::from_secs(300);

/// The longest question: nobody reads more, and what is not read must not be agreed to.
const LONGEST: usize = 24 * 1024;

/// Knows the questions of this server again when a client brings an answer to one.
pub(super) struct Sealer(Hmac<Sha256>);

impl Sealer {
    /// Makes one that nobody else has.
    ///
    /// # Errors
    /// Fails when the system gives no randomness.
    pub(super) fn new() -> Result<Self, OpError> {
        let mut key = [0_u8; 32];
        getrandom::fill(&mut key).map_err(|error| unavailable(&error))?;
        let sealer = Hmac::new_from_slice(&key).map_err(|error| unavailable(&error))?;
        Ok(Self(sealer))
    }

    fn seal(&self, text: &str) -> String {
        let mut sealer = self.0.clone();
        sealer.update(text.as_bytes());
        let bytes = sealer.finalize().into_bytes();
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

fn unavailable(error: &dyn fmt::Display) -> OpError {
    OpError::new(
        crate::ops::error::ErrorKind::Other,
        format!("cannot make a key for this server: {error}"),
    )
}

/// How the client takes a question.
enum Way {
    /// At once, by a request of the server.
    Request(Peer<RoleServer>),
    /// As the answer to the call, which it then makes again with what the person said.
    Again {
        said: Option<InputResponses>,
        state: Option<String>,
    },
    /// Not at all.
    None,
}

/// The person behind a call.
pub(super) struct Person {
    way: Way,
    sealer: Hmac<Sha256>,
    cancel: Cancel,
    /// Of the call. The other token follows it a moment later.
    ended: CancellationToken,
    question: Mutex<Option<InputRequiredResult>>,
}

impl fmt::Debug for Person {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Person").finish_non_exhaustive()
    }
}

impl Person {
    /// Finds out how to ask.
    pub(super) fn of(
        sealer: &Sealer,
        request: &CallToolRequestParams,
        context: &RequestContext<RoleServer>,
        cancel: Cancel,
    ) -> Self {
        let can = context
            .client_capabilities()
            .and_then(|capabilities| capabilities.elicitation)
            // A client that names no way of asking means forms.
            .is_some_and(|ways| ways.form.is_some() || ways.url.is_none());
        let is_modern = context
            .protocol_version()
            .is_some_and(|version| !version.has_initialize());
        let way = match (can, is_modern) {
            (false, _) => Way::None,
            (true, false) => Way::Request(context.peer.clone()),
            (true, true) => Way::Again {
                said: request.input_responses.clone(),
                state: request.request_state.clone(),
            },
        };
        Self {
            way,
            sealer: sealer.0.clone(),
            cancel,
            ended: context.ct.clone(),
            question: Mutex::new(None),
        }
    }

    /// Whether there is a way to ask.
    pub(super) fn can_be_asked(&self) -> bool {
        !matches!(self.way, Way::None)
    }

    /// Asks. Silence is no; so is a question that the client has yet to bring to the person, and
    /// [`Self::question`] has it then.
    pub(super) async fn agrees(&self, message: &str) -> bool {
        let message = text::clean(message);
        if message.len() > LONGEST {
            return false;
        }
        match &self.way {
            Way::None => false,
            Way::Request(peer) => self.request(peer, message).await,
            Way::Again { said, state } => self.again(message, said.as_ref(), state.as_deref()),
        }
    }

    /// The question that is to be asked before the call is made again.
    pub(super) fn question(&self) -> Option<InputRequiredResult> {
        let question = self.question.lock();
        question.unwrap_or_else(PoisonError::into_inner).take()
    }

    async fn request(&self, peer: &Peer<RoleServer>, message: String) -> bool {
        let asked = peer.create_elicitation_with_timeout(form(message), Some(PATIENCE));
        let agrees = tokio::select! {
            answer = asked => answer.is_ok_and(|answer| answer.action == ElicitationAction::Accept),
            () = self.cancel.stopped() => false,
        };
        // Nobody agrees any more to what was called off.
        agrees && !self.ended.is_cancelled() && !self.cancel.is_stopped()
    }

    fn again(&self, message: String, said: Option<&InputResponses>, state: Option<&str>) -> bool {
        let seal = Sealer(self.sealer.clone()).seal(&message);
        let answer = said.and_then(|said| said.get(QUESTION));
        // An answer counts for the very question that is open now.
        if state == Some(seal.as_str())
            && let Some(answer) = answer
        {
            return answer.get("action").and_then(Value::as_str) == Some("accept");
        }
        let request = InputRequest::Elicitation(ElicitRequest::new(form(message)));
        let questions = [(QUESTION.to_owned(), request)].into_iter().collect();
        let question = InputRequiredResult::new(Some(questions), Some(seal));
        *self.question.lock().unwrap_or_else(PoisonError::into_inner) = Some(question);
        false
    }
}

/// A form without fields: to accept it is the answer.
fn form(message: String) -> ElicitRequestParams {
    ElicitRequestParams::FormElicitationParams {
        meta: None,
        message,
        requested_schema: ElicitationSchema::new(Default::default()),
    }
}

#[async_trait]
impl Ask for Person {
    async fn ask(&self, question: &Question) -> Result<Answer, OpError> {
        let message = format!(
            "{}\nMay grex install this on this machine?",
            question_text(question)
        );
        Ok(match self.agrees(&message).await {
            true => Answer::Yes,
            false => Answer::No,
        })
    }
}
