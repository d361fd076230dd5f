//! What a client that asked for it hears while a call is at work.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rmcp::{
    Peer, RoleServer,
    model::{ProgressNotificationParam, ProgressToken},
    service::RequestContext,
};
use tokio::{task::JoinHandle, time::Instant};

use crate::{
    engine::event::{Event, Observer},
    model::text,
};

/// At most four notices a second.
const PACE: Duration = Duration::from_millis(250);

/// At least one in this time.
const SILENCE: Duration = Duration::from_millis(4_750);

/// Of what is left until the next pack is done, a sign of life takes this part: the numbers rise
/// for hours and never reach it.
const SIGN_OF_LIFE: f64 = 1.0 / 64.0;

/// How far a call is.
#[derive(Default)]
pub(super) struct Progress {
    state: Mutex<State>,
    teller: Mutex<Option<JoinHandle<()>>>,
}

#[derive(Debug, Default, Clone)]
struct State {
    known: usize,
    done: usize,
    last: String,
}

impl Progress {
    /// Begins to tell, if the client gave a token.
    pub(super) fn begin(context: &RequestContext<RoleServer>) -> Arc<Self> {
        let progress = Arc::new(Self::default());
        if let Some(token) = context.meta.get_progress_token() {
            let told = tokio::spawn(tell(Arc::clone(&progress), context.peer.clone(), token));
            *lock(&progress.teller) = Some(told);
        }
        progress
    }

    /// Says the last word: nothing may follow the answer.
    pub(super) async fn end(&self) {
        let teller = lock(&self.teller).take();
        if let Some(teller) = teller {
            teller.abort();
            // It has ended when this returns; how does not matter.
            drop(teller.await);
        }
    }

    fn state(&self) -> State {
        lock(&self.state).clone()
    }
}

impl Observer for Progress {
    fn observe(&self, event: Event<'_>) {
        let mut state = lock(&self.state);
        match event {
            Event::Known(count) => state.known = state.known.max(count),
            Event::Finished(outcome) => {
                state.done += 1;
                state.last = outcome.path.to_string();
            }
            Event::Looked(path) => {
                state.done += 1;
                state.last = path.to_string();
            }
            Event::Installed(id) => state.last = format!("installed {}", text::shown(id)),
            Event::Waiting(text) => state.last = text::shown(text),
            Event::Warning(_)
            | Event::Started(_)
            | Event::Progress(..)
            | Event::Said(..)
            | Event::Output(..)
            | Event::Installing(_)
            | Event::Postponed(..)
            | Event::Locked(..)
            | Event::Command(_) => {}
        }
    }
}

async fn tell(progress: Arc<Progress>, peer: Peer<RoleServer>, token: ProgressToken) {
    let mut told = -1.0_f64;
    let mut told_at = Instant::now();
    let mut last = String::new();
    loop {
        let state = progress.state();
        let done = state.done as f64;
        let news = done > told || state.last != last;
        if news || told_at.elapsed() >= SILENCE {
            told = next(told, done);
            told_at = Instant::now();
            let mut notice = ProgressNotificationParam::new(token.clone(), told);
            if state.known > 0 {
                notice = notice.with_total(state.known.max(state.done) as f64);
            }
            if !state.last.is_empty() {
                notice = notice.with_message(state.last.clone());
            }
            last = state.last;
            if peer.notify_progress(notice).await.is_err() {
                return;
            }
        }
        tokio::time::sleep(PACE).await;
    }
}

/// The number to tell: how many are done, or a little more than was told last.
fn next(told: f64, done: f64) -> f64 {
    if done > told {
        done
    } else {
        told + (done + 1.0 - told) * SIGN_OF_LIFE
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // What is behind it is whole at any instant.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::next;

    #[test]
    fn numbers_rise_and_never_reach_the_next_pack_before_it_is_done() {
        let mut told = next(-1.0, 0.0);
        for _ in 0..1_500 {
            let following = next(told, 0.0);
            assert!(following > told && following < 1.0);
            told = following;
        }
        assert!((next(told, 1.0) - 1.0).abs() < f64::EPSILON);
    }
}
