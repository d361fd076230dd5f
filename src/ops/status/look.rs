//! One pack, looked at.

use std::{path::Path, sync::Arc, time::Duration};

use crate::{
    engine::{
        event::Event,
        node::Node,
        observe::{self, Place, RemoteMatch},
        outcome::PackFailure,
        select::{Selection, SelfDescription, is_in},
        session::Session,
    },
    git::{
        checkout::{self, NotARepository},
        failure::FailureClass,
        repository::{Extent, FetchRequest},
        run::{Git, Watch},
        status::StatusReport,
    },
    model::{
        filter::{PackState, Question},
        lock::LockEntry,
    },
    ops::{advice, error::OpError, present::FailureReport, run},
    store::layout,
    sys::{clock, fs, lock},
};

use super::report::{Drift, PackStatus};

/// Everything that looking at one pack needs.
pub(super) struct Look {
    pub(super) session: Arc<Session>,
    pub(super) git: Git,
    pub(super) known: Option<LockEntry>,
    pub(super) stale_after: Option<Duration>,
    pub(super) fetch: bool,
    /// A pack.yaml or a declaration that cannot be used.
    pub(super) trouble: Option<PackFailure>,
}

impl Look {
    pub(super) async fn at(
        self,
        node: &Node,
        selection: &Selection,
    ) -> Result<Option<PackStatus>, OpError> {
        if !selection.names(node) {
            return Ok(None);
        }
        self.session.observer.observe(Event::Started(&node.path));
        let session = Arc::clone(&self.session);
        let status = self.look(node, selection).await;
        session.observer.observe(Event::Looked(&node.path));
        status
    }

    async fn look(self, node: &Node, selection: &Selection) -> Result<Option<PackStatus>, OpError> {
        let root = match self.session.workspace.pack_root(&node.path) {
            Ok(root) => root,
            Err(error) => {
                let failure = PackFailure::new(FailureClass::Other, error.to_string());
                return Ok(Some(failed(node, Drift::Missing, failure)));
            }
        };
        if self.is_left_out(selection, node, &root) {
            return Ok(None);
        }
        if !self.session.registry.is_git(&node.url) {
            return self.look_beyond_git(node, &root, selection).await;
        }
        let status = match checkout::own_git_dir(&root) {
            Ok(_) => self.ask(node, &root).await,
            Err(NotARepository::Missing { .. }) if fs::is_vacant(&root) => {
                let pack = PackStatus::absent(node.path.as_str(), Drift::Missing);
                let selected = self.selects(selection, node, &root, None).await?;
                return Ok(selected.then_some(pack));
            }
            Err(error) => Err(PackFailure::new(FailureClass::Other, error.to_string())
                .with_hint(advice::of_no_repository(&error, &node.path))),
        };
        if self.session.cancel.is_stopped() {
            return Err(run::cancelled(&[]));
        }
        match status {
            Ok(status) => {
                let selected = self.selects(selection, node, &root, Some(&status)).await?;
                Ok(selected.then(|| self.describe(node, &root, status)))
            }
            Err(failure) => Ok(self
                .may_be_meant(selection, node, &root)
                .then(|| failed(node, Drift::Missing, failure))),
        }
    }

    /// Says whether a pack whose state cannot be told is not left out by what is known of it.
    fn may_be_meant(&self, selection: &Selection, node: &Node, root: &Path) -> bool {
        let description = SelfDescription::read(&self.session, node, root);
        let facts = description.facts(node);
        selection.filters.is_empty() || selection.filters.decide(&facts, &|_| None) != Some(false)
    }

    async fn ask(&self, node: &Node, root: &Path) -> Result<StatusReport, PackFailure> {
        let repository = self.git.repository(root);
        if self.fetch {
            let remote = self.remote_of(node, root).await?;
            let request = FetchRequest {
                remote: &remote,
                refspecs: &[],
                is_local: node.url.is_local(),
                from_user: node.from_user,
            };
            let mut watch = Watch {
                stall: self.session.settings.stall_timeout,
                ..Watch::quiet(&self.session.cancel)
            };
            repository.fetch(&request, &mut watch).await?;
        }
        Ok(repository
            .status(Extent::Usual, &self.session.cancel)
            .await?)
    }

