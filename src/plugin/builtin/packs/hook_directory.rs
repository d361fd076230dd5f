//! Hooks where they run: what was approved, written out anew, so that what lies in the pack by
//! then does not matter.

use std::{
    io::Write,
    path::{Component, Path, PathBuf},
};

use tempfile::TempDir;

use super::{hook, tree};
use crate::model::surface::{PartContent, Surface, SurfacePart};
use crate::{
    plugin::error::PackError,
    sys::{self, reason::reason},
};

/// A directory for its owner only, which holds the hooks and what lies beside them under the same
/// names as in the pack. Gone when this is.
pub(super) struct HookDirectory(TempDir);

impl HookDirectory {
    /// Writes the hooks of a surface into a new directory in `scratch`. What the surface does not
    /// keep is read from the pack at `root` again.
    ///
    /// # Errors
    /// It cannot be written, or what was read again is not what was approved.
    pub(super) fn write(surface: &Surface, scratch: &Path, root: &Path) -> Result<Self, PackError> {
        sys::fs::create_dir_all(scratch).map_err(|error| unwritable(&error))?;
        let directory = tempfile::Builder::new()
            .prefix("hooks-")
            .tempdir_in(scratch)
            .map_err(|error| {
                unwritable(&format!(
                    "cannot make a directory in {}: {}",
                    scratch.display(),
                    reason(&error)
                ))
            })?;
        let written = Self(directory);
        let below = format!("{}/", hook::DIRECTORY);
        let parts = surface.parts.iter();
        for part in parts.filter(|part| part.name.starts_with(&below)) {
            written.write_part(part, root)?;
        }
        Ok(written)
    }

    /// Where a part of the surface lies.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write_part(&self, part: &SurfacePart, root: &Path) -> Result<(), PackError> {
        let is_plain = |component| matches!(component, Component::Normal(_));
        if !Path::new(&part.name).components().all(is_plain) {
            return Err(PackError::unusable(
                format!("what was approved names the file `{}`", part.name),
                "install the pack again",
            ));
        }
        let again;
        let bytes = match &part.content {
            PartContent::Text { text } => text.as_bytes(),
            PartContent::Digest { .. } => {
                again = read_again(part, root)?;
                &again
            }
        };
        let path = self.path(&part.name);
        let mode = if part.executable { 0o700 } else { 0o600 };
        put(&path, bytes, mode).map_err(|error| {
            unwritable(&format!(
                "cannot write {}: {}",
                path.display(),
                reason(&error)
            ))
        })
    }
}

fn put(path: &Path, bytes: &[u8], mode: u32) -> std::io::Result<()> {
    if let Some(parent) = path.parent() {
        let mut builder = sys::fs::private_directories();
        builder.recursive(true).create(parent)?;
    }
    // What was there before would be somebody else's: the directory is new.
    let mut file = sys::fs::make_file(path, mode)?;
    file.write_all(bytes)
}

/// Reads a file of which only the digest was kept.
fn read_again(part: &SurfacePart, root: &Path) -> Result<Vec<u8>, PackError> {
    let path = root.join(&part.name);
    let bytes = tree::read(&path)?;
    let found = SurfacePart::digest(part.name.as_str(), part.executable, &bytes);
    if found.content == part.content {
        return Ok(bytes);
    }
    Err(PackError::unusable(
        format!("{} is not what was approved any more", path.display()),
        "install the pack again, which asks for approval of what it is now",
    ))
}

fn unwritable(reason: &dyn std::fmt::Display) -> PackError {
    PackError::Hook {
        message: format!("the hooks cannot be laid out to run: {reason}"),
        hint: None,
    }
}
