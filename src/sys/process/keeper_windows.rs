//! There is no keeper on Windows: clients there end the tree of processes of a server themselves
//! (`taskkill /T`), and a process outlives its parent only until it notices that its pipes have no
//! other end.

use super::spawn::Leader;

/// Nothing to be done.
///
/// # Errors
/// Never fails.
pub fn keep_watch() -> std::io::Result<()> {
    Ok(())
}

pub(super) struct Kept;

pub(super) fn watch(_leader: Option<Leader>) -> Kept {
    Kept
}

impl Kept {
    pub(super) fn leader_has_ended(&mut self) {}
}
