//! What a repository on the disk says of itself.

use std::path::Path;

use crate::{
    engine::session::Session,
    git::{
        checkout::{self, NotARepository},
        config::{Remote, RepositoryConfig},
        refs::Head,
        run::GitError,
        view::{self, View},
    },
    model::{reference::RefName, url::PackUrl},
    ops::error::OpError,
};

/// Where a checkout comes from and what is checked out.
pub(super) struct Checkout {
    pub(super) url: PackUrl,
    pub(super) reference: Option<RefName>,
}

/// Why a directory cannot be registered as it is.
pub(super) enum Unusable {
    /// It is not grex's to register.
    Skipped(String),
    /// Something is wrong with it.
    Failed(String),
}

/// Looks at the repository in `root`. Git is started only where its files are of an unusual kind.
pub(super) async fn look(
    session: &Session,
    root: &Path,
) -> Result<Result<Checkout, Unusable>, OpError> {
    let git_dir = match checkout::own_git_dir(root) {
        Ok(git_dir) => git_dir,
        Err(error @ (NotARepository::File { .. } | NotARepository::Link { .. })) => {
            return Ok(Err(Unusable::Skipped(error.to_string())));
        }
        Err(error) => return Ok(Err(Unusable::Failed(error.to_string()))),
    };
    let git = session.git().await?;
    let repository = git.repository(root);
    let settings = view::settings(&repository, git_dir.path(), &session.cancel).await;
    let view = View::of(&repository, git_dir.path(), &session.cancel).await;
    let (settings, view) = match (settings, view) {
        (Ok(settings), Ok(view)) => (settings, view),
        (Err(GitError::Cancelled), _) | (_, Err(GitError::Cancelled)) => {
            return Err(GitError::Cancelled.into());
        }
        (Err(error), _) | (_, Err(error)) => {
            return Ok(Err(Unusable::Failed(error.to_string())));
        }
    };
    Ok(described(&settings, view.head, root))
}

fn described(settings: &RepositoryConfig, head: Head, root: &Path) -> Result<Checkout, Unusable> {
    let Some(remote) = main_remote(settings) else {
        let reason = "it has no remote `origin`, so nothing says where to clone it from";
        return Err(Unusable::Skipped(String::from(reason)));
    };
    let url = absolute(&remote.url.unwrap_or_default(), root).map_err(Unusable::Failed)?;
    let reference = match head {
        Head::Branch(branch) | Head::Unborn(branch) => branch,
        Head::Detached(id) => id.to_string(),
    };
    let reference = RefName::parse(&reference);
    Ok(Checkout {
        url,
        reference: Some(reference.map_err(|error| Unusable::Failed(error.to_string()))?),
    })
}

/// A URL of the configuration; a relative path is one from the repository.
fn absolute(url: &str, root: &Path) -> Result<PackUrl, String> {
    let url = PackUrl::parse(url).map_err(|error| error.to_string())?;
    match PackUrl::local(root) {
        Some(base) => url.resolve(&base).map_err(|error| error.to_string()),
        None if url.is_relative() => Err(format!(
            "`{url}` is relative to a directory that no URL can name"
        )),
        None => Ok(url),
    }
}

/// `origin`, or the one remote under another name.
fn main_remote(settings: &RepositoryConfig) -> Option<Remote> {
    let mut remotes = settings.remotes();
    remotes.retain(|remote| remote.url.is_some());
    match remotes.iter().position(|remote| remote.name == "origin") {
        Some(origin) => Some(remotes.swap_remove(origin)),
        None if remotes.len() == 1 => remotes.pop(),
        None => None,
    }
}

/// Where the repository in `root` comes from, also where `root` is a linked worktree; `None` where
/// it does not say, or says what cannot be used.
pub(super) async fn origin(session: &Session, root: &Path) -> Result<Option<PackUrl>, OpError> {
    let git = session.git().await?;
    let repository = git.repository(root);
    let settings = match checkout::own_git_dir(root) {
        Ok(git_dir) => view::settings(&repository, git_dir.path(), &session.cancel).await,
        Err(NotARepository::File { .. }) => {
            let listed = repository.settings(&session.cancel).await;
            listed
                .map(|listed| RepositoryConfig::from_list_z(&listed).ok())
                .and_then(|settings| {
                    settings.ok_or_else(|| GitError::Unreadable {
                        detail: String::from("git lists settings that are none"),
                    })
                })
        }
        Err(_) => return Ok(None),
    };
    match settings {
        Ok(settings) => {
            let url = main_remote(&settings).and_then(|remote| remote.url);
            Ok(url.and_then(|url| absolute(&url, root).ok()))
        }
        Err(GitError::Cancelled) => Err(GitError::Cancelled.into()),
        Err(_) => Ok(None),
    }
}
