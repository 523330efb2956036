//! One call as a future: what is polled, and what happens around it.

use std::fmt;
use std::future::Future;
use std::mem;
use std::pin::{Pin, pin};
use std::task::{Context, Poll};

use tracing::Instrument;

use super::limit::CallLimit;
use super::measured::Measured;
use super::object::{Object, Target, span};
use crate::codec::EncodedKey;
use crate::error::Result;
use crate::near::Near;

/// A call that was prepared and not yet made: it starts when it is first polled.
///
/// It owns all it needs, so that it can be spawned, joined and stored even where the cache it came from is a
/// temporary: `tokio::spawn(Channel::topics().get(42))`. Arguments are encoded when the method is called; the session
/// is looked up when the future is first polled, so that `session.scope(Channel::topics().get(42))` uses `session`.
#[must_use = "a call is not made until it is awaited"]
pub struct Operation<T>(Stage<T>);

enum Stage<T> {
    /// What is asked for may be in this process. Where it is, nothing is allocated.
    Look(NearRead, NearLook<T>),
    Call(Pin<Box<dyn Future<Output = Result<T>> + Send>>),
    /// Between the two.
    Neither,
}

/// What a call does that is given up.
#[derive(Clone, Copy, Debug)]
pub(super) enum Access {
    /// It changes nothing.
    Read,
    /// It may have changed something.
    Change,
}

/// A read of one key that may be answered by what this process keeps.
pub(super) struct NearRead {
    pub(super) object: Object,
    pub(super) near: Near,
    pub(super) key: EncodedKey,
}

/// How such a read is made.
pub(super) struct NearLook<T> {
    /// What is kept, if that may be served.
    pub(super) look: fn(&NearRead) -> Option<T>,
    /// Reads from the store where nothing was seen.
    pub(super) call: fn(NearRead) -> Operation<T>,
}

impl<T> Operation<T> {
    /// Makes one call of `body`, told where it goes, with a span around it and its errors told where they happened. It may
    /// change something, and is given up after the object's own timeout.
    pub(super) fn new<F>(
        object: &Object,
        operation: &'static str,
        body: impl FnOnce(Target) -> F + Send + 'static,
    ) -> Self
    where
        T: 'static,
        F: Future<Output = Result<T>> + Send,
    {
        Self::to(Access::Change, object, operation, body)
    }

    /// As [`new`](Self::new), of what changes nothing when it is given up.
    pub(super) fn reading<F>(
        object: &Object,
        operation: &'static str,
        body: impl FnOnce(Target) -> F + Send + 'static,
    ) -> Self
    where
        T: 'static,
        F: Future<Output = Result<T>> + Send,
    {
        Self::to(Access::Read, object, operation, body)
    }

    /// The one or the other.
    pub(super) fn to<F>(
        access: Access,
        object: &Object,
        operation: &'static str,
        body: impl FnOnce(Target) -> F + Send + 'static,
    ) -> Self
    where
        T: 'static,
        F: Future<Output = Result<T>> + Send,
    {
        let call = Self::unbounded(object, operation, body);
        if object.limit == CallLimit::NONE { call } else { call.bounded(access, object, operation) }
    }

    /// As [`new`](Self::new), of what waits for others, or bounds its steps itself.
    pub(super) fn unbounded<F>(
        object: &Object,
        operation: &'static str,
        body: impl FnOnce(Target) -> F + Send + 'static,
    ) -> Self
    where
        T: 'static,
        F: Future<Output = Result<T>> + Send,
    {
        let mut object = object.clone();
        Self::of(async move {
            let span = span(operation, object.name(), || object.session());
            let target = match object.target() {
                Ok(target) => target,
                Err(error) => return Err(object.failed(operation, &span, error)),
            };
            let measured = (!object.is_part).then(|| Measured::begin(&target));
            // Here: a function that is given the call would hold it twice.
            let mut call = pin!(body(target).instrument(span));
            let answer = call.as_mut().await;
            if let Some(measured) = measured {
                measured.end(operation, &answer);
            }
            answer.map_err(|error| object.failed(operation, call.span(), error))
        })
    }

    /// In a future around it, so that those without a limit carry nothing of it.
    #[cold]
    fn bounded(self, access: Access, object: &Object, operation: &'static str) -> Self
    where
        T: 'static,
    {
        let (limit, object) = (object.limit, object.clone());
        Self::of(async move {
            let answer = match access {
                Access::Read => limit.bound_reading(self).await,
                Access::Change => limit.bound(self).await,
            };
            if let Err(error) = &answer
                // That of the call itself is known already, and counted.
                && error.operation().is_empty()
                && let Ok(target) = object.clone().target()
            {
                Measured::fail_late(&target, operation, limit.duration(), error.kind());
            }
            answer.map_err(|error| error.during(operation, Some(object.namespace())))
        })
    }

    /// A call that is made of others.
    pub(super) fn of(call: impl Future<Output = Result<T>> + Send + 'static) -> Self {
        Self(Stage::Call(Box::pin(call)))
    }

    #[inline]
    pub(super) fn look(read: NearRead, look: NearLook<T>) -> Self {
        Self(Stage::Look(read, look))
    }

    #[cold]
    fn call_after_look(&mut self, context: &mut Context<'_>) -> Poll<Result<T>> {
        if let Stage::Look(read, look) = mem::replace(&mut self.0, Stage::Neither) {
            *self = (look.call)(read);
        }
        match &mut self.0 {
            Stage::Call(call) => call.as_mut().poll(context),
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
            Stage::Look(read, look) => match (look.look)(read) {
                Some(seen) => Poll::Ready(Ok(seen)),
                None => operation.call_after_look(context),
            },
            Stage::Call(call) => call.as_mut().poll(context),
            Stage::Neither => operation.call_after_look(context),
        }
    }
}

impl<T> Clone for NearLook<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for NearLook<T> {}

impl<T> fmt::Debug for Operation<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Operation").finish_non_exhaustive()
    }
}
