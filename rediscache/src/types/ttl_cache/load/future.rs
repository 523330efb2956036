//! A call of `get_or_load` as a future.

use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll};

use super::error::LoadError;

/// A call of [`get_or_load`](crate::RedisTtlCache::get_or_load) that was prepared and not yet made: it starts when it is first
/// polled.
///
/// It owns all it needs, as an [`Operation`](crate::Operation) does.
#[must_use = "nothing is read or loaded until it is awaited"]
pub struct GetOrLoad<V, E>(LoadStage<V, E>);

enum LoadStage<V, E> {
    /// What is asked for may be in this process.
    Look(Box<dyn Prepared<V, E> + Send>),
    Call(Pin<Box<dyn Future<Output = Result<V, LoadError<E>>> + Send>>),
    /// Between the two.
    Neither,
}

/// A call that was prepared.
pub(super) trait Prepared<V, E> {
    /// What this process keeps, if that may be served.
    fn look(&self) -> Option<V>;

    /// Makes the call.
    fn begin(self: Box<Self>) -> GetOrLoad<V, E>;
}

impl<V, E> GetOrLoad<V, E> {
    pub(super) fn of(call: impl Future<Output = Result<V, LoadError<E>>> + Send + 'static) -> Self {
        Self(LoadStage::Call(Box::pin(call)))
    }

    pub(super) fn looking(prepared: Box<dyn Prepared<V, E> + Send>) -> Self {
        Self(LoadStage::Look(prepared))
    }

    #[cold]
    fn call_after_look(&mut self, context: &mut Context<'_>) -> Poll<Result<V, LoadError<E>>> {
        if let LoadStage::Look(prepared) = mem::replace(&mut self.0, LoadStage::Neither) {
            *self = prepared.begin();
        }
        match &mut self.0 {
            LoadStage::Call(call) => call.as_mut().poll(context),
            _ => panic!("a call that panicked was polled again"),
        }
    }
}

impl<V, E> Future for GetOrLoad<V, E> {
    type Output = Result<V, LoadError<E>>;

    #[inline]
    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let call = self.get_mut();
        match &mut call.0 {
            LoadStage::Look(prepared) => match prepared.look() {
                Some(kept) => Poll::Ready(Ok(kept)),
                None => call.call_after_look(context),
            },
            LoadStage::Call(future) => future.as_mut().poll(context),
            LoadStage::Neither => call.call_after_look(context),
        }
    }
}

impl<V, E> fmt::Debug for GetOrLoad<V, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GetOrLoad").finish_non_exhaustive()
    }
}
