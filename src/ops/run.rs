//! A run of the engine with its books around it: recover, dispatch, record, make durable.

use std::{path::Path, sync::Arc};

use crate::{
    engine::{
        dispatcher::dispatch,
        event::Event,
        node::Found,
        outcome::{PackOutcome, Verdict},
        recover,
        select::Selection,
        session::Session,
        sync_options::SyncOptions,
        unit::UnitContext,
    },
    model::lock::Lockfile,
    store::{journal::Journal, layout, lockfile::LockfileWriter},
    sys::{
        fs,
        lock::{self, Holder, Wait},
    },
};

use super::error::{ErrorKind, OpError};

/// What a run is to do.
pub(super) struct Run {
    pub(super) verb: &'static str,
    pub(super) roots: Vec<Found>,
    pub(super) lockfile: Lockfile,
    pub(super) options: SyncOptions,
    pub(super) selection: Selection,
}

/// Runs `body` while this process holds the workspace. Says so when it has to wait.
pub(super) async fn holding_workspace<T>(
    session: &Session,
    verb: &'static str,
    body: impl Future<Output = Result<T, OpError>> + Send,
) -> Result<T, OpError> {
    let body = async {
        clear_books(session);
        body.await
    };
    holding_workspace_as_it_is(session, verb, body).await
}

/// Does so without clearing anything away first: for whoever looks at what was left.
// proof: Grex.Scheduler.workspaceLock
pub(super) async fn holding_workspace_as_it_is<T>(
    session: &Session,
    verb: &'static str,
    body: impl Future<Output = Result<T, OpError>> + Send,
) -> Result<T, OpError> {
    session.workspace.ensure_state()?;
    let mut on_wait = telling(session, "the workspace");
    let wait = Wait {
        timeout: session.settings.lock_timeout,
        on_wait: &mut on_wait,
        cancel: session.cancel.token(),
    };
    let holder = Holder::this_process(verb, session.clock.now_text());
    lock::hold(&session.workspace.workspace_lock(), wait, &holder, body).await?
}

/// Says so when `what` has to be waited for.
fn telling(session: &Session, what: &'static str) -> impl FnMut(Option<&Holder>) + Send {
    let observer = Arc::clone(&session.observer);
    move |holder| {
        let holder = holder.map_or_else(|| String::from("another process"), Holder::to_string);
        observer.observe(Event::Waiting(&format!(
            "waiting for {what}, which is held by {holder}"
        )));
    }
}

/// Looks, with `look`, whether the packs at `roots` may be moved away, and moves them, with
/// `go`, while no other grex is at work in them: the one of another workspace that has the same
/// directories. What is no repository has no lock, and nobody is at work in it.
pub(super) async fn holding_packs<P, T>(
    session: &Session,
    verb: &'static str,
    roots: &[&Path],
    look: impl Future<Output = Result<P, OpError>>,
    go: impl AsyncFnOnce(P) -> Result<T, OpError>,
) -> Result<T, OpError> {
    let locks: Vec<_> = roots
        .iter()
        .filter_map(|root| layout::pack_lock(root))
        .collect();
    let mut on_wait = telling(session, "a pack");
    let wait = Wait {
        timeout: session.settings.lock_timeout,
        on_wait: &mut on_wait,
        cancel: session.cancel.token(),
    };
    let holder = Holder::this_process(verb, session.clock.now_text());
    if cfg!(windows) {
        // Nothing that has an open file in it can be moved there.
        let found = lock::hold_all(&locks, wait, &holder, Box::pin(look)).await??;
        return go(found).await;
    }
    let body = Box::pin(async { go(look.await?).await });
    lock::hold_all(&locks, wait, &holder, body).await?
}

/// Clears away what a run that was killed while it replaced one of the books has left beside it.
/// What cannot be removed is not worth a failure: the next replacement says so, if there is one.
fn clear_books(session: &Session) {
    let workspace = &session.workspace;
    for file in [
        workspace.lockfile(),
        workspace.gitignore(),
        workspace.gitattributes(),
    ] {
        drop(fs::clear_temporary(&file));
    }
}

/// Puts together what killed clones and moves of checkouts have left, for a run that takes no packs
/// through the engine. To be called while the workspace is held.
pub(super) async fn recover(session: &Session) -> Result<(), OpError> {
    let journal = Journal::open(&session.workspace, &session.seal())?;
    if journal.unfinished().is_empty() && journal.unfinished_moves().is_empty() {
        return Ok(());
    }
    recover::recover(session, session.git().await?, &journal).await?;
    journal.durable()?;
    Ok(())
}

/// Takes the packs through the engine and keeps the books. `keep` decides, with everything
/// known, which entries stay in the lockfile.
pub(super) async fn run(
    session: &Arc<Session>,
    run: Run,
    writer: &mut LockfileWriter,
) -> Result<Vec<PackOutcome>, OpError> {
    let journal = Journal::open(&session.workspace, &session.seal())?;
    let git = session.git().await?.clone();
    recover::recover(session, &git, &journal).await?;
    let cx = Arc::new(UnitContext {
        session: Arc::clone(session),
        git,
        options: run.options,
        selection: Arc::new(run.selection),
        lockfile: Arc::new(run.lockfile),
        journal: Arc::new(journal),
        verb: run.verb,
        interrupted: lock::interrupted_since(&session.workspace.workspace_lock()),
        setup: Arc::default(),
        terminal: None,
    });
    let is_whole = cx.selection.is_everything() && cx.options.recursive;
    let mut trouble = None;
    let outcomes = dispatch(Arc::clone(&cx), run.roots, &mut |outcome| {
        if let Some(entry) = &outcome.entry
            && let Err(error) = writer.record(entry.clone())
        {
            trouble.get_or_insert(error);
        }
    })
    .await;
    if let Some(error) = trouble {
        return Err(error.into());
    }
    // Durability is bought once: everything that was cloned reaches the disk before the journal
    // forgets that it was ever in doubt.
    cx.journal.durable()?;
    if is_whole && !session.cancel.is_stopped() {
        // Every pack was looked at: nothing of an interrupted run is left.
        lock::settle(&session.workspace.workspace_lock());
    }
    Ok(outcomes)
}

/// The error of a run that was cancelled; packs that were done are in the books.
pub(super) fn cancelled(outcomes: &[PackOutcome]) -> OpError {
    let done = outcomes
        .iter()
        .filter(|outcome| outcome.verdict == Verdict::Ok)
        .count();
    OpError::new(
        ErrorKind::Cancelled,
        format!("cancelled; {done} of {} packs were done", outcomes.len()),
    )
    .with_hint("run the same command again to go on")
}
