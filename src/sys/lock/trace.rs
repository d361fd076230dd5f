//! What happens to locks, written down while it happens: `GREX_LOCK_TRACE` names a file to which
//! every process appends one line of JSON for each event. `scripts/check-proofs --trace` lets Lean
//! judge whether the proved protocol allows what was written; docs/proofs.md has the format.
//!
//! The order of the lines is one in which it can have happened: that a lock was had is written when it
//! is held, and that it is given back while it is held still. A line is one write to a file that is
//! open for appending, so that processes can share it. Without the variable nothing is written, asked
//! of the system, or counted.

use std::{
    fs::File,
    future::Future,
    io::Write,
    path::Path,
    sync::{
        LazyLock, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use serde::Serialize;

use super::file::{LockFile, Tier};
use crate::sys::{
    env,
    fs::{Opening, canonicalize, open_regular},
};

/// The file, while this run is traced.
static FILE: LazyLock<Option<File>> = LazyLock::new(|| {
    let path = env::lock_trace()?;
    // A trace that cannot be written is missed by whoever asked for it, and by nobody else.
    let opened = open_regular(&path, "append to", Opening::AppendOrMake).ok()??;
    Some(opened.0)
});

/// The locks that this process holds, as far as they are traced.
static HELD: Mutex<Vec<Line>> = Mutex::new(Vec::new());

static VERBS: AtomicU64 = AtomicU64::new(1);
static UNITS: AtomicU64 = AtomicU64::new(1);

tokio::task_local! {
    static CURRENT: Id;
}

/// What holds locks and waits for them, one thing at a time: a verb, which is unit 0 of itself, or
/// one of its units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Id {
    verb: u64,
    unit: u64,
}

/// One that may hold locks. Nobody, where nothing is traced.
#[derive(Debug, Clone, Copy)]
pub struct Task(Option<Id>);

impl Task {
    /// The task that this code runs in; a verb of its own where none was begun.
    #[must_use]
    pub fn current() -> Self {
        Self(FILE.is_some().then(|| {
            CURRENT.try_with(|id| *id).unwrap_or_else(|_| Id {
                verb: VERBS.fetch_add(1, Ordering::Relaxed),
                unit: 0,
            })
        }))
    }

    /// A new unit of the verb that this code runs in.
    #[must_use]
    pub fn unit() -> Self {
        Self(Self::current().0.map(|id| Id {
            unit: UNITS.fetch_add(1, Ordering::Relaxed),
            ..id
        }))
    }

    /// Does `body` as this task.
    pub async fn act<T>(self, body: impl Future<Output = T>) -> T {
        match self.0 {
            None => body.await,
            Some(id) => CURRENT.scope(id, body).await,
        }
    }

    fn line(self, lock: &Lock<'_>) -> Option<Line> {
        let Id { verb, unit } = self.0?;
        let (tier, key, permits) = match lock {
            Lock::File(file) => (file.tier(), key(file.about()), None),
            Lock::Permit { of, permits } => {
                let key = format!("{} of {}.{verb}", of(), std::process::id());
                (Tier::Permit, key, Some(*permits))
            }
        };
        Some(Line {
            task: format!("{}.{verb}.{unit}", std::process::id()),
            tier: tier as u8,
            key,
            event: Event::Request,
            permits,
        })
    }
}

/// What is had or waited for.
pub enum Lock<'a> {
    /// A lock that a file stands for.
    File(&'a LockFile),
    /// A permit.
    Permit {
        /// Which ones of the verb's, in words.
        of: &'a dyn Fn() -> String,
        /// How many there are of them.
        permits: usize,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Event {
    Request,
    Grant,
    Withdraw,
    Take,
    Refuse,
    Release,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Line {
    task: String,
    tier: u8,
    key: String,
    event: Event,
    #[serde(skip_serializing_if = "Option::is_none")]
    permits: Option<usize>,
}

impl Line {
    fn write(&mut self, event: Event) {
        self.event = event;
        let Some(mut file) = FILE.as_ref() else {
            return;
        };
        let mut bytes = serde_json::to_vec(self).unwrap_or_default();
        bytes.push(b'\n');
        // As above: who asked for the trace misses the line.
        let _ = file.write_all(&bytes);
    }

    fn is(&self, other: &Self) -> bool {
        (self.task.as_str(), self.tier, self.key.as_str())
            == (other.task.as_str(), other.tier, other.key.as_str())
    }
}

/// The path without links, and as it was given where it leads nowhere.
fn key(about: &Path) -> String {
    let real = canonicalize(about).unwrap_or_else(|_| about.to_owned());
    real.to_string_lossy().into_owned()
}

/// A wait of a task; unless it ends with the lock, it ends without it.
#[derive(Debug)]
pub struct Waiting(Option<Line>);

impl Waiting {
    /// `task` begins to wait.
    #[must_use]
    pub fn begin(task: Task, lock: &Lock<'_>) -> Self {
        Self(task.line(lock).inspect(|line| {
            line.clone().write(Event::Request);
        }))
    }

    /// The task has the lock now.
    #[must_use]
    pub fn granted(mut self) -> Hold {
        Hold::begin(self.0.take(), Event::Grant)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(mut line) = self.0.take() {
            line.write(Event::Withdraw);
        }
    }
}

/// A lock that a task holds; given back with the value. The value has to go before the lock does.
#[derive(Debug)]
pub struct Hold(Option<Line>);

impl Hold {
    /// `task` has tried, and has the lock now.
    #[must_use]
    pub fn taken(task: Task, lock: &Lock<'_>) -> Self {
        Self::begin(task.line(lock), Event::Take)
    }

    fn begin(line: Option<Line>, event: Event) -> Self {
        Self(line.inspect(|line| {
            held().push(line.clone());
            line.clone().write(event);
        }))
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if let Some(line) = self.0.take() {
            release(|held| held.is(&line));
        }
    }
}

/// `task` has tried to get a lock, and has not got it.
pub fn refused(task: Task, lock: &Lock<'_>) {
    if let Some(mut line) = task.line(lock) {
        line.write(Event::Refuse);
    }
}

/// Says that the directory at `path` is about to be moved away, and every pack in it: whoever holds
/// their locks has no more the locks of what will be at these places. To be called before the move.
pub fn moves_away(path: &Path) {
    if FILE.is_none() {
        return;
    }
    let place = canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let is_there =
        |held: &Line| held.tier == Tier::Pack as u8 && Path::new(&held.key).starts_with(&place);
    release(is_there);
}

/// Writes that what `which` says is given back, once.
fn release(which: impl Fn(&Line) -> bool) {
    for mut line in held().extract_if(.., |line| which(line)) {
        line.write(Event::Release);
    }
}

fn held() -> MutexGuard<'static, Vec<Line>> {
    HELD.lock().unwrap_or_else(PoisonError::into_inner)
}
