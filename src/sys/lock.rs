//! Locks between processes, held for as long as a future runs.
//!
//! The lock is the operating system's and ends with its holder, so a lock file that is left over
//! locks nothing. The file is never deleted: whoever opened it before would then hold a lock on a
//! file that nobody else can find, beside the next holder. A lock that somebody else holds is
//! asked for again and again, not waited for in the system: a thread in there can neither be
//! cancelled nor timed out.

mod file;
mod lines;
#[cfg(all(test, unix))]
mod tests;
pub mod trace;

use std::fs::{File, Metadata};
use std::future::Future;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use fd_lock::{RwLock, RwLockWriteGuard};
use tokio_util::sync::CancellationToken;

pub use self::file::{LockFile, Tier};
pub use self::lines::Holder;
use self::lines::{INTERRUPTED, begin, give_up, read_holder, second_line, was_given_up};
use self::trace::{Lock, Task, Waiting};
use super::fs::{FileError, Opening, device, inode, open_regular};
use super::timings::{Kind, span};

/// The first pause between two tries; each is half as long again as the one before.
const FIRST_PAUSE: Duration = Duration::from_millis(25);

/// The longest pause between two tries.
const LONGEST_PAUSE: Duration = Duration::from_millis(250);

/// How to wait for a lock that somebody else holds.
pub struct Wait<'a> {
    /// How long; zero means not at all.
    pub timeout: Duration,
    /// Called once, when waiting begins, with who holds the lock, if its file says so.
    pub on_wait: &'a mut (dyn FnMut(Option<&Holder>) + Send),
    /// Ends the waiting, not the work under the lock.
    pub cancel: &'a CancellationToken,
}

/// Why a lock was not had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody else holds it, for longer than there was time to wait.
    #[error("{} holds the lock {}{}", who(holder.as_ref()), path.display(), after(*waited))]
    Held {
        /// Who, if the lock file says so.
        holder: Option<Holder>,
        /// The lock file.
        path: PathBuf,
        /// How long it was waited for.
        waited: Duration,
    },
    /// The waiting was cancelled.
    #[error("cancelled while waiting for the lock {}", path.display())]
    Cancelled {
        /// The lock file.
        path: PathBuf,
    },
    /// The lock file cannot be made or locked.
    #[error(transparent)]
    File(#[from] FileError),
}

/// For how long it was waited, where anybody would call that waiting.
fn after(waited: Duration) -> String {
    match waited.as_millis() {
        0..100 => String::new(),
        _ => format!(", waited {:.1} s for it", waited.as_secs_f64()),
    }
}

fn who(holder: Option<&Holder>) -> String {
    holder.map_or_else(|| "another process".into(), Holder::to_string)
}

/// Runs `body` while holding `lock`, whose directory must be there. The body begins
/// only when the lock is held, and the lock ends when the body does, or when this future is
/// dropped.
///
/// # Errors
/// The lock was not had, and `body` was not run.
// proof: Grex.Scheduler.Step.request
// proof: Grex.Scheduler.Step.grant
pub async fn hold<T>(
    lock: &LockFile,
    wait: Wait<'_>,
    holder: &Holder,
    body: impl Future<Output = T>,
) -> Result<T, LockError> {
    // On the heap: each function that a future is handed through makes room for it twice.
    hold_all(std::slice::from_ref(lock), wait, holder, Box::pin(body)).await
}

