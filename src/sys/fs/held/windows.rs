//! A directory that is held open, on Windows: while it is, nobody can rename or remove it, nor a
//! directory above it, so that its path leads to it.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::windows::fs::{FileTypeExt, OpenOptionsExt, symlink_dir, symlink_file};
use std::path::{Path, PathBuf};

use super::platform::{OPEN_DIRECTORY, OPEN_LINK};

/// Others may read and write what is held, and neither rename nor remove it
/// (`FILE_SHARE_READ | FILE_SHARE_WRITE`).
const SHARED: u32 = 0x0000_0003;

/// A directory that is held open. Names are names in it.
#[derive(Debug)]
pub(crate) struct HeldDirectory {
    /// Only for as long as it is open.
    _held: File,
    path: PathBuf,
}

impl HeldDirectory {
    /// Opens a directory by an absolute path; a link at its end is not followed.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let held = OpenOptions::new()
            .read(true)
            .share_mode(SHARED)
            .custom_flags(OPEN_LINK | OPEN_DIRECTORY)
            .open(path)?;
        if !held.metadata()?.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        Ok(Self {
            _held: held,
            path: path.to_path_buf(),
        })
    }

    /// The path that it was opened by.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Says whether the path still leads to the directory, and not through a link. That it is the
    /// same directory, the open handle sees to.
    pub(crate) fn is_in_place(&self) -> io::Result<bool> {
        for directory in self.path.ancestors() {
            if directory.symlink_metadata()?.is_symlink() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Makes a link that says `text`. If something has the name, the error's kind is
    /// [`io::ErrorKind::AlreadyExists`]. Windows has links to directories and links to files, and
    /// lets only administrators make them, or everybody in its developer mode.
    pub(crate) fn make_link(&self, name: &OsStr, text: &str) -> io::Result<()> {
        let link = self.path.join(name);
        if self.path.join(text).is_dir() {
            symlink_dir(text, link)
        } else {
            symlink_file(text, link)
        }
    }

    /// Returns what a link says; what is no text in it is replaced.
    pub(crate) fn link_text(&self, name: &OsStr) -> io::Result<String> {
        let text = fs::read_link(self.path.join(name))?;
        Ok(text.to_string_lossy().into_owned())
    }

    /// Removes a link.
    pub(crate) fn remove_link(&self, name: &OsStr) -> io::Result<()> {
        let link = self.path.join(name);
        if link.symlink_metadata()?.file_type().is_symlink_dir() {
            fs::remove_dir(link)
        } else {
            fs::remove_file(link)
        }
    }

    /// Renames a link to a name that another link has, which makes way. Not in one step: a link to
    /// a directory cannot be replaced, so the old one is removed first. Of a run that dies between,
    /// the new one is there under its first name.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that replaces links"
    )]
    pub(crate) fn replace_link(&self, from: &OsStr, to: &OsStr) -> io::Result<()> {
        self.remove_link(to)?;
        fs::rename(self.path.join(from), self.path.join(to))
    }

    /// Makes a directory. There are no modes to give.
    pub(crate) fn make_directory(&self, name: &OsStr, _: u32, _exactly: bool) -> io::Result<()> {
        fs::create_dir(self.path.join(name))
    }

    /// Removes a directory if it is empty.
    pub(crate) fn remove_directory(&self, name: &OsStr) -> io::Result<()> {
        fs::remove_dir(self.path.join(name))
    }
}
