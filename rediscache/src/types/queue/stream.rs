//! The items of a queue as a stream.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use futures_core::Stream;

use crate::error::{ErrorKind, Result};
use crate::types::operation::Operation;

/// The items of a queue as they are taken; made by `stream` and `drain`.
///
/// Dropping it at any point loses no item.
#[must_use = "a stream does nothing until it is polled"]
pub struct QueueStream<I> {
    next: PollNext<I>,
    ended: bool,
}

/// Asks for the next item, and goes on with that when it is called again.
type PollNext<I> = Box<dyn FnMut(&mut Context<'_>) -> Poll<Result<Option<I>>> + Send>;

impl<I: 'static> QueueStream<I> {
    /// Makes one call for each item.
    pub(crate) fn new(ask: impl Fn() -> Operation<Option<I>> + Send + 'static) -> Self {
        let mut asked: Option<Operation<Option<I>>> = None;
        Self::polling(move |context| {
            let answer = ready!(Pin::new(asked.get_or_insert_with(&ask)).poll(context));
            asked = None;
            Poll::Ready(answer)
        })
    }
}

impl<I> QueueStream<I> {
    pub(crate) fn polling(next: impl FnMut(&mut Context<'_>) -> Poll<Result<Option<I>>> + Send + 'static) -> Self {
        Self { next: Box::new(next), ended: false }
    }
}

impl<I> Stream for QueueStream<I> {
    type Item = Result<I>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<I>>> {
        let stream = self.get_mut();
        if stream.ended {
            return Poll::Ready(None);
        }
        let answer = ready!((stream.next)(context));
        stream.ended = match &answer {
            Ok(item) => item.is_none(),
            Err(error) => error.kind() != ErrorKind::Decode && !error.is_retryable(),
        };
        Poll::Ready(answer.transpose())
    }
}

impl<I> fmt::Debug for QueueStream<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueueStream").field("ended", &self.ended).finish_non_exhaustive()
    }
}
