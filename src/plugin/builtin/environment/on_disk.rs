//! Files that variables are set in, as they are on the disk.

use std::path::Path;

use crate::{
    model::block::{self, BlockError},
    plugin::{
        action::ActionCx,
        error::ActionError,
        foreseen::TEXT_LIMIT,
        open_block::{HeldLines, broken},
    },
    sys::{self, lock::LockError},
};

/// The mode of a new file, less the umask. Whatever that says, nobody else may write to it: shells
/// run what is in it.
pub(super) const MODE: u32 = 0o644;

/// What files are read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The host: while planning, as the plan will have left them.
    Host,
    /// The disk: every byte.
    Disk,
}

impl Source {
    /// Reads a file; `None` where there is none.
    pub(super) fn read(
        self,
        cx: &ActionCx<'_>,
        path: &Path,
    ) -> Result<Option<Vec<u8>>, ActionError> {
        match self {
            Self::Host => Ok(cx.host.text(path)?.map(String::into_bytes)),
            Self::Disk => read(path),
        }
    }
}

/// Reads a file from the disk; `None` where there is none.
pub(super) fn read(path: &Path) -> Result<Option<Vec<u8>>, ActionError> {
    sys::fs::read_regular(path, TEXT_LIMIT)
        .map_err(|error| ActionError::precondition(error.to_string()))
}

/// The error about a lock that was not had.
pub(super) fn lock_error(error: LockError) -> ActionError {
    match error {
        LockError::Cancelled { .. } => ActionError::Cancelled,
        error => ActionError::failed(error.to_string()),
    }
}

/// Removes what a killed process was about to replace the file with.
pub(super) async fn clear_temporary(cx: &ActionCx<'_>, path: &Path) -> Result<(), ActionError> {
    if sys::fs::temporary_of(path).symlink_metadata().is_err() {
        return Ok(());
    }
    // Under the lock it is not that of somebody who is at it now.
    let clear = async { sys::fs::clear_temporary(path) };
    let cleared = cx.scene.locks.holding(path, cx.scene.cancel, clear).await;
    Ok(cleared.map_err(lock_error)??)
}

/// All lines of a block on the disk, whatever the bytes around it are.
pub(super) fn all_lines(path: &Path, name: &str) -> Result<HeldLines, ActionError> {
    let bytes = read(path)?.unwrap_or_default();
    let found = block::find(&bytes, Some(name)).map_err(|error| broken(path, &error))?;
    let mut lines = found.map(|block| block.lines).unwrap_or_default();
    // As a plan has them, whoever has put them into another order.
    lines.sort_unstable();
    Ok(HeldLines {
        lines,
        has_crlf: bytes.contains(&b'\r') && bytes.windows(2).any(|pair| pair == b"\r\n"),
    })
}

/// Whether a text is nothing but blocks, and none of them is `own`.
pub(super) fn holds_only_blocks_of_others(bytes: &[u8], own: &str) -> Result<bool, BlockError> {
    let mut rest = bytes.to_vec();
    for block in block::foreign_blocks(bytes)? {
        if block.name.as_deref() == Some(own) {
            return Ok(false);
        }
        rest = block::replace(&rest, block.name.as_deref(), &[])?;
    }
    Ok(rest.is_empty() && !bytes.is_empty())
}
