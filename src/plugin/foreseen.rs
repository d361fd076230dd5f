//! The machine as a plan will leave it: what is on disk, under what the plan has said so far.

use std::{
    borrow::Cow,
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use self::overlay::{Overlay, rename_keys, take_below};
use crate::sys::reason::reason;

use super::{
    change::Change,
    error::ActionError,
    open_block::{HeldLines, OpenBlock, broken},
};

pub use self::disk::{TEXT_LIMIT, on_disk, read_text};

mod disk;
mod overlay;
#[cfg(test)]
mod tests;

/// What is at a path, links not followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sight {
    /// Nothing.
    Nothing,
    /// A directory; `empty` says whether nothing is in it.
    Directory {
        /// Nothing is in it.
        empty: bool,
    },
    /// A symbolic link with this text. Bytes that are no text are replaced.
    Link(String),
    /// A regular file.
    File,
    /// Something else: a device, a socket.
    Other,
}

/// Changes that are planned, seen as if they had been made.
#[derive(Debug, Clone, Default)]
pub struct Foreseen {
    overlay: Overlay,
    texts: BTreeMap<PathBuf, Foretold>,
    /// The block of a file that was looked at or changed last. What `texts` says of the file does
    /// not have the block's changes yet.
    open: BTreeMap<PathBuf, OpenBlock>,
}

/// A text file that a plan changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Foretold {
    /// Its text before the plan; `None`: it is not there.
    pub before: Option<String>,
    /// Its text after it; `None`: it is gone.
    pub after: Option<String>,
}

impl Foreseen {
    /// What will be at a path.
    ///
    /// # Errors
    /// It cannot be looked at.
    pub fn look(&self, path: &Path) -> Result<Sight, ActionError> {
        self.overlay.look(path).map_err(|error| {
            ActionError::precondition(format!(
                "cannot look at {}: {}",
                path.display(),
                reason(&error)
            ))
        })
    }

    /// Where that which will be at a path lies on disk now; `None` where there will be something
    /// new, or nothing.
    pub fn lies_at(&self, path: &Path) -> Option<PathBuf> {
        self.overlay.source(path).map(Cow::into_owned)
    }

    /// The text that a file will have. Bytes that are no text are replaced.
    ///
    /// # Errors
    /// It cannot be read, or is no regular file.
    pub fn text(&self, path: &Path) -> Result<Option<String>, ActionError> {
        let text = match self.texts.get(path) {
            Some(foretold) => foretold.after.clone(),
            None if self.look(path)? == Sight::Nothing => None,
            None => match self.overlay.source(path) {
                Some(source) => read_text(&source)?,
                None => {
                    let message = format!("{} will be no regular file", path.display());
                    return Err(ActionError::precondition(message));
                }
            },
        };
        match self.open.get(path) {
            Some(open) => render(path, text, open),
            None => Ok(text),
        }
    }

    /// The lines that the managed block `name` of a file will have and that begin in one of these
    /// ways. Costs no more for a long block than for a short one, apart from the first time.
    ///
    /// # Errors
    /// As [`Self::text`], or the file's managed blocks are broken.
    pub fn held_lines(
        &mut self,
        path: &Path,
        name: &str,
        beginnings: &[String],
    ) -> Result<HeldLines, ActionError> {
        Ok(self.open(path, name)?.beginning_with(beginnings))
    }

    /// Takes note of changes, as if they had been made.
    ///
    /// # Errors
    /// A text file that is to be changed cannot be read, or its managed blocks are broken.
    pub fn foresee(&mut self, changes: &[Change]) -> Result<(), ActionError> {
        changes.iter().try_for_each(|change| self.apply(change))
    }

    /// Returns the text files that have changed since this was asked last, by path.
    pub fn take_texts(&mut self) -> Vec<(PathBuf, Foretold)> {
        for (path, open) in &mut self.open {
            // What was read once, and only got lines that are no markers, can be put together.
            if let Some(foretold) = self.texts.get_mut(path)
                && let Ok(after) = render(path, foretold.after.clone(), open)
            {
                foretold.after = after;
                open.is_changed = false;
            }
        }
        let mut changed = Vec::new();
        for (path, foretold) in &mut self.texts {
            if foretold.before != foretold.after {
                changed.push((path.clone(), foretold.clone()));
                foretold.before.clone_from(&foretold.after);
            }
        }
        changed
    }

