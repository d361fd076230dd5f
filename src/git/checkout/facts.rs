//! Single facts about a repository.

use std::path::Path;
use std::time::{Duration, SystemTime};

/// A 256th of git's `gc.auto` (6700), rounded up: git counts one of 256 directories.
const LOOSE_LIMIT: usize = 27;
/// Git's `gc.autoPackLimit`.
const PACK_LIMIT: usize = 50;

/// The locks in a `.git` directory that a git holds which moves the checkout, branches' own aside.
pub const STALE_LOCKS: [&str; 3] = ["index.lock", "HEAD.lock", "ORIG_HEAD.lock"];

/// How long `index.lock` has existed at `now`; `None` where there is none. Git holds it for
/// moments, so that an old one was left by a git that died.
#[must_use]
pub fn index_lock_age(git_dir: &Path, now: SystemTime) -> Option<Duration> {
    let metadata = git_dir.join("index.lock").symlink_metadata().ok()?;
    let made = metadata.modified().unwrap_or(now);
    Some(now.duration_since(made).unwrap_or_default())
}

/// The other locks that git may leave beside that on the index, with how long each has existed at
/// `now`. Locks on single refs, which nothing but a change of that ref meets, are not among them.
#[must_use]
pub fn other_locks(git_dir: &Path, now: SystemTime) -> Vec<(&'static str, Duration)> {
    const NAMES: [&str; 4] = [
        "HEAD.lock",
        "config.lock",
        "packed-refs.lock",
        "shallow.lock",
    ];
    let age = |name: &&'static str| {
        let metadata = git_dir.join(name).symlink_metadata().ok()?;
        let made = metadata.modified().unwrap_or(now);
        Some((*name, now.duration_since(made).unwrap_or_default()))
    };
    NAMES.iter().filter_map(age).collect()
}

/// Whether the history is cut off. (An empty `shallow` file, as git may leave, cuts nothing.)
#[must_use]
pub fn is_shallow(git_dir: &Path) -> bool {
    git_dir
        .join("shallow")
        .metadata()
        .is_ok_and(|metadata| metadata.len() > 0)
}

/// The names under which linked worktrees are registered, in order; a worktree whose directory
/// was removed stays registered until `git worktree prune`.
pub fn linked_worktrees(git_dir: &Path) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    let entries = match std::fs::read_dir(git_dir.join("worktrees")) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(names),
        Err(error) => return Err(error),
    };
    for entry in entries {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Whether there is a stash, or may be one. Its ref is not packed unless a person does it, and its
/// log stays a file then: where either exists, the answer is yes. With reftable the files cannot
/// tell, and the answer is yes.
#[must_use]
pub fn has_stash(git_dir: &Path) -> bool {
    ["refs/stash", "logs/refs/stash", "reftable"]
        .iter()
        .any(|name| git_dir.join(name).symlink_metadata().is_ok())
}

/// Whether `git maintenance run --auto` would do something, by the rule of git's own
/// `gc --auto` with its default limits: more than 27 loose objects whose id begins with `17`, or
/// more than 50 packs that are not kept. Asked here because asking git costs a process.
#[must_use]
pub fn loose_object_pressure(git_dir: &Path) -> bool {
    let objects = git_dir.join("objects");
    // Other names in there (`tmp_obj_...`) are not objects.
    let loose = count(&objects.join("17"), |name| {
        matches!(name.len(), 38 | 62) && name.bytes().all(|digit| digit.is_ascii_hexdigit())
    });
    if loose > LOOSE_LIMIT {
        return true;
    }
    let packs = objects.join("pack");
    let unkept = |name: &str| {
        name.strip_suffix(".pack")
            .is_some_and(|base| !packs.join(format!("{base}.keep")).exists())
    };
    count(&packs, unkept) > PACK_LIMIT
}

fn count(directory: &Path, wanted: impl Fn(&str) -> bool) -> usize {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return 0;
    };
    entries
        .flatten()
        .filter(|entry| entry.file_name().to_str().is_some_and(&wanted))
        .count()
}
