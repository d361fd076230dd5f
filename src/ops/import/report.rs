//! What an `import` reports.

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    engine::session::Session,
    model::{foreign::Place, text},
    ops::{
        error::ErrorKind,
        sync::{self, SyncedPack},
    },
};

use super::{
    plan::{Left, Plan},
    source::Gathered,
};

/// What was registered, what was not, and what has no counterpart here. Lists of packs are sorted by
/// path.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ImportReport {
    /// Whether nothing was changed because only the plan was asked for.
    pub dry_run: bool,
    /// The format of the file; null where no file was read.
    pub format: Option<String>,
    /// What was registered, or registered anew.
    pub imported: Vec<ImportedPack>,
    /// What was left out on purpose, or is registered already.
    pub skipped: Vec<SkippedEntry>,
    /// What could not be registered.
    pub failed: Vec<FailedEntry>,
    /// What the file says beside, and what nothing here does.
    pub not_carried_over: Vec<LeftBehind>,
    /// Blocks of another program in `.gitignore` that were folded into the one block.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub folded: Vec<FoldedLines>,
    /// What became of the packs, if they were to be brought in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub synced: Option<Vec<SyncedPack>>,
    /// The run was cancelled before every pack was brought in.
    #[serde(skip)]
    pub cancelled: bool,
}

/// Whether a pack is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ImportChange {
    /// It was not registered before.
    Added,
    /// It was, with another URL or ref.
    Updated,
}

/// A pack that was registered.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ImportedPack {
    /// Its path, and its id.
    pub path: String,
    /// Where it comes from.
    pub url: String,
    /// The branch, tag or commit that it follows.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    /// Its type.
    pub kind: String,
    /// Whether it is new.
    pub change: ImportChange,
}

/// An entry that was left out.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SkippedEntry {
    /// Its path, as the file has it.
    pub path: String,
    /// Why.
    pub reason: String,
    /// The file that it stands in.
    pub file: Option<String>,
    /// The line there, from 1.
    pub line: Option<usize>,
}

/// An entry that could not be registered.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FailedEntry {
    /// Its path, as the file has it.
    pub path: String,
    /// Why.
    pub error: String,
    /// The file that it stands in.
    pub file: Option<String>,
    /// The line there, from 1.
    pub line: Option<usize>,
    /// What is registered already is in its way.
    #[serde(skip)]
    pub is_conflict: bool,
}

/// Something of the file's that has no counterpart.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LeftBehind {
    /// What.
    pub what: String,
    /// How often it is there.
    pub count: usize,
    /// The file where it is first.
    pub file: Option<String>,
    /// The line there, from 1.
    pub line: Option<usize>,
}

/// A block of another program that was folded into the one block.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FoldedLines {
    /// Its name.
    pub block: String,
    /// Its lines that say something else than that a pack is ignored: they stay, outside of any block.
    pub kept: Vec<String>,
}

impl ImportReport {
    /// The exit code: 4 when an entry cannot be used or a pack failed, 2 when all that failed is in
    /// the way of what is registered.
    pub fn exit_code(&self) -> u8 {
        if self.cancelled {
            return ErrorKind::Cancelled.exit_code();
        }
        let synced = self.synced.iter().flatten();
        let failures = synced.filter_map(|pack| pack.failure.as_ref());
        let synced = sync::exit_code_of(failures.map(|report| Some(&report.failure)));
        let conflicts = self.failed.iter().filter(|entry| entry.is_conflict).count();
        match (self.failed.len(), synced) {
            (0, code) => code,
            (count, 0) if count == conflicts => ErrorKind::Usage.exit_code(),
            _ => ErrorKind::Pack.exit_code(),
        }
    }
}

/// Where an entry stands, as it is reported: seen from the workspace where it lies there.
struct Shown<'a> {
    workspace: &'a Path,
    root: &'a Path,
}

impl Shown<'_> {
    /// File and line; neither for what was found on the disk.
    fn of(&self, place: &Place) -> (Option<String>, Option<usize>) {
        if place.line == 0 {
            return (None, None);
        }
        let file = self.root.join(&place.file);
        let file = file.strip_prefix(self.workspace).unwrap_or(&file);
        (
            Some(text::shown(file.to_string_lossy().as_bytes())),
            Some(place.line),
        )
    }

    fn skipped(&self, path: String, reason: String, place: &Place) -> SkippedEntry {
        let (file, line) = self.of(place);
        SkippedEntry {
            path,
            reason,
            file,
            line,
        }
    }

    fn failed(&self, path: String, error: String, place: &Place, conflict: bool) -> FailedEntry {
        let (file, line) = self.of(place);
        FailedEntry {
            path,
            error,
            file,
            line,
            is_conflict: conflict,
        }
    }
}

/// Puts together what was found and what was planned.
pub(super) fn report(
    session: &Session,
    gathered: Gathered,
    plan: Plan,
    folded: Vec<FoldedLines>,
) -> ImportReport {
    let shown = Shown {
        workspace: session.workspace.root(),
        root: &gathered.root,
    };
    let found = gathered.found;
    let not_carried_over = found.notes().map(|note| {
        let (file, line) = shown.of(&note.place);
        LeftBehind {
            what: note.what,
            count: note.count,
            file,
            line,
        }
    });
    let not_carried_over = not_carried_over.collect();
    let of_file = found.skipped.into_iter();
    let of_file = of_file.map(|entry| shown.skipped(entry.path, entry.reason, &entry.place));
    let known = plan.known.into_iter();
    let known = known.map(|Left { path, why, place }| shown.skipped(path.into(), why, &place));
    let mut skipped: Vec<_> = of_file.chain(known).collect();
    skipped.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    let malformed = found.failed.into_iter();
    let malformed =
        malformed.map(|entry| shown.failed(entry.path, entry.error, &entry.place, false));
    let left = |lefts: Vec<Left>, conflict: bool| {
        let entries = lefts.into_iter();
        entries.map(move |left| (left, conflict))
    };
    let refused = left(plan.refused, true).chain(left(plan.unusable, false));
    let refused = refused.map(|(Left { path, why, place }, conflict)| {
        shown.failed(path.into(), why, &place, conflict)
    });
    let mut failed: Vec<_> = malformed.chain(refused).collect();
    failed.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    let mut imported: Vec<_> = plan.changes.into_iter().map(ImportedPack::from).collect();
    imported.sort_by(|a, b| a.path.cmp(&b.path));
    ImportReport {
        dry_run: session.settings.dry_run,
        format: gathered.format.map(|format| format.name().to_owned()),
        imported,
        skipped,
        failed,
        not_carried_over,
        folded,
        synced: None,
        cancelled: false,
    }
}

impl From<super::plan::Change> for ImportedPack {
    fn from(change: super::plan::Change) -> Self {
        let declaration = change.declaration;
        Self {
            path: declaration.path.to_string(),
            url: declaration.url.to_string(),
            reference: declaration.reference.map(|reference| reference.to_string()),
            kind: declaration.pack_type,
            change: if change.is_update {
                ImportChange::Updated
            } else {
                ImportChange::Added
            },
        }
    }
}
