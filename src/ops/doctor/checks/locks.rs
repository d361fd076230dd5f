//! This machine's own directory and the locks in it. A lock file that a grex has left locks nothing
//! and is no finding: only one that nobody can lock is.

use crate::{
    ops::doctor::{observed::Observed, report::Finding},
    store::layout,
    sys::lock,
};

pub(super) const NAME: &str = "lock";

pub(super) fn check(observed: &Observed) -> Vec<Finding> {
    let workspace = &observed.session.workspace;
    if let Err(error) = workspace.check_state() {
        let fix = "move it away; grex makes its own directory when it is next needed";
        return vec![Finding::error(NAME, error.to_string(), fix)];
    }
    let own = [workspace.workspace_lock(), workspace.manifest_lock()];
    let own = own.into_iter().map(|lock| (None, lock));
    let declared = observed.declared.iter();
    let seen = declared.flat_map(|declared| &declared.repositories);
    let packs = seen.filter_map(|(path, seen)| Some((Some(path), layout::pack_lock(&seen.root)?)));
    let unusable = own.chain(packs).filter_map(|(pack, lock)| {
        let error = lock::look(&lock).err()?;
        let fix = "make it a file that you may write, or move it away; grex makes it anew";
        let finding = Finding::error(NAME, error.to_string(), fix);
        Some(match pack {
            Some(pack) => finding.about(pack),
            None => finding,
        })
    });
    unusable.collect()
}