    fn apply(&mut self, change: &Change) -> Result<(), ActionError> {
        match change {
            Change::Directory { path } => self.directory(path)?,
            Change::Link { path, new, .. } => {
                self.place(path, new.clone().map_or(Sight::Nothing, Sight::Link));
            }
            Change::Remove { path, .. } => self.place(path, Sight::Nothing),
            Change::Move { from, to } => self.rename(Path::new(from), Path::new(to))?,
            Change::Write { path, after, .. } => self.write(path, after.clone())?,
            Change::Entry {
                path,
                block,
                old,
                new,
            } => {
                self.exchange(path, block, old.as_deref(), new.as_deref())?;
            }
            Change::Variable { .. } | Change::Run { .. } => {}
        }
        Ok(())
    }

    /// The block of that name, whatever was open of the file before.
    fn open(&mut self, path: &Path, name: &str) -> Result<&mut OpenBlock, ActionError> {
        if self.open.get(path).is_none_or(|open| open.name != name) {
            let text = self.text(path)?;
            let block = OpenBlock::open(text.as_deref().unwrap_or_default(), name)
                .map_err(|error| broken(path, &error))?;
            let foretold = self.texts.entry(path.to_owned()).or_insert(Foretold {
                before: text.clone(),
                after: None,
            });
            foretold.after = text;
            self.open.insert(path.to_owned(), block);
        }
        self.open
            .get_mut(path)
            .ok_or_else(|| ActionError::failed(format!("the block of {} is lost", path.display())))
    }

    /// Exchanges one line of a managed block.
    fn exchange(
        &mut self,
        path: &str,
        name: &str,
        old: Option<&str>,
        new: Option<&str>,
    ) -> Result<(), ActionError> {
        let file = Path::new(path);
        let open = self.open(file, name)?;
        open.exchange(old, new)
            .map_err(|error| broken(file, &error))?;
        let is_empty = open.is_empty();
        let was_there = self
            .texts
            .get(file)
            .is_some_and(|text| text.after.is_some());
        let is_there = was_there || !is_empty;
        self.place(
            path,
            if is_there {
                Sight::File
            } else {
                Sight::Nothing
            },
        );
        Ok(())
    }

    fn directory(&mut self, path: &str) -> Result<(), ActionError> {
        // One that is there keeps what is in it.
        if !matches!(self.look(Path::new(path))?, Sight::Directory { .. }) {
            self.place(path, Sight::Directory { empty: true });
        }
        Ok(())
    }

    fn place(&mut self, path: &str, sight: Sight) {
        let path = Path::new(path);
        if sight != Sight::File {
            self.open.remove(path);
            // What was only looked at is not what is there any more.
            let is_as_it_was = |text: &Foretold| text.before == text.after;
            if self.texts.get(path).is_some_and(is_as_it_was) {
                self.texts.remove(path);
            }
        }
        drop(take_below(&mut self.open, path));
        drop(take_below(&mut self.texts, path));
        self.overlay.place(path, sight);
    }

    /// Renames what is at a path: texts go along.
    fn rename(&mut self, from: &Path, to: &Path) -> Result<(), ActionError> {
        self.overlay.rename(from, to).map_err(|error| {
            ActionError::precondition(format!(
                "cannot look at {}: {}",
                from.display(),
                reason(&error)
            ))
        })?;
        rename_keys(&mut self.open, from, to);
        rename_keys(&mut self.texts, from, to);
        Ok(())
    }

    fn write(&mut self, path: &str, after: Option<String>) -> Result<(), ActionError> {
        let key = PathBuf::from(path);
        self.open.remove(&key);
        let before = match self.texts.get(&key) {
            Some(foretold) => foretold.before.clone(),
            None => self.text(&key)?,
        };
        let sight = after.as_ref().map_or(Sight::Nothing, |_| Sight::File);
        self.place(path, sight);
        self.texts.insert(key, Foretold { before, after });
        Ok(())
    }
}

/// The text with the changes of an open block; `None` where there is no file, and then when
/// nothing is in the block.
fn render(
    path: &Path,
    text: Option<String>,
    open: &OpenBlock,
) -> Result<Option<String>, ActionError> {
    if !open.is_changed || (text.is_none() && open.is_empty()) {
        return Ok(text);
    }
    let rendered = open.render(text.as_deref().unwrap_or_default());
    rendered.map(Some).map_err(|error| broken(path, &error))
}
