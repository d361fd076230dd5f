//! `rm`: take packs out of the workspace. What lies on disk goes to the trash, whole; where that
//! would put work out of sight, it is refused.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::Serialize;

use crate::{
    engine::{
        install::teardown::TornDown,
        loss::{self, Work},
        node::{Found, Node, Root},
        outcome::{Change, PackFailure, PackOutcome, Verdict},
        session::Session,
        tree,
    },
    git::failure::FailureClass,
    model::{
        event::Event as ManifestEvent, filter, lock::LockEntry, manifest::Declaration,
        path::PackPath, url::PackUrl,
    },
    plugin::foreseen::Foretold,
    store::{lockfile::LockfileWriter, trash},
};

use super::{
    books::{self, Books},
    error::{ErrorKind, OpError},
    install::ActionLine,
    present::{self, FailureReport},
    run,
    teardown::{self, Teardowns},
};

/// What to take out.
#[derive(Debug, Default)]
pub struct RmRequest {
    /// The packs.
    pub packs: Vec<PackPath>,
    /// Leave the directories where they are.
    pub keep_files: bool,
    /// Do not take back what was installed.
    pub skip_teardown: bool,
    /// Move to the trash in spite of work that would be out of sight.
    pub force: bool,
}

/// What became of one pack.
#[derive(Debug, Clone, Serialize)]
pub struct RemovedPack {
    /// The pack.
    pub id: String,
    /// Whether it is registered no more.
    pub removed: bool,
    /// Whether its directory is gone from its place.
    pub files_deleted: bool,
    /// What became of what it had installed.
    pub teardown: Teardown,
    /// What was taken back of it and of the packs below it, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<ActionLine>,
    /// In a plan, the text files that would change, whole.
    #[serde(skip)]
    pub texts: Vec<(PathBuf, Foretold)>,
    /// Why something could not be taken back.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureReport>,
    /// Where its directory lies now.
    #[serde(serialize_with = "present::optional_path")]
    pub trash: Option<PathBuf>,
    /// The work that it had, when it was removed in spite of that.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub work: Vec<String>,
    /// Ignored files and directories that go along: the first of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<String>,
}

/// What became of what a pack had installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Teardown {
    /// There is nothing left of it.
    Ok,
    /// It was left.
    Skipped,
    /// Something of it could not be taken back, and the pack stays.
    Failed,
}

/// The exit code: that of what could not be taken back.
pub fn exit_code(removed: &[RemovedPack]) -> u8 {
    let failures = removed.iter().filter_map(|pack| pack.failure.as_ref());
    super::sync::exit_code_of(failures.map(|report| Some(&report.failure)))
}

/// A pack to be taken out, and the packs below it, deepest first.
struct Removal {
    declaration: Declaration,
    root: PathBuf,
    below: Vec<PackPath>,
    work: Work,
}

/// Takes packs out; with `dry_run`, says what that would be.
///
/// # Errors
/// Fails when a pack is not registered, and when there is work to lose: nothing is changed then.
pub async fn rm(session: &Arc<Session>, request: RmRequest) -> Result<Vec<RemovedPack>, OpError> {
    if session.settings.dry_run {
        return plan(session, &request).await;
    }
    run::holding_workspace(session, "rm", async { remove(session, &request).await }).await
}

async fn plan(session: &Arc<Session>, request: &RmRequest) -> Result<Vec<RemovedPack>, OpError> {
    let removals = assess(session, request).await?;
    let roots = books::read(session)?.roots;
    let teardowns = Teardowns::open(session, "rm")?;
    let mut packs = Vec::new();
    for removal in &removals {
        let mut pack = planned(removal, request);
        take_back(
            session,
            teardowns.as_ref(),
            &roots,
            removal,
            request,
            &mut pack,
        )
        .await;
        packs.push(pack);
    }
    Ok(packs)
}

