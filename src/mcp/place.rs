//! Where an agent may point: into the workspace.

use std::path::{Path, PathBuf};

use crate::{
    model::path::PackPath,
    ops::{error::OpError, typed::usage},
    store::layout::Workspace,
    sys::{fs, reason::reason},
};

/// Returns a file that lies in the workspace, links followed.
///
/// # Errors
/// Fails when it is not there, or lies elsewhere.
pub(super) fn file(workspace: &Workspace, text: &str) -> Result<PathBuf, OpError> {
    let root = workspace.root();
    let outside = || {
        usage(format!("`{text}` is not in the workspace"))
            .with_hint("a path starts from the workspace's directory and does not leave it")
    };
    let path = Path::new(text);
    let joined = root.join(path);
    let real = fs::canonicalize(&joined)
        .map_err(|error| usage(format!("cannot read `{text}`: {}", reason(&error))))?;
    real.starts_with(root).then_some(real).ok_or_else(outside)
}

/// Checks that a pack's place lies in the workspace, links followed.
///
/// # Errors
/// Fails when a link on the way leads out of it.
pub(super) fn pack(workspace: &Workspace, path: &PackPath) -> Result<(), OpError> {
    workspace.pack_root(path)?;
    Ok(())
}
