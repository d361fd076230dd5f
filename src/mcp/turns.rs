//! A queue in which nobody overtakes: calls that change a workspace begin in the order in which
//! they arrived, whatever the runtime does with their tasks.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

/// The queue. Clones are the same queue.
#[derive(Clone, Default)]
pub(super) struct Turns(Arc<Mutex<Line>>);

/// Who stands in it.
#[derive(Default)]
struct Line {
    next: u64,
    /// The places that are taken, first come first, each with what wakes its owner.
    taken: BTreeMap<u64, Arc<Notify>>,
}

impl Turns {
    /// Takes the place behind everybody who is there now. It is given back when the last clone of
    /// the turn is dropped, or when the guard is that it gave.
    pub(super) fn next(&self) -> Turn {
        let mut line = self.line();
        let number = line.next;
        line.next += 1;
        let wake = Arc::new(Notify::new());
        line.taken.insert(number, Arc::clone(&wake));
        drop(line);
        Turn(Arc::new(Standing {
            turns: self.clone(),
            number,
            wake,
        }))
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the queue, until its last clone is dropped.
#[derive(Clone)]
pub struct Turn(Arc<Standing>);

/// The place is at the head of the queue; the next one's turn comes when this is dropped.
#[must_use]
pub(super) struct Place(Arc<Standing>);

struct Standing {
    turns: Turns,
    number: u64,
    wake: Arc<Notify>,
}

impl Turn {
    /// Completes when everybody who came earlier is done or has left. To drop it half-way, with all
    /// clones of the turn, is to leave the queue; nobody behind is let past those ahead by it.
    pub(super) async fn wait(self) -> Place {
        while !self.0.is_first() {
            self.0.wake.notified().await;
        }
        // A clone of this turn may wait as well.
        self.0.wake.notify_one();
        Place(self.0)
    }
}

impl Standing {
    fn is_first(&self) -> bool {
        let line = self.turns.line();
        let first = line.taken.first_key_value();
        first.is_none_or(|(first, _)| *first >= self.number)
    }

    /// Leaves the queue, once or twice.
    fn give_back(&self) {
        let mut line = self.turns.line();
        line.taken.remove(&self.number);
        if let Some((_, next)) = line.taken.first_key_value() {
            next.notify_one();
        }
    }
}

impl Drop for Standing {
    fn drop(&mut self) {
        self.give_back();
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        // The turn itself may live on, in the context of a request.
        self.0.give_back();
    }
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Turn({})", self.0.number)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        pin::Pin,
        task::{Context, Poll, Waker},
    };

    use super::*;

    type Waiting = Pin<Box<dyn Future<Output = Place>>>;

    fn poll_once(waiting: &mut Waiting) -> Option<Place> {
        let poll = waiting
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        match poll {
            Poll::Ready(place) => Some(place),
            Poll::Pending => None,
        }
    }

    fn waiting(turn: Turn) -> Waiting {
        Box::pin(turn.wait())
    }

    #[test]
    fn turns_come_in_the_order_in_which_they_were_taken() {
        let turns = Turns::default();
        let (first, second, third) = (turns.next(), turns.next(), turns.next());
        let (mut first, mut second, mut third) = (waiting(first), waiting(second), waiting(third));
        assert!(poll_once(&mut third).is_none());
        assert!(poll_once(&mut second).is_none());
        let guard = poll_once(&mut first).expect("nobody is ahead");
        assert!(poll_once(&mut second).is_none());
        drop(guard);
        assert!(poll_once(&mut third).is_none());
        let guard = poll_once(&mut second).expect("the first is done");
        assert!(poll_once(&mut third).is_none());
        drop(guard);
        assert!(poll_once(&mut third).is_some());
    }

    #[test]
    fn who_leaves_lets_nobody_past_those_ahead() {
        let turns = Turns::default();
        let (first, unused, second, third) =
            (turns.next(), turns.next(), turns.next(), turns.next());
        let guard = poll_once(&mut waiting(first)).expect("nobody is ahead");
        let mut second = waiting(second);
        let mut third = waiting(third);
        assert!(poll_once(&mut second).is_none() && poll_once(&mut third).is_none());
        drop(unused);
        drop(second);
        assert!(poll_once(&mut third).is_none(), "the first is at work");
        drop(guard);
        assert!(poll_once(&mut third).is_some());
    }

    #[test]
    fn a_guard_gives_the_place_back_while_the_turn_is_kept() {
        let turns = Turns::default();
        let (first, second) = (turns.next(), turns.next());
        drop(poll_once(&mut waiting(first.clone())).expect("nobody is ahead"));
        let guard = poll_once(&mut waiting(second)).expect("the first is done");
        let mut third = waiting(turns.next());
        drop(first);
        assert!(poll_once(&mut third).is_none(), "the second is at work");
        drop(guard);
        assert!(poll_once(&mut third).is_some());
    }

    #[tokio::test]
    async fn who_waits_is_woken() {
        let turns = Turns::default();
        let guard = turns.next().wait().await;
        let order = Arc::new(Mutex::new(Vec::new()));
        let tasks: Vec<_> = (0..50)
            .map(|number| {
                let (turn, order) = (turns.next(), Arc::clone(&order));
                tokio::spawn(async move {
                    let _guard = turn.wait().await;
                    order.lock().expect("nobody panics").push(number);
                    tokio::task::yield_now().await;
                })
            })
            .collect();
        tokio::task::yield_now().await;
        drop(guard);
        for task in tasks {
            task.await.expect("no panic");
        }
        let order = order.lock().expect("nobody panics");
        assert_eq!(*order, (0..50).collect::<Vec<_>>());
    }
}
