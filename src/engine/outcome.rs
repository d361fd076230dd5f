//! What became of a pack.

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    git::{
        failure::{self, FailureClass},
        refs::ObjectId,
        run::{GitError, GitFailure},
    },
    model::{lock::LockEntry, pack::PackFileError, path::PackPath, text, url::PackUrl},
    plugin::fetcher::FetchError,
};

/// How a pack's turn ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// As declared now.
    Ok,
    /// It failed; everything that was there still is.
    Err,
    /// It was not tried.
    Skipped,
}

/// What changed in a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It was not there and is now.
    Cloned,
    /// The checkout moved forward, or to its pin.
    Updated,
    /// The remote branch was rewritten, and the branch moved to its new tip.
    Forced,
    /// Everything was as declared already.
    UpToDate,
    /// Objects and refs are up to date; the checkout was not to be moved.
    Fetched,
    /// Nothing declares it any more, and it was moved to the trash.
    Removed,
    /// Nothing.
    None,
}

/// Why a pack failed. Its texts are clean: no secrets, no control characters.
#[derive(Debug, Clone)]
pub struct PackFailure {
    /// The kind of failure.
    pub class: FailureClass,
    /// What failed and why, a fragment.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The git command that failed.
    pub command: Option<String>,
    /// It was refused because work would be lost.
    pub is_refusal: bool,
    /// Where in a file, when the failure is one of a pack.yaml.
    pub file: Option<Box<PackFileError>>,
}

impl PackFailure {
    /// A failure without a hint.
    pub fn new(class: FailureClass, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            hint: None,
            command: None,
            is_refusal: false,
            file: None,
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Marks a refusal to lose work.
    #[must_use]
    pub fn as_refusal(mut self) -> Self {
        self.is_refusal = true;
        self
    }

    /// Says whether the failure is an action or a pack type that this grex does not know.
    pub fn is_unknown_name(&self) -> bool {
        self.file
            .as_ref()
            .is_some_and(|error| error.is_unknown_name())
    }
}

impl From<GitError> for PackFailure {
    fn from(error: GitError) -> Self {
        let message = match &error {
            GitError::Failed(failure) if failure.class == FailureClass::Dirty => {
                in_the_way(failure)
            }
            error => error.to_string(),
        };
        let (class, hint) = (error.class(), error.hint());
        let command = match error {
            GitError::Failed(failure) => Some(failure.command),
            GitError::Unexpected { command, .. } => Some(command),
            GitError::Cancelled
            | GitError::Spawn(_)
            | GitError::Unreadable { .. }
            | GitError::DamagedRef { .. } => None,
        };
        Self {
            command,
            hint,
            ..Self::new(class, message)
        }
    }
}

/// What git refused to overwrite, by name.
fn in_the_way(failure: &GitFailure) -> String {
    match failure::overwritten_paths(&failure.stderr).as_slice() {
        [] => failure.essence.clone(),
        paths => {
            let paths: Vec<_> = paths.iter().map(|path| format!("`{path}`")).collect();
            format!("local changes would be overwritten: {}", paths.join(", "))
        }
    }
}

impl From<FetchError> for PackFailure {
    /// What a plugin says is cleaned as what a server says is.
    fn from(error: FetchError) -> Self {
        let class = FailureClass::named(&error.class).unwrap_or(FailureClass::Other);
        Self {
            hint: error.hint.map(text::shown),
            ..Self::new(class, text::shown(error.message))
        }
    }
}

impl From<PackFileError> for PackFailure {
    fn from(error: PackFileError) -> Self {
        let message = error.to_string();
        Self {
            file: Some(Box::new(error)),
            ..Self::new(FailureClass::Other, message)
        }
    }
}

/// One pack's result.
#[derive(Debug, Clone)]
pub struct PackOutcome {
    /// The pack.
    pub path: PackPath,
    /// Where it comes from, resolved.
    pub url: PackUrl,
    /// How its turn ended.
    pub verdict: Verdict,
    /// What changed.
    pub change: Change,
    /// The commit before.
    pub before: Option<ObjectId>,
    /// The commit after.
    pub after: Option<ObjectId>,
    /// How many commits came, where that is known without asking git once more.
    pub commits: Option<u64>,
    /// What there is to say about it.
    pub message: Option<String>,
    /// Why it failed.
    pub failure: Option<PackFailure>,
    /// What the lockfile says of it from now on; `None` leaves what it says.
    pub entry: Option<LockEntry>,
}

impl PackOutcome {
    /// A result without any change.
    pub fn unchanged(path: &PackPath, url: &PackUrl, verdict: Verdict) -> Self {
        Self {
            path: path.clone(),
            url: url.clone(),
            verdict,
            change: Change::None,
            before: None,
            after: None,
            commits: None,
            message: None,
            failure: None,
            entry: None,
        }
    }

    /// A failure that left everything as it was.
    pub fn failed(path: &PackPath, url: &PackUrl, failure: PackFailure) -> Self {
        Self {
            failure: Some(failure),
            ..Self::unchanged(path, url, Verdict::Err)
        }
    }
}
