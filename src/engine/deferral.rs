//! Turns that are put off: when they come again, and when it is enough.

use std::{
    mem,
    time::{Duration, Instant},
};

use super::{
    outcome::PackFailure,
    permits::{Permit, Permits, Queued},
    scheduler::Lane,
};
use crate::{
    git::failure::FailureClass,
    sys::lock::{LockError, trace::Task},
};

/// How long a pack that another process holds is left alone.
const DEFERRAL: Duration = Duration::from_millis(100);

/// Turns that come later.
pub(super) struct Later<T>(Vec<(Instant, T)>);

impl<T> Later<T> {
    pub(super) fn new() -> Self {
        Self(Vec::new())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// `turn` comes again after `pause`.
    pub(super) fn postpone(&mut self, turn: T, pause: Duration) {
        self.0.push((Instant::now() + pause, turn));
    }

    /// When the next turn comes, if there is one.
    pub(super) fn next_due(&self) -> Option<Instant> {
        self.0.iter().map(|(due, _)| *due).min()
    }

    /// Takes out what has come.
    pub(super) fn take_due(&mut self) -> Vec<T> {
        let now = Instant::now();
        let due = self.0.extract_if(.., |(due, _)| *due <= now);
        due.map(|(_, turn)| turn).collect()
    }

    /// Takes out everything, because the run stops.
    pub(super) fn take_all(&mut self) -> Vec<T> {
        let all = mem::take(&mut self.0);
        all.into_iter().map(|(_, turn)| turn).collect()
    }
}

/// Sleeps until then, for ever if there is no such time.
pub(super) async fn sleep_until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}

/// Where a turn stands: in the queue, at work, or put off, and how long it has waited for a lock.
#[derive(Debug)]
pub(super) struct Standing {
    /// Who takes locks for it.
    pub(super) task: Task,
    queued: Option<Queued>,
    permit: Option<Permit>,
    patience: Patience,
}

impl Standing {
    /// That of a first turn.
    pub(super) fn first() -> Self {
        Self {
            task: Task::unit(),
            queued: None,
            permit: None,
            patience: Patience::default(),
        }
    }

    /// It stands in the queue for a permit now.
    pub(super) fn stand_in_line(&mut self, permits: &Permits) {
        self.patience.rest(Instant::now());
        self.queued = Some(permits.ask(self.task));
    }

    /// It has a permit now, in this lane.
    pub(super) fn start(&mut self, permits: &Permits, lane: &Lane) {
        let queued = self.queued.take();
        self.permit = queued.map(|queued| permits.start(queued, lane));
    }

    /// Gives the permit back.
    pub(super) fn stop(&mut self) {
        drop(self.permit.take());
    }

    /// Somebody else holds the pack.
    pub(super) fn refused(&mut self, lock_timeout: Duration) -> Refused {
        self.patience.refused(Instant::now(), lock_timeout)
    }

    /// Nobody else holds the pack: whoever is refused from here on begins to wait.
    pub(super) fn served(&mut self) {
        self.patience = Patience::default();
    }
}

/// What becomes of a turn that has met somebody else at work.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// It comes again after the pause. The first time that it is put off, somebody may want to know.
    Again { pause: Duration, is_first: bool },
    /// It has waited for as long as it may.
    Enough,
}

/// How long a turn has waited for a lock. To stand in the queue for a permit is not to wait for the
/// lock.
#[derive(Debug, Default)]
struct Patience {
    waited: Duration,
    put_off_at: Option<Instant>,
    was_refused: bool,
}

impl Patience {
    fn refused(&mut self, now: Instant, lock_timeout: Duration) -> Refused {
        let left = lock_timeout.saturating_sub(self.waited);
        if left.is_zero() {
            return Refused::Enough;
        }
        self.put_off_at = Some(now);
        Refused::Again {
            pause: DEFERRAL.min(left),
            is_first: !mem::replace(&mut self.was_refused, true),
        }
    }

