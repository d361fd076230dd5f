//! Whether what lies in the place of a pack that is no git work tree is that pack.

use std::path::Path;

use super::{node::Node, outcome::PackFailure};
use crate::{git::failure::FailureClass, store::origin};

/// Why a pack without a commit cannot be held to the lockfile.
pub fn without_commit(node: &Node) -> PackFailure {
    PackFailure::new(
        FailureClass::Other,
        format!(
            "what `{}` URLs bring has no commit that the lockfile could hold it to",
            node.url.scheme_name()
        ),
    )
    .with_hint(format!(
        "leave it out of a run with --locked: --filter '!path={}'",
        node.path
    ))
}

/// Passes only what grex put at `root` itself, from the very URL of `node`: nothing else is handed
/// to a fetcher.
///
/// # Errors
/// What is there instead, and what to do about it.
pub fn check(node: &Node, root: &Path) -> Result<(), PackFailure> {
    let refuse = |message: String| {
        let place = root.display();
        PackFailure::new(FailureClass::Other, message)
            .with_hint(format!("move {place} away, or declare another path"))
    };
    if !root.is_dir() {
        let message = "something that is no directory is in its place";
        return Err(refuse(message.to_owned()));
    }
    match origin::read(root) {
        Some(origin) if origin.identity() == node.url.identity() => Ok(()),
        Some(origin) => Err(refuse(format!(
            "what is there comes from {origin}, and {} is declared",
            node.url
        ))),
        None => Err(refuse(format!(
            "a directory that was not fetched from a `{}` URL is in its place",
            node.url.scheme_name()
        ))),
    }
}
