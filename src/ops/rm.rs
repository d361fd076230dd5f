//! `rm`: take packs out of the workspace. What lies on disk goes to the trash, whole; where that
//! would put work out of sight, it is refused.

use std::{collections::HashSet, path::PathBuf, sync::Arc};

use schemars::JsonSchema;
use serde::Serialize;

use self::assess::{Removal, assess};
use super::{
    books,
    error::OpError,
    install::ActionLine,
    present::{self, FailureReport},
    run,
    teardown::{self, Teardowns},
};
use crate::{
    engine::{install::teardown::TornDown, node::Found, outcome::PackFailure, session::Session},
    git::failure::FailureClass,
    model::{event::Event as ManifestEvent, path::PackPath},
    plugin::foreseen::Foretold,
    store::{lockfile::LockfileWriter, trash},
};

mod assess;

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
#[derive(Debug, Clone, Serialize, JsonSchema)]
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
    #[schemars(with = "Option<String>")]
    pub trash: Option<PathBuf>,
    /// The work that it had, when it was removed in spite of that.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub work: Vec<String>,
    /// Ignored files and directories that go along: the first of them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignored: Vec<String>,
}

/// What became of what a pack had installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
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
    packs.sort_by(|a, b| a.id.cmp(&b.id));
    Ok(packs)
}

async fn remove(session: &Arc<Session>, request: &RmRequest) -> Result<Vec<RemovedPack>, OpError> {
    // What a killed git has half written is nobody's work.
    run::recover(session).await?;
    let removals = assess(session, request).await?;
    let books = books::read(session)?;
    let mut writer = LockfileWriter::new(&session.workspace, books.lockfile.clone());
    let mut removed = Vec::new();
    let mut trouble = None;
    let teardowns = Teardowns::open(session, "rm")?;
    for removal in &removals {
        let pack = remove_one(session, teardowns.as_ref(), &books.roots, removal, request);
        match pack.await {
            Ok(pack) if pack.teardown == Teardown::Failed => {
                removed.push(pack);
                continue;
            }
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
    removed.sort_by(|a, b| a.id.cmp(&b.id));
    trouble.map_or(Ok(removed), Err)
}

/// Takes one pack out while nobody else is at work in it. What was found in it before may be of
/// the past: the packs before it may have taken a while, and so may whoever was at work.
async fn remove_one(
    session: &Session,
    teardowns: Option<&Teardowns>,
    roots: &[Found],
    removal: &Removal,
    request: &RmRequest,
) -> Result<RemovedPack, OpError> {
    let look = async {
        let mut pack = planned(removal, request);
        if pack.files_deleted && !request.force {
            removal.ensure_no_work(session).await?;
        }
        take_back(session, teardowns, roots, removal, request, &mut pack).await;
        Ok(pack)
    };
    let go = async |pack: RemovedPack| match pack.teardown {
        Teardown::Failed => Ok(pack),
        _ => take_out(session, removal, pack).await,
    };
    if request.keep_files {
        return go(look.await?).await;
    }
    let places: Vec<_> = removal.places.iter().map(PathBuf::as_path).collect();
    run::holding_packs(session, "rm", &places, look, go).await
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
