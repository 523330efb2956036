use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::Poll;

/// The answer, unless that takes more polls than these: then the future is dropped where it stands.
pub async fn within_polls<T>(polls: usize, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut polled = 0;
    poll_fn(|context| {
        if polled == polls {
            return Poll::Ready(None);
        }
        polled += 1;
        future.as_mut().poll(context).map(Some)
    })
    .await
}
