//! A call of `get_or_load` as a future.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::error::LoadError;

/// A call of [`get_or_load`](crate::RedisTtlCache::get_or_load) that was prepared and not yet made: it starts when it is first
/// polled.
///
/// It owns all it needs, as an [`Operation`](crate::Operation) does.
#[must_use = "nothing is read or loaded until it is awaited"]
pub struct GetOrLoad<V, E>(Pin<Box<dyn Future<Output = Result<V, LoadError<E>>> + Send>>);

impl<V, E> GetOrLoad<V, E> {
    pub(super) fn of(call: impl Future<Output = Result<V, LoadError<E>>> + Send + 'static) -> Self {
        Self(Box::pin(call))
    }
}

impl<V, E> Future for GetOrLoad<V, E> {
    type Output = Result<V, LoadError<E>>;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(context)
    }
}

impl<V, E> fmt::Debug for GetOrLoad<V, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GetOrLoad").finish_non_exhaustive()
    }
}
