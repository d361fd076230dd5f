//! Packs that wait for a child: children come first.

use std::collections::HashSet;

use crate::engine::install::candidate::{Candidate, Candidates, Reason};

use super::PackInstall;

/// Takes out the packs that were never installed and of which a child could not be had, and says
/// so of each. One that is installed already has had its children once.
pub(super) fn take_out(
    candidates: &mut Candidates,
    unusable: &HashSet<String>,
) -> Vec<PackInstall> {
    let mut lacking = Vec::new();
    candidates.packs.retain(|candidate| {
        let Some(child) = missing_child(candidate, unusable) else {
            return true;
        };
        let why = format!("not installed: its child `{child}` is not there as declared");
        let id = &candidate.identity.id;
        lacking.push(PackInstall::skipped(id, candidate.reason, &why));
        false
    });
    lacking
}

fn missing_child(candidate: &Candidate, unusable: &HashSet<String>) -> Option<String> {
    if candidate.reason != Reason::New || unusable.is_empty() {
        return None;
    }
    let owner = candidate.identity.id.as_str();
    let children = candidate.pack.spec.children.iter();
    children
        .map(|child| match owner {
            "." => child.path.to_string(),
            owner => format!("{owner}/{}", child.path),
        })
        .find(|child| unusable.contains(child))
}
