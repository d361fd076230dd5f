//! A selection that matches nothing: an error that suggests what it may have meant.

use crate::{
    engine::select::Selection,
    model::{filter, lock::Lockfile},
    ops::error::{ErrorKind, OpError},
};

/// A selection that nothing matches.
pub(in crate::ops) fn nothing_matches(selection: &Selection, lockfile: &Lockfile) -> OpError {
    let ids: Vec<&str> = lockfile
        .entries
        .values()
        .map(|entry| entry.id.as_str())
        .collect();
    no_match(selection, &ids)
}

/// A selection that none of `ids` matches; the closest are suggested.
pub(in crate::ops) fn no_match(selection: &Selection, ids: &[&str]) -> OpError {
    let error = OpError::new(
        ErrorKind::Usage,
        format!("no pack matches {}", selection.asked().join(" or ")),
    );
    let mut closest: Vec<String> = Vec::new();
    for text in selection.wanted_texts() {
        for candidate in filter::closest(ids.iter().copied(), &text) {
            if !closest.contains(&candidate) {
                closest.push(candidate);
            }
        }
    }
    error.with_hint(did_you_mean(&closest))
}

/// The advice for who has named packs that are not there: those that come closest.
pub(in crate::ops) fn did_you_mean(closest: &[String]) -> String {
    match closest {
        [] => String::from("`grex ls` lists the packs"),
        closest => format!("did you mean {}?", closest.join(", ")),
    }
}
