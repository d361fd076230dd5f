//! The packs that a pack declares, and the block that hides them from its own git.

use std::path::Path;

use super::UnitContext;
use crate::{
    engine::{
        node::{Found, Node},
        outcome::PackFailure,
        tree,
    },
    git::failure::FailureClass,
    store::blocks,
};

/// A pack's own word on its type, where it has one, and the packs that it declares.
pub(super) type Declared = (Option<String>, Vec<Found>);

/// Reads the pack.yaml of the pack at `root`, and hides its children from it.
pub(super) fn declared(
    cx: &UnitContext,
    node: &Node,
    root: &Path,
) -> Result<Declared, PackFailure> {
    let declared = tree::declared(&cx.session.vocabulary, node, root)?;
    let own_type = declared.spec.map(|spec| spec.pack_type);
    if !cx.options.recursive {
        return Ok((own_type, Vec::new()));
    }
    // Only git has to be told what is not the pack's own.
    if cx.session.registry.is_git(&node.url) {
        hide(root, node, &declared.children)?;
    }
    Ok((own_type, declared.children))
}

/// Lists the children in `.git/info/exclude`, so that a checkout of somebody else's pack stays
/// clean; before any of them is cloned.
fn hide(root: &Path, node: &Node, children: &[Found]) -> Result<(), PackFailure> {
    let exclude = root.join(".git/info/exclude");
    let lines = tree::hidden(
        &node.path,
        children.iter().flatten().map(|child| &child.path),
    );
    if lines.is_empty() && !exclude.exists() {
        return Ok(());
    }
    blocks::ensure(&exclude, None, &lines)
        .map_err(|error| PackFailure::new(FailureClass::Other, error.to_string()))?;
    Ok(())
}
