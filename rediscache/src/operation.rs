use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use crate::error::Result;
use crate::types::Look;

/// A call that was prepared and not yet made: it starts when it is first polled.
///
/// It owns all it needs, so that it can be spawned, joined and stored even where the cache it came from is a
/// temporary: `tokio::spawn(Channel::topics().get(42))`. Arguments are encoded when the method is called; the session
/// is looked up when the future is first polled, so that `session.scope(Channel::topics().get(42))` uses `session`.
#[must_use = "a call is not made until it is awaited"]
pub struct Operation<T>(Step<T>);

enum Step<T> {
    /// What is asked for may be in this process. Where it is, nothing is allocated.
    Look(Look<T>),
    Call(Pin<Box<dyn Future<Output = Result<T>> + Send>>),
    /// Between the two.
    Neither,
}

impl<T> Operation<T> {
    pub(crate) fn new(call: impl Future<Output = Result<T>> + Send + 'static) -> Self {
        Self(Step::Call(Box::pin(call)))
    }

    #[inline]
    pub(crate) fn look(look: Look<T>) -> Self {
        Self(Step::Look(look))
    }

    #[cold]
    fn call_after_look(&mut self, context: &mut Context<'_>) -> Poll<Result<T>> {
        if let Step::Look(look) = mem::replace(&mut self.0, Step::Neither) {
            *self = look.into_call();
        }
        match &mut self.0 {
            Step::Call(call) => call.as_mut().poll(context),
            _ => panic!("a call that panicked was polled again"),
        }
    }
}

impl<T> Future for Operation<T> {
    type Output = Result<T>;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Result<T>> {
        let operation = self.get_mut();
        match &mut operation.0 {
            Step::Look(look) => match look.seen() {
                Some(seen) => Poll::Ready(Ok(seen)),
                None => operation.call_after_look(context),
            },
            Step::Call(call) => call.as_mut().poll(context),
            Step::Neither => operation.call_after_look(context),
        }
    }
}

impl<T> fmt::Debug for Operation<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation").finish_non_exhaustive()
    }
}
