//! From bytes to a [`StatusReport`], in one pass and in bounded memory.

use super::{PathKind, PathStatus, StatusReport, SubmoduleState};
use crate::git::refs::ObjectId;

/// Longer than any path that a system allows.
const RECORD_LIMIT: usize = 64 * 1024;

/// Reads the output piece by piece, as it comes from the pipe.
#[derive(Debug)]
pub struct StatusParser {
    report: StatusReport,
    keep: usize,
    record: Vec<u8>,
    /// The record that is being read is longer than the limit.
    overlong: bool,
    awaiting: Awaiting,
}

/// The path that a rename came from is a record of its own.
#[derive(Debug, PartialEq, Eq)]
enum Awaiting {
    Record,
    Original { kept: bool },
}

impl StatusParser {
    /// Begins a status of which the first `keep` paths are kept; all are counted.
    #[must_use]
    pub fn new(keep: usize) -> Self {
        Self {
            report: StatusReport::default(),
            keep,
            record: Vec::new(),
            overlong: false,
            awaiting: Awaiting::Record,
        }
    }

    /// Takes the next piece, cut anywhere.
    pub fn push(&mut self, mut bytes: &[u8]) {
        while let Some(end) = bytes.iter().position(|byte| *byte == 0) {
            self.extend(&bytes[..end]);
            self.end_record();
            bytes = &bytes[end + 1..];
        }
        self.extend(bytes);
    }

    /// Ends the output. A record without its end is one that git did not finish: it counts as
    /// unknown.
    #[must_use]
    pub fn finish(mut self) -> StatusReport {
        if !self.record.is_empty() || self.overlong {
            self.report.unknown += 1;
        }
        self.report
    }

    fn extend(&mut self, bytes: &[u8]) {
        let room = RECORD_LIMIT - self.record.len();
        self.overlong |= bytes.len() > room;
        self.record
            .extend_from_slice(&bytes[..bytes.len().min(room)]);
    }

    fn end_record(&mut self) {
        let record = std::mem::take(&mut self.record);
        let overlong = std::mem::take(&mut self.overlong);
        if let Awaiting::Original { kept } = self.awaiting {
            self.awaiting = Awaiting::Record;
            if kept && let Some(last) = self.report.paths.last_mut() {
                last.original = Some(lossy(&record));
            }
            return;
        }
        if overlong || self.record(&record).is_none() {
            self.report.unknown += 1;
        }
    }

    /// Takes one whole record; `None` where it is not one that git-status(1) describes.
    fn record(&mut self, record: &[u8]) -> Option<()> {
        let (kind, rest) = record.split_at_checked(2)?;
        match kind {
            b"# " => self.header(rest),
            b"1 " => self.changed(rest, 6),
            b"2 " => {
                let before = self.report.paths.len();
                let known = self.changed(rest, 7);
                let kept = self.report.paths.len() > before;
                self.awaiting = Awaiting::Original { kept };
                known
            }
            b"u " => {
                let (letters, submodule, path) = fields(rest, 8)?;
                self.report.conflicts += 1;
                self.keep(PathKind::Conflict, letters, submodule, path);
                Some(())
            }
            b"? " => {
                self.report.untracked += 1;
                self.keep(PathKind::Untracked, "??", None, rest);
                Some(())
            }
            b"! " => {
                self.report.ignored += 1;
                self.keep(PathKind::Ignored, "!!", None, rest);
                Some(())
            }
            _ => None,
        }
    }

    fn header(&mut self, header: &[u8]) -> Option<()> {
        let header = String::from_utf8_lossy(header);
        // A header of a newer git says nothing about paths, so it is no reason for doubt.
        let Some((name, value)) = header.split_once(' ') else {
            return Some(());
        };
        match name {
            "branch.oid" if value == "(initial)" => self.report.head = None,
            "branch.oid" => self.report.head = Some(ObjectId::parse(value).ok()?),
            "branch.head" if value == "(detached)" => self.report.branch = None,
            "branch.head" => self.report.branch = Some(value.into()),
            "branch.upstream" => self.report.upstream = Some(value.into()),
            "branch.ab" => {
                let (ahead, behind) = value.split_once(' ')?;
                // `+? -?` where `status.aheadBehind` is off.
                self.report.ahead = ahead.strip_prefix('+')?.parse().ok();
                self.report.behind = behind.strip_prefix('-')?.parse().ok();
            }
            "stash" => self.report.stash = value.parse().ok()?,
            _ => {}
        }
        Some(())
    }

    /// An ordinary or renamed path: its letters, `skip` more fields, and the path.
    fn changed(&mut self, rest: &[u8], skip: usize) -> Option<()> {
        let (letters, submodule, path) = fields(rest, skip)?;
        let [index, worktree] = letters.as_bytes() else {
            return None;
        };
        let (staged, unstaged) = (*index != b'.', *worktree != b'.');
        self.report.staged += u64::from(staged);
        self.report.unstaged += u64::from(unstaged);
        let kind = if unstaged {
            PathKind::Unstaged
        } else {
            PathKind::Staged
        };
        self.keep(kind, letters, submodule, path);
        Some(())
    }

    fn keep(
        &mut self,
        kind: PathKind,
        letters: &str,
        submodule: Option<SubmoduleState>,
        path: &[u8],
    ) {
        if self.report.paths.len() < self.keep {
            self.report.paths.push(PathStatus {
                kind,
                path: lossy(path),
                original: None,
                letters: letters.into(),
                submodule,
            });
        }
    }
}

/// Takes the letters and the submodule's state off a record, skips the rest of the `count` fields
/// behind the letters, and returns what follows them: the path, which may hold spaces.
fn fields(record: &[u8], count: usize) -> Option<(&str, Option<SubmoduleState>, &[u8])> {
    let mut parts = record.splitn(count + 2, |byte| *byte == b' ');
    let letters = std::str::from_utf8(parts.next()?).ok()?;
    let submodule = submodule(parts.next()?)?;
    let path = parts.nth(count - 1)?;
    (!path.is_empty()).then_some((letters, submodule, path))
}

/// `N...` for no submodule, else `S` and three letters or dots.
fn submodule(field: &[u8]) -> Option<Option<SubmoduleState>> {
    match field {
        [b'N', ..] => Some(None),
        [b'S', commit, modified, untracked] => Some(Some(SubmoduleState {
            commit_changed: *commit == b'C',
            modified: *modified == b'M',
            untracked: *untracked == b'U',
        })),
        _ => None,
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
