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
    ask: Box<dyn Fn() -> Operation<Option<I>> + Send + Sync>,
    /// The call under way.
    asked: Option<Operation<Option<I>>>,
    ended: bool,
}

impl<I> QueueStream<I> {
    pub(crate) fn new(ask: impl Fn() -> Operation<Option<I>> + Send + Sync + 'static) -> Self {
        Self { ask: Box::new(ask), asked: None, ended: false }
    }
}

impl<I> Stream for QueueStream<I> {
    type Item = Result<I>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<I>>> {
        let stream = self.get_mut();
        if stream.ended {
            return Poll::Ready(None);
        }
        let answer = ready!(Pin::new(stream.asked.get_or_insert_with(&stream.ask)).poll(context));
        stream.asked = None;
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
