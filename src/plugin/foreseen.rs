//! The machine as a plan will leave it: what is on disk, under what the plan has said so far.

use std::{
    collections::{BTreeMap, HashMap},
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    change::Change,
    error::ActionError,
    open_block::{HeldLines, OpenBlock, broken},
};
use crate::sys;

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
    /// The block of a file that was looked at or changed last. What `texts` says of the file does
    /// not have the block's changes yet.
    open: HashMap<PathBuf, OpenBlock>,
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
        let text = match self.texts.get(path) {
            Some(foretold) => foretold.after.clone(),
            None if self.look(path)? == Sight::Nothing => None,
            None => read_text(path)?,
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

    fn place(&mut self, path: &str, sight: Sight) {
        let path = PathBuf::from(path);
        if sight != Sight::File {
            self.open.remove(&path);
            // What was only looked at is not what is there any more.
            let is_as_it_was = |text: &Foretold| text.before == text.after;
            if self.texts.get(&path).is_some_and(is_as_it_was) {
                self.texts.remove(&path);
            }
        }
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

    /// A directory is not empty any more once something will be in it.
    fn with_content(&self, path: &Path, sight: Sight) -> Sight {
        let is_filled = || self.filled.get(path).is_some_and(|count| *count > 0);
        match sight {
            Sight::Directory { empty: true } if is_filled() => Sight::Directory { empty: false },
            sight => sight,
        }
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
    fn held_lines_are_those_that_the_plan_leaves() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("rc");
        fs::write(
            &file,
            "mine\r\n# >>> grex:p >>>\r\nA=1\r\nB=2\r\n# <<< grex:p <<<\r\n",
        )
        .unwrap();
        let mut foreseen = Foreseen::default();
        let beginnings = ["A=".to_owned(), "AA=".to_owned()];
        let held = foreseen.held_lines(&file, "p", &beginnings).unwrap();
        assert_eq!((held.lines, held.has_crlf), (vec!["A=1".to_owned()], true));
        assert_eq!(foreseen.take_texts(), []);
        let change = |block: &str, old: Option<&str>, new: &str| Change::Entry {
            path: text(&file),
            block: block.into(),
            old: old.map(Into::into),
            new: Some(new.into()),
        };
        foreseen
            .foresee(&[
                change("p", Some("A=1"), "A=3"),
                change("q", None, "A=4"),
                change("p", None, "AA=5"),
            ])
            .unwrap();
        let held = foreseen.held_lines(&file, "p", &beginnings).unwrap();
        assert_eq!(held.lines, ["A=3", "AA=5"]);
        let held = foreseen.held_lines(&file, "q", &beginnings).unwrap();
        assert_eq!(held.lines, ["A=4"]);
        let after = foreseen.text(&file).unwrap().unwrap();
        assert!(after.starts_with("mine\r\n# >>> grex:p >>>\r\nA=3\r\nAA=5\r\nB=2\r\n"));
        assert_eq!(foreseen.take_texts()[0].1.after.as_deref(), Some(&*after));
        assert_eq!(foreseen.take_texts(), []);
        let marker = foreseen.foresee(&[change("p", None, "# <<< grex:p <<<")]);
        assert!(marker.is_err());
        // Once it is elsewhere, nothing is held where it was.
        let moved = Change::Move {
            from: text(&file),
            to: text(&place.path().join("backup")),
        };
        foreseen.foresee(&[moved]).unwrap();
        assert_eq!(
            foreseen.held_lines(&file, "p", &beginnings).unwrap().lines,
            [""; 0]
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
