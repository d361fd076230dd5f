//! The manifest as a value: the fold of its events, and the shortest log with the same fold.
//!
//! The fold takes one line at a time and keeps one draft a pack, so a log of any length needs
//! memory for its packs only. Texts become URLs, paths and refs once, for what is declared in the
//! end: a value that a later event replaced can hurt nobody, and checking it costs as much as
//! reading it. Everything here is a pure function of the bytes. See `docs/formats.md`.

mod contested;
mod draft;
mod repair;
#[cfg(test)]
mod tests;

use std::fmt;

use indexmap::IndexMap;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

pub use self::contested::{Contested, contested};
use self::draft::Draft;
pub use self::repair::{Parted, bad_lines, part};
use super::event::{Change, Event, EventError, MAX_EVENT};
use super::json_line;
use super::path::PackPath;
use super::reference::RefName;
use super::url::PackUrl;

/// One pack that the workspace declares.
#[derive(Debug, Clone, PartialEq)]
pub struct Declaration {
    /// Its id: the path it was added with, or what another program called it.
    pub id: String,
    /// Where it comes from.
    pub url: PackUrl,
    /// Where it lies below the workspace.
    pub path: PackPath,
    /// Its type as last observed; `pack.yaml` is the authority.
    pub pack_type: String,
    /// What it follows; `None` for what is checked out and its upstream.
    pub reference: Option<RefName>,
    /// Fields that this program does not know, kept when the log is compacted.
    pub extra: Map<String, Value>,
}

/// What a workspace declares.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Manifest {
    /// The declared packs by id, in the order in which the log first names them.
    pub packs: IndexMap<String, Declaration>,
    /// What a reader should know though nothing is wrong enough to stop, by line.
    pub warnings: Vec<Warning>,
}

/// Something odd in a log that can still be trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// An `update` or `rm` of a pack that was not declared at that point: it had no effect.
    NotDeclared {
        /// The line, from 1.
        line: usize,
        /// `update` or `rm`.
        op: &'static str,
        /// The id it names.
        id: String,
    },
    /// Events with an op that this program does not know: they had no effect.
    UnknownOp {
        /// The first line with it, from 1.
        line: usize,
        /// The op.
        op: String,
        /// How many events have it.
        count: usize,
    },
    /// The last line was cut off while it was written: it was left out.
    TornTail {
        /// The line, from 1.
        line: usize,
    },
}

impl fmt::Display for Warning {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotDeclared { line, op, id } => {
                write!(
                    formatter,
                    "line {line}: `{op}` of `{id}`, which is not declared there, has no effect"
                )
            }
            Self::UnknownOp { line, op, count } => {
                write!(
                    formatter,
                    "line {line}: unknown op `{op}` skipped ({count} in all)"
                )
            }
            Self::TornTail { line } => {
                write!(
                    formatter,
                    "line {line}: cut off while it was written, left out"
                )
            }
        }
    }
}

/// Why a log cannot be trusted, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {reason}")]
pub struct ManifestError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub reason: LineError,
}

/// What is wrong with a line of a log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// It is no event.
    #[error(transparent)]
    Event(#[from] EventError),
    /// It declares what cannot be; in words.
    #[error("{0}")]
    Declaration(String),
}

/// What follows the last LF of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// Nothing: the log ends as it should.
    Complete,
    /// A line that lacks only its LF.
    Unterminated,
    /// The beginning of a line whose rest never reached the disk. No proper prefix of an object is
    /// valid JSON, so nothing whole is ever taken for this. NUL bytes at the end are what a power
    /// cut leaves where the length of a file reached the disk and its content did not.
    Torn,
    /// More than an event may have, and not what a power cut leaves: somebody else's, not ours to
    /// throw away.
    Overlong,
}

impl Tail {
    /// Judges the bytes after the last LF. Of more than [`MAX_EVENT`] only the last one counts, so
    /// a reader need not keep them.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            Self::Complete
        } else if bytes.len() > MAX_EVENT {
            if bytes.ends_with(b"\0") {
                Self::Torn
            } else {
                Self::Overlong
            }
        } else if serde_json::from_slice::<IgnoredAny>(json_line::without_mark(bytes)).is_ok() {
            Self::Unterminated
        } else {
            Self::Torn
        }
    }
}

/// A fold under way.
#[derive(Debug, Default)]
pub struct Fold {
    /// `None` for an id that is no longer declared: it keeps its place, so that removing is as
    /// cheap as adding and an id that comes back stands where it was first seen.
    drafts: IndexMap<String, Option<Draft>>,
    warnings: Vec<Warning>,
    /// Unknown ops, each with its first line and its count.
    unknown: IndexMap<String, (usize, usize)>,
    lines: usize,
}

