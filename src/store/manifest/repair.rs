//! What `doctor` does to a manifest: looks at all of it, takes out what cannot be trusted, writes
//! it anew.

use super::{REPAIR_LIMIT, bad, lines_of, read_tail};
use crate::model::event::{Event, EventError};
use crate::model::manifest::{self, Contested, Manifest, ManifestError, Tail, Warning};
use crate::store::{StoreError, Workspace};
use crate::sys::fs::{self, FileError, Opening, open_regular};
use crate::sys::lock::{self, Holder, Wait};

/// Everything that is to be said of a manifest.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    /// What it declares; `None` where it cannot be trusted.
    pub manifest: Option<Manifest>,
    /// What is wrong with it, by line.
    pub bad: Vec<ManifestError>,
    /// A line was written for a later program: it is not for this one to take it out.
    pub is_later: bool,
    /// Packs whose last word is older than another one.
    pub contested: Vec<Contested>,
}

/// What became of a manifest that was to be compacted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Compaction {
    /// It is as short as it can be.
    Short,
    /// It was rewritten, or would be: so many lines before, so many after.
    Rewritten {
        /// Before.
        before: usize,
        /// After.
        after: usize,
    },
    /// It has events of a later program, with this op, that a rewrite would lose.
    Later {
        /// The op.
        op: String,
    },
}

/// Looks at the whole manifest. Needs no lock.
///
/// # Errors
/// There is none, or it cannot be read.
pub fn inspect(workspace: &Workspace) -> Result<Inspection, StoreError> {
    let log = read_log(workspace)?;
    // There are bad lines exactly where the fold fails.
    let manifest = manifest::fold(&log).ok();
    let bad = match manifest {
        Some(_) => Vec::new(),
        None => manifest::bad_lines(&log),
    };
    let is_later = !bad.is_empty()
        && log
            .split(|byte| *byte == b'\n')
            .any(|line| matches!(Event::parse(line), Err(EventError::Version { .. })));
    Ok(Inspection {
        manifest,
        bad,
        is_later,
        contested: manifest::contested(&log),
    })
}

/// Says what [`compact`] would do.
///
/// # Errors
/// As [`super::read`].
pub fn plan_compaction(workspace: &Workspace) -> Result<Compaction, StoreError> {
    Ok(planned(workspace)?.1)
}

fn planned(workspace: &Workspace) -> Result<(Manifest, Compaction), StoreError> {
    let log = read_log(workspace)?;
    let manifest = manifest::fold(&log).map_err(|error| bad(workspace.manifest(), error))?;
    let compaction = judge(&log, &manifest);
    Ok((manifest, compaction))
}

/// Rewrites the manifest as the shortest log that declares the same, unless it is so short already.
/// `ts` (RFC 3339, UTC) becomes the time of every event.
///
/// # Errors
/// As [`super::read`] and [`super::append`]; the manifest is then as it was.
pub async fn compact(
    workspace: &Workspace,
    ts: &str,
    holder: &Holder,
    wait: Wait<'_>,
) -> Result<Compaction, StoreError> {
    let body = async {
        let (current, compaction) = planned(workspace)?;
        if let Compaction::Rewritten { .. } = compaction {
            let lines = lines_of(&manifest::compact(&current, ts))?;
            fs::replace_recoverably(workspace.manifest(), lines.as_bytes(), fs::SHARED_MODE)?;
        }
        Ok(compaction)
    };
    lock::hold(&workspace.manifest_lock(), wait, holder, body).await?
}

fn judge(log: &[u8], manifest: &Manifest) -> Compaction {
    let later = manifest.warnings.iter().find_map(|warning| match warning {
        Warning::UnknownOp { op, .. } => Some(op.clone()),
        Warning::NotDeclared { .. } | Warning::TornTail { .. } => None,
    });
    if let Some(op) = later {
        return Compaction::Later { op };
    }
    let (before, after) = (
        log.split_inclusive(|byte| *byte == b'\n').count(),
        manifest.packs.len(),
    );
    // Every pack takes one `add`: where there are no more lines than packs, each is that.
    if before == after && (log.is_empty() || log.ends_with(b"\n")) {
        return Compaction::Short;
    }
    Compaction::Rewritten { before, after }
}

/// Moves lines that are not events, or that make the manifest contradict itself, to the end of
/// [`Workspace::rejected`], and returns how many. They are there before they are gone here.
///
/// # Errors
/// As [`super::append`].
pub async fn reject_bad_lines(
    workspace: &Workspace,
    holder: &Holder,
    wait: Wait<'_>,
) -> Result<usize, StoreError> {
    let body = async { reject_locked(workspace) };
    lock::hold(&workspace.manifest_lock(), wait, holder, body).await?
}

fn reject_locked(workspace: &Workspace) -> Result<usize, StoreError> {
    let parted = manifest::part(&read_log(workspace)?);
    if parted.count == 0 {
        return Ok(0);
    }
    let rejected = workspace.rejected();
    if let Some((mut file, _)) = open_regular(&rejected, "append to", Opening::AppendOrMake)? {
        fs::append_synced(&mut file, &rejected, &parted.bad)?;
        fs::sync_directory(workspace.root())?;
    }
    fs::replace_recoverably(workspace.manifest(), &parted.good, fs::SHARED_MODE)?;
    Ok(parted.count)
}

/// Clears away what writers that were killed have left: a last line that was cut off, and a
/// half-written manifest beside this one. Returns whether there was such a line.
///
/// # Errors
/// As [`super::append`].
pub async fn clear_leftovers(
    workspace: &Workspace,
    holder: &Holder,
    wait: Wait<'_>,
) -> Result<bool, StoreError> {
    let body = async {
        fs::clear_temporary(workspace.manifest())?;
        cut_tail(workspace)
    };
    lock::hold(&workspace.manifest_lock(), wait, holder, body).await?
}

fn cut_tail(workspace: &Workspace) -> Result<bool, StoreError> {
    let path = workspace.manifest();
    let Some((file, metadata)) = open_regular(path, "repair", Opening::Append)? else {
        return Err(StoreError::NoManifest { path: path.into() });
    };
    let (start, tail) = read_tail(&file, metadata.len()).map_err(FileError::when("read", path))?;
    if Tail::of(&tail) != Tail::Torn {
        return Ok(false);
    }
    file.set_len(start)
        .and_then(|()| fs::or_plain_sync(&file, file.sync_data()))
        .map_err(FileError::when("repair", path))?;
    Ok(true)
}

fn read_log(workspace: &Workspace) -> Result<Vec<u8>, StoreError> {
    let path = workspace.manifest();
    fs::read_regular(path, REPAIR_LIMIT)?
        .ok_or_else(|| StoreError::NoManifest { path: path.into() })
}
