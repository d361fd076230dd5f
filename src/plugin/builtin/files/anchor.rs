//! The last step of a change: by name, in a directory that is held open and is the one that was
//! looked at.

use std::{
    ffi::{OsStr, OsString},
    fs::{self, File, Permissions},
    io,
    os::{
        fd::OwnedFd,
        unix::fs::{MetadataExt, PermissionsExt},
    },
    path::{Path, PathBuf},
};

use rustix::{
    fs::{AtFlags, Mode, OFlags, RawMode},
    io::Errno,
};

use crate::sys::fs::{FileError, rename_noreplace};

/// A name in a directory.
pub(super) struct Anchor {
    held: OwnedFd,
    directory: PathBuf,
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
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let held = rustix::fs::open(directory, flags, Mode::empty())
            .map_err(FileError::when("open", directory))?;
        let anchor = Self {
            held,
            directory: directory.to_path_buf(),
            name: name.to_owned(),
            path: path.to_path_buf(),
        };
        anchor.check()?;
        Ok(anchor)
    }

    /// Sees to it that the directory's path still leads to the directory that is held, and not
    /// through a link.
    pub(super) fn check(&self) -> Result<(), FileError> {
        let directory = &self.directory;
        let resolved =
            fs::canonicalize(directory).map_err(FileError::when("look at", directory))?;
        let now = fs::metadata(directory).map_err(FileError::when("look at", directory))?;
        let held = rustix::fs::fstat(&self.held).map_err(FileError::when("look at", directory))?;
        // The types of these numbers differ between systems.
        let is_same = i128::from(now.ino()) == i128::from(held.st_ino)
            && i128::from(now.dev()) == i128::from(held.st_dev);
        if resolved != *directory || !is_same {
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
        let beside = self.directory.join(temporary);
        match rustix::fs::symlinkat(text, &self.held, temporary) {
            Ok(()) => {}
            // What a run that died has left is as good.
            Err(Errno::EXIST) if self.says(OsStr::new(temporary), text) => {}
            Err(error) => return Err(FileError::when("make the link", &self.path)(error)),
        }
        let placed = self.place(&beside, replaces);
        if placed.is_err() {
            // It says what the record says, and the next attempt takes it for its own.
            let _ = rustix::fs::unlinkat(&self.held, temporary, AtFlags::empty());
        }
        placed
    }

    fn place(&self, beside: &Path, replaces: Option<&str>) -> Result<(), FileError> {
        self.check()?;
        match replaces {
            None => rename_noreplace(beside, &self.path),
            Some(old) if self.says(&self.name, old) => {
                let from = beside.file_name().unwrap_or_default();
                rustix::fs::renameat(&self.held, from, &self.held, &self.name)
                    .map_err(FileError::when("replace the link", &self.path))
            }
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
        rustix::fs::unlinkat(&self.held, &self.name, AtFlags::empty())
            .map_err(FileError::when("remove the link", &self.path))
    }

    /// Removes the temporary link, if that is there and says `text`.
    pub(super) fn remove_temporary(&self, temporary: &str, text: &str) {
        if self.says(OsStr::new(temporary), text) {
            // What cannot be removed is no worse than before.
            let _ = rustix::fs::unlinkat(&self.held, temporary, AtFlags::empty());
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
        let first = if exactly { 0o700 } else { mode };
        rustix::fs::mkdirat(
            &self.held,
            &self.name,
            Mode::from_raw_mode(first as RawMode),
        )
        .map_err(|error| failed(error.into()))?;
        if exactly {
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let made = rustix::fs::openat(&self.held, &self.name, flags, Mode::empty())
                .map_err(|error| failed(error.into()))?;
            File::from(made)
                .set_permissions(Permissions::from_mode(mode))
                .map_err(failed)?;
        }
        Ok(())
    }

    /// Removes a directory if it is empty.
    pub(super) fn remove_directory(&self) -> Result<(), FileError> {
        self.check()?;
        rustix::fs::unlinkat(&self.held, &self.name, AtFlags::REMOVEDIR)
            .map_err(FileError::when("remove the directory", &self.path))
    }

    fn says(&self, name: &OsStr, text: &str) -> bool {
        rustix::fs::readlinkat(&self.held, name, Vec::new())
            .is_ok_and(|said| said.to_string_lossy() == text)
    }
}

fn refused(action: &'static str, path: &Path, reason: &str) -> FileError {
    FileError {
        action,
        path: path.to_path_buf(),
        source: io::Error::other(reason.to_owned()),
    }
}
