//! The last step of a change: by name, in a directory that is held open and is the one that was
//! looked at.

use std::{
    ffi::{OsStr, OsString},
    io,
    path::{Path, PathBuf},
};

use crate::sys::fs::{FileError, HeldDirectory, rename_noreplace, temporary_of};

/// A name in a directory.
pub(super) struct Anchor {
    held: HeldDirectory,
    name: OsString,
    path: PathBuf,
}

impl Anchor {
    /// Opens the directory that `path` is in, an absolute path without links in its directories.
    ///
    /// # Errors
    /// It is not there, or a link has appeared on the way.
    pub(super) fn of(path: &Path) -> Result<Self, FileError> {
        let (Some(directory), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(refused("change", path, "it is the root of the file system"));
        };
        let held = HeldDirectory::open(directory).map_err(FileError::when("open", directory))?;
        let anchor = Self {
            held,
            name: name.to_owned(),
            path: path.to_path_buf(),
        };
        anchor.check()?;
        Ok(anchor)
    }

    /// Sees to it that the directory's path still leads to the directory that is held, and not
    /// through a link.
    pub(super) fn check(&self) -> Result<(), FileError> {
        let is_in_place = self.held.is_in_place();
        if !is_in_place.map_err(FileError::when("look at", self.held.path()))? {
            return Err(refused(
                "change",
                &self.path,
                "its directory was exchanged meanwhile",
            ));
        }
        Ok(())
    }

    /// Makes a link, first under the name `temporary`. A link that says `replaces` makes way.
    pub(super) fn link(
        &self,
        temporary: &str,
        text: &str,
        replaces: Option<&str>,
    ) -> Result<(), FileError> {
        let temporary = OsStr::new(temporary);
        match self.held.make_link(temporary, text) {
            Ok(()) => {}
            // What a run that died has left is as good.
            Err(error)
                if error.kind() == io::ErrorKind::AlreadyExists && self.says(temporary, text) => {}
            Err(error) => return Err(FileError::when("make the link", &self.path)(error)),
        }
        let placed = self.place(temporary, replaces);
        if placed.is_err() {
            // It says what the record says, and the next attempt takes it for its own.
            let _ = self.held.remove_link(temporary);
        }
        placed
    }

    fn place(&self, temporary: &OsStr, replaces: Option<&str>) -> Result<(), FileError> {
        self.check()?;
        match replaces {
            None => rename_noreplace(&self.held.path().join(temporary), &self.path),
            Some(old) if self.says(&self.name, old) => self
                .held
                .replace_link(temporary, &self.name)
                .map_err(FileError::when("replace the link", &self.path)),
            Some(_) => Err(refused(
                "replace the link",
                &self.path,
                "it was changed meanwhile",
            )),
        }
    }

    /// Removes the link if it says `text`.
    pub(super) fn remove_link(&self, text: &str) -> Result<(), FileError> {
        if !self.says(&self.name, text) {
            return Err(refused(
                "remove the link",
                &self.path,
                "it was changed meanwhile",
            ));
        }
        self.held
            .remove_link(&self.name)
            .map_err(FileError::when("remove the link", &self.path))
    }

    /// Removes the temporary link, if that is there and says `text`.
    pub(super) fn remove_temporary(&self, temporary: &str, text: &str) {
        let temporary = OsStr::new(temporary);
        if self.says(temporary, text) {
            // What cannot be removed is no worse than before.
            let _ = self.held.remove_link(temporary);
        }
    }

    /// Gives it a name that nothing has.
    pub(super) fn move_to(&self, to: &Path) -> Result<(), FileError> {
        self.check()?;
        rename_noreplace(&self.path, to)
    }

    /// Makes a directory with a mode: less the umask, or exactly.
    pub(super) fn make_directory(&self, mode: u32, exactly: bool) -> Result<(), FileError> {
        let failed = |error: io::Error| FileError::when("create the directory", &self.path)(error);
        if !exactly {
            let made = self.held.make_directory(&self.name, mode, false);
            return made.map_err(failed);
        }
        // Under another name first, for there to be no moment at which it has another mode. A run
        // that died may have left it, with a mode that lets nobody open it.
        let temporary = temporary_of(&self.path);
        let name = temporary.file_name().unwrap_or_default();
        self.remove_temporary_directory();
        let placed = self
            .held
            .make_directory(name, mode, true)
            .map_err(failed)
            .and_then(|()| self.check())
            .and_then(|()| {
                rename_noreplace(&temporary, &self.path).map_err(|error| failed(error.source))
            });
        if placed.is_err() {
            self.remove_temporary_directory();
        }
        placed
    }

    /// Removes what [`Self::make_directory`] was about to give its name, if it is there and empty.
    pub(super) fn remove_temporary_directory(&self) {
        let temporary = temporary_of(&self.path);
        let name = temporary.file_name().unwrap_or_default();
        // What cannot be removed is no worse than before.
        let _ = self.held.remove_directory(name);
    }

    /// Removes a directory if it is empty.
    pub(super) fn remove_directory(&self) -> Result<(), FileError> {
        self.check()?;
        self.held
            .remove_directory(&self.name)
            .map_err(FileError::when("remove the directory", &self.path))
    }

    fn says(&self, name: &OsStr, text: &str) -> bool {
        self.held.link_text(name).is_ok_and(|said| said == text)
    }
}

fn refused(action: &'static str, path: &Path, reason: &str) -> FileError {
    FileError {
        action,
        path: path.to_path_buf(),
        source: io::Error::other(reason.to_owned()),
    }
}
