//! The refs and settings of a repository, read from its files, or asked of git where the files
//! are of an unusual kind (reftable, includes, symbolic chains).

use std::{collections::HashMap, path::Path};

use super::{
    config::{ConfigError, RepositoryConfig},
    refs::{Head, ObjectId, RefValue, Refs, RefsError},
    repository::Repository,
    run::GitError,
};
use crate::sys::cancel::Cancel;

/// A repository as it was at one moment.
pub struct View {
    /// What is checked out.
    pub head: Head,
    refs: RefStore,
}

enum RefStore {
    Files(Refs),
    Listed(HashMap<String, RefValue>),
}

impl View {
    /// Looks at the refs of the repository whose `.git` is `git_dir`.
    ///
    /// # Errors
    /// Fails when neither the files nor git can tell.
    pub async fn of(
        repository: &Repository<'_>,
        git_dir: &Path,
        cancel: &Cancel,
    ) -> Result<Self, GitError> {
        Self::of_opened(Refs::open(git_dir), repository, cancel).await
    }

    /// As [`View::of`], for who has read the settings of what is known to be a repository of its own
    /// ([`super::checkout::own_git_dir`]).
    ///
    /// # Errors
    /// As there.
    pub async fn of_configured(
        repository: &Repository<'_>,
        git_dir: &Path,
        config: &RepositoryConfig,
        cancel: &Cancel,
    ) -> Result<Self, GitError> {
        Self::of_opened(Refs::open_configured(git_dir, config), repository, cancel).await
    }

    async fn of_opened(
        opened: Result<Refs, RefsError>,
        repository: &Repository<'_>,
        cancel: &Cancel,
    ) -> Result<Self, GitError> {
        // Whatever grex does not read, or cannot, git may.
        match opened {
            Ok(refs) => Ok(Self {
                head: refs.head().clone(),
                refs: RefStore::Files(refs),
            }),
            Err(error @ RefsError::Damaged(_)) => Err(error.into()),
            Err(_) => {
                let (head, listed) = repository.list_refs(cancel).await?;
                Ok(Self {
                    head,
                    refs: RefStore::Listed(listed),
                })
            }
        }
    }

    /// The value of a full ref name.
    ///
    /// # Errors
    /// Fails when the ref is there and cannot be read.
    pub fn find(&self, name: &str) -> Result<Option<RefValue>, GitError> {
        match &self.refs {
            RefStore::Files(refs) => Ok(refs.find(name)?),
            RefStore::Listed(listed) => Ok(listed.get(name).cloned()),
        }
    }

    /// The commit that is checked out; `None` on a branch without commits.
    ///
    /// # Errors
    /// Fails when the branch's ref is there and cannot be read.
    pub fn head_commit(&self) -> Result<Option<ObjectId>, GitError> {
        match (&self.refs, &self.head) {
            (RefStore::Files(refs), _) => Ok(refs.head_commit().cloned()),
            (_, Head::Detached(id)) => Ok(Some(id.clone())),
            (_, Head::Unborn(_)) => Ok(None),
            (_, Head::Branch(branch)) => Ok(self
                .find(&format!("refs/heads/{branch}"))?
                .map(|value| value.id)),
        }
    }
}

/// Reads the repository's own settings.
///
/// # Errors
/// Fails when neither the file nor git can tell.
pub async fn settings(
    repository: &Repository<'_>,
    git_dir: &Path,
    cancel: &Cancel,
) -> Result<RepositoryConfig, GitError> {
    match RepositoryConfig::read(git_dir) {
        Ok(config) => Ok(config),
        Err(ConfigError::Unusual(_)) => {
            let listed = repository.settings(cancel).await?;
            RepositoryConfig::from_list_z(&listed).map_err(|error| unreadable(error.to_string()))
        }
        Err(error) => Err(unreadable(error.to_string())),
    }
}

impl From<RefsError> for GitError {
    fn from(error: RefsError) -> Self {
        match error {
            RefsError::Damaged(name) => Self::DamagedRef { name },
            error => unreadable(error.to_string()),
        }
    }
}

fn unreadable(detail: String) -> GitError {
    GitError::Unreadable { detail }
}
