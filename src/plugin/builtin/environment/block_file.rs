//! One file with this pack's block in it, and what becomes of the block's lines.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use super::{
    dialect::Dialect,
    on_disk::{MODE, Source, all_lines, holds_only_blocks_of_others, lock_error, read},
    record::{FileUndo, is_said_to_be_made},
};
use crate::{
    model::block,
    plugin::{
        action::ActionCx,
        builtin::follow::follow,
        change::Change,
        error::ActionError,
        foreseen::Sight,
        open_block::{HeldLines, broken},
    },
    sys,
};

/// A file that variables are set in.
pub(super) struct BlockFile {
    /// Where it is, an absolute path without links in it.
    path: PathBuf,
    /// The same as text, for changes and records.
    shown: String,
    dialect: Dialect,
    ends_in_cr: bool,
    /// Directories that have to be made for it, outermost first.
    missing: Vec<String>,
    /// The lines of this pack's block by variable.
    held: BTreeMap<String, Vec<String>>,
    /// The lines that variables get.
    edited: BTreeMap<String, String>,
    /// Whether the file is there only because of grex, once that was asked.
    made: Option<bool>,
}

/// What one variable changes in a file.
#[derive(Default)]
pub(super) struct Edit {
    pub(super) changes: Vec<Change>,
    pub(super) undo: Option<FileUndo>,
    /// Directories that are made, outermost first.
    pub(super) directories: Vec<String>,
}

