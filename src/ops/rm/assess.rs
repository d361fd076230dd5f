//! What is to be taken out, and the work that would go with it.

use std::{collections::HashSet, path::PathBuf, sync::Arc};

use super::RmRequest;
use crate::{
    engine::{
        loss::{self, Work},
        node::Node,
        session::Session,
        tree,
    },
    model::{filter, manifest::Declaration, path::PackPath},
    ops::{
        books::{self, Books},
        error::{ErrorKind, OpError},
        sync::did_you_mean,
        teardown,
    },
};

/// A pack to be taken out, and the packs below it, deepest first.
pub(super) struct Removal {
    pub(super) declaration: Declaration,
    pub(super) root: PathBuf,
    pub(super) below: Vec<PackPath>,
    /// Where the packs below are, and then the pack itself.
    pub(super) places: Vec<PathBuf>,
    /// Those of them that are no git work trees.
    beyond_git: HashSet<PackPath>,
    pub(super) work: Work,
}

impl Removal {
    /// Asks again for work to lose, which may have come about since.
    pub(super) async fn ensure_no_work(&self, session: &Session) -> Result<(), OpError> {
        let work = self.find_work(session).await?;
        match work.to_lose.is_empty() {
            true => Ok(()),
            false => Err(refusal(&[(&self.declaration.path, &work)])),
        }
    }

    /// The work in the pack and in the packs below it, each line with the pack that it is about.
    async fn find_work(&self, session: &Session) -> Result<Work, OpError> {
        let own = &self.declaration.path;
        let below = self.places.iter().filter(|place| **place != self.root);
        let below: HashSet<PathBuf> = below.cloned().collect();
        let mut work = Work::default();
        for (pack, root) in self.below.iter().chain([own]).zip(&self.places) {
            if !root.exists() {
                continue;
            }
            let found = if self.beyond_git.contains(pack) {
                loss::work_beyond_git(root)
            } else {
                loss::work_to_lose(session.git().await?, root, &below, &session.cancel).await
            };
            let lines = found
                .to_lose
                .into_iter()
                .map(|line| format!("{pack}: {line}"));
            work.to_lose.extend(lines);
            let paths = found
                .ignored
                .into_iter()
                .map(|inside| format!("{pack}/{inside}"));
            work.ignored.extend(paths);
        }
        Ok(work)
    }
}

/// Finds the packs, and asks each of them, and each below them, for work to lose.
pub(super) async fn assess(
    session: &Arc<Session>,
    request: &RmRequest,
) -> Result<Vec<Removal>, OpError> {
    let books = books::read(session)?;
    let nodes: Vec<Node> = tree::on_disk(session, books.roots.clone())
        .into_iter()
        .flatten()
        .collect();
    let beyond_git: HashSet<&PackPath> = nodes
        .iter()
        .filter(|node| !session.registry.is_git(&node.url))
        .map(|node| &node.path)
        .collect();
    let mut removals = Vec::new();
    // What a pack depends on outlives it.
    let packs = teardown::in_order(session, books.roots.clone(), &request.packs);
    for path in &packs {
        let declaration = registered(&books, &nodes, path)?;
        let root = session.workspace.pack_root(path)?;
        let mut below: Vec<_> = nodes
            .iter()
            .filter(|node| node.path != *path && node.path.starts_with(path))
            .map(|node| node.path.clone())
            .collect();
        below.sort();
        below.reverse();
        let mut places = Vec::new();
        for pack in below.iter().chain([path]) {
            places.push(session.workspace.pack_root(pack)?);
        }
        let others = below.iter().chain([path]);
        let others = others.filter(|pack| beyond_git.contains(pack)).cloned();
        let mut removal = Removal {
            declaration,
            root,
            beyond_git: others.collect(),
            below,
            places,
            work: Work::default(),
        };
        if !request.keep_files {
            removal.work = removal.find_work(session).await?;
        }
        removals.push(removal);
    }
    let refused: Vec<_> = removals
        .iter()
        .filter(|removal| !removal.work.to_lose.is_empty())
        .map(|removal| (&removal.declaration.path, &removal.work))
        .collect();
    if !refused.is_empty() && !request.force {
        return Err(refusal(&refused));
    }
    Ok(removals)
}

fn registered(books: &Books, nodes: &[Node], path: &PackPath) -> Result<Declaration, OpError> {
    if let Some(declaration) = books
        .manifest
        .packs
        .values()
        .find(|live| live.path == *path)
    {
        return Ok(declaration.clone());
    }
    let error = |message: String| OpError::new(ErrorKind::Usage, message).about(path);
    if let Some(owner) = nodes
        .iter()
        .find(|node| node.path == *path)
        .and_then(|node| node.parent.as_ref())
    {
        return Err(error(format!(
            "`{path}` is not registered here: pack `{owner}` declares it"
        ))
        .with_hint(format!(
            "take it out of the .grex/pack.yaml of `{owner}`, then `grex sync --prune`"
        )));
    }
    let ids = books.manifest.packs.values().map(|live| live.path.as_str());
    let hint = did_you_mean(&filter::closest(ids, path.as_str()));
    Err(error(format!("no pack `{path}` is registered")).with_hint(hint))
}

fn refusal(refused: &[(&PackPath, &Work)]) -> OpError {
    let lines: Vec<_> = refused
        .iter()
        .flat_map(|(_, work)| work.to_lose.iter())
        .map(|line| format!("\n  {line}"))
        .collect();
    let packs: Vec<_> = refused.iter().map(|(pack, _)| pack.to_string()).collect();
    OpError::new(
        ErrorKind::Refused,
        format!("there is work to lose:{}", lines.concat()),
    )
    .with_hint("push or commit it, or move it to the trash all the same with --force")
    .about(packs.join(", "))
}
