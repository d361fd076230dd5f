//! Why an operation could not be carried out. A pack that failed is no such error: it is data
//! in the report.

use schemars::JsonSchema;

use crate::{
    engine::outcome::PackFailure,
    git::{failure::FailureClass, program::ProgramError, run::GitError},
    model::pack::PackFileError,
    store::{StoreError, trust::TrustError, undo::UndoError},
    sys::{fs::FileError, lock::LockError},
};

use super::advice;

/// The class of an error, which decides the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "kebab-case")]
pub enum ErrorKind {
    /// Anything else.
    Other,
    /// The request does not make sense.
    Usage,
    /// The manifest or the lockfile cannot be trusted.
    Books,
    /// A pack failed and with it the whole operation.
    Pack,
    /// Another process holds the lock.
    Locked,
    /// A session of the Model Context Protocol could not begin.
    Protocol,
    /// An action or a pack type that this grex does not know.
    UnknownName,
    /// Work would be lost.
    Refused,
    /// The run was cancelled.
    Cancelled,
}

impl ErrorKind {
    /// The kind's name in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Other => "other",
            Self::Usage => "usage",
            Self::Books => "books",
            Self::Pack => "pack",
            Self::Locked => "locked",
            Self::Protocol => "protocol",
            Self::UnknownName => "unknown-name",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
        }
    }

    /// The exit code of a program that ends with an error of this kind.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Other => 1,
            Self::Usage => 2,
            Self::Books => 3,
            Self::Pack => 4,
            Self::Locked => 5,
            Self::Protocol => 6,
            Self::UnknownName => 8,
            Self::Refused => 9,
            Self::Cancelled => 130,
        }
    }
}

/// An operation that could not be carried out.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct OpError {
    /// Its class.
    pub kind: ErrorKind,
    /// What failed and why.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
    /// The pack that it is about.
    pub pack: Option<String>,
    /// The file that it is about.
    pub file: Option<String>,
    /// The line in that file, from 1.
    pub line: Option<usize>,
    /// The place in a pack.yaml, to be underlined.
    pub place: Option<Box<PackFileError>>,
}

impl OpError {
    /// An error of this kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            hint: None,
            pack: None,
            file: None,
            line: None,
            place: None,
        }
    }

    /// Adds what to do about it.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// All that there is to do about it, in one text: what belongs to the place in a pack.yaml, which a
    /// person sees where that is underlined, and the hint.
    pub fn advice(&self) -> Option<String> {
        let of_place = self.place.as_ref().and_then(|place| place.hint.clone());
        match (of_place, self.hint.clone()) {
            (Some(of_place), Some(hint)) if of_place != hint => Some(format!("{of_place}; {hint}")),
            (of_place, hint) => hint.or(of_place),
        }
    }

    /// Adds the pack that it is about.
    #[must_use]
    pub fn about(mut self, pack: impl ToString) -> Self {
        self.pack = Some(pack.to_string());
        self
    }

    /// The failure of the one pack that an operation is about.
    pub fn of_pack(pack: impl ToString, failure: PackFailure) -> Self {
        let kind = if failure.is_unknown_name() {
            ErrorKind::UnknownName
        } else {
            ErrorKind::Pack
        };
        Self {
            hint: failure.hint.clone(),
            file: failure.file.as_ref().map(|place| place.file.clone()),
            line: failure
                .file
                .as_ref()
                .and_then(|place| place.line)
                .map(|line| line as usize),
            place: failure.file,
            ..Self::new(kind, failure.message)
        }
        .about(pack)
    }

    /// The column in the file, from 1.
    pub fn column(&self) -> Option<usize> {
        self.place
            .as_ref()
            .and_then(|place| place.column)
            .map(|column| column as usize)
    }
}

impl From<ProgramError> for OpError {
    fn from(error: ProgramError) -> Self {
        Self::new(ErrorKind::Other, error.to_string())
            .with_hint("install git 2.34 or newer, or set GREX_GIT to the path of one")
    }
}

impl From<GitError> for OpError {
    fn from(error: GitError) -> Self {
        let kind = match &error {
            GitError::Cancelled => ErrorKind::Cancelled,
            error if error.class() == FailureClass::Other => ErrorKind::Other,
            _ => ErrorKind::Pack,
        };
        Self::new(kind, error.to_string())
    }
}

impl From<LockError> for OpError {
    fn from(error: LockError) -> Self {
        let hint = advice::of_lock(&error);
        let error = match &error {
            LockError::Held { .. } => Self::new(ErrorKind::Locked, error.to_string()),
            LockError::Cancelled { .. } => {
                Self::new(ErrorKind::Cancelled, "cancelled while waiting for a lock")
            }
            LockError::File(_) => Self::new(ErrorKind::Other, error.to_string()),
        };
        Self { hint, ..error }
    }
}

impl From<FileError> for OpError {
    fn from(error: FileError) -> Self {
        Self {
            file: Some(error.path.display().to_string()),
            hint: advice::of_file(&error),
            ..Self::new(ErrorKind::Other, error.to_string())
        }
    }
}

impl From<PackFileError> for OpError {
    fn from(error: PackFileError) -> Self {
        let kind = if error.is_unknown_name() {
            ErrorKind::UnknownName
        } else {
            ErrorKind::Pack
        };
        Self {
            file: Some(error.file.clone()),
            line: error.line.map(|line| line as usize),
            hint: error.hint.clone(),
            ..Self::new(kind, error.to_string())
        }
        .placed(error)
    }
}

impl OpError {
    fn placed(mut self, place: PackFileError) -> Self {
        self.place = Some(Box::new(place));
        self
    }
}

impl From<TrustError> for OpError {
    fn from(error: TrustError) -> Self {
        match error {
            TrustError::Lock(error) => error.into(),
            error => Self::new(ErrorKind::Other, error.to_string()),
        }
    }
}

impl From<UndoError> for OpError {
    fn from(error: UndoError) -> Self {
        StoreError::from(error).into()
    }
}

impl From<StoreError> for OpError {
    fn from(error: StoreError) -> Self {
        let error = match error {
            StoreError::Lock(error) => return error.into(),
            error => error,
        };
        let kind = if error.is_about_content() {
            ErrorKind::Books
        } else {
            ErrorKind::Other
        };
        Self {
            file: error.file().map(|file| file.display().to_string()),
            line: error.line(),
            hint: advice::of_store(&error),
            ..Self::new(kind, error.to_string())
        }
    }
}
