//! One pack that is no git work tree, looked at. Its fetcher is asked which revision it is at, and
//! no git is started in it.

use std::path::Path;

use crate::{
    engine::{node::Node, outcome::PackFailure, provenance, select::Selection},
    git::{failure::FailureClass, refs::ObjectId},
    ops::{error::OpError, present::FailureReport, run},
    plugin::fetcher::FetchCx,
    sys::fs,
};

use super::{
    look::{Look, failed},
    report::{Drift, PackStatus},
};

impl Look {
    pub(super) async fn look_beyond_git(
        &self,
        node: &Node,
        root: &Path,
        selection: &Selection,
    ) -> Result<Option<PackStatus>, OpError> {
        let selected = selection
            .selects(&self.session, &self.git, node, root)
            .await?;
        if !selected {
            return Ok(None);
        }
        if fs::is_vacant(root) {
            return Ok(Some(PackStatus::absent(node.path.as_str(), Drift::Missing)));
        }
        let revision = self.revision(node, root).await;
        if self.session.cancel.is_stopped() {
            return Err(run::cancelled(&[]));
        }
        Ok(Some(match revision {
            Ok(revision) => self.describe_beyond_git(node, root, revision),
            Err(failure) => failed(node, Drift::Missing, failure),
        }))
    }

    /// The revision in the fetcher's own terms.
    async fn revision(&self, node: &Node, root: &Path) -> Result<Option<String>, PackFailure> {
        let fetcher = self
            .session
            .registry
            .fetcher_of(&node.url)
            .map_err(|error| PackFailure::new(FailureClass::Other, error.to_string()))?;
        provenance::check(node, root)?;
        let cx = FetchCx {
            say: &|_| (),
            cancel: &self.session.cancel,
            stall: self.session.settings.stall_timeout,
        };
        tokio::select! {
            revision = fetcher.current_sha(&cx, root) => revision.map_err(PackFailure::from),
            () = self.session.cancel.killed() => Ok(None),
        }
    }

    /// Nobody can tell what in it has changed; a revision that is a commit id can be compared.
    fn describe_beyond_git(
        &self,
        node: &Node,
        root: &Path,
        revision: Option<String>,
    ) -> PackStatus {
        let commit = revision.and_then(|revision| ObjectId::parse(&revision).ok());
        let sha = commit.as_ref().map(ToString::to_string).unwrap_or_default();
        let sha_match = self.known.as_ref().is_some_and(|known| known.sha == sha);
        let drift = match sha_match && !self.is_stale(root) {
            true => Drift::Clean,
            false => Drift::Stale,
        };
        PackStatus {
            on_disk: true,
            sha_match,
            sha,
            failure: self.trouble.clone().map(FailureReport::from),
            ..PackStatus::absent(node.path.as_str(), drift)
        }
    }
}
