//! The directories of a pack that belong to its surface.
//!
//! They come from somebody else: nothing is followed, nothing that could block or never end is
//! opened, and there is a bound to everything.

use std::{
    fs::{self, Metadata},
    path::{Path, PathBuf},
};

use super::hook;
use crate::model::surface::{PartContent, SurfacePart};
use crate::{plugin::error::PackError, sys};

/// Where the files lie that actions and hooks refer to.
const FILES: &str = ".grex/files";

/// The longest file, in bytes.
pub(super) const FILE_LIMIT: u64 = 64 << 20;

/// The longest hook, and the longest file beside hooks that is kept as it is, in bytes.
pub(super) const TEXT_LIMIT: u64 = 1 << 20;

/// The most that is kept of files beside hooks, in bytes; of what exceeds it only digests are. The
/// hash is the same either way.
const KEPT_LIMIT: u64 = 16 << 20;

/// What a surface may hold of one directory.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    entries: usize,
    bytes: u64,
}

const BOUNDS: Bounds = Bounds {
    entries: 10_000,
    bytes: 512 << 20,
};

/// A file or a link, by its name relative to the pack's root, with `/`.
struct Found {
    name: String,
    path: PathBuf,
    metadata: Metadata,
}

/// The files that come along, sorted by name: their digests, and of links what they say. Where a
/// link lies is named `link:<path>`, which no file's path can be.
pub(super) fn files(root: &Path) -> Result<Vec<SurfacePart>, PackError> {
    parts_below(root, FILES, BOUNDS, &mut |found, bytes| {
        Ok(match bytes {
            Content::Link(text) => {
                SurfacePart::digest(format!("link:{}", found.name), false, &text)
            }
            Content::File(bytes) => {
                SurfacePart::digest(found.name.as_str(), is_executable(&found.metadata), &bytes)
            }
        })
    })
}

/// The hooks and what lies beside them, sorted by name: texts as they are, anything else as
/// digests.
pub(super) fn hooks(root: &Path) -> Result<Vec<SurfacePart>, PackError> {
    let mut kept = 0;
    parts_below(root, hook::DIRECTORY, BOUNDS, &mut |found, content| {
        let Content::File(bytes) = content else {
            return Err(PackError::unusable(
                format!("{} is a symbolic link", found.path.display()),
                "what a hook uses has to be a file beside it",
            ));
        };
        hook_part(found, bytes, &mut kept)
    })
}

fn hook_part(found: &Found, bytes: Vec<u8>, kept: &mut u64) -> Result<SurfacePart, PackError> {
    let executable = is_executable(&found.metadata);
    let length = bytes.len() as u64;
    let is_hook = hook::is_hook(&found.name);
    let refused = |reason: String, hint: &str| {
        PackError::unusable(format!("{} {reason}", found.path.display()), hint)
    };
    if length > TEXT_LIMIT && is_hook {
        return Err(refused(
            format!("is too long for a hook: {length} bytes, of at most {TEXT_LIMIT}"),
            "put what it carries into files beside it",
        ));
    }
    if !is_hook && (length > TEXT_LIMIT || *kept + length > KEPT_LIMIT) {
        return Ok(SurfacePart::digest(found.name.as_str(), executable, &bytes));
    }
    match String::from_utf8(bytes) {
        Ok(text) => {
            *kept += length;
            Ok(SurfacePart {
                name: found.name.clone(),
                executable,
                content: PartContent::Text { text },
            })
        }
        Err(_) if is_hook => Err(refused(
            "is not UTF-8 text".to_owned(),
            "a hook is a script; put a program beside it and start that from the script",
        )),
        Err(error) => Ok(SurfacePart::digest(
            found.name.as_str(),
            executable,
            error.as_bytes(),
        )),
    }
}

/// What lies at a name.
enum Content {
    File(Vec<u8>),
    Link(Vec<u8>),
}

fn parts_below(
    root: &Path,
    directory: &str,
    bounds: Bounds,
    part: &mut dyn FnMut(&Found, Content) -> Result<SurfacePart, PackError>,
) -> Result<Vec<SurfacePart>, PackError> {
    let mut bytes_left = bounds.bytes;
    let mut parts = Vec::new();
    for found in walk(root, directory, bounds)? {
        let content = if found.metadata.is_symlink() {
            let text =
                fs::read_link(&found.path).map_err(|error| unreadable(&found.path, &error))?;
            // The bytes of the link on Unix, UTF-8 on Windows.
            Content::Link(text.as_os_str().as_encoded_bytes().to_vec())
        } else {
            Content::File(read(&found.path)?)
        };
        let (Content::File(bytes) | Content::Link(bytes)) = &content;
        bytes_left = bytes_left
            .checked_sub(bytes.len() as u64)
            .ok_or_else(|| too_much(root, directory, bounds))?;
        parts.push(part(&found, content)?);
    }
    Ok(parts)
}

