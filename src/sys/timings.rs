//! What a run spends its time on, for whoever asks for it with `--timings`.
//!
//! A run has one lane for itself, and as many more as units of work are under way at once: whoever
//! takes a permit gets the lowest lane that is free, for as long as the work goes on. What is
//! waited for in there (a git command, a lock, an action) is a span of that lane, found through the
//! task that runs it, so nothing has to be handed through. Without a recording, everything here is
//! one look at a variable of the task.

use std::{
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Instant,
};

tokio::task_local! {
    static HERE: Option<Arc<Lane>>;
}

/// The lane of the run itself.
pub const OWN_LANE: usize = 0;

/// What a span is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The run itself.
    Run,
    /// One pack's turn.
    Pack,
    /// A git command.
    Git,
    /// A program that is not git.
    Program,
    /// An action of a pack.
    Action,
    /// A lock that somebody else holds.
    Lock,
    /// A turn that comes again.
    Again,
}

/// Something that took time, or happened at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// [`OWN_LANE`], or the number of a permit, from 1.
    pub lane: usize,
    /// What it is about.
    pub kind: Kind,
    /// What it was, without secrets.
    pub name: String,
    /// Microseconds from the beginning of the recording.
    pub begin: u64,
    /// Likewise; `None` for what has no length.
    pub end: Option<u64>,
    /// How it ended, where there is more to say than that it did.
    pub ending: Option<String>,
}

/// A recording.
#[derive(Debug, Clone)]
pub struct Timings(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    begin: Instant,
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    /// Which lanes are taken.
    taken: Vec<bool>,
    spans: Vec<Span>,
}

impl Shared {
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.begin.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    /// The lowest lane that is free.
    fn take_lane(self: &Arc<Self>) -> Arc<Lane> {
        let mut book = self.book();
        let free = book.taken.iter().position(|taken| !taken);
        let number = free.unwrap_or(book.taken.len());
        match free {
            Some(number) => book.taken[number] = true,
            None => book.taken.push(true),
        }
        Arc::new(Lane {
            shared: Arc::clone(self),
            number,
        })
    }
}

/// A lane that is taken, until this is dropped.
#[derive(Debug)]
struct Lane {
    shared: Arc<Shared>,
    number: usize,
}

impl Drop for Lane {
    fn drop(&mut self) {
        if let Some(taken) = self.shared.book().taken.get_mut(self.number) {
            *taken = false;
        }
    }
}

impl Timings {
    /// Begins a recording.
    #[must_use]
    pub fn begin() -> Self {
        Self(Arc::new(Shared {
            begin: Instant::now(),
            book: Mutex::default(),
        }))
    }

    /// Records `work`, under this name, as the run itself.
    pub async fn record<T>(&self, name: String, work: impl Future<Output = T>) -> T {
        let lane = self.0.take_lane();
        let work = async {
            let _whole = span(Kind::Run, || name);
            work.await
        };
        HERE.scope(Some(lane), Box::pin(work)).await
    }

    /// What has ended so far, in the order of its beginnings; of two that began together the longer
    /// one first.
    #[must_use]
    pub fn spans(&self) -> Vec<Span> {
        let mut spans = self.0.book().spans.clone();
        spans.sort_by_key(|span| (span.begin, std::cmp::Reverse(span.end)));
        spans
    }
}

/// Takes a lane for work that has a permit, if somebody records. To be called where the work is
/// started, not in it: a task of its own knows nothing of whoever started it.
pub fn permit(name: impl FnOnce() -> String) -> Permit {
    Permit(here().map(|lane| (lane.shared.take_lane(), name())))
}

/// A lane for work that has a permit.
#[must_use = "the lane is free again when it is dropped"]
#[derive(Debug)]
pub struct Permit(Option<(Arc<Lane>, String)>);

impl Permit {
    /// Has `work` in this lane, with a span over all of it.
    pub fn over<T>(self, work: impl Future<Output = T>) -> impl Future<Output = T> {
        let (lane, name) = self.0.unzip();
        // On the heap: whoever hands a future on makes room for it twice.
        let work = Box::pin(work);
        HERE.scope(lane, async move {
            let _whole = name.map(|name| span(Kind::Pack, || name));
            work.await
        })
    }
}