    fn rest(&mut self, now: Instant) {
        if let Some(then) = self.put_off_at.take() {
            self.waited += now.duration_since(then);
        }
    }
}

/// Says in words who holds a pack, if that is why its lock was not had; else the error is returned.
pub(super) fn who_holds(error: LockError) -> Result<String, LockError> {
    match error {
        LockError::Held { holder, .. } => Ok(holder.map_or_else(
            || String::from("another process"),
            |holder| holder.to_string(),
        )),
        LockError::File(error) if error.is_missing() => {
            Ok(String::from("another process, which moves it away"))
        }
        error => Err(error),
    }
}

/// The failure of a turn that has waited for as long as it may.
pub(super) fn busy(holder: &str) -> PackFailure {
    PackFailure::new(
        FailureClass::Busy,
        format!("another process is at work there: {holder}"),
    )
    .with_hint("wait for it to end, or raise --lock-timeout")
}

#[cfg(test)]
mod tests {
    use std::{
        io,
        path::Path,
        time::{Duration, Instant},
    };

    use super::{DEFERRAL, Later, Patience, Refused, Standing, who_holds};
    use crate::sys::{fs::FileError, lock::LockError};

    const TIMEOUT: Duration = Duration::from_millis(250);

    fn again(pause: Duration, is_first: bool) -> Refused {
        Refused::Again { pause, is_first }
    }

    #[test]
    fn patience_ends_with_the_time_spent_put_off_and_no_other() {
        let begin = Instant::now();
        let mut patience = Patience::default();
        assert_eq!(patience.refused(begin, TIMEOUT), again(DEFERRAL, true));
        patience.rest(begin + DEFERRAL);
        // An hour in the queue for a permit.
        let late = begin + Duration::from_secs(3_600);
        assert_eq!(patience.refused(late, TIMEOUT), again(DEFERRAL, false));
        patience.rest(late + DEFERRAL);
        let rest = TIMEOUT - 2 * DEFERRAL;
        assert_eq!(patience.refused(late, TIMEOUT), again(rest, false));
        patience.rest(late + rest);
        assert_eq!(patience.refused(late, TIMEOUT), Refused::Enough);
    }

    #[test]
    fn who_was_served_begins_to_wait_anew() {
        let mut standing = Standing::first();
        standing.patience.waited = TIMEOUT;
        assert_eq!(standing.refused(TIMEOUT), Refused::Enough);
        standing.served();
        assert_eq!(standing.refused(TIMEOUT), again(DEFERRAL, true));
        assert_eq!(standing.refused(TIMEOUT), again(DEFERRAL, false));
        assert_eq!(standing.refused(Duration::ZERO), Refused::Enough);
    }

    #[test]
    fn what_is_put_off_comes_when_it_is_due() {
        let mut later = Later::new();
        assert!(later.is_empty() && later.next_due().is_none());
        later.postpone("tomorrow", Duration::from_secs(86_400));
        later.postpone("now", Duration::ZERO);
        assert!(later.next_due().is_some_and(|due| due <= Instant::now()));
        assert_eq!(later.take_due(), ["now"]);
        assert_eq!(later.take_due(), [""; 0]);
        assert_eq!(later.take_all(), ["tomorrow"]);
        assert!(later.is_empty());
    }

    #[test]
    fn only_what_passes_is_waited_for() {
        let failed = |kind: io::ErrorKind| {
            let error = io::Error::from(kind);
            LockError::File(FileError::when("open the lock", Path::new("l"))(error))
        };
        let moved = who_holds(failed(io::ErrorKind::NotFound));
        assert_eq!(
            moved.expect("a holder"),
            "another process, which moves it away"
        );
        for kind in [io::ErrorKind::StorageFull, io::ErrorKind::PermissionDenied] {
            assert!(who_holds(failed(kind)).is_err());
        }
    }
}
