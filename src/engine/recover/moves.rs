//! Checkouts that were on the way from one commit to another when everything was killed.
//!
//! Git had its index locked, and files of the new commit lie among those of the old one, the last
//! of them half written. To git that is somebody's work, which it will not overwrite. The journal
//! knows better: what has the content of the new commit, or a beginning of it, was written by that
//! git, and goes back to what the index says. Everything else stays, and is the user's.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use super::holding;
use crate::{
    engine::session::Session,
    git::{
        checkout::{self, STALE_LOCKS},
        refs::ObjectId,
        repository::{Changed, Repository},
        run::{Git, GitError, Watch},
        view::View,
    },
    store::journal::{Journal, UnfinishedMove},
    sys::{fs::remove_below, process},
};

/// How long a git may take to end whose grex was killed.
const LEFT_BEHIND: Duration = Duration::from_secs(10);

/// How often it is looked for meanwhile.
const GLANCE: Duration = Duration::from_millis(50);

/// Takes all moves back that were announced and are not known to have been made as a whole.
///
/// # Errors
/// Fails when git cannot be started.
pub(super) async fn recover(
    session: &Session,
    git: &Git,
    journal: &Journal,
) -> Result<(), GitError> {
    for unfinished in journal.unfinished_moves() {
        let Ok(root) = session.workspace.pack_root(&unfinished.path) else {
            continue;
        };
        let work = take_back(session, git, &unfinished, &root);
        let is_settled = holding(session, &root, work).await.transpose()?;
        if is_settled == Some(true) {
            // Should this fail, the next run looks once more, and that is all.
            drop(journal.end_move(&unfinished.id));
        }
    }
    Ok(())
}

/// Returns whether there is nothing left to be done.
pub(super) async fn take_back(
    session: &Session,
    git: &Git,
    unfinished: &UnfinishedMove,
    root: &Path,
) -> Result<bool, GitError> {
    let Ok(git_dir) = checkout::own_git_dir(root) else {
        return Ok(true);
    };
    // Where the system does not tell, nothing is done, and git's lock speaks for itself.
    let place = root.canonicalize().unwrap_or_else(|_| root.to_owned());
    if !is_left_alone(session, &place).await {
        warn(session, unfinished, "a git may still be at work there");
        return Ok(false);
    }
    remove_locks(git_dir.path());
    let repository = git.repository(root);
    match settle(session, &repository, git_dir.path(), unfinished).await {
        Err(GitError::Failed(failure)) => {
            warn(session, unfinished, &failure.essence);
            Ok(true)
        }
        Err(GitError::Unexpected { detail, .. }) => {
            warn(session, unfinished, &detail);
            Ok(true)
        }
        result => result.map(|()| true),
    }
}

/// Waits for the end of a git that a killed run has left behind. Returns whether none is at work there.
async fn is_left_alone(session: &Session, place: &Path) -> bool {
    let deadline = Instant::now() + LEFT_BEHIND;
    loop {
        let is_at_work = process::is_at_work("git", place);
        if is_at_work != Some(true) || Instant::now() >= deadline || session.cancel.is_stopped() {
            return is_at_work == Some(false);
        }
        tokio::select! {
            () = tokio::time::sleep(GLANCE) => {}
            () = session.cancel.stopped() => {}
        }
    }
}

fn warn(session: &Session, unfinished: &UnfinishedMove, why: &str) {
    session.warn(&format!(
        "`{}` was left half-way to another commit by an interrupted run: {why}",
        unfinished.path
    ));
}

/// Removes the locks that a git which moved the checkout has left. None was there before it, or it
/// would not have begun.
fn remove_locks(git_dir: &Path) {
    for name in STALE_LOCKS {
        drop(fs::remove_file(git_dir.join(name)));
    }
    remove_locks_of_branches(&git_dir.join("refs/heads"));
}

fn remove_locks_of_branches(directory: &Path) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => remove_locks_of_branches(&path),
            // No branch can have such a name.
            Ok(kind) if kind.is_file() && path.extension().is_some_and(|end| end == "lock") => {
                drop(fs::remove_file(&path));
            }
            _ => {}
        }
    }
}

async fn settle(
    session: &Session,
    repository: &Repository<'_>,
    git_dir: &Path,
    unfinished: &UnfinishedMove,
) -> Result<(), GitError> {
    let cancel = &session.cancel;
    let from = unfinished.from.as_deref().map(ObjectId::parse).transpose();
    let (Ok(from), Ok(to)) = (from, ObjectId::parse(&unfinished.to)) else {
        return Ok(());
    };
    let changed = repository.changed_files(from.as_ref(), &to, cancel).await?;
    let root = repository.root();
    for path in written_by_git(repository, &changed, (from.is_some(), &to), session).await? {
        drop(remove_below(root, &path));
    }
    let paths: Vec<_> = changed.into_iter().map(|one| one.path).collect();
    let mut watch = Watch::quiet(cancel);
    repository.restore_missing(&paths, &mut watch).await?;
    // Killed between the index and the branch: the index alone has moved.
    let head = View::of(repository, git_dir, cancel).await?.head_commit()?;
    match (from, head) {
        (Some(from), Some(head))
            if head == from && from != to && repository.is_staged(&to, cancel).await? =>
        {
            repository.move_index(&to, &from, &mut watch).await
        }
        _ => Ok(()),
    }
}

/// The files in the work tree whose content is that of the new commit, or a beginning of it.
async fn written_by_git(
    repository: &Repository<'_>,
    changed: &[Changed],
    (has_before, to): (bool, &ObjectId),
    session: &Session,
) -> Result<Vec<std::path::PathBuf>, GitError> {
    let root = repository.root();
    let is_file = |one: &&Changed| {
        let metadata = root.join(&one.path).symlink_metadata();
        one.after.is_some() && metadata.is_ok_and(|metadata| metadata.is_file())
    };
    let there: Vec<_> = changed.iter().filter(is_file).collect();
    let paths: Vec<_> = there.iter().map(|one| one.path.clone()).collect();
    let blobs = repository.blobs_of(&paths, &session.cancel).await?;
    let mut written = Vec::new();
    for (one, blob) in there.into_iter().zip(blobs) {
        let is_whole = one.after.as_ref() == Some(&blob);
        // In a work tree that was empty, what is whole is as it should be.
        let is_early = is_whole && has_before;
        if is_early || (!is_whole && begins(repository, &one.path, to, session).await?) {
            written.push(one.path.clone());
        }
    }
    Ok(written)
}

/// Says whether the file is a beginning of what the commit has.
async fn begins(
    repository: &Repository<'_>,
    path: &Path,
    to: &ObjectId,
    session: &Session,
) -> Result<bool, GitError> {
    let Ok(is) = fs::read(repository.root().join(path)) else {
        return Ok(false);
    };
    if is.is_empty() {
        return Ok(true);
    }
    let whole = repository.file_of(to, path, &session.cancel).await?;
    Ok(whole.starts_with(&is))
}
