//! The packs that are meant, and whether a command can be run in them.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::report::{CANNOT_RUN, ExecutedPack};
use crate::{
    engine::{
        event::Event,
        node::Node,
        select::{Selection, SelfDescription},
        session::Session,
        side_by_side::side_by_side,
        tree,
    },
    git::checkout::{self, NotARepository},
    model::filter::PackFacts,
    ops::{advice, books, error::OpError, sync::no_match},
    sys::{fs, timings},
};

/// Where a command is run.
#[derive(Debug)]
pub(super) struct Place {
    /// The pack.
    pub(super) id: String,
    /// Its name.
    pub(super) name: String,
    /// Its directory, absolute.
    pub(super) root: PathBuf,
    /// The workspace's.
    pub(super) workspace: PathBuf,
}

/// The packs that are meant, sorted by id. A filter may want git to look at each: `at_once` of them
/// at the same time.
///
/// # Errors
/// The books cannot be read, git fails, or nothing matches.
pub(super) async fn selected(
    session: &Arc<Session>,
    selection: &Selection,
    at_once: usize,
) -> Result<Vec<Node>, OpError> {
    let roots = books::read_roots(session)?;
    let mut nodes = Vec::new();
    for found in tree::on_disk(session, roots) {
        match found {
            Ok(node) => nodes.push(node),
            Err(outcome) => {
                // The command may run in it all the same, but whoever it declares is not known.
                let why = outcome.failure.as_ref().map(|failure| &failure.message);
                let why = why.map(String::as_str).unwrap_or_default();
                let said = format!("{}: {why}", outcome.path);
                session.observer.observe(Event::Warning(&said));
            }
        }
    }
    nodes.sort_by(|a, b| a.path.as_str().cmp(b.path.as_str()));
    let ids: Vec<String> = nodes.iter().map(|node| node.path.to_string()).collect();
    let mut meant = match selection.filters.is_empty() {
        true => nodes,
        false => filtered(session, selection, nodes, at_once).await?,
    };
    meant.retain(|node| selection.names(node));
    meant.sort_by(|a, b| a.path.as_str().cmp(b.path.as_str()));
    if meant.is_empty() && !selection.is_everything() {
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        return Err(no_match(selection, &ids));
    }
    Ok(meant)
}

async fn filtered(
    session: &Arc<Session>,
    selection: &Selection,
    nodes: Vec<Node>,
    at_once: usize,
) -> Result<Vec<Node>, OpError> {
    let git = session.git().await?.clone();
    let mut meant = Vec::new();
    let start = |node: Node| {
        let (session, git) = (Arc::clone(session), git.clone());
        let selection = selection.clone();
        let permit = timings::permit(|| format!("{}: filter", node.path));
        permit.over(async move {
            let is_meant = match session.workspace.pack_root(&node.path) {
                Ok(root) => selection.selects(&session, &git, &node, &root).await?,
                // It cannot be looked at; that the command cannot be run there is said later.
                Err(_) => {
                    selection
                        .filters
                        .decide(&from_outside(&node), &|_| Some(false))
                        == Some(true)
                }
            };
            Ok::<_, OpError>(is_meant.then_some(node))
        })
    };
    side_by_side(nodes.into_iter(), at_once, start, |found| {
        meant.extend(found?);
        Ok::<_, OpError>(())
    })
    .await?;
    Ok(meant)
}

/// What is known of a pack without looking at it.
fn from_outside(node: &Node) -> PackFacts<'_> {
    PackFacts {
        name: Some(node.path.file_name()),
        path: node.path.as_str(),
        pack_type: node.observed_type.as_deref(),
        depth: node.depth,
        url: Some(node.declared.as_str()),
        resolved_url: Some(node.url.as_str()),
    }
}

/// The place of a pack, or why no command can be run there: a command that was meant for a
/// repository must not run where git would take the one above for it, nor outside of the workspace.
pub(super) fn place(session: &Session, node: &Node) -> Result<Place, Box<ExecutedPack>> {
    let id = node.path.as_str();
    let unable = |message: String, hint: &str| {
        Err(Box::new(ExecutedPack::unable(
            id, CANNOT_RUN, message, hint,
        )))
    };
    let root = match session.workspace.pack_root(&node.path) {
        Ok(root) => root,
        Err(error) => return unable(error.to_string(), ""),
    };
    if let Err((message, hint)) = check(session, node, &root) {
        return unable(message, &hint);
    }
    let name = SelfDescription::read(session, node, &root).name;
    Ok(Place {
        id: id.to_owned(),
        name,
        root,
        workspace: session.workspace.root().to_owned(),
    })
}

fn check(session: &Session, node: &Node, root: &Path) -> Result<(), (String, String)> {
    const MISSING: &str = "`grex sync` clones it; --filter '!state=missing' leaves it out";
    let missing = || {
        let message = String::from("it is not there, so the command was not run");
        Err((message, String::from(MISSING)))
    };
    if !session.registry.is_git(&node.url) {
        return match fs::is_vacant(root) {
            true => missing(),
            false if !root.is_dir() => {
                Err((format!("{} is no directory", root.display()), String::new()))
            }
            false => Ok(()),
        };
    }
    match checkout::own_git_dir(root) {
        Ok(_) => Ok(()),
        Err(NotARepository::Missing { .. }) if fs::is_vacant(root) => missing(),
        Err(error) => Err((
            format!("{error}, so the command was not run"),
            advice::of_no_repository(&error, &node.path),
        )),
    }
}
