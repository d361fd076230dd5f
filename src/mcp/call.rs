//! One call of a tool, from its arrival to its end.

use std::{sync::Arc, time::Duration};

use rmcp::{
    ErrorData, RoleServer,
    model::{CallToolRequestParams, CallToolResponse},
    service::RequestContext,
};
use tokio_util::sync::CancellationToken;

use super::{
    answer::{self, Failure, Trouble},
    host::Host,
    limits,
    person::Person,
    progress::Progress,
    transport::AtWork,
    turns::Turn,
};
use crate::{
    engine::session::{Session, Settings},
    ops::{
        error::{ErrorKind, OpError},
        install::TrustPolicy,
    },
    sys::{cancel::Cancel, clock::Clock},
};

/// How long a child that was asked to end may take before it is killed.
const GRACE: Duration = Duration::from_millis(500);

/// What a tool has at hand.
pub(super) struct Call {
    pub(super) host: Arc<Host>,
    pub(super) cancel: Cancel,
    pub(super) person: Arc<Person>,
    progress: Arc<Progress>,
}

impl Call {
    /// Opens a session in the workspace that is served.
    ///
    /// # Errors
    /// Fails when there is no workspace yet.
    pub(super) fn session(
        &self,
        dry_run: bool,
        parallel: Option<usize>,
    ) -> Result<Arc<Session>, OpError> {
        let workspace = &self.host.workspace;
        if workspace.manifest().symlink_metadata().is_err() {
            let root = workspace.root().display();
            return Err(
                OpError::new(ErrorKind::Usage, format!("{root} is no workspace yet"))
                    .with_hint("call `init` to make it one"),
            );
        }
        self.new_session(dry_run, parallel)
    }

    /// Opens a session where a workspace is, or is to be.
    ///
    /// # Errors
    /// Fails when nothing could be done at once.
    pub(super) fn new_session(
        &self,
        dry_run: bool,
        parallel: Option<usize>,
    ) -> Result<Arc<Session>, OpError> {
        if parallel == Some(0) {
            return Err(OpError::new(ErrorKind::Usage, "`parallel` is at least 1"));
        }
        let host = &self.host;
        let settings = Settings {
            dry_run,
            parallel: parallel.or(host.settings.parallel),
            ..host.settings.clone()
        };
        Ok(Arc::new(Session::new(
            host.workspace.clone(),
            settings,
            Arc::clone(&host.registry),
            Clock::system(),
            self.cancel.clone(),
            Arc::clone(&self.progress) as Arc<_>,
        )))
    }

    /// Who approves what packs would run: whoever has approved it before, or the person whom the
    /// client can ask. Never an agent.
    pub(super) fn trust(&self) -> TrustPolicy {
        TrustPolicy {
            ask: self
                .person
                .can_be_asked()
                .then(|| Arc::clone(&self.person) as Arc<_>),
            ..TrustPolicy::default()
        }
    }
}

/// Calls a tool and says how that ended.
///
/// # Errors
/// Fails when there is no such tool, when the arguments are not its own, and when it panics.
pub(super) async fn answer(
    host: Arc<Host>,
    request: CallToolRequestParams,
    mut context: RequestContext<RoleServer>,
) -> Result<CallToolResponse, ErrorData> {
    if host.catalogue.get(&request.name).is_none() {
        let names: Vec<_> = host.catalogue.names().collect();
        let names = names.join(", ");
        let name = limits::quoted(&request.name);
        let message = format!("there is no tool `{name}`; the tools are {names}");
        return Err(ErrorData::invalid_params(message, None));
    }
    let turn = context.extensions.remove::<Turn>();
    let at_work = context.extensions.get::<AtWork>().cloned();
    // Kept here too: what panics takes its own along.
    let (ended, forsakes) = (context.ct.clone(), at_work.clone());
    let calls = host.calls.clone();
    // In a task of its own: a panic ends this call and no other.
    let task = calls.spawn(async move {
        let Some(tool) = host.catalogue.get(&request.name) else {
            return Err(ErrorData::internal_error("the tool is gone", None));
        };
        let cancel = Cancel::new();
        let _watch = watch(&cancel, context.ct.clone(), host.stop.clone());
        let _place = match turn.filter(|_| tool.queues) {
            Some(turn) => tokio::select! {
                place = turn.wait() => Some(place),
                () = cancel.stopped() => return Ok(forsaken(at_work.as_ref())),
            },
            None => None,
        };
        if context.ct.is_cancelled() || host.stop.is_stopped() {
            return Ok(forsaken(at_work.as_ref()));
        }
        let progress = Progress::begin(&context);
        let person = Arc::new(Person::of(&host.sealer, &request, &context, cancel.clone()));
        let call = Call {
            host: Arc::clone(&host),
            cancel: cancel.clone(),
            person: Arc::clone(&person),
            progress: Arc::clone(&progress),
        };
        let result = tool.run(call, request.arguments.unwrap_or_default()).await;
        progress.end().await;
        if cancel.is_stopped() {
            // It may look like a result, but is one of work that was broken off.
            return Ok(forsaken(at_work.as_ref()));
        }
        match result {
            Err(Trouble::Malformed(message)) => {
                let message = limits::quoted(&message);
                Err(ErrorData::invalid_params(message, None))
            }
            Err(Trouble::Failed(failure)) => Ok(match person.question() {
                Some(question) if failure.is_refusal() => question.into(),
                _ => answer::failure(&failure).into(),
            }),
            Ok(value) => Ok(answer::result(value).into()),
        }
    });
    match task.await {
        Ok(answer) => answer,
        Err(_) if ended.is_cancelled() => Ok(forsaken(forsakes.as_ref())),
        Err(error) => Err(ErrorData::internal_error(
            format!("grex has a bug, and this call has met it: {error}"),
            None,
        )),
    }
}

/// Sees to it that a call is not answered, and returns what would be the answer.
fn forsaken(at_work: Option<&AtWork>) -> CallToolResponse {
    if let Some(at_work) = at_work {
        at_work.forsake();
    }
    let error = OpError::new(ErrorKind::Cancelled, "cancelled");
    answer::failure(&Failure::from(error)).into()
}

/// Ends `cancel` when the call is cancelled or the server ends, and insists after the grace. Ends
/// itself when it is dropped.
fn watch(cancel: &Cancel, call: CancellationToken, server: Cancel) -> Watch {
    let cancel = cancel.clone();
    Watch(tokio::spawn(async move {
        tokio::select! {
            () = call.cancelled() => {}
            () = server.stopped() => {}
        }
        cancel.request();
        tokio::time::sleep(GRACE).await;
        cancel.request();
    }))
}

struct Watch(tokio::task::JoinHandle<()>);

impl Drop for Watch {
    fn drop(&mut self) {
        self.0.abort();
    }
}
