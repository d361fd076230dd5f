//! The machine as a plan will leave it: what is on disk, under what the plan has said so far.

use std::{
    collections::{BTreeMap, HashMap},
    fs, io,
    path::{Path, PathBuf},
};

use super::{change::Change, error::ActionError};
use crate::{model::block, sys};

/// The longest text file that an action looks into, in bytes.
pub const TEXT_LIMIT: u64 = 16 << 20;

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
#[derive(Debug, Default)]
pub struct Foreseen {
    places: HashMap<PathBuf, Sight>,
    /// How many of the planned things lie in each directory.
    filled: HashMap<PathBuf, usize>,
    texts: BTreeMap<PathBuf, Foretold>,
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
        if let Some(sight) = self.places.get(path) {
            return Ok(self.with_content(path, sight.clone()));
        }
        // Below a directory that will have been renamed, removed or only made, nothing is left of
        // what is there now.
        let covered = path.ancestors().skip(1).any(|above| {
            self.places
                .get(above)
                .is_some_and(|sight| !matches!(sight, Sight::Link(_)))
        });
        if covered {
            return Ok(Sight::Nothing);
        }
        let sight = on_disk(path).map_err(|error| {
            ActionError::precondition(format!("cannot look at {}: {error}", path.display()))
        })?;
        Ok(self.with_content(path, sight))
    }

    /// The text that a file will have. Bytes that are no text are replaced.
    ///
    /// # Errors
    /// It cannot be read, or is no regular file.
    pub fn text(&self, path: &Path) -> Result<Option<String>, ActionError> {
        match self.texts.get(path) {
            Some(foretold) => Ok(foretold.after.clone()),
            None if self.look(path)? == Sight::Nothing => Ok(None),
            None => read_text(path),
        }
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
            Change::Directory { path } => self.place(path, Sight::Directory { empty: true }),
            Change::Link { path, new, .. } => {
                self.place(path, new.clone().map_or(Sight::Nothing, Sight::Link));
            }
            Change::Remove { path } => self.place(path, Sight::Nothing),
            Change::Move { from, to } => {
                let sight = self.look(Path::new(from))?;
                self.place(from, Sight::Nothing);
                self.place(to, sight);
            }
            Change::Write { path, after, .. } => self.write(path, after.clone())?,
            Change::Entry {
                path,
                block,
                old,
                new,
            } => {
                let text = self.text(Path::new(path))?;
                let edited = edit(path, text.as_deref(), block, old.as_deref(), new.as_deref())?;
                self.write(path, edited)?;
            }
            Change::Variable { .. } | Change::Run { .. } => {}
        }
        Ok(())
    }

    fn place(&mut self, path: &str, sight: Sight) {
        let path = PathBuf::from(path);
        let is_there = sight != Sight::Nothing;
        let parent = path.parent().map(Path::to_path_buf);
        let was_there = self
            .places
            .insert(path, sight)
            .is_some_and(|before| before != Sight::Nothing);
        let Some(parent) = parent else { return };
        let count = self.filled.entry(parent).or_default();
        match (was_there, is_there) {
            (false, true) => *count += 1,
            (true, false) => *count -= 1,
            _ => {}
        }
    }

    fn write(&mut self, path: &str, after: Option<String>) -> Result<(), ActionError> {
        let key = PathBuf::from(path);
        let before = match self.texts.get(&key) {
            Some(foretold) => foretold.before.clone(),
            None => self.text(&key)?,
        };
        let sight = after.as_ref().map_or(Sight::Nothing, |_| Sight::File);
        self.place(path, sight);
        self.texts.insert(key, Foretold { before, after });
        Ok(())
    }

    /// A directory is not empty any more once something will be in it.
    fn with_content(&self, path: &Path, sight: Sight) -> Sight {
        let is_filled = || self.filled.get(path).is_some_and(|count| *count > 0);
        match sight {
            Sight::Directory { empty: true } if is_filled() => Sight::Directory { empty: false },
            sight => sight,
        }
    }
}

/// Exchanges one line of a managed block; the text is `None` where there is no file, and then or
/// when nothing is left of it.
fn edit(
    path: &str,
    text: Option<&str>,
    name: &str,
    old: Option<&str>,
    new: Option<&str>,
) -> Result<Option<String>, ActionError> {
    let broken = |error: block::BlockError| ActionError::precondition(format!("{path}: {error}"));
    let bytes = text.unwrap_or_default().as_bytes();
    let mut lines = block::find(bytes, Some(name))
        .map_err(broken)?
        .map(|block| block.lines)
        .unwrap_or_default();
    if let Some(old) = old {
        lines.retain(|line| line != old);
    }
    lines.extend(new.map(str::to_owned));
    let replaced = block::replace(bytes, Some(name), &lines).map_err(broken)?;
    let replaced = String::from_utf8_lossy(&replaced).into_owned();
    Ok((text.is_some() || !replaced.is_empty()).then_some(replaced))
}

