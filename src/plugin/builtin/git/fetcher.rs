//! The user's git as a fetcher.

use std::{ffi::OsString, path::Path};

use async_trait::async_trait;
use tokio::sync::OnceCell;

use super::pull;
use crate::{
    git::{
        checkout::{self, GitDir},
        clone::{CloneHead, CloneRequest},
        failure::{self, FailureClass},
        program::Program,
        progress::Line,
        refs::{ObjectId, Refs},
        run::{Git, GitError, Watch},
        view::View,
    },
    model::{
        reference::RefName,
        url::{PackUrl, Scheme},
    },
    plugin::fetcher::{FetchCx, FetchError, FetchReport, Fetcher, Source},
    sys::cancel::Cancel,
};

/// Git. A clone is `git clone` whose HEAD names a commit; a pull fetches and fast-forwards, and
/// never more than that.
///
/// The engine goes further for git work trees, and so asks this one for nothing
/// ([`Fetcher::makes_git_work_trees`]): it decides by the lockfile and by the work in a checkout,
/// fills the work tree at its final place where a hook may look at it, follows a branch that was
/// rewritten, and checks out exact commits. This is what a pack type or a tool gets that only wants
/// a repository brought and kept up to date.
pub struct GitFetcher {
    wanted: Option<OsString>,
    git: OnceCell<Git>,
}

/// A [`Source`] that was parsed.
pub(super) struct Wanted {
    pub(super) url: PackUrl,
    pub(super) reference: Option<RefName>,
    pub(super) from_user: bool,
}

impl GitFetcher {
    /// A fetcher that runs `git`, a path or a name to look up; `None`: the git in `PATH`. It is
    /// looked for when it is first needed.
    pub fn new(git: Option<OsString>) -> Self {
        Self {
            wanted: git,
            git: OnceCell::new(),
        }
    }

    async fn git(&self, cancel: &Cancel) -> Result<&Git, FetchError> {
        self.git
            .get_or_try_init(|| async {
                let program = Program::find(self.wanted.clone(), None, cancel, None)
                    .await
                    .map_err(|error| {
                        FetchError::new("other", error.to_string()).with_hint(
                            "install git 2.34 or newer, or set GREX_GIT to the path of one",
                        )
                    })?;
                Ok(Git::new(&program, None))
            })
            .await
    }

    /// The commit that is checked out, from the files of the repository; git is asked where they
    /// are of an unusual kind.
    async fn head(
        &self,
        cx: &FetchCx<'_>,
        target: &Path,
        git_dir: &GitDir,
    ) -> Result<Option<ObjectId>, FetchError> {
        if let Ok(refs) = Refs::open(git_dir.path()) {
            return Ok(refs.head_commit().cloned());
        }
        let git = self.git(cx.cancel).await?;
        let view = View::of(&git.repository(target), git_dir.path(), cx.cancel).await?;
        Ok(view.head_commit()?)
    }
}

#[async_trait]
impl Fetcher for GitFetcher {
    fn schemes(&self) -> &[&str] {
        &["git", "ssh", "https", "http", "file"]
    }

    fn makes_git_work_trees(&self) -> bool {
        true
    }

    async fn clone(
        &self,
        cx: &FetchCx<'_>,
        source: &Source,
        target: &Path,
    ) -> Result<FetchReport, FetchError> {
        let wanted = Wanted::of(source)?;
        let git = self.git(cx.cancel).await?;
        let neutral = target.parent().unwrap_or(target);
        let setup = git.clone_setup(neutral, cx.cancel).await?;
        let named = wanted.clone_name();
        let request = CloneRequest {
            url: wanted.url.as_str(),
            is_local: wanted.url.is_local(),
            from_user: wanted.from_user,
            target,
            head: named.map_or(CloneHead::Default, CloneHead::Named),
            checkout: named.is_some() || wanted.reference.is_none(),
        };
        git.clone_repository(&request, &setup, &mut watch(cx))
            .await
            .map_err(|error| wanted.advised(error))?;
        let repository = git.repository(target);
        if let Some(later) = wanted.reference.as_ref().filter(|_| named.is_none()) {
            let remote = pull::remote(cx, &repository, target, &wanted).await?;
            let commit = pull::find(cx, &repository, &remote, later, &wanted).await?;
            repository
                .check_out_detached(commit.as_str(), &mut watch(cx))
                .await?;
        }
        let head = self.head(cx, target, &own(target)?).await?;
        if head.is_none() {
            accept_empty(git, cx, &wanted).await?;
        }
        Ok(FetchReport {
            sha: head.map(|head| head.to_string()),
            changed: true,
        })
    }

