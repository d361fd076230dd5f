//! Taking back variables that were set in files.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    fs, io,
    path::{Path, PathBuf},
};

use indexmap::IndexMap;

use super::{
    on_disk::{self, Source, lock_error},
    record::{EnvUndo, FileUndo},
};
use crate::{
    model::{
        block::{self, BlockError},
        undo::UndoRecord,
    },
    plugin::{
        action::ActionCx, builtin::follow::follow, change::Change, error::ActionError,
        foreseen::Sight, open_block::broken,
    },
    sys::{self, reason::reason},
};

/// What became of each record.
type Results = Vec<Result<Vec<Change>, ActionError>>;

/// The parts of records that are about one file, in order, each with its record's place.
type Steps<'a> = Vec<(usize, &'a FileUndo)>;

/// Takes back several records, in the order given; each file is written once. A record is left
/// alone, whole, when one of its files is broken.
pub(super) async fn take_back(cx: &ActionCx<'_>, records: &[&UndoRecord]) -> Results {
    let parsed: Vec<_> = records.iter().map(|record| EnvUndo::of(record)).collect();
    let mut results: Results = parsed
        .iter()
        .map(|parsed| parsed.as_ref().map(|_| Vec::new()).map_err(Clone::clone))
        .collect();
    let mut files: IndexMap<&str, Steps<'_>> = IndexMap::new();
    for (index, undo) in parsed.iter().enumerate() {
        for file in undo.iter().flat_map(|undo| &undo.files) {
            files.entry(&file.path).or_default().push((index, file));
        }
    }
    for (path, steps) in &files {
        if let Err(error) = read(cx, Path::new(path)).and_then(|found| dry(found, steps)) {
            fail(&mut results, steps, &error);
        }
    }
    for (path, mut steps) in files {
        steps.retain(|(index, _)| results[*index].is_ok());
        let mut taken_back = take_back_in(cx, Path::new(path), &steps).await;
        if !cx.scene.dry_run
            && let Err(error) = clear(cx, Path::new(path)).await
        {
            taken_back = Err(error);
        }
        match taken_back {
            Ok(changes) => {
                for (index, change) in changes {
                    if let Ok(known) = &mut results[index] {
                        known.push(change);
                    }
                }
            }
            Err(error) => fail(&mut results, &steps, &error),
        }
    }
    if !cx.scene.dry_run {
        for (record, result) in records.iter().zip(&results) {
            if result.is_ok() {
                remove_empty(&record.directories);
            }
        }
    }
    results
}

fn fail(results: &mut Results, steps: &Steps<'_>, error: &ActionError) {
    for (index, _) in steps {
        results[*index] = Err(error.clone());
    }
}

/// The real file and its bytes; `None` where there is nothing that could be ours any more.
type Found = Option<(PathBuf, Vec<u8>)>;

fn read(cx: &ActionCx<'_>, path: &Path) -> Result<Found, ActionError> {
    let found = follow(cx.host, path)?;
    if found.obstacle.is_some() || found.sight != Sight::File {
        return Ok(None);
    }
    let real = found.path;
    let source = if cx.scene.dry_run {
        Source::Host
    } else {
        Source::Disk
    };
    Ok(source.read(cx, &real)?.map(|bytes| (real, bytes)))
}

/// Takes back in memory only, to learn whether it can be done.
fn dry(found: Found, steps: &Steps<'_>) -> Result<(), ActionError> {
    let Some((real, bytes)) = found else {
        return Ok(());
    };
    let edited = edit(&bytes, &real, steps);
    edited.map(drop).map_err(|error| broken(&real, &error))
}

/// Takes back what records changed in one file.
async fn take_back_in(
    cx: &ActionCx<'_>,
    path: &Path,
    steps: &Steps<'_>,
) -> Result<Vec<(usize, Change)>, ActionError> {
    let Some((real, bytes)) = read(cx, path)? else {
        return Ok(Vec::new());
    };
    let edited = edit(&bytes, &real, steps).map_err(|error| broken(&real, &error))?;
    tell_what_stays(cx, &real, steps, &edited);
    if cx.scene.dry_run || edited.is_as_it_was {
        return Ok(edited.changes);
    }
    let rewrite = async {
        let bytes = on_disk::read(&real)?.unwrap_or_default();
        let edited = edit(&bytes, &real, steps).map_err(|error| broken(&real, &error))?;
        if edited.bytes.is_empty() && edited.made && real == path {
            remove(&real)?;
        } else {
            sys::fs::replace_recoverably(&real, &edited.bytes, on_disk::MODE)?;
        }
        Ok(edited.changes)
    };
    let written = cx
        .scene
        .locks
        .holding(&real, cx.scene.cancel, rewrite)
        .await;
    written.map_err(lock_error)?
}

