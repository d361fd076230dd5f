//! How a call ends: with a result, with a failure of the work, or with an error of the protocol.

use rmcp::model::{CallToolResult, ContentBlock};
use serde::Serialize;
use serde_json::{Value, json};

use super::limits;
use crate::{
    engine::outcome::PackFailure,
    ops::{
        error::{ErrorKind, OpError},
        present::FailureReport,
    },
};

/// The most packs that an error names.
const MOST_NAMED: usize = 20;

/// Work that failed, as the command line says it with `--json`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Failure {
    kind: &'static str,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pack: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    /// What became of the packs, where more than one was meant.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    packs: Vec<Value>,
}

impl Failure {
    /// A failure that has no better name.
    pub(super) fn other(message: impl Into<String>) -> Self {
        OpError::new(ErrorKind::Other, message).into()
    }

    /// Whether it was refused because work would be lost or nobody has approved it.
    pub(super) fn is_refusal(&self) -> bool {
        self.kind == ErrorKind::Refused.name()
    }

    /// The packs of a run that failed, of `total`; `None`: none did.
    pub(super) fn of_packs<'a>(
        failed: impl Iterator<Item = (&'a str, &'a FailureReport)>,
        total: usize,
    ) -> Option<Self> {
        Self::of_failures(failed.map(|(id, report)| (id, &report.failure)), total)
    }

    /// The same, of failures that are no reports yet.
    pub(super) fn of_failures<'a>(
        failed: impl Iterator<Item = (&'a str, &'a PackFailure)>,
        total: usize,
    ) -> Option<Self> {
        let failed: Vec<_> = failed.collect();
        let (id, failure) = failed.first()?;
        if let [_] = failed.as_slice() {
            let mut only = Self::from(OpError::of_pack(*id, (*failure).clone()));
            if failure.is_refusal {
                only.kind = ErrorKind::Refused.name();
            }
            return Some(only);
        }
        let is_refusal = failed.iter().all(|(_, failure)| failure.is_refusal);
        let is_unknown = failed.iter().all(|(_, failure)| failure.is_unknown_name());
        let kind = match (is_refusal, is_unknown) {
            (true, _) => ErrorKind::Refused,
            (_, true) => ErrorKind::UnknownName,
            _ => ErrorKind::Pack,
        };
        let mut error = OpError::new(kind, format!("{} of {total} packs failed", failed.len()));
        error.hint = failure.hint.clone();
        let packs = failed
            .iter()
            .take(MOST_NAMED)
            .map(
                |(id, failure)| json!({"id": id, "message": failure.message, "hint": failure.hint}),
            )
            .collect();
        Some(Self {
            packs,
            ..Self::from(error)
        })
    }

    /// Adds what became of the packs.
    #[must_use]
    pub(super) fn with_packs(mut self, packs: Vec<Value>) -> Self {
        self.packs = packs;
        self
    }
}

impl From<OpError> for Failure {
    fn from(error: OpError) -> Self {
        Self {
            kind: error.kind.name(),
            hint: error.advice(),
            message: error.message,
            pack: error.pack,
            file: error.file,
            line: error.line,
            packs: Vec::new(),
        }
    }
}

/// Why a call has no result.
#[derive(Debug)]
pub(super) enum Trouble {
    /// The arguments are not those of the tool.
    Malformed(String),
    /// The work failed.
    Failed(Failure),
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// A result: the value, and the same as text for clients that know no other.
pub(super) fn result(value: Value) -> CallToolResult {
    CallToolResult::structured(value)
}

/// A failure: text alone.
pub(super) fn failure(failure: &Failure) -> CallToolResult {
    let value = limits::result(json!({ "error": failure }));
    CallToolResult::error(vec![ContentBlock::text(value.to_string())])
}
