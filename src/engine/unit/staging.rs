//! How a pack that is not there yet comes to its place: made beside it under a name of its own,
//! announced in the journal, and renamed into place by a rename that cannot replace anything.

use std::{
    path::{Path, PathBuf},
    sync::atomic::{AtomicU32, Ordering},
};

use super::{Stop, UnitContext};
use crate::{
    engine::{node::Node, outcome::PackFailure},
    git::failure::FailureClass,
    store::StoreError,
    sys::fs,
};

/// A pack on the way to its place.
pub(super) struct Staging<'a> {
    cx: &'a UnitContext,
    node: &'a Node,
    root: &'a Path,
    temporary: PathBuf,
    /// Directories above the place that were made for it, outermost first.
    made: Vec<PathBuf>,
}

impl<'a> Staging<'a> {
    /// Announces that `node` is about to be made, and makes room for it beside `root`, its place.
    pub(super) fn begin(
        cx: &'a UnitContext,
        node: &'a Node,
        root: &'a Path,
    ) -> Result<Self, PackFailure> {
        let parent = root.parent().unwrap_or(root);
        let io = |error: fs::FileError| PackFailure::new(FailureClass::Disk, error.to_string());
        let made = fs::create_dir_all(parent).map_err(io)?;
        let name = temporary_name();
        let announced = cx
            .journal
            .begin_clone(node.path.as_str(), &node.path, &name);
        if let Err(error) = announced {
            fs::remove_empty(&made);
            return Err(unrecorded(error));
        }
        Ok(Self {
            temporary: parent.join(name),
            cx,
            node,
            root,
            made,
        })
    }

    /// Where the pack is to be made. Nothing is there.
    pub(super) fn path(&self) -> &Path {
        &self.temporary
    }

    /// Moves what was made to its place, and says so in the journal. An empty directory makes room;
    /// anything else stays, and is looked at again.
    pub(super) fn put_in_place(&self) -> Result<(), Stop> {
        // The way to the place may have changed meanwhile.
        self.cx.place_of(self.node)?;
        fs::remove_empty(&[self.root.to_owned()]);
        fs::rename_noreplace(&self.temporary, self.root).map_err(|error| {
            match error.is_occupied() {
                true => Stop::Deferred(String::from("another clone, which was faster")),
                false => PackFailure::new(FailureClass::Disk, error.to_string()).into(),
            }
        })?;
        Ok(self.tick_off()?)
    }

    /// Ends with `result`. When that is a failure, what this run made is cleared away: the pack
    /// under its unique name, and directories left empty.
    pub(super) fn end<T>(self, result: Result<T, Stop>) -> Result<T, Stop> {
        if result.is_err() {
            if fs::remove_tree(&self.temporary).is_ok() {
                self.tick_off()?;
            }
            fs::remove_empty(&self.made);
        }
        result
    }

    fn tick_off(&self) -> Result<(), PackFailure> {
        let name = self.temporary.file_name().unwrap_or_default();
        self.cx
            .journal
            .end_clone(&name.to_string_lossy())
            .map_err(unrecorded)
    }
}

fn unrecorded(error: StoreError) -> PackFailure {
    PackFailure::new(FailureClass::Disk, error.to_string())
}

/// `.grex-tmp.` and what no other clone has: the process, the moment, a count.
fn temporary_name() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let moment = std::time::UNIX_EPOCH
        .elapsed()
        .unwrap_or_default()
        .as_nanos();
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let process = std::process::id();
    format!("{}{process:x}-{moment:x}-{count:x}", fs::TEMPORARY_PREFIX)
}