/// The files and links below a directory of the pack, sorted by name; none without the directory.
fn walk(root: &Path, directory: &str, bounds: Bounds) -> Result<Vec<Found>, PackError> {
    let mut above = root.to_owned();
    for component in Path::new(directory).components() {
        above.push(component);
        if !is_real_directory(&above)? {
            return Ok(Vec::new());
        }
    }
    let mut found = Vec::new();
    let mut directories = 1;
    let mut open = vec![(directory.to_owned(), above)];
    while let Some((name, path)) = open.pop() {
        for entry in fs::read_dir(&path).map_err(|error| unreadable(&path, &error))? {
            let entry = entry.map_err(|error| unreadable(&path, &error))?;
            let child = describe(&name, &entry)?;
            if child.metadata.is_dir() {
                directories += 1;
                open.push((child.name, child.path));
            } else {
                found.push(child);
            }
            if found.len() > bounds.entries || directories > bounds.entries {
                return Err(too_much(root, directory, bounds));
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn describe(directory: &str, entry: &fs::DirEntry) -> Result<Found, PackError> {
    let path = entry.path();
    let Some(name) = entry.file_name().to_str().map(str::to_owned) else {
        return Err(PackError::unusable(
            format!("the name of {} is not UTF-8", path.display()),
            "rename it",
        ));
    };
    // Of the link itself, where it is one.
    let metadata = entry
        .metadata()
        .map_err(|error| unreadable(&path, &error))?;
    if !(metadata.is_file() || metadata.is_dir() || metadata.is_symlink()) {
        return Err(PackError::unusable(
            format!("{} is neither a file nor a directory", path.display()),
            "remove it from the pack",
        ));
    }
    Ok(Found {
        name: format!("{directory}/{name}"),
        path,
        metadata,
    })
}

fn is_real_directory(path: &Path) -> Result<bool, PackError> {
    match path.symlink_metadata() {
        Ok(metadata) if metadata.is_dir() => Ok(true),
        Ok(metadata) => Err(PackError::unusable(
            format!(
                "{} is {}",
                path.display(),
                if metadata.is_symlink() {
                    "a symbolic link"
                } else {
                    "not a directory"
                }
            ),
            "make it a directory of the pack's own, or remove it",
        )),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(unreadable(path, &error)),
    }
}

/// Reads a file of the pack, links not followed.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, PackError> {
    match sys::fs::read_regular(path, FILE_LIMIT) {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => Err(unreadable(path, &"it is gone")),
        Err(error) => Err(unreadable(path, &error.source)),
    }
}

fn unreadable(path: &Path, reason: &dyn std::fmt::Display) -> PackError {
    PackError::unusable(
        format!("cannot read {}: {reason}", path.display()),
        "everything in it belongs to what the pack installs",
    )
}

fn too_much(root: &Path, directory: &str, bounds: Bounds) -> PackError {
    PackError::unusable(
        format!(
            "there is too much in {}: more than {} files or {} MiB",
            root.join(directory).display(),
            bounds.entries,
            bounds.bytes >> 20
        ),
        "keep large things elsewhere in the pack, or fetch them",
    )
}

/// As git sees it: the owner may execute it. Where there are no modes, nothing is executable.
fn is_executable(metadata: &Metadata) -> bool {
    sys::fs::mode(metadata).is_some_and(|mode| mode & 0o100 != 0)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn more_than_the_bounds_is_refused() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join(FILES);
        fs::create_dir_all(directory.join("empty/deep")).unwrap();
        for name in ["a", "b", "c"] {
            fs::write(directory.join(name), "12345").unwrap();
        }
        let count = |entries, bytes| {
            let digest = &mut |found: &Found, _| Ok(SurfacePart::text(found.name.as_str(), ""));
            parts_below(place.path(), FILES, Bounds { entries, bytes }, digest)
                .map(|parts| parts.len())
        };
        assert_eq!(count(3, 15), Ok(3));
        for (entries, bytes) in [(2, 15), (3, 14)] {
            let error = count(entries, bytes).unwrap_err().to_string();
            assert!(error.starts_with("there is too much in "), "{error}");
        }
    }
}
