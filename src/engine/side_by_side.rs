//! Work on many things at once, where none of them waits for another.

use tokio::task::JoinSet;

/// Starts work on each of `waiting`, `at_once` at a time, and hands what comes of it to `ended`, in the
/// order in which it ends. Nothing is asked of `waiting` before there is room, so it can end early.
///
/// # Errors
/// The first error of `ended`; what is still at work is then given up.
pub async fn side_by_side<I, W, T, E>(
    mut waiting: impl Iterator<Item = I>,
    at_once: usize,
    mut start: impl FnMut(I) -> W,
    mut ended: impl FnMut(T) -> Result<(), E>,
) -> Result<(), E>
where
    W: Future<Output = T> + Send + 'static,
    T: Send + 'static,
{
    let mut at_work = JoinSet::new();
    loop {
        while at_work.len() < at_once
            && let Some(item) = waiting.next()
        {
            at_work.spawn(start(item));
        }
        match at_work.join_next().await {
            None => return Ok(()),
            Some(Ok(result)) => ended(result)?,
            Some(Err(error)) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
    };

    use super::side_by_side;

    #[tokio::test]
    async fn as_many_are_at_work_as_there_is_room_for() {
        let (at_work, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let mut done = Vec::new();
        let start = |number| {
            let (at_work, most) = (Arc::clone(&at_work), Arc::clone(&most));
            async move {
                most.fetch_max(at_work.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                at_work.fetch_sub(1, Ordering::SeqCst);
                number
            }
        };
        let Ok(()) = side_by_side(0..20, 3, start, |number| {
            done.push(number);
            Ok::<_, Infallible>(())
        })
        .await;
        done.sort_unstable();
        assert_eq!(done, (0..20).collect::<Vec<_>>());
        assert_eq!(most.load(Ordering::SeqCst), 3);
    }

    #[tokio::test]
    async fn an_error_is_the_end() {
        let mut asked = 0;
        let numbers = (0..20).inspect(|_| asked += 1);
        let ended = side_by_side(
            numbers,
            1,
            |number| async move { number },
            |number| {
                if number == 2 { Err(number) } else { Ok(()) }
            },
        )
        .await;
        assert_eq!((ended, asked), (Err(2), 3));
    }
}
