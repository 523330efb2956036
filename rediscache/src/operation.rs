use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::error::Result;

/// A call that was prepared and not yet made: it starts when it is first polled.
///
/// It owns all it needs, so that it can be spawned, joined and stored even where the cache it came from is a
/// temporary: `tokio::spawn(Channel::topics().get(42))`. Arguments are encoded when the method is called; the session
/// is looked up when the future is first polled, so that `session.scope(Channel::topics().get(42))` uses `session`.
#[must_use = "a call is not made until it is awaited"]
pub struct Operation<T>(Pin<Box<dyn Future<Output = Result<T>> + Send>>);

impl<T> Operation<T> {
    pub(crate) fn new(call: impl Future<Output = Result<T>> + Send + 'static) -> Self {
        Self(Box::pin(call))
    }
}

impl<T> Future for Operation<T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        self.get_mut().0.as_mut().poll(context)
    }
}

impl<T> fmt::Debug for Operation<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation").finish_non_exhaustive()
    }
}
