//! The life of a server: one client, one workspace, from the first message to the end of input.

use std::{sync::Arc, time::Duration};

use rmcp::{ServiceExt, service::ServerInitializeError};
use tokio::time::timeout;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{
    catalogue::Catalogue,
    handler::Handler,
    host::{Host, Launch},
    person::Sealer,
    transport::Transport,
    turns::Turns,
};
use crate::{
    ops::error::{ErrorKind, OpError},
    sys::{cancel::Cancel, process, stdio},
};

/// How long calls may go on after the end of input.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How long they may take to end once they are told to.
const ENDING: Duration = Duration::from_millis(900);

/// Serves a client on standard input and output until the end of input, or until `launch.cancel`
/// says stop.
///
/// # Errors
/// Fails when there is nothing to serve, or no way to speak.
pub async fn serve(launch: Launch) -> Result<(), OpError> {
    let Launch {
        workspace,
        settings,
        registry,
        choice,
        cancel,
    } = launch;
    let host = Arc::new(Host {
        workspace,
        settings,
        registry,
        catalogue: Catalogue::chosen(&choice)?,
        stop: Cancel::new(),
        calls: TaskTracker::new(),
        sealer: Sealer::new()?,
    });
    let (input, output) = stdio::take()
        .map_err(|error| cannot_speak(&format!("cannot use standard input and output: {error}")))?;
    process::keep_watch()
        .map_err(|error| cannot_speak(&format!("cannot watch over children: {error}")))?;
    let ended = CancellationToken::new();
    let transport = Transport::new(input, output, turns(&host), ended.clone());
    // Not the calls: one that has just been read is none yet.
    let at_work = transport.at_work();
    let over = CancellationToken::new();
    let handler = Handler::new(Arc::clone(&host));
    let session = tokio::spawn(talk(handler, transport, over.clone()));
    tokio::select! {
        () = ended.cancelled() => {
            at_work.close();
            drop(timeout(LAST_WORDS, at_work.wait()).await);
        }
        () = cancel.stopped() => {}
    }
    host.stop.stop();
    host.calls.close();
    // What does not end now is killed with this process.
    drop(timeout(ENDING, host.calls.wait()).await);
    over.cancel();
    match timeout(ENDING, session).await {
        Ok(Ok(Err(error))) => Err(error),
        _ => Ok(()),
    }
}

/// Places in the queue for the tools that have one.
fn turns(host: &Arc<Host>) -> impl Fn(&str) -> Option<super::turns::Turn> + Send + Sync + 'static {
    let queue = Turns::default();
    let host = Arc::clone(host);
    move |tool| {
        let queues = host.catalogue.get(tool).is_some_and(|tool| tool.queues);
        queues.then(|| queue.next())
    }
}

async fn talk<T>(handler: Handler, transport: T, over: CancellationToken) -> Result<(), OpError>
where
    T: rmcp::transport::Transport<rmcp::RoleServer> + 'static,
{
    match handler.serve_with_ct(transport, over).await {
        Ok(running) => {
            // How it ended is known: by the end of input or by a signal.
            drop(running.waiting().await);
            Ok(())
        }
        Err(ServerInitializeError::ConnectionClosed(_) | ServerInitializeError::Cancelled) => {
            Ok(())
        }
        Err(error) => Err(OpError::new(
            ErrorKind::Protocol,
            format!("the session could not begin: {error}"),
        )),
    }
}

fn cannot_speak(message: &str) -> OpError {
    OpError::new(ErrorKind::Protocol, message)
        .with_hint("`grex serve --mcp` is started by an MCP client; see docs/mcp.md")
}
