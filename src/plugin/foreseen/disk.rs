//! What is on disk, as actions see it.

use std::{fs, io, path::Path};

use super::Sight;
use crate::{plugin::error::ActionError, sys};

/// The longest text file that an action looks into, in bytes.
pub const TEXT_LIMIT: u64 = 16 << 20;

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
        let empty = is_empty(path);
        return Ok(Sight::Directory { empty });
    }
    Ok(if metadata.is_file() {
        Sight::File
    } else {
        Sight::Other
    })
}

/// Says whether nothing is in a directory. Reads a few names and not all, since this is asked of
/// every directory on a way.
#[cfg(target_os = "linux")]
fn is_empty(directory: &Path) -> bool {
    use std::mem::MaybeUninit;

    use rustix::fs::{Mode, OFlags, RawDir};

    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let Ok(held) = rustix::fs::open(directory, flags, Mode::empty()) else {
        return false;
    };
    // Room for `.`, `..` and one name of the longest kind.
    let mut buffer = [MaybeUninit::uninit(); 512];
    let mut entries = RawDir::new(held, &mut buffer);
    while let Some(entry) = entries.next() {
        match entry {
            Ok(entry) if matches!(entry.file_name().to_bytes(), b"." | b"..") => {}
            _ => return false,
        }
    }
    true
}

#[cfg(not(target_os = "linux"))]
fn is_empty(directory: &Path) -> bool {
    fs::read_dir(directory).is_ok_and(|mut entries| entries.next().is_none())
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
