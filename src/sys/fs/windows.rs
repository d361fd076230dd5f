//! Files of Windows: without modes, owners and numbers of files, and with read-only attributes
//! and access lists that a file inherits from its directory.

use std::fs::{DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::windows::fs::{FileExt, OpenOptionsExt};
use std::path::{Component, Path, PathBuf, Prefix};
use std::time::Duration;

use tempfile::NamedTempFile;

use super::Opening;

/// Opens a link itself and not what it leads to (`FILE_FLAG_OPEN_REPARSE_POINT`).
pub(super) const OPEN_LINK: u32 = 0x0020_0000;

/// Opens a directory as well, where access would be denied (`FILE_FLAG_BACKUP_SEMANTICS`).
pub(super) const OPEN_DIRECTORY: u32 = 0x0200_0000;

/// Opens a file, a link at the last component not followed. What turns out to be a link or a
/// directory is for the caller to refuse.
pub(super) fn open(path: &Path, opening: Opening) -> io::Result<File> {
    let mut options = OpenOptions::new();
    match opening {
        Opening::Read => options.read(true),
        // Not `append` for what is appended to: such a file can be written only at its end, and
        // not be cut back. [`append`] goes to the end itself.
        Opening::Change | Opening::Append => options.read(true).write(true),
        Opening::ChangeOrMake | Opening::AppendOrMake => {
            options.read(true).write(true).create(true)
        }
        Opening::Make => options.write(true).create_new(true),
    };
    options.custom_flags(OPEN_LINK | OPEN_DIRECTORY).open(path)
}

/// Whatever is no regular file can be opened here, and tells what it is then.
pub(super) fn why_unfit(_: &Path, _: &io::Error) -> Option<&'static str> {
    None
}

/// Writes at the end of a file that was opened for that. Whoever appends holds a lock, so nobody
/// else writes between the two steps.
pub(crate) fn append(file: &mut File, bytes: &[u8]) -> io::Result<()> {
    file.seek(SeekFrom::End(0))?;
    file.write_all(bytes)
}

/// Reads at an offset in bytes; the file's own place is put back to where it was.
pub(crate) fn read_at(mut file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    let place = file.stream_position()?;
    let read = file.seek_read(buffer, offset);
    file.seek(SeekFrom::Start(place))?;
    read
}

/// Fills the buffer from an offset in bytes; the file's own place is put back to where it was.
pub(crate) fn read_exact_at(file: &File, mut buffer: &mut [u8], mut offset: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        match read_at(file, buffer, offset)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            read => {
                buffer = &mut buffer[read..];
                offset += read as u64;
            }
        }
    }
    Ok(())
}

/// A temporary file has what its directory gives to every new file.
pub(super) fn give_mode(_: &mut tempfile::Builder<'_, '_>, _mode: u32) {}

/// Nothing of it outlives a replacement: the access list comes from the directory, and a file
/// that is read-only cannot be replaced at all.
pub(super) fn make_alike(_: &File, _: &Metadata) -> io::Result<()> {
    Ok(())
}

/// What keeps others away from a file is the access list of the user's own directory, which every
/// file in it inherits; there is nothing to see in the file.
pub(crate) fn is_ours(_: &Metadata) -> bool {
    true
}

/// The permission bits (`0o7777`) of a file or directory; `None` where the system has none.
pub(crate) fn mode(_: &Metadata) -> Option<u32> {
    None
}

/// The number of the file system that a file is on; `None` where it cannot be known. What is
/// mounted at a directory is seen as a link here, and not walked into.
pub(crate) fn device(_: &Metadata) -> Option<u64> {
    None
}

/// The number of a file in its file system; 0 where it cannot be known.
pub(crate) fn inode(_: &Metadata) -> u64 {
    0
}

/// A maker of directories that are for those who may use the one that they are made in.
pub(crate) fn private_directories() -> DirBuilder {
    DirBuilder::new()
}

/// Makes a file for writing. If something has the name, it fails. There are no modes to give.
pub(crate) fn make_file(path: &Path, _mode: u32) -> io::Result<File> {
    OpenOptions::new().write(true).create_new(true).open(path)
}

/// Returns the absolute path of something that is there, without links in it, and without the
/// prefix `\\?\` where the path is one of a drive: git and most other programs cannot use it, and
/// it would make one path unequal to the other.
pub(crate) fn canonicalize(path: &Path) -> io::Result<PathBuf> {
    let resolved = path.canonicalize()?;
    let mut components = resolved.components();
    let Some(Component::Prefix(prefix)) = components.next() else {
        return Ok(resolved);
    };
    let Prefix::VerbatimDisk(letter) = prefix.kind() else {
        return Ok(resolved);
    };
    let mut plain = PathBuf::from(format!("{}:", char::from(letter)));
    plain.push(components.as_path());
    Ok(plain)
}

/// How often a rename is tried, and the first pause between two tries; each is twice as long as the
/// one before, which makes 1.3 seconds in all.
const TRIES: u32 = 8;
const FIRST_PAUSE: Duration = Duration::from_millis(10);

/// Renames, again and again where access is denied: whoever looks at every new file (virus scanners,
/// indexers) keeps it open for a moment, and what is open, or has something open in it, may not be
/// renamed.
fn patiently(mut rename: impl FnMut() -> io::Result<()>) -> io::Result<()> {
    let mut pause = FIRST_PAUSE;
    for _ in 1..TRIES {
        match rename() {
            Err(error) if is_in_use(&error) => std::thread::sleep(pause),
            renamed => return renamed,
        }
        pause *= 2;
    }
    rename()
}

/// `ERROR_ACCESS_DENIED`, `ERROR_SHARING_VIOLATION` and `ERROR_LOCK_VIOLATION`.
fn is_in_use(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(5 | 32 | 33))
}

/// Renames a temporary file over another.
pub(super) fn persist(temporary: NamedTempFile, path: &Path) -> io::Result<()> {
    let mut kept = Some(temporary);
    patiently(|| {
        let Some(temporary) = kept.take() else {
            return Ok(());
        };
        temporary.persist(path).map(drop).map_err(|error| {
            kept = Some(error.file);
            error.error
        })
    })
}

/// Makes what was written to a file survive a power cut, as it did.
pub(crate) fn or_plain_sync(_: &File, synced: io::Result<()>) -> io::Result<()> {
    synced
}

/// Renames to a name that nothing has. The name is looked at first, since a rename replaces: a
/// file that appears in that instant would be replaced, a directory with anything in it would not.
#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that renames"
)]
pub(super) fn rename_noreplace(from: &Path, to: &Path) -> io::Result<()> {
    match to.symlink_metadata() {
        Ok(_) => Err(io::ErrorKind::AlreadyExists.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            patiently(|| std::fs::rename(from, to))
        }
        Err(error) => Err(error),
    }
}

/// Directories cannot be synced: NTFS keeps a journal of its names.
pub(super) fn sync_directory(_: &Path) -> io::Result<()> {
    Ok(())
}

/// The volume of a file cannot be told; see below for why it need not be.
pub(super) fn device_of(_: &Path) -> Option<u64> {
    None
}

/// Only an administrator can sync a whole volume. The files that grex itself writes are synced one
/// by one; after a power cut, a clone may lack what git had not synced, and says so when it is
/// used.
pub(super) fn sync_filesystem(directory: &Path) -> io::Result<()> {
    directory.metadata().map(drop)
}