async fn remove(session: &Arc<Session>, request: &RmRequest) -> Result<Vec<RemovedPack>, OpError> {
    let removals = assess(session, request).await?;
    let books = books::read(session)?;
    let mut writer = LockfileWriter::new(&session.workspace, books.lockfile.clone());
    let mut removed = Vec::new();
    let mut trouble = None;
    let teardowns = Teardowns::open(session, "rm")?;
    for removal in &removals {
        let mut pack = planned(removal, request);
        take_back(
            session,
            teardowns.as_ref(),
            &books.roots,
            removal,
            request,
            &mut pack,
        )
        .await;
        if pack.teardown == Teardown::Failed {
            removed.push(pack);
            continue;
        }
        match take_out(session, removal, pack).await {
            Ok(pack) => removed.push(pack),
            Err(error) => {
                trouble = Some(error);
                break;
            }
        }
        let own = &removal.declaration.path;
        let left = teardowns
            .as_ref()
            .map(|teardowns| teardowns.left_below(own, &removal.below));
        let left = left.unwrap_or_default();
        for path in removal.below.iter().chain([own]).chain(&left) {
            writer.forget(path.as_str());
        }
    }
    let gone: HashSet<_> = removed
        .iter()
        .filter(|pack| pack.removed)
        .map(|pack| pack.id.as_str())
        .collect();
    books::hide_packs(
        session,
        books::places(&books.roots).filter(|path| !gone.contains(path.as_str())),
    )?;
    writer.finish()?;
    trouble.map_or(Ok(removed), Err)
}

/// Moves one pack away, and then says so in the manifest: should that fail, the pack is declared
/// and missing, and the next `sync` brings it back.
async fn take_out(
    session: &Session,
    removal: &Removal,
    mut pack: RemovedPack,
) -> Result<RemovedPack, OpError> {
    if pack.files_deleted {
        let path = &removal.declaration.path;
        let now = session.clock.now();
        pack.trash = Some(trash::move_to_trash(
            &session.workspace,
            &removal.root,
            path,
            now,
        )?);
    }
    let now = session.clock.now_text();
    let event = ManifestEvent::rm(&now, &removal.declaration.id);
    books::append(session, "rm", &[event]).await?;
    Ok(pack)
}

fn planned(removal: &Removal, request: &RmRequest) -> RemovedPack {
    RemovedPack {
        id: removal.declaration.path.to_string(),
        removed: true,
        files_deleted: !request.keep_files && removal.root.symlink_metadata().is_ok(),
        teardown: if request.skip_teardown {
            Teardown::Skipped
        } else {
            Teardown::Ok
        },
        actions: Vec::new(),
        texts: Vec::new(),
        failure: None,
        trash: None,
        work: removal.work.to_lose.clone(),
        ignored: removal.work.ignored.clone(),
    }
}

/// Takes back what a pack and the packs below it have installed, or says what that would be. The
/// first that fails ends it; what was taken back is.
async fn take_back(
    session: &Session,
    teardowns: Option<&Teardowns>,
    roots: &[Found],
    removal: &Removal,
    request: &RmRequest,
    pack: &mut RemovedPack,
) {
    let Some(teardowns) = teardowns else { return };
    let own = &removal.declaration.path;
    let mut packs = removal.below.clone();
    packs.push(own.clone());
    packs.extend(teardowns.left_below(own, &packs));
    for path in teardown::in_order(session, roots.to_vec(), &packs) {
        let result = match session.workspace.pack_root(&path) {
            Err(error) => Err(PackFailure::new(FailureClass::Other, error.to_string())),
            Ok(_) if request.skip_teardown => match session.settings.dry_run {
                true => Ok(TornDown::default()),
                false => teardowns
                    .forget(session, &path)
                    .map(|()| TornDown::default()),
            },
            Ok(root) => teardowns.run(session, &path, &root).await,
        };
        match result {
            Ok(torn_down) => {
                let lines = torn_down.actions.into_iter().map(ActionLine::from);
                pack.actions.extend(lines);
                pack.texts.extend(torn_down.texts);
            }
            Err(failure) => {
                pack.teardown = Teardown::Failed;
                pack.removed = false;
                pack.files_deleted = false;
                let failure = match path == *own {
                    true => failure,
                    false => PackFailure {
                        message: format!("`{path}`: {}", failure.message),
                        ..failure
                    },
                };
                pack.failure = Some(FailureReport::from(failure));
                return;
            }
        }
    }
}

