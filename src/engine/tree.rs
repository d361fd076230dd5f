//! The tree of packs: what the manifest registers, and what is declared below it on disk.

use std::{collections::HashMap, path::Path};

use super::{
    node::{Found, Node, Root},
    outcome::{PackFailure, PackOutcome},
    session::Session,
};
use crate::{
    git::{
        checkout,
        config::{Remote, RepositoryConfig},
        failure::FailureClass,
    },
    model::{
        block,
        manifest::Manifest,
        pack::{PackSpec, Vocabulary},
        path::PackPath,
        url::PackUrl,
    },
    store::{layout::Workspace, pack_file},
    sys::fs,
};

/// What a pack says of itself and the packs that it declares.
pub struct Declared {
    /// Its own pack.yaml; `None` for a plain repository.
    pub spec: Option<PackSpec>,
    /// Its children, each a node or the reason why it is none.
    pub children: Vec<Found>,
}

/// Reads the pack.yaml of the pack at `root`.
///
/// # Errors
/// Fails when there is one and it cannot be used.
pub fn declared(
    vocabulary: &Vocabulary,
    node: &Node,
    root: &Path,
) -> Result<Declared, PackFailure> {
    let spec = pack_file::read(root, vocabulary)?;
    let children = match &spec {
        Some(spec) => node.children(spec)?,
        None => Vec::new(),
    };
    Ok(Declared { spec, children })
}

/// The lines that hide the children of a pack from its own git; none where it has no children.
pub fn hidden<'a>(
    owner: &PackPath,
    children: impl IntoIterator<Item = &'a PackPath>,
) -> Vec<String> {
    let mut lines: Vec<String> = children
        .into_iter()
        .filter_map(|child| child.relative_to(owner))
        .map(|inside| block::ignore_line(&inside))
        .collect();
    if !lines.is_empty() {
        lines.push(format!("{}*", fs::TEMPORARY_PREFIX));
    }
    lines
}

/// The packs that have no parent among the packs: those that the manifest registers and those
/// that the workspace's own pack.yaml declares. A pack that both know, from the same place and
/// with one ref at most, is one pack and counts as registered: the older tool wrote both.
///
/// # Errors
/// Fails when that pack.yaml cannot be used.
pub fn roots(
    workspace: &Workspace,
    vocabulary: &Vocabulary,
    manifest: &Manifest,
) -> Result<Vec<Found>, PackFailure> {
    let root = root_of(workspace);
    let mut nodes: Vec<_> = manifest
        .packs
        .values()
        .map(|declaration| root.registered(declaration))
        .collect();
    if let Some(spec) = pack_file::read(workspace.root(), vocabulary)? {
        let children = root.children(&spec)?;
        let registered: HashMap<PackPath, usize> = nodes
            .iter()
            .enumerate()
            .filter_map(|(index, node)| Some((node.as_ref().ok()?.path.clone(), index)))
            .collect();
        for child in children {
            let same = child.as_ref().ok().and_then(|child| {
                let index = *registered.get(&child.path)?;
                let known = nodes.get_mut(index)?.as_mut().ok()?;
                known.absorb(child).then_some(())
            });
            if same.is_none() {
                nodes.push(child);
            }
        }
    }
    Ok(nodes)
}

/// The workspace as the owner of packs.
pub fn root_of(workspace: &Workspace) -> Root {
    let origin = checkout::own_git_dir(workspace.root())
        .ok()
        .and_then(|git_dir| RepositoryConfig::read(git_dir.path()).ok())
        .and_then(|config| workspace_remote(&config)?.url)
        .and_then(|url| PackUrl::parse(&url).ok())
        .filter(|url| !url.is_relative());
    Root::new(origin, PackUrl::local(workspace.root()))
}

/// `origin`, or the one remote under another name (`clone.defaultRemoteName`).
fn workspace_remote(config: &RepositoryConfig) -> Option<Remote> {
    let mut remotes = config.remotes();
    match remotes.iter().position(|remote| remote.name == "origin") {
        Some(origin) => Some(remotes.swap_remove(origin)),
        None if remotes.len() == 1 => remotes.pop(),
        None => None,
    }
}

/// Every pack that is declared, as far as what is on disk tells: parents before their children.
/// A pack whose pack.yaml cannot be used is there with an outcome that says why beside it.
pub fn on_disk(session: &Session, roots: Vec<Found>) -> Vec<Found> {
    let mut found = Vec::new();
    let mut open: Vec<_> = roots.into_iter().rev().collect();
    while let Some(next) = open.pop() {
        let node = match next {
            Ok(node) => node,
            Err(outcome) => {
                found.push(Err(outcome));
                continue;
            }
        };
        match children(session, &node) {
            Ok(children) => open.extend(children.into_iter().rev()),
            Err(failure) => {
                let outcome = PackOutcome::failed(&node.path, &node.url, failure);
                found.push(Err(Box::new(outcome)));
            }
        }
        found.push(Ok(node));
    }
    found
}

fn children(session: &Session, node: &Node) -> Result<Vec<Found>, PackFailure> {
    let root = session
        .workspace
        .pack_root(&node.path)
        .map_err(|error| PackFailure::new(FailureClass::Other, error.to_string()))?;
    Ok(declared(&session.vocabulary, node, &root)?.children)
}
