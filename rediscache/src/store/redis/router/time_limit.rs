//! The time that a call has, for which a timer is set only where no other wakes the call before.

use std::future::{Future, poll_fn};
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use tokio::time::Instant;

/// Whether a call has a timer of its own, which wakes it well before its time is over.
#[derive(Debug, Default)]
pub(super) struct OwnTimer(AtomicBool);

impl OwnTimer {
    /// Waits for what a timer wakes.
    pub(super) async fn during<T>(&self, wait: impl Future<Output = T>) -> T {
        self.0.store(true, Ordering::Relaxed);
        let answer = wait.await;
        self.0.store(false, Ordering::Relaxed);
        answer
    }

    fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// The answer, if it comes in time. Most calls have it when they are polled next, and setting a timer takes a tenth of all that a
/// call takes beside the driver: it is set when a call is polled a second time, or has none of its own.
pub(super) async fn within<T>(
    limit: Duration,
    own_timer: &OwnTimer,
    mut call: impl Future<Output = T> + Unpin,
) -> Option<T> {
    let (start, mut was_polled) = (Instant::now(), false);
    let answer = poll_fn(|context| match std::pin::Pin::new(&mut call).poll(context) {
        Poll::Ready(answer) => Poll::Ready(Some(answer)),
        Poll::Pending if own_timer.is_set() && !mem::replace(&mut was_polled, true) => Poll::Pending,
        Poll::Pending => Poll::Ready(None),
    });
    match answer.await {
        Some(answer) => Some(answer),
        None => tokio::time::timeout(limit.saturating_sub(start.elapsed()), call).await.ok(),
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(5);

    /// How long it takes until the time of a call is over that is never answered.
    async fn until_it_is_over(own_timer: &OwnTimer, call: impl Future<Output = ()>) -> Duration {
        let start = Instant::now();
        assert_eq!(within(LIMIT, own_timer, Box::pin(call)).await, None);
        start.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_has_its_time_and_no_more_with_a_timer_of_its_own_and_without() {
        let own_timer = OwnTimer::default();
        let second = || tokio::time::sleep(Duration::from_secs(1));
        assert_eq!(until_it_is_over(&own_timer, pending()).await, LIMIT);
        let with_one = async {
            own_timer.during(second()).await;
            pending::<()>().await;
        };
        assert_eq!(until_it_is_over(&own_timer, with_one).await, LIMIT);
        let with_many = async {
            loop {
                own_timer.during(second()).await;
            }
        };
        assert_eq!(until_it_is_over(&own_timer, with_many).await, LIMIT);
        let at_once_over = async {
            own_timer.during(async {}).await;
            pending::<()>().await;
        };
        assert_eq!(until_it_is_over(&own_timer, at_once_over).await, LIMIT);
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_in_time_is_the_answer() {
        let own_timer = OwnTimer::default();
        for seconds in [0, 1, 4] {
            let sleep = || tokio::time::sleep(Duration::from_secs(seconds));
            assert_eq!(within(LIMIT, &own_timer, Box::pin(sleep())).await, Some(()));
            assert_eq!(within(LIMIT, &own_timer, Box::pin(own_timer.during(sleep()))).await, Some(()));
            assert_eq!(within(Duration::MAX, &own_timer, Box::pin(sleep())).await, Some(()));
        }
    }
}