/// Runs `body` while holding all the locks in `files`, as [`hold`] does with one. None is held
/// while another one is waited for, so that nobody waits for somebody who waits for them.
///
/// # Errors
/// As [`hold`]: one of them was not had.
// proof: Grex.Scheduler.no_double_lock
// proof: Grex.Scheduler.mayTry
// proof: Grex.Scheduler.Step.withdraw
pub async fn hold_all<T>(
    files: &[LockFile],
    wait: Wait<'_>,
    holder: &Holder,
    body: impl Future<Output = T>,
) -> Result<T, LockError> {
    let task = Task::current();
    let begin = Instant::now();
    let mut pause = FIRST_PAUSE;
    let mut waiting: Option<(usize, Waiting)> = None;
    let mut timing = None;
    loop {
        // Opened anew for each try: the file may be another one by now.
        let mut opened = Vec::with_capacity(files.len());
        for file in files {
            opened.push(open(file)?);
        }
        let index = match take(&mut opened, holder)? {
            Taken::All(mut held) => {
                drop(timing);
                trace_all(task, files, waiting, &mut held);
                let result = task.act(body).await;
                drop(held);
                return Ok(result);
            }
            Taken::NotThis(index) => index,
        };
        let path = &files[index];
        let waited = begin.elapsed();
        if waited >= wait.timeout {
            if waiting.is_none() {
                trace::refused(task, &Lock::File(path));
            }
            return Err(LockError::Held {
                holder: last_holder(path),
                path: path.to_path_buf(),
                waited,
            });
        }
        if waiting.is_none() {
            (wait.on_wait)(last_holder(path).as_ref());
            timing = Some(span(Kind::Lock, || format!("waits for {}", path.display())));
        }
        if waiting.as_ref().is_none_or(|(before, _)| *before != index) {
            // A task waits for one thing: the wait for another one ends first.
            drop(waiting.take());
            waiting = Some((index, Waiting::begin(task, &Lock::File(path))));
        }
        tokio::select! {
            biased;
            () = wait.cancel.cancelled() => return Err(LockError::Cancelled { path: path.to_path_buf() }),
            () = tokio::time::sleep(pause.min(wait.timeout - waited)) => {}
        }
        pause = (pause * 3 / 2).min(LONGEST_PAUSE);
    }
}

/// Writes down that all of `files` were had: the one that was waited for first.
fn trace_all(
    task: Task,
    files: &[LockFile],
    waiting: Option<(usize, Waiting)>,
    held: &mut [Held<'_>],
) {
    let waited_for = waiting.map(|(index, waiting)| {
        held[index].traced = Some(waiting.granted());
        index
    });
    for (index, (file, held)) in files.iter().zip(held).enumerate() {
        if waited_for != Some(index) {
            held.traced = Some(trace::Hold::taken(task, &Lock::File(file)));
        }
    }
}

/// Runs `body` while holding `lock`, if nobody else holds it right now.
///
/// # Errors
/// As [`hold`]; [`LockError::Held`] at once.
// proof: Grex.Scheduler.Step.take
// proof: Grex.Scheduler.Step.refuse
pub async fn try_hold<T>(
    lock: &LockFile,
    holder: &Holder,
    body: impl Future<Output = T>,
) -> Result<T, LockError> {
    let wait = Wait {
        timeout: Duration::ZERO,
        on_wait: &mut |_| {},
        cancel: &CancellationToken::new(),
    };
    hold_all(std::slice::from_ref(lock), wait, holder, Box::pin(body)).await
}

/// A lock file that is open but not locked.
struct Opened {
    lock: RwLock<File>,
    path: PathBuf,
    /// When it was last modified; `None` for a new one.
    modified: Option<SystemTime>,
}

fn open(path: &Path) -> Result<Opened, FileError> {
    let action = "open the lock";
    // Created in a second step, to know whether it was there. Reading and writing: a lock on a
    // network file system may ask for both.
    let (file, modified) = match open_regular(path, action, Opening::Change)? {
        Some((file, metadata)) => (file, metadata.modified().ok()),
        None => match open_regular(path, action, Opening::ChangeOrMake)? {
            Some((file, _)) => (file, None),
            None => {
                return Err(FileError::when(action, path)(io::Error::from(
                    io::ErrorKind::NotFound,
                )));
            }
        },
    };
    Ok(Opened {
        lock: RwLock::new(file),
        path: path.into(),
        modified,
    })
}

/// What came of one try.
enum Taken<'l> {
    /// They are all held.
    All(Vec<Held<'l>>),
    /// None is held, for somebody else has the one of this number, or has moved it away.
    NotThis(usize),
}

fn take<'l>(opened: &'l mut [Opened], holder: &Holder) -> Result<Taken<'l>, FileError> {
    let mut guards = Vec::with_capacity(opened.len());
    for (index, one) in opened.iter_mut().enumerate() {
        let Opened {
            lock,
            path,
            modified,
        } = one;
        // What a lock is about may be moved away, lock file and all, before it is had.
        match attempt(lock, path)?.filter(|guard| is_still_at(guard, path)) {
            Some(guard) => guards.push((guard, *modified)),
            None => return Ok(Taken::NotThis(index)),
        }
    }
    let held = guards
        .into_iter()
        .map(|(guard, modified)| Held::begin(guard, modified, holder));
    Ok(Taken::All(held.collect()))
}