impl Fold {
    /// Returns the fold of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in one line that ended in an LF, without that LF. Blank lines mean nothing.
    ///
    /// # Errors
    /// The line is not an event. The fold is as it was before and may go on.
    pub fn line(&mut self, line: &[u8]) -> Result<(), ManifestError> {
        self.lines += 1;
        if line.iter().all(u8::is_ascii_whitespace) {
            return Ok(());
        }
        let event = Event::parse(line).map_err(|error| ManifestError {
            line: self.lines,
            reason: error.into(),
        })?;
        self.apply(event);
        Ok(())
    }

    /// Takes in what follows the last LF, if anything does.
    ///
    /// # Errors
    /// The line is whole, but not an event.
    pub fn tail(&mut self, bytes: &[u8]) -> Result<Tail, ManifestError> {
        let tail = Tail::of(bytes);
        match tail {
            Tail::Complete => {}
            Tail::Unterminated | Tail::Overlong => self.line(bytes)?,
            Tail::Torn => {
                self.lines += 1;
                self.warnings.push(Warning::TornTail { line: self.lines });
            }
        }
        Ok(tail)
    }

    /// Returns what is declared.
    ///
    /// # Errors
    /// A declared pack has a URL, path, ref or id that is not one, or the path of another.
    pub fn finish(self) -> Result<Manifest, ManifestError> {
        let (manifest, mut errors) = self.finish_all();
        if errors.is_empty() {
            Ok(manifest)
        } else {
            Err(errors.swap_remove(0))
        }
    }

    /// Returns what is declared and sound, and what is wrong with the rest, by line.
    fn finish_all(mut self) -> (Manifest, Vec<ManifestError>) {
        let mut errors = Vec::new();
        let mut packs = IndexMap::with_capacity(self.drafts.len());
        let mut owners: std::collections::HashMap<PackPath, String> =
            std::collections::HashMap::new();
        for (id, draft) in self.drafts {
            let Some(draft) = draft else { continue };
            let line = draft.path_line();
            let declaration = match draft.check(&id) {
                Ok(declaration) => declaration,
                Err(error) => {
                    errors.push(error);
                    continue;
                }
            };
            if let Some(owner) = owners.insert(declaration.path.clone(), id.clone()) {
                let reason = LineError::Declaration(format!(
                    "`{id}` has the path `{}`, and so has `{owner}`",
                    declaration.path
                ));
                errors.push(ManifestError { line, reason });
            }
            packs.insert(id, declaration);
        }
        errors.sort_by_key(|error| error.line);
        for (op, (line, count)) in self.unknown {
            self.warnings.push(Warning::UnknownOp { line, op, count });
        }
        (
            Manifest {
                packs,
                warnings: self.warnings,
            },
            errors,
        )
    }

    fn apply(&mut self, event: Event<'_>) {
        let line = self.lines;
        match event.change {
            Change::Add(added) => {
                let draft = Draft::new(&added, event.extra, line);
                match self.drafts.get_mut(&*event.id) {
                    Some(place) => *place = Some(draft),
                    None => {
                        self.drafts.insert(event.id.into_owned(), Some(draft));
                    }
                }
            }
            Change::Update(patch) => match self.drafts.get_mut(&*event.id) {
                Some(Some(draft)) => draft.patch(&patch, event.extra, line),
                Some(None) | None => self.not_declared("update", &event.id),
            },
            Change::Rm => match self.drafts.get_mut(&*event.id) {
                Some(place @ Some(_)) => *place = None,
                Some(None) | None => self.not_declared("rm", &event.id),
            },
            Change::Sync | Change::Audit(_) => {}
            Change::Unknown(op) => match self.unknown.get_mut(&*op) {
                Some((_, count)) => *count += 1,
                None => {
                    self.unknown.insert(op.into_owned(), (line, 1));
                }
            },
        }
    }

    fn not_declared(&mut self, op: &'static str, id: &str) {
        self.warnings.push(Warning::NotDeclared {
            line: self.lines,
            op,
            id: id.to_owned(),
        });
    }
}

/// Folds a whole log.
///
/// # Errors
/// The first line that cannot be trusted.
pub fn fold(log: &[u8]) -> Result<Manifest, ManifestError> {
    let mut fold = Fold::new();
    let mut lines = log.split(|byte| *byte == b'\n');
    // `split` yields at least one piece, and the last one is what follows the last LF.
    let tail = lines.next_back().unwrap_or_default();
    for line in lines {
        fold.line(line)?;
    }
    fold.tail(tail)?;
    fold.finish()
}

/// Returns the shortest log with the fold that `manifest` is: one `add` a pack, in its order.
/// `ts` (RFC 3339, UTC) is the time of the compaction.
#[must_use]
pub fn compact<'a>(manifest: &'a Manifest, ts: &'a str) -> Vec<Event<'a>> {
    manifest
        .packs
        .values()
        .map(|declaration| Event::add(ts, declaration))
        .collect()
}