/// What is at a path now.
///
/// # Errors
/// It cannot be looked at.
pub fn on_disk(path: &Path) -> io::Result<Sight> {
    let metadata = match fs::symlink_metadata(path) {
        Ok(metadata) => metadata,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            return Ok(Sight::Nothing);
        }
        Err(error) => return Err(error),
    };
    if metadata.is_symlink() {
        let text = fs::read_link(path)?;
        return Ok(Sight::Link(text.to_string_lossy().into_owned()));
    }
    if metadata.is_dir() {
        // One that cannot be listed is as good as full.
        let empty = fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none());
        return Ok(Sight::Directory { empty });
    }
    Ok(if metadata.is_file() {
        Sight::File
    } else {
        Sight::Other
    })
}

/// Reads a text file that may have been put there by anybody; `None` where there is none. Bytes
/// that are no text are replaced: start-up files of shells may be in any encoding, and a plan only
/// shows them.
///
/// # Errors
/// It is a link, no regular file, or longer than [`TEXT_LIMIT`].
pub fn read_text(path: &Path) -> Result<Option<String>, ActionError> {
    let bytes = sys::fs::read_regular(path, TEXT_LIMIT)
        .map_err(|error| ActionError::precondition(error.to_string()))?;
    Ok(bytes.map(|bytes| match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => String::from_utf8_lossy(error.as_bytes()).into_owned(),
    }))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    fn text(path: &Path) -> String {
        path.to_str().unwrap().to_owned()
    }

    #[test]
    fn later_actions_see_what_earlier_ones_will_have_done() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("d");
        let link = directory.join("l");
        let mut foreseen = Foreseen::default();
        assert_eq!(foreseen.look(&directory).unwrap(), Sight::Nothing);
        foreseen
            .foresee(&[Change::Directory {
                path: text(&directory),
            }])
            .unwrap();
        assert_eq!(
            foreseen.look(&directory).unwrap(),
            Sight::Directory { empty: true }
        );
        let change = Change::Link {
            path: text(&link),
            old: None,
            new: Some("/x".into()),
        };
        foreseen.foresee(&[change]).unwrap();
        assert_eq!(foreseen.look(&link).unwrap(), Sight::Link("/x".into()));
        assert_eq!(
            foreseen.look(&directory).unwrap(),
            Sight::Directory { empty: false }
        );
        assert!(!directory.exists());
    }

    #[test]
    fn what_was_moved_takes_its_content_along() {
        let place = tempfile::tempdir().unwrap();
        let (from, to) = (place.path().join("a"), place.path().join("b"));
        fs::create_dir(&from).unwrap();
        fs::write(from.join("f"), "").unwrap();
        let mut foreseen = Foreseen::default();
        let change = Change::Move {
            from: text(&from),
            to: text(&to),
        };
        foreseen.foresee(&[change]).unwrap();
        assert_eq!(foreseen.look(&from.join("f")).unwrap(), Sight::Nothing);
        assert_eq!(foreseen.look(&from).unwrap(), Sight::Nothing);
        assert_eq!(
            foreseen.look(&to).unwrap(),
            Sight::Directory { empty: false }
        );
    }

    #[test]
    fn lines_of_blocks_add_up_to_one_text() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("rc");
        fs::write(&file, "mine\n").unwrap();
        let entry = |old: Option<&str>, new: Option<&str>| Change::Entry {
            path: text(&file),
            block: "p".into(),
            old: old.map(Into::into),
            new: new.map(Into::into),
        };
        let mut foreseen = Foreseen::default();
        foreseen
            .foresee(&[
                entry(None, Some("b")),
                entry(None, Some("a")),
                entry(Some("b"), Some("c")),
            ])
            .unwrap();
        let changed = foreseen.take_texts();
        assert_eq!(changed.len(), 1);
        assert_eq!(changed[0].1.before.as_deref(), Some("mine\n"));
        let after = foreseen.text(&file).unwrap().unwrap();
        assert_eq!(after, "mine\n# >>> grex:p >>>\na\nc\n# <<< grex:p <<<\n");
        foreseen
            .foresee(&[entry(Some("a"), None), entry(None, Some("a"))])
            .unwrap();
        assert_eq!(foreseen.take_texts(), []);
    }
}