impl BlockFile {
    /// Reads the file that `path` leads to; from the host, only as far as the variable `name` is
    /// concerned.
    ///
    /// # Errors
    /// It cannot be read or is no regular file, its markers are broken, or its path is no text.
    pub(super) fn open(
        cx: &ActionCx<'_>,
        source: Source,
        path: PathBuf,
        dialect: Dialect,
        name: &str,
    ) -> Result<Self, ActionError> {
        let (path, missing) = real_file(cx, &path)?;
        let found = match source {
            _ if !missing.is_empty() => HeldLines::default(),
            Source::Host => {
                let beginnings = dialect.beginnings(name);
                cx.host.held_lines(&path, &cx.scene.pack.id, &beginnings)?
            }
            Source::Disk => all_lines(&path, &cx.scene.pack.id)?,
        };
        let mut held: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for line in found.lines {
            if let Some(name) = dialect.name_in(&line) {
                held.entry(name.to_owned()).or_default().push(line);
            }
        }
        Ok(Self {
            shown: as_text(&path)?,
            // The last is the file itself.
            missing: missing
                .iter()
                .rev()
                .skip(1)
                .rev()
                .map(|path| as_text(path))
                .collect::<Result<_, _>>()?,
            ends_in_cr: found.has_crlf,
            path,
            dialect,
            held,
            edited: BTreeMap::new(),
            made: None,
        })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there is anything to write.
    pub(super) fn is_edited(&self) -> bool {
        !self.edited.is_empty()
    }

    /// The line that a variable would get.
    ///
    /// # Errors
    /// The file cannot hold the value.
    pub(super) fn line(&self, name: &str, value: &str) -> Result<String, ActionError> {
        self.dialect.line(name, value, self.ends_in_cr)
    }

    /// Gives a variable a line, in memory.
    ///
    /// # Errors
    /// The file on disk cannot be read.
    pub(super) fn set(
        &mut self,
        cx: &ActionCx<'_>,
        name: &str,
        line: String,
    ) -> Result<Edit, ActionError> {
        let held = self.held.get(name).map_or(&[][..], Vec::as_slice);
        if let [only] = held
            && *only == line
        {
            return Ok(Edit::default());
        }
        let is_there = held.contains(&line);
        let old = held.last().filter(|_| !is_there).cloned();
        // Somebody has added lines of their own to the block; they would win over ours.
        let others = held
            .iter()
            .filter(|held| **held != line && Some(*held) != old.as_ref());
        let mut lines: Vec<_> = others.map(|other| (Some(other.clone()), None)).collect();
        if !is_there {
            lines.push((old.clone(), Some(line.clone())));
        }
        let mut edit = Edit {
            directories: std::mem::take(&mut self.missing),
            ..Edit::default()
        };
        let directories = edit.directories.iter().cloned();
        edit.changes
            .extend(directories.map(|path| Change::Directory { path }));
        edit.changes
            .extend(lines.into_iter().map(|(old, new)| Change::Entry {
                path: self.shown.clone(),
                block: cx.scene.pack.id.clone(),
                old,
                new,
            }));
        if !is_there {
            edit.undo = Some(FileUndo {
                path: self.shown.clone(),
                block: cx.scene.pack.id.clone(),
                old,
                new: line.clone(),
                made: self.is_made(cx)?,
            });
        }
        self.held.insert(name.to_owned(), vec![line.clone()]);
        self.edited.insert(name.to_owned(), line);
        Ok(edit)
    }

    /// Whether the file is there only because of grex: this pack made it, or other packs have, for
    /// nothing but blocks is in it.
    fn is_made(&mut self, cx: &ActionCx<'_>) -> Result<bool, ActionError> {
        if let Some(made) = self.made {
            return Ok(made);
        }
        // The disk is asked: what the rest of a plan will have done to it is not its beginning.
        let made = if fs::symlink_metadata(&self.path).is_err() {
            true
        } else if let Some(made) = is_said_to_be_made(cx.previous, &self.shown) {
            made
        } else {
            let bytes = read(&self.path)?.unwrap_or_default();
            holds_only_blocks_of_others(&bytes, &cx.scene.pack.id)
                .map_err(|error| broken(&self.path, &error))?
        };
        self.made = Some(made);
        Ok(made)
    }

    /// Writes the lines, under the file's lock.
    ///
    /// # Errors
    /// The lock is not had, or the file cannot be read or written; it is as it was.
    pub(super) async fn write(&self, cx: &ActionCx<'_>) -> Result<(), ActionError> {
        if let Some(parent) = self.path.parent() {
            for made in sys::fs::create_dir_all(parent)? {
                made.parent().map_or(Ok(()), sys::fs::sync_directory)?;
            }
        }
        let body = async { self.rewrite(&cx.scene.pack.id) };
        let written = cx
            .scene
            .locks
            .holding(&self.path, cx.scene.cancel, body)
            .await;
        written.map_err(lock_error)?
    }

    fn rewrite(&self, name: &str) -> Result<(), ActionError> {
        let old = read(&self.path)?;
        let bytes = old.as_deref().unwrap_or_default();
        let found = block::find(bytes, Some(name)).map_err(|error| broken(&self.path, &error))?;
        let mut lines = found.map(|block| block.lines).unwrap_or_default();
        lines.retain(|line| {
            let name = self.dialect.name_in(line);
            !name.is_some_and(|name| self.edited.contains_key(name))
        });
        lines.extend(self.edited.values().cloned());
        let new = block::replace(bytes, Some(name), &lines)
            .map_err(|error| broken(&self.path, &error))?;
        sys::fs::replace_recoverably(&self.path, &new, MODE)?;
        Ok(())
    }
}

/// Where the lines go, links followed, and what is missing on the way there, itself included.
fn real_file(cx: &ActionCx<'_>, path: &Path) -> Result<(PathBuf, Vec<PathBuf>), ActionError> {
    let found = follow(cx.host, path)?;
    let shown = found.path.display();
    let reason = match (found.obstacle, found.sight) {
        (Some(obstacle), _) => obstacle.to_string(),
        (None, Sight::File | Sight::Nothing) => return Ok((found.path, found.missing)),
        (None, Sight::Directory { .. }) => format!("{shown} is a directory"),
        (None, Sight::Link(_) | Sight::Other) => format!("{shown} is not a regular file"),
    };
    let message = format!("cannot set variables in {}: {reason}", path.display());
    Err(ActionError::precondition(message)
        .with_hint("put a regular file there, or remove what is there"))
}

fn as_text(path: &Path) -> Result<String, ActionError> {
    path.to_str().map(str::to_owned).ok_or_else(|| {
        ActionError::precondition(format!("the path {} is not UTF-8", path.display()))
    })
}