async fn clear(cx: &ActionCx<'_>, path: &Path) -> Result<(), ActionError> {
    on_disk::clear_temporary(cx, &follow(cx.host, path)?.path).await
}

/// A file with lines taken back.
struct Edited {
    bytes: Vec<u8>,
    changes: Vec<(usize, Change)>,
    /// One of the records says that the file was made.
    made: bool,
    /// Nothing of it is to be written.
    is_as_it_was: bool,
    /// Lines that are left in the blocks, none of which the records put there.
    strange: Vec<String>,
}

/// Takes back, in order, each line that still is as it was left. A block that nothing is left in
/// goes, whoever has emptied it.
fn edit(bytes: &[u8], real: &Path, steps: &Steps<'_>) -> Result<Edited, BlockError> {
    let mut blocks: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    let mut changes = Vec::new();
    let mut made = false;
    for (index, step) in steps {
        if !blocks.contains_key(step.block.as_str()) {
            let found = block::find(bytes, Some(&step.block))?;
            let lines = found.map(|block| block.lines).unwrap_or_default();
            blocks.insert(&step.block, lines.into_iter().collect());
        }
        let is_ours = blocks
            .get_mut(step.block.as_str())
            .is_some_and(|lines| lines.remove(&step.new));
        if !is_ours {
            continue;
        }
        if let (Some(lines), Some(old)) = (blocks.get_mut(step.block.as_str()), &step.old) {
            lines.insert(old.clone());
        }
        made |= step.made;
        let change = Change::Entry {
            path: real.to_string_lossy().into_owned(),
            block: step.block.clone(),
            old: Some(step.new.clone()),
            new: step.old.clone(),
        };
        changes.push((*index, change));
    }
    let known: HashSet<&str> = steps.iter().flat_map(|(_, step)| lines_of(step)).collect();
    let left = blocks.values().flatten();
    let strange = left.filter(|line| !known.contains(line.as_str())).cloned();
    let strange = strange.collect();
    let mut edited = bytes.to_vec();
    for (name, lines) in blocks {
        if lines.is_empty() || !changes.is_empty() {
            let lines: Vec<_> = lines.into_iter().collect();
            edited = block::replace(&edited, Some(name), &lines)?;
        }
    }
    let is_as_it_was = edited == bytes;
    Ok(Edited {
        bytes: edited,
        made: made || (changes.is_empty() && steps.iter().any(|(_, step)| step.made)),
        changes,
        is_as_it_was,
        strange,
    })
}

/// The lines that a record knows.
fn lines_of(step: &FileUndo) -> impl Iterator<Item = &str> {
    step.old.as_deref().into_iter().chain([step.new.as_str()])
}

/// Says of a block that somebody has edited that it stays, and of one that they have emptied that it
/// goes.
fn tell_what_stays(cx: &ActionCx<'_>, real: &Path, steps: &Steps<'_>, edited: &Edited) {
    let Some((_, step)) = steps.first() else {
        return;
    };
    let (path, block) = (real.display(), &step.block);
    if edited.changes.is_empty() && !edited.is_as_it_was {
        let verb = if cx.scene.dry_run {
            "would be removed"
        } else {
            "is removed"
        };
        cx.host
            .say(&format!("the empty block `grex:{block}` in {path} {verb}"));
        return;
    }
    if edited.strange.is_empty() {
        return;
    }
    // Other variables of the pack may stay.
    let records: Vec<_> = cx
        .previous
        .iter()
        .filter_map(|record| EnvUndo::of(record).ok())
        .collect();
    let files = records.iter().flat_map(|undo| &undo.files);
    let ours: HashSet<&str> = files.flat_map(lines_of).collect();
    if edited
        .strange
        .iter()
        .all(|line| ours.contains(line.as_str()))
    {
        return;
    }
    let what = format!("its block `grex:{block}` has lines that are not what was installed");
    match edited.is_as_it_was {
        true => cx.host.say(&format!("left {path} as it is: {what}")),
        false => cx.host.say(&format!("left lines in {path}: {what}")),
    }
}

fn remove(path: &Path) -> Result<(), ActionError> {
    fs::remove_file(path).map_err(|error| {
        ActionError::failed(format!(
            "cannot remove {}: {}",
            path.display(),
            reason(&error)
        ))
    })?;
    path.parent()
        .map_or(Ok(()), |parent| Ok(sys::fs::sync_directory(parent)?))
}

/// Removes directories, innermost first, as far as nothing is in them.
fn remove_empty(directories: &[String]) {
    for directory in directories.iter().rev() {
        match fs::remove_dir(directory) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return,
            _ => {}
        }
    }
}
