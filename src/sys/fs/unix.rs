//! Files of Unix.

use std::fs::{DirBuilder, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, FileExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{CWD, Mode, OFlags};
use rustix::io::Errno;
use tempfile::NamedTempFile;

use super::Opening;

/// Opens a file without waiting for anybody, a link at the last component not followed.
pub(super) fn open(path: &Path, opening: Opening) -> io::Result<File> {
    let wanted = match opening {
        Opening::Read => OFlags::RDONLY,
        Opening::Change => OFlags::RDWR,
        Opening::ChangeOrMake => OFlags::RDWR | OFlags::CREATE,
        Opening::Append => OFlags::RDWR | OFlags::APPEND,
        Opening::AppendOrMake => OFlags::RDWR | OFlags::APPEND | OFlags::CREATE,
        Opening::Make => OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL,
    };
    // NONBLOCK: opening a FIFO would wait for its other end. It means nothing to a regular file.
    let always = OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let descriptor = rustix::fs::open(path, wanted | always, Mode::from_raw_mode(0o666))?;
    Ok(File::from(descriptor))
}

/// Returns what is wrong with the file that [`open`] did not open, if it is the file.
pub(super) fn why_unfit(path: &Path, error: &io::Error) -> Option<&'static str> {
    match Errno::from_io_error(error)? {
        // Said by the systems we know for a link that is not followed; a loop of links in the
        // directories before it is the other reading.
        Errno::LOOP | Errno::MLINK if is_link(path) => Some("it is a symbolic link"),
        // A FIFO without a reader, opened for writing, and a socket.
        Errno::NXIO => Some("it is not a regular file"),
        _ => None,
    }
}

fn is_link(path: &Path) -> bool {
    path.symlink_metadata()
        .is_ok_and(|metadata| metadata.is_symlink())
}

/// Writes at the end of a file that was opened for that.
pub(crate) fn append(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)
}

/// Reads at an offset in bytes; the file's own place stays where it is.
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    file.read_at(buffer, offset)
}

/// Fills the buffer from an offset in bytes; the file's own place stays where it is.
pub(crate) fn read_exact_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<()> {
    file.read_exact_at(buffer, offset)
}

/// Lets a temporary file have this mode, less the umask: they are otherwise for their owner only.
pub(super) fn give_mode(builder: &mut tempfile::Builder<'_, '_>, mode: u32) {
    builder.permissions(Permissions::from_mode(mode));
}

/// Gives a file the mode and, as far as allowed, the owner of another.
pub(super) fn make_alike(file: &File, old: &Metadata) -> io::Result<()> {
    let new = file.metadata()?;
    if (old.uid(), old.gid()) != (new.uid(), new.gid()) {
        // Only root may give files away, and nobody may give them to foreign groups: what cannot
        // be kept then is the lesser loss. Before the mode, which it may clear bits of.
        let _ = std::os::unix::fs::fchown(file, Some(old.uid()), Some(old.gid()));
    }
    file.set_permissions(old.permissions())
}

/// Says whether a file belongs to whoever runs grex.
pub(crate) fn is_ours(metadata: &Metadata) -> bool {
    metadata.uid() == rustix::process::geteuid().as_raw()
}

/// The permission bits (`0o7777`) of a file or directory; `None` where the system has none.
pub(crate) fn mode(metadata: &Metadata) -> Option<u32> {
    Some(metadata.mode() & 0o7777)
}

/// The number of the file system that a file is on; `None` where it cannot be known.
pub(crate) fn device(metadata: &Metadata) -> Option<u64> {
    Some(metadata.dev())
}

/// The number of a file in its file system; 0 where it cannot be known.
pub(crate) fn inode(metadata: &Metadata) -> u64 {
    metadata.ino()
}

/// A maker of directories that are for this user only.
pub(crate) fn private_directories() -> DirBuilder {
    let mut builder = DirBuilder::new();
    builder.mode(0o700);
    builder
}

/// Makes a file for writing, with a mode less the umask. If something has the name, it fails.
pub(crate) fn make_file(path: &Path, mode: u32) -> io::Result<File> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(mode)
        .open(path)
}

/// Returns the absolute path of something that is there, without links in it.
pub(crate) fn canonicalize(path: &Path) -> io::Result<PathBuf> {
    path.canonicalize()
}

/// Renames a temporary file over another.
pub(super) fn persist(temporary: NamedTempFile, path: &Path) -> io::Result<()> {
    let persisted = temporary.persist(path);
    persisted.map(drop).map_err(|error| error.error)
}

/// Renames to a name that nothing has. In one step, unless the file system cannot (some network
/// file systems).
pub(super) fn rename_noreplace(from: &Path, to: &Path) -> io::Result<()> {
    match rename_exclusively(from, to) {
        Err(error) if cannot(error) => rename_after_look(from, to),
        renamed => Ok(renamed?),
    }
}

/// What a file system says of something that it cannot do. macOS has two numbers for one thing.
fn cannot(error: Errno) -> bool {
    [
        Errno::INVAL,
        Errno::NOSYS,
        Errno::NOTSUP,
        Errno::NOTTY,
        Errno::OPNOTSUPP,
    ]
    .contains(&error)
}

#[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
fn rename_exclusively(from: &Path, to: &Path) -> Result<(), Errno> {
    rustix::fs::renameat_with(CWD, from, CWD, to, rustix::fs::RenameFlags::NOREPLACE)
}

#[cfg(not(any(target_os = "linux", target_os = "android", target_vendor = "apple")))]
fn rename_exclusively(_: &Path, _: &Path) -> Result<(), Errno> {
    Err(Errno::NOSYS)
}

/// Looks at the name first: a file that appears in that instant would be replaced, a directory
/// with anything in it still would not, since no rename replaces one.
pub(super) fn rename_after_look(from: &Path, to: &Path) -> io::Result<()> {
    match rustix::fs::lstat(to) {
        Ok(_) => Err(Errno::EXIST.into()),
        Err(Errno::NOENT) => Ok(rustix::fs::renameat(CWD, from, CWD, to)?),
        Err(error) => Err(error.into()),
    }
}

/// Takes what came of syncing a file, and asks for less where that is too much: on macOS it asks the
/// drive itself (`F_FULLFSYNC`), which file systems on other machines cannot do.
pub(crate) fn or_plain_sync(file: &File, synced: io::Result<()>) -> io::Result<()> {
    synced.or_else(|error| match Errno::from_io_error(&error) {
        Some(number) if cfg!(target_vendor = "apple") && cannot(number) => {
            Ok(rustix::fs::fsync(file)?)
        }
        _ => Err(error),
    })
}

/// Makes the names in a directory survive a power cut. File systems without directories of their
/// own to sync say so; there is no more to ask.
pub(super) fn sync_directory(directory: &Path) -> io::Result<()> {
    let synced = File::open(directory)?.sync_all();
    synced.or_else(|error| match Errno::from_io_error(&error) {
        Some(number) if cannot(number) => Ok(()),
        _ => Err(error),
    })
}

/// The number of the file system that holds `place`; `None` where nothing is.
pub(super) fn device_of(place: &Path) -> Option<u64> {
    Some(place.metadata().ok()?.dev())
}

/// Makes everything on a file system survive a power cut. Where the system cannot do that for one
/// file system, it is asked for all: it may begin and not wait for the end (sync(2) of macOS), which
/// asking the drive afterwards does.
pub(super) fn sync_filesystem(directory: &Path) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        Ok(rustix::fs::syncfs(File::open(directory)?)?)
    }
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    {
        rustix::fs::sync();
        sync_directory(directory)
    }
}
