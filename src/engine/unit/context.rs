//! What every unit of a run shares.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::SystemTime,
};

use tokio::sync::OnceCell;

use super::Stop;
use crate::{
    engine::{
        decide::Wanted,
        event::Event,
        node::{Found, Node},
        outcome::PackFailure,
        select::Selection,
        session::Session,
        sync_options::SyncOptions,
        terminal::{self, Terminal},
        tree,
    },
    git::{
        clone::CloneSetup,
        failure::FailureClass,
        progress::Line,
        refs::ObjectId,
        run::{Git, GitError, Watch},
    },
    model::{
        lock::{LockEntry, Lockfile},
        path::PackPath,
    },
    store::journal::Journal,
    sys::{cancel::Cancel, lock::Holder},
};

/// Shared by the units of one run; they change nothing in it but the journal.
#[derive(Clone)]
pub struct UnitContext {
    /// The run's session.
    pub session: Arc<Session>,
    /// The run's git.
    pub git: Git,
    /// What the run is to do.
    pub options: SyncOptions,
    /// Which packs it is about.
    pub selection: Arc<Selection>,
    /// The lockfile as it was when the run began.
    pub lockfile: Arc<Lockfile>,
    /// Where clones are announced.
    pub journal: Arc<Journal>,
    /// Names the verb to whoever finds a lock held.
    pub verb: &'static str,
    /// Since when an interrupted run may have left things half done; none when none has.
    pub interrupted: Option<SystemTime>,
    /// What the user's set-up means for clones, once it was asked.
    pub setup: Arc<OnceCell<CloneSetup>>,
    /// The terminal, for the one unit that has it.
    pub terminal: Option<Arc<dyn Terminal>>,
}

impl UnitContext {
    /// The same for a unit that has the terminal: its git commands may ask.
    #[must_use]
    pub fn with_terminal(&self, terminal: Arc<dyn Terminal>) -> Self {
        Self {
            git: self.git.interactive(),
            terminal: Some(terminal),
            ..self.clone()
        }
    }

    pub(super) fn cancel(&self) -> &Cancel {
        &self.session.cancel
    }

    pub(super) fn holder(&self) -> Holder {
        Holder::this_process(self.verb, self.session.clock.now_text())
    }

    pub(super) fn known(&self, node: &Node) -> Option<&LockEntry> {
        self.lockfile.get(node.path.as_str())
    }

    /// Where the pack belongs. No component may be a link that leads out of the workspace.
    pub(super) fn place_of(&self, node: &Node) -> Result<PathBuf, Stop> {
        self.session
            .workspace
            .pack_root(&node.path)
            .map_err(|error| {
                PackFailure::new(FailureClass::Other, error.to_string())
                    .with_hint("replace the link by a directory, or declare another path")
                    .into()
            })
    }

    pub(super) async fn selects(&self, node: &Node, root: &Path) -> Result<bool, Stop> {
        self.selection
            .selects(&self.session, &self.git, node, root)
            .await
            .map_err(Stop::from)
    }

    /// What this run wants of the pack's checkout.
    pub(super) fn wanted(&self, node: &Node) -> Result<Wanted, Stop> {
        let reference = self
            .options
            .reference
            .clone()
            .or_else(|| node.reference.clone());
        if !self.options.locked {
            return Ok(Wanted {
                reference,
                exact: None,
            });
        }
        let entry = self
            .known(node)
            .filter(|entry| self.options.agrees(entry, node));
        match entry.and_then(|entry| ObjectId::parse(&entry.sha).ok()) {
            Some(exact) => Ok(Wanted {
                reference,
                exact: Some(exact),
            }),
            None => Err(PackFailure::new(
                FailureClass::Other,
                "the lockfile has no commit for this pack as it is declared now",
            )
            .with_hint("run `grex sync` without --locked, and commit the lockfile")
            .into()),
        }
    }

    /// The packs that a pack declares, from what is on disk; none where nothing is.
    pub(super) fn children_on_disk(&self, node: &Node) -> Result<Vec<Found>, PackFailure> {
        let root = self
            .session
            .workspace
            .pack_root(&node.path)
            .map_err(|error| PackFailure::new(FailureClass::Other, error.to_string()))?;
        if !self.options.recursive {
            return Ok(Vec::new());
        }
        tree::declared(&self.session.vocabulary, node, &root).map(|declared| declared.children)
    }

    pub(super) async fn clone_setup(&self) -> Result<&CloneSetup, GitError> {
        let neutral = self.session.workspace.state_directory();
        self.setup
            .get_or_try_init(|| self.git.clone_setup(&neutral, self.cancel()))
            .await
    }

    /// A watch that tells the observer what git says about `pack`. `transfers` puts the stall
    /// limit on it, unless a person may be thinking about an answer.
    pub(super) fn watch<'a>(&'a self, pack: &'a PackPath, transfers: bool) -> Watch<'a> {
        let observer = &self.session.observer;
        let terminal = self.terminal.as_deref();
        let limit = self.session.settings.stall_timeout;
        Watch {
            cancel: self.cancel(),
            stall: limit.filter(|_| transfers && terminal.is_none()),
            wants_progress: observer.wants_progress(),
            on_line: Box::new(move |line| match (line, terminal) {
                (Line::Progress(progress), _) => observer.observe(Event::Progress(pack, &progress)),
                (line, Some(terminal)) => terminal::show(terminal, &line),
                (Line::Remote(text) | Line::Local(text), None) => {
                    observer.observe(Event::Said(pack, &text))
                }
            }),
        }
    }
}