fn attempt<'l>(
    lock: &'l mut RwLock<File>,
    path: &Path,
) -> Result<Option<RwLockWriteGuard<'l, File>>, FileError> {
    match lock.try_write() {
        Ok(guard) => Ok(Some(guard)),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
        Err(error) => Err(FileError::when("lock", path)(error)),
    }
}

/// Says whether `path` still leads to the open file, as far as the system can tell.
fn is_still_at(file: &File, path: &Path) -> bool {
    let identity = |metadata: Metadata| (device(&metadata), inode(&metadata));
    let there = path.symlink_metadata().map(identity);
    there.is_ok_and(|there| file.metadata().is_ok_and(|open| identity(open) == there))
}

/// Says whether the lock at `path` could be had: `None` when nobody holds it, or there is no file;
/// else whoever holds it, as far as that is known. Writes nothing, and holds nothing afterwards.
///
/// # Errors
/// What is at `path` cannot be locked by anybody.
pub fn look(path: &Path) -> Result<Option<Option<Holder>>, FileError> {
    let Some((file, _)) = open_regular(path, "open the lock", Opening::Change)? else {
        return Ok(None);
    };
    let mut lock = RwLock::new(file);
    if attempt(&mut lock, path)?.is_some() {
        return Ok(None);
    }
    Ok(Some(last_holder(path)))
}

/// Returns who held the lock at `path` last, or holds it now, if its file says so.
pub fn last_holder(path: &Path) -> Option<Holder> {
    let (file, _) = open_regular(path, "read the lock", Opening::Read).ok()??;
    read_holder(&file)
}

/// Returns since when the work under the lock at `path`, which this process holds, may have been left
/// half done: the holder before this one never gave it up. Not if the one before did.
#[must_use]
pub fn interrupted_since(path: &Path) -> Option<SystemTime> {
    let (file, metadata) = open_regular(path, "read the lock", Opening::Read).ok()??;
    match second_line(&file).as_deref() {
        Some(INTERRUPTED) => metadata.modified().ok(),
        _ => None,
    }
}

/// Says that whatever an interrupted holder has left was taken care of, in the lock at `path`, which
/// this process holds. Until then each holder is told of it, see [`interrupted_since`].
pub fn settle(path: &Path) {
    let Ok(Some((mut file, _))) = open_regular(path, "write the lock", Opening::Change) else {
        return;
    };
    if second_line(&file).as_deref() == Some(INTERRUPTED)
        && let Some(holder) = read_holder(&file)
    {
        give_up(&mut file, &holder);
    }
}

/// A lock that is held; ends with the value.
struct Held<'l> {
    guard: RwLockWriteGuard<'l, File>,
    modified: Option<SystemTime>,
    holder: Holder,
    traced: Option<trace::Hold>,
}

impl<'l> Held<'l> {
    fn begin(
        mut guard: RwLockWriteGuard<'l, File>,
        modified: Option<SystemTime>,
        holder: &Holder,
    ) -> Self {
        let is_interrupted = modified.is_some() && !was_given_up(&guard);
        begin(&mut guard, holder, modified.is_some(), is_interrupted);
        if let Some(since) = modified.filter(|_| is_interrupted) {
            // Should this one be interrupted too, then that was when it began.
            let _ = guard.set_modified(since);
        }
        Self {
            guard,
            modified,
            holder: holder.clone(),
            traced: None,
        }
    }
}

// proof: Grex.Scheduler.Step.release
impl Drop for Held<'_> {
    /// Says that the lock was given up, puts the modification time back, then (with the guard) ends the lock: a run that changes
    /// nothing must leave every time in a workspace as it was, or backups, build tools and
    /// `find -newer` would see a change where there is none.
    fn drop(&mut self) {
        if second_line(&self.guard).as_deref() != Some(INTERRUPTED) {
            give_up(&mut self.guard, &self.holder);
        }
        if let Some(modified) = self.modified {
            // A time that cannot be set is no reason to fail work that is done.
            let _ = self.guard.set_modified(modified);
        }
        // While it is held still; the guard goes after this.
        drop(self.traced.take());
    }
}