    async fn pull(
        &self,
        cx: &FetchCx<'_>,
        source: &Source,
        target: &Path,
    ) -> Result<FetchReport, FetchError> {
        let wanted = Wanted::of(source)?;
        let git_dir = own(target)?;
        let before = self.head(cx, target, &git_dir).await?;
        let git = self.git(cx.cancel).await?;
        pull::pull(cx, git, target, &wanted, before.as_ref()).await?;
        let after = self.head(cx, target, &git_dir).await?;
        Ok(FetchReport {
            changed: before != after,
            sha: after.map(|after| after.to_string()),
        })
    }

    async fn current_sha(
        &self,
        cx: &FetchCx<'_>,
        target: &Path,
    ) -> Result<Option<String>, FetchError> {
        let head = self.head(cx, target, &own(target)?).await?;
        Ok(head.map(|head| head.to_string()))
    }
}

impl Wanted {
    fn of(source: &Source) -> Result<Self, FetchError> {
        let refused = |why: String| FetchError::new("other", why);
        let url = PackUrl::parse(&source.url).map_err(|error| refused(error.to_string()))?;
        // Git would look for a remote helper of that name.
        if url.scheme() == Scheme::Other || url.is_relative() {
            return Err(refused(format!("git has no way to fetch {url}")));
        }
        let reference = match &source.reference {
            Some(name) => Some(RefName::parse(name).map_err(|error| refused(error.to_string()))?),
            None => None,
        };
        Ok(Self {
            url,
            reference,
            from_user: source.from_user,
        })
    }

    /// The branch or tag that `git clone --branch` takes; a commit id and a ref of another kind it
    /// does not.
    fn clone_name(&self) -> Option<&str> {
        let name = self.reference.as_ref()?;
        let is_plain = name.branch_ref().is_some() || name.tag_ref().is_some();
        (name.commit_id().is_none() && is_plain).then(|| name.short_name())
    }

    /// The error with what usually helps.
    pub(super) fn advised(&self, error: GitError) -> FetchError {
        let hint = failure::hint(error.class(), self.url.host());
        FetchError {
            hint,
            ..error.into()
        }
    }
}

/// An empty repository over HTTP may be a web page that git took for one.
async fn accept_empty(git: &Git, cx: &FetchCx<'_>, wanted: &Wanted) -> Result<(), FetchError> {
    let url = &wanted.url;
    let over_http = matches!(url.scheme(), Scheme::Http | Scheme::Https);
    if !over_http || git.speaks_git(url.as_str(), cx.cancel).await? {
        return Ok(());
    }
    let class = FailureClass::NotFound.name();
    Err(FetchError::new(
        class,
        format!("{url} answers, but not as a git server does"),
    )
    .with_hint("open the address in a browser, and check your access and credentials"))
}

/// The `.git` of a repository of its own: git would otherwise act on the one above.
pub(super) fn own(target: &Path) -> Result<GitDir, FetchError> {
    checkout::own_git_dir(target).map_err(|error| FetchError::new("other", error.to_string()))
}

/// Hands on what git says.
pub(super) fn watch<'a>(cx: &'a FetchCx<'_>) -> Watch<'a> {
    Watch {
        stall: cx.stall,
        on_line: Box::new(|line| match line {
            Line::Remote(said) | Line::Local(said) => (cx.say)(&said),
            Line::Progress(_) => {}
        }),
        ..Watch::quiet(cx.cancel)
    }
}

impl From<GitError> for FetchError {
    fn from(error: GitError) -> Self {
        Self::new(error.class().name(), error.to_string())
    }
}
