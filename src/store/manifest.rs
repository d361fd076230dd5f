//! The manifest on disk: read as a stream, appended to and rewritten under its lock.

mod repair;
#[cfg(all(test, unix))]
mod tests;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use super::{StoreError, Workspace};
use crate::model::event::{Event, MAX_EVENT};
use crate::model::manifest::{Fold, Manifest, ManifestError, Tail};
use crate::sys::fs::{self, FileError, Opening, open_regular};
use crate::sys::lock::{self, Holder, Wait};

pub use self::repair::{
    Compaction, Inspection, clear_leftovers, compact, inspect, plan_compaction, reject_bad_lines,
};

/// How much is read at once.
const BUFFER: usize = 256 * 1024;

/// The longest manifest that is held in memory as a whole, which only repair does.
const REPAIR_LIMIT: u64 = 1 << 30;

/// What a manifest says.
#[derive(Debug, Clone, PartialEq)]
pub struct ManifestFile {
    /// What is declared.
    pub manifest: Manifest,
    /// Whether the last line was cut off and left out; the next writer clears it away.
    pub torn: bool,
}

/// Makes an empty manifest, and returns whether there was none.
///
/// # Errors
/// It cannot be made, or something else has its name.
pub fn create(workspace: &Workspace) -> Result<bool, StoreError> {
    let path = workspace.manifest();
    match open_regular(path, "create", Opening::Make) {
        Ok(_) => {
            fs::sync_directory(workspace.root())?;
            Ok(true)
        }
        Err(error) if error.source.kind() == io::ErrorKind::AlreadyExists => {
            open_regular(path, "create", Opening::Read)?;
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// Reads and folds the manifest. Needs no lock: a line that is just being appended is seen as a
/// whole or as torn.
///
/// # Errors
/// There is none, or it cannot be trusted.
pub fn read(workspace: &Workspace) -> Result<ManifestFile, StoreError> {
    let path = workspace.manifest();
    let Some((file, _)) = open_regular(path, "read", Opening::Read)? else {
        return Err(StoreError::NoManifest { path: path.into() });
    };
    fold(&mut BufReader::with_capacity(BUFFER, file), path)
}

/// Makes the manifest of lines that [`fold`] takes, where there is none yet.
///
/// # Errors
/// It cannot be written.
pub fn create_from(workspace: &Workspace, lines: &[u8]) -> Result<(), StoreError> {
    fs::replace_recoverably(workspace.manifest(), lines, fs::SHARED_MODE)?;
    Ok(())
}

/// Folds what is read from the file at `path`.
///
/// # Errors
/// It cannot be read or trusted.
pub(super) fn fold(reader: &mut impl BufRead, path: &Path) -> Result<ManifestFile, StoreError> {
    let mut fold = Fold::new();
    let mut line = Vec::new();
    let tail = loop {
        line.clear();
        let ended = read_line(reader, &mut line).map_err(FileError::when("read", path))?;
        let taken = if ended {
            fold.line(&line).map(|()| None)
        } else {
            fold.tail(&line).map(Some)
        };
        if let Some(tail) = taken.map_err(|error| bad(path, error))? {
            break tail;
        }
    };
    let manifest = fold.finish().map_err(|error| bad(path, error))?;
    Ok(ManifestFile {
        manifest,
        torn: tail == Tail::Torn,
    })
}

fn bad(path: &Path, source: ManifestError) -> StoreError {
    StoreError::Manifest {
        path: path.into(),
        source,
    }
}

/// Reads one line without its LF into `line` and returns whether it had one. Of a line that is
/// longer than an event may be, what is kept is one byte too long and ends as the line does.
fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    reader
        .by_ref()
        .take(MAX_EVENT as u64 + 1)
        .read_until(b'\n', line)?;
    if line.last() == Some(&b'\n') {
        line.pop();
        return Ok(true);
    }
    if line.len() <= MAX_EVENT {
        return Ok(false);
    }
    loop {
        let part = reader.fill_buf()?;
        let end = part.iter().position(|byte| *byte == b'\n');
        let kept = end.map_or(part, |end| &part[..end]);
        if let Some(last) = kept.last() {
            line[MAX_EVENT] = *last;
        }
        let (length, ended) = (end.map_or(part.len(), |end| end + 1), end.is_some());
        reader.consume(length);
        if ended || length == 0 {
            return Ok(ended);
        }
    }
}

/// Appends events and returns when they would survive a power cut. Events that are not recorded
/// as a whole are not there. What a crash left half-written at the end is cleared away first.
///
/// # Errors
/// An event is too long (then none is written), the lock was not had, the manifest is not there or
/// ends in a line that is not ours, or the disk refused.
// proof: Grex.Scheduler.manifestLock
pub async fn append(
    workspace: &Workspace,
    events: &[Event<'_>],
    holder: &Holder,
    wait: Wait<'_>,
) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    let lines = lines_of(events)?;
    // One short write and one sync: not worth another thread, which a dropped future would leave
    // writing without the lock.
    let body = async { append_locked(workspace, lines.as_bytes()) };
    lock::hold(&workspace.manifest_lock(), wait, holder, body).await?
}

fn lines_of(events: &[Event<'_>]) -> Result<String, StoreError> {
    let mut lines = String::new();
    for event in events {
        lines.push_str(&event.to_line()?);
    }
    Ok(lines)
}

fn append_locked(workspace: &Workspace, lines: &[u8]) -> Result<(), StoreError> {
    let path = workspace.manifest();
    let Some((mut file, metadata)) = open_regular(path, "append to", Opening::Append)? else {
        return Err(StoreError::NoManifest { path: path.into() });
    };
    let (start, tail) = read_tail(&file, metadata.len()).map_err(FileError::when("read", path))?;
    match Tail::of(&tail) {
        Tail::Complete => fs::append_synced(&mut file, path, lines)?,
        Tail::Unterminated => fs::append_synced(&mut file, path, &[b"\n", lines].concat())?,
        Tail::Torn => {
            file.set_len(start)
                .map_err(FileError::when("repair", path))?;
            fs::append_synced(&mut file, path, lines)?;
        }
        Tail::Overlong => {
            // The reader knows the number of the line.
            read(workspace)?;
            let source = io::Error::other("its last line is longer than an event may be");
            return Err(FileError::when("append to", path)(source).into());
        }
    }
    Ok(())
}

/// Returns where the bytes after the last LF begin, and those bytes; of too many the end only.
fn read_tail(file: &File, length: u64) -> io::Result<(u64, Vec<u8>)> {
    let mut chunk = vec![0; MAX_EVENT + 1];
    let mut end = length;
    let mut tail = None;
    loop {
        let start = end.saturating_sub(chunk.len() as u64);
        let size = usize::try_from(end - start).unwrap_or(chunk.len());
        let part = &mut chunk[..size];
        fs::read_exact_at(file, part, start)?;
        let found = part.iter().rposition(|byte| *byte == b'\n');
        let after = found.map_or(0, |place| place + 1);
        let tail: &mut Vec<u8> = tail.get_or_insert_with(|| part[after..].to_vec());
        if found.is_some() || start == 0 {
            return Ok((start + after as u64, std::mem::take(tail)));
        }
        end = start;
    }
}
