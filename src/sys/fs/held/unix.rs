//! A directory that is held open, on Unix: everything is done through its descriptor, whatever
//! becomes of its path.

use std::ffi::OsStr;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, Mode, OFlags, RawMode};

const DIRECTORY: OFlags = OFlags::RDONLY
    .union(OFlags::DIRECTORY)
    .union(OFlags::NOFOLLOW)
    .union(OFlags::CLOEXEC);

/// A directory that is held open. Names are names in it.
#[derive(Debug)]
pub(crate) struct HeldDirectory {
    held: OwnedFd,
    path: PathBuf,
}

impl HeldDirectory {
    /// Opens a directory by an absolute path; a link at its end is not followed.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        Ok(Self {
            held: rustix::fs::open(path, DIRECTORY, Mode::empty())?,
            path: path.to_path_buf(),
        })
    }

    /// The path that it was opened by.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Says whether the path still leads to the directory, and not through a link.
    pub(crate) fn is_in_place(&self) -> io::Result<bool> {
        let resolved = fs::canonicalize(&self.path)?;
        let now = fs::metadata(&self.path)?;
        let held = rustix::fs::fstat(&self.held)?;
        // The types of these numbers differ between systems.
        let is_same = i128::from(now.ino()) == i128::from(held.st_ino)
            && i128::from(now.dev()) == i128::from(held.st_dev);
        Ok(resolved == self.path && is_same)
    }

    /// Makes a link that says `text`. If something has the name, the error's kind is
    /// [`io::ErrorKind::AlreadyExists`].
    pub(crate) fn make_link(&self, name: &OsStr, text: &str) -> io::Result<()> {
        Ok(rustix::fs::symlinkat(text, &self.held, name)?)
    }

    /// Returns what a link says; bytes that are no text are replaced.
    pub(crate) fn link_text(&self, name: &OsStr) -> io::Result<String> {
        let text = rustix::fs::readlinkat(&self.held, name, Vec::new())?;
        Ok(text.to_string_lossy().into_owned())
    }

    /// Removes a link.
    pub(crate) fn remove_link(&self, name: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.held, name, AtFlags::empty())?)
    }

    /// Renames a link to a name that another link has, which makes way.
    pub(crate) fn replace_link(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::renameat(&self.held, from, &self.held, to)?)
    }

    /// Makes a directory with a mode: less the umask, or exactly.
    pub(crate) fn make_directory(&self, name: &OsStr, mode: u32, exactly: bool) -> io::Result<()> {
        let first = if exactly { 0o700 } else { mode };
        rustix::fs::mkdirat(&self.held, name, Mode::from_raw_mode(first as RawMode))?;
        if exactly {
            let made = rustix::fs::openat(&self.held, name, DIRECTORY, Mode::empty())?;
            File::from(made).set_permissions(Permissions::from_mode(mode))?;
        }
        Ok(())
    }

    /// Removes a directory if it is empty.
    pub(crate) fn remove_directory(&self, name: &OsStr) -> io::Result<()> {
        Ok(rustix::fs::unlinkat(&self.held, name, AtFlags::REMOVEDIR)?)
    }
}