/// Finds the packs, and asks each of them, and each below them, for work to lose.
async fn assess(session: &Arc<Session>, request: &RmRequest) -> Result<Vec<Removal>, OpError> {
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
    for path in &request.packs {
        let declaration = registered(&books, &nodes, path)?;
        let root = session.workspace.pack_root(path)?;
        let mut below: Vec<_> = nodes
            .iter()
            .filter(|node| node.path != *path && node.path.starts_with(path))
            .map(|node| node.path.clone())
            .collect();
        below.sort();
        below.reverse();
        let work = match request.keep_files {
            true => Work::default(),
            false => work_of(session, path, &below, &beyond_git).await?,
        };
        removals.push(Removal {
            declaration,
            root,
            below,
            work,
        });
    }
    let refused: Vec<_> = removals
        .iter()
        .filter(|removal| !removal.work.to_lose.is_empty())
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
    let hint = match filter::closest(ids, path.as_str()).as_slice() {
        [] => String::from("`grex ls` lists the packs"),
        closest => format!("did you mean {}?", closest.join(", ")),
    };
    Err(error(format!("no pack `{path}` is registered")).with_hint(hint))
}

/// The work in a pack and in the packs below it, each line with the pack that it is about.
async fn work_of(
    session: &Session,
    path: &PackPath,
    below: &[PackPath],
    beyond_git: &HashSet<&PackPath>,
) -> Result<Work, OpError> {
    let mut places = HashSet::new();
    for child in below {
        places.insert(session.workspace.pack_root(child)?);
    }
    let mut work = Work::default();
    for pack in below.iter().chain([path]) {
        let root = session.workspace.pack_root(pack)?;
        if !root.exists() {
            continue;
        }
        let found = if beyond_git.contains(pack) {
            loss::work_beyond_git(&root)
        } else {
            loss::work_to_lose(session.git().await?, &root, &places, &session.cancel).await
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

fn refusal(refused: &[&Removal]) -> OpError {
    let lines: Vec<_> = refused
        .iter()
        .flat_map(|removal| removal.work.to_lose.iter())
        .map(|line| format!("\n  {line}"))
        .collect();
    let packs: Vec<_> = refused
        .iter()
        .map(|removal| removal.declaration.path.to_string())
        .collect();
    OpError::new(
        ErrorKind::Refused,
        format!("there is work to lose:{}", lines.concat()),
    )
    .with_hint("push or commit it, or move it to the trash all the same with --force")
    .about(packs.join(", "))
}

/// A pack that the lockfile knows as one to be looked at; `None` when its entry makes no sense.
pub(super) fn node_of(entry: &LockEntry) -> Option<Node> {
    let declaration = Declaration {
        id: entry.id.clone(),
        url: PackUrl::parse(&entry.url).ok()?,
        path: PackPath::parse(&entry.path).ok()?,
        pack_type: entry.pack_type.clone(),
        reference: entry.reference.clone(),
        extra: serde_json::Map::new(),
    };
    Root::new(None, PackUrl::local(Path::new("/")))
        .registered(&declaration)
        .ok()
}

/// What would be lost with `node`, which is at `root`. `others` are asked about on their own.
pub(super) async fn work_to_lose(
    session: &Session,
    node: &Node,
    root: &Path,
    others: &HashSet<PathBuf>,
) -> Result<Vec<String>, OpError> {
    if !session.registry.is_git(&node.url) {
        return Ok(loss::work_beyond_git(root).to_lose);
    }
    let git = session.git().await?;
    let work = loss::work_to_lose(git, root, others, &session.cancel).await;
    Ok(work.to_lose)
}

/// The outcome of a pack that nothing declares and that has work to lose.
pub(super) fn refuse_to_prune(node: &Node, work: &[String]) -> PackOutcome {
    let failure = PackFailure::new(
        FailureClass::Dirty,
        format!(
            "nothing declares it any more, but there is work to lose: {}",
            work.join("; ")
        ),
    )
    .with_hint("push or commit it, or move the directory away yourself")
    .as_refusal();
    PackOutcome::failed(&node.path, &node.url, failure)
}

/// Moves a pack that nothing declares, and that has no work to lose, to the trash.
pub(super) fn prune(session: &Session, node: &Node, root: &Path) -> Result<PackOutcome, OpError> {
    let kept = trash::move_to_trash(&session.workspace, root, &node.path, session.clock.now())?;
    Ok(PackOutcome {
        change: Change::Removed,
        message: Some(format!(
            "nothing declares it any more; moved to {}",
            kept.display()
        )),
        ..PackOutcome::unchanged(&node.path, &node.url, Verdict::Ok)
    })
}