/// Begins a span, which ends when it is dropped. Without a recording, `name` is not called.
pub fn span(kind: Kind, name: impl FnOnce() -> String) -> Running {
    Running(here().map(|lane| {
        let name = name();
        let begin = lane.shared.now();
        Box::new((
            Span {
                lane: lane.number,
                kind,
                name,
                begin,
                end: None,
                ending: None,
            },
            lane,
        ))
    }))
}

/// Takes note of something that has no length.
pub fn moment(kind: Kind, name: impl FnOnce() -> String) {
    if let Some(lane) = here() {
        let moment = Span {
            lane: lane.number,
            kind,
            name: name(),
            begin: lane.shared.now(),
            end: None,
            ending: None,
        };
        lane.shared.book().spans.push(moment);
    }
}

fn here() -> Option<Arc<Lane>> {
    HERE.try_with(Clone::clone).ok().flatten()
}

/// Something that goes on.
#[must_use = "it ends when it is dropped"]
#[derive(Debug)]
pub struct Running(Option<Box<(Span, Arc<Lane>)>>);

impl Running {
    /// Says how it ends.
    pub fn ending(&mut self, how: impl FnOnce() -> String) {
        if let Some(running) = &mut self.0 {
            running.0.ending = Some(how());
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(running) = self.0.take() {
            let (mut span, lane) = *running;
            span.end = Some(lane.shared.now());
            lane.shared.book().spans.push(span);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::{Kind, OWN_LANE, Timings, moment, permit, span};

    #[tokio::test]
    async fn a_lane_is_free_again_when_its_work_has_ended() {
        let timings = Timings::begin();
        let run = async {
            let (go_on, wait) = oneshot::channel::<()>();
            let work = async move {
                let mut git = span(Kind::Git, || String::from("git fetch"));
                drop(wait.await);
                git.ending(|| String::from("exit code 1"));
            };
            let first = tokio::spawn(permit(|| String::from("first")).over(work));
            let second = permit(|| String::from("second")).over(async {
                moment(Kind::Again, || String::from("busy"));
            });
            tokio::spawn(second).await.expect("the second one ends");
            drop(go_on);
            first.await.expect("the first one ends");
            permit(|| String::from("third")).over(async {}).await;
        };
        timings.record(String::from("grex sync"), run).await;
        let spans = timings.spans();
        let lanes: Vec<_> = spans
            .iter()
            .map(|span| (span.name.as_str(), span.lane))
            .collect();
        assert_eq!(
            lanes,
            [
                ("grex sync", OWN_LANE),
                ("first", 1),
                ("git fetch", 1),
                ("second", 2),
                ("busy", 2),
                ("third", 1)
            ]
        );
        assert_eq!(spans[2].ending.as_deref(), Some("exit code 1"));
        assert!(
            spans
                .iter()
                .all(|span| (span.kind == Kind::Again) == span.end.is_none())
        );
        assert!(spans[5].begin >= spans[1].end.expect("it has ended"));
    }

    #[tokio::test]
    async fn nothing_is_asked_where_nobody_records() {
        let never = || -> String { panic!("nobody records") };
        permit(never)
            .over(async {
                moment(Kind::Lock, never);
                span(Kind::Git, never).ending(never);
            })
            .await;
    }

    #[tokio::test]
    async fn what_is_given_up_half_way_has_ended() {
        let timings = Timings::begin();
        let run = async {
            let stuck = permit(|| String::from("stuck")).over(async {
                let _git = span(Kind::Git, || String::from("git clone"));
                std::future::pending::<()>().await;
            });
            tokio::select! {
                biased;
                () = stuck => {}
                () = std::future::ready(()) => {}
            }
        };
        timings.record(String::from("grex sync"), run).await;
        assert_eq!(timings.spans().len(), 3);
    }
}
