//! Fetchers: how a pack's content gets here.

use std::{path::Path, time::Duration};

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::sys::cancel::Cancel;

/// Brings content from a source to a directory. Whoever calls it decides when, and checks the
/// place; it never moves content that has work in it to lose.
#[async_trait]
pub trait Fetcher: Send + Sync {
    /// The URL schemes that it serves, e.g. `["git", "ssh", "https", "http", "file"]`.
    fn schemes(&self) -> &[&str];

    /// Says whether what it makes are git work trees whose remote is the URL. Those grex looks after
    /// itself, with git: what happens to a checkout depends on the work that is in it and on what
    /// the lockfile says (docs/cli.md), and a clone has hooks, pins and commits to be found besides.
    /// A fetcher that says so is asked for nothing while a pack is synchronised; it still works for
    /// whoever calls it. Any other fetcher's packs are cloned and pulled by it, and no git is ever
    /// run in them.
    ///
    /// It counts only for the schemes that git has of its own: no URL that git would start a remote
    /// helper for is handed to it.
    fn makes_git_work_trees(&self) -> bool {
        false
    }

    /// Makes `target`, which is not there yet; its parent is. If that fails nothing needs to be
    /// cleared: the caller removes what is there.
    ///
    /// # Errors
    /// See [`FetchError`].
    async fn clone(
        &self,
        cx: &FetchCx<'_>,
        source: &Source,
        target: &Path,
    ) -> Result<FetchReport, FetchError>;

    /// Brings `target`, which an earlier [`Self::clone`] made, up to date without losing anything
    /// that is in it.
    ///
    /// # Errors
    /// See [`FetchError`]. Everything that was there still is.
    async fn pull(
        &self,
        cx: &FetchCx<'_>,
        source: &Source,
        target: &Path,
    ) -> Result<FetchReport, FetchError>;

    /// The revision that `target` is at, in the fetcher's own terms (of git, the commit id);
    /// `None`: none yet.
    ///
    /// # Errors
    /// See [`FetchError`].
    async fn current_sha(
        &self,
        cx: &FetchCx<'_>,
        target: &Path,
    ) -> Result<Option<String>, FetchError>;
}

/// Where content comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The URL, resolved: never relative, and without a password.
    pub url: String,
    /// The branch, tag or revision that is asked for.
    pub reference: Option<String>,
    /// A person named the URL, in the manifest or in the workspace's own contract; it did not come
    /// out of a pack. One that did must not reach what is only this machine's.
    pub from_user: bool,
}

/// What a fetcher may know of the run.
#[derive(Clone, Copy)]
pub struct FetchCx<'a> {
    /// Where lines for a person go.
    pub say: &'a (dyn Fn(&str) + Send + Sync),
    /// Tells when to stop. What was asked to stop returns soon, with any error; what does not is
    /// dropped once the person insists.
    pub cancel: &'a Cancel,
    /// How long a transfer may be silent before it counts as a failure of the network; `None`: for
    /// ever.
    pub stall: Option<Duration>,
}

/// What a fetcher did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchReport {
    /// The revision that the content is at now; `None`: none yet.
    pub sha: Option<String>,
    /// Whether anything changed.
    pub changed: bool,
}

/// A URL that no fetcher serves.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("nothing fetches `{scheme}` URLs; known: {}", known.join(", "))]
pub struct NoFetcher {
    /// The URL's scheme.
    pub scheme: String,
    /// The schemes that are served, sorted.
    pub known: Vec<String>,
}

/// Why a fetcher failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct FetchError {
    /// The kind of failure: `auth`, `network`, `not-found`, `no-such-ref`, `dirty`, `diverged`,
    /// `busy`, `disk` or `other`, which any other text counts as. Only `network` is tried again.
    pub class: String,
    /// What failed and why.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl FetchError {
    /// An error of this class, without advice.
    pub fn new(class: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            class: class.into(),
            message: message.into(),
            hint: None,
        }
    }

    /// The same with advice.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}
