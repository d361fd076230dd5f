//! What `--fix` does, as data, and doing it. All of it happens while the workspace is held. What is
//! done twice is as if it was done once; nothing that grex did not make is deleted.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    engine::{self, session::Session},
    model::path::PackPath,
    ops::error::{ErrorKind, OpError},
    store::{
        blocks,
        journal::Journal,
        layout,
        lockfile::{self, LockfileWriter},
        manifest, trash,
    },
    sys::{
        fs,
        lock::{self, Holder, Wait},
    },
};

/// What may be done about a finding.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Remedy {
    /// Moves the bad lines of the manifest aside.
    RejectLines,
    /// Clears what killed writers of the manifest have left.
    ClearManifest,
    /// Writes the lockfile as it should be, without these entries.
    RewriteLockfile {
        /// Ids of what is gone, shared by all findings about one of them.
        forget: Arc<[String]>,
    },
    /// Makes the block of a file hold these entries.
    Block(BlockRemedy),
    /// Goes through what interrupted runs have left, as the next run would.
    Recover,
    /// Empties the directory for what lives as long as a run.
    ClearScratch,
    /// Clears away the half-written copy of a file of ours.
    ClearTemporary(PathBuf),
    /// Moves something to the trash.
    PutAway(PathBuf),
    /// Deletes a directory of the trash.
    EmptyBin(PathBuf),
}

/// A block to be put right.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct BlockRemedy {
    /// The file.
    pub(super) file: PathBuf,
    /// What belongs into it.
    pub(super) entries: Vec<String>,
    /// Blocks with names are folded into it.
    pub(super) folds: bool,
    /// The pack whose file it is; the workspace's own where that is `None`.
    pub(super) pack_root: Option<PathBuf>,
}

impl Remedy {
    /// What to know once it is carried out.
    pub(super) fn done(&self) -> Option<String> {
        match self {
            Self::RejectLines => Some(String::from(
                "moved to grex.jsonl.rejected; mend it there and append it to grex.jsonl",
            )),
            _ => None,
        }
    }

    /// Does it.
    ///
    /// # Errors
    /// It could not be done; nothing is lost.
    pub(super) async fn carry_out(&self, session: &Session) -> Result<(), OpError> {
        let workspace = &session.workspace;
        match self {
            Self::RejectLines => {
                manifest::reject_bad_lines(workspace, &holder(session), wait(session, &mut quiet))
                    .await?;
            }
            Self::ClearManifest => {
                manifest::clear_leftovers(workspace, &holder(session), wait(session, &mut quiet))
                    .await?;
            }
            Self::RewriteLockfile { forget } => rewrite_lockfile(session, forget)?,
            Self::Block(remedy) => mend_block(session, remedy).await?,
            Self::Recover => recover(session).await?,
            Self::ClearScratch => fs::remove_tree(&workspace.scratch())?,
            Self::ClearTemporary(file) => fs::clear_temporary(file)?,
            Self::PutAway(path) => put_away(session, path)?,
            Self::EmptyBin(bin) => fs::remove_tree(bin)?,
        }
        Ok(())
    }
}

fn quiet(_: Option<&Holder>) {}

fn wait<'a>(
    session: &'a Session,
    on_wait: &'a mut (dyn FnMut(Option<&Holder>) + Send),
) -> Wait<'a> {
    Wait {
        timeout: session.settings.lock_timeout,
        on_wait,
        cancel: session.cancel.token(),
    }
}

pub(super) fn holder(session: &Session) -> Holder {
    Holder::this_process("doctor", session.clock.now_text())
}

/// Shortens the manifest, while its lock is held.
pub(super) async fn compact(session: &Session) -> Result<manifest::Compaction, OpError> {
    let now = session.clock.now_text();
    let holder = holder(session);
    let mut quiet = quiet;
    let wait = wait(session, &mut quiet);
    Ok(manifest::compact(&session.workspace, &now, &holder, wait).await?)
}

/// What was there is kept in the trash if any line of it cannot be read.
fn rewrite_lockfile(session: &Session, forget: &[String]) -> Result<(), OpError> {
    let workspace = &session.workspace;
    let (known, warnings) = lockfile::read(workspace)?;
    if !warnings.is_empty()
        && let Some(bytes) = lockfile::read_bytes(workspace)?
    {
        let now = session.clock.now();
        trash::keep_copy(workspace, &workspace.lockfile(), &bytes, now)?;
    }
    let mut writer = LockfileWriter::new(workspace, known);
    for id in forget {
        writer.forget(id);
    }
    writer.finish()?;
    Ok(())
}

async fn mend_block(session: &Session, remedy: &BlockRemedy) -> Result<(), OpError> {
    let BlockRemedy {
        file,
        entries,
        folds,
        pack_root,
    } = remedy;
    let mend = || blocks::mend(file, entries, *folds);
    match pack_root.as_deref().and_then(layout::pack_lock) {
        // Whoever works on the pack writes that file as well.
        Some(lock) => lock::try_hold(&lock, &holder(session), async { mend() }).await??,
        None => mend()?,
    };
    Ok(())
}

async fn recover(session: &Session) -> Result<(), OpError> {
    let seal = session.seal();
    let journal = Journal::open(&session.workspace, &seal)?;
    if !journal.unfinished().is_empty() {
        let git = session.git().await?;
        engine::recover::recover(session, git, &journal).await?;
    }
    engine::install::recover::recover(session, &journal, &seal)?;
    journal.durable()?;
    Ok(())
}

fn put_away(session: &Session, path: &Path) -> Result<(), OpError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // Names in the trash are those of packs, and none of them looks like a directory of grex.
    let name = PackPath::parse(name.trim_start_matches('.'))
        .map_err(|error| OpError::new(ErrorKind::Other, error.to_string()))?;
    trash::move_to_trash(&session.workspace, path, &name, session.clock.now())?;
    Ok(())
}