    /// The remote that the declaration means.
    async fn remote_of(&self, node: &Node, root: &Path) -> Result<String, PackFailure> {
        let cancel = &self.session.cancel;
        match observe::observe(&self.git, root, node, node.reference.as_ref(), cancel).await? {
            Place::Repository(checkout) => match checkout.remote {
                RemoteMatch::Same(name) => Ok(name),
                RemoteMatch::Other(_) | RemoteMatch::None => Ok(String::from("origin")),
            },
            _ => Ok(String::from("origin")),
        }
    }

    /// Whether the filters leave a pack out whatever its state is: then nobody has to look at it,
    /// and it does not matter whether anybody could.
    fn is_left_out(&self, selection: &Selection, node: &Node, root: &Path) -> bool {
        if selection.filters.is_empty() {
            return false;
        }
        let description = SelfDescription::read(&self.session, node, root);
        let decision = selection
            .filters
            .decide(&description.facts(node), &|_| None);
        decision == Some(false)
    }

    /// Decides about a pack with the status that was asked for anyway; git is asked again only
    /// for what it does not tell.
    pub(super) async fn selects(
        &self,
        selection: &Selection,
        node: &Node,
        root: &Path,
        status: Option<&StatusReport>,
    ) -> Result<bool, OpError> {
        if selection.filters.is_empty() {
            return Ok(true);
        }
        let description = SelfDescription::read(&self.session, node, root);
        let facts = description.facts(node);
        let answered = selection
            .filters
            .decide(&facts, &|question| match (question, status) {
                (Question::State(PackState::Missing), status) => Some(status.is_none()),
                (Question::State(state), Some(status)) => Some(is_in(*state, status)),
                (Question::State(_), None) => Some(false),
                (Question::ChangedSince(_), _) => None,
            });
        match answered {
            Some(answer) => Ok(answer),
            None => Ok(selection
                .selects(&self.session, &self.git, node, root)
                .await?),
        }
    }

    fn describe(&self, node: &Node, root: &Path, status: StatusReport) -> PackStatus {
        let sha = status
            .head
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default();
        let sha_match = self.known.as_ref().is_some_and(|known| known.sha == sha);
        let changed = status.staged + status.unstaged + status.untracked + status.conflicts > 0;
        let drift = match (changed, sha_match && !self.is_stale(root)) {
            (true, _) => Drift::Dirty,
            (false, true) => Drift::Clean,
            (false, false) => Drift::Stale,
        };
        PackStatus {
            on_disk: true,
            sha_match,
            branch: status.branch,
            sha,
            ahead: status.ahead,
            behind: status.behind,
            staged: status.staged,
            unstaged: status.unstaged,
            untracked: status.untracked,
            conflicts: status.conflicts,
            failure: self.trouble.clone().map(FailureReport::from),
            ..PackStatus::absent(node.path.as_str(), drift)
        }
    }

    /// The pack's lock names the run that was at work on it last, and when.
    pub(super) fn is_stale(&self, root: &Path) -> bool {
        let Some(limit) = self.stale_after else {
            return false;
        };
        let last = layout::pack_lock(root)
            .and_then(|lock| lock::last_holder(&lock))
            .map(|holder| holder.started);
        let age = last.and_then(|started| clock::elapsed_since(&started, self.session.clock.now()));
        age.is_none_or(|age| age > limit)
    }
}

pub(super) fn failed(node: &Node, drift: Drift, failure: PackFailure) -> PackStatus {
    PackStatus {
        failure: Some(FailureReport::from(failure)),
        ..PackStatus::absent(node.path.as_str(), drift)
    }
}
