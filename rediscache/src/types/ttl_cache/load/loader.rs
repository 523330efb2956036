//! A loader on its way: what the caller gave, in a task of its own, with what it brings in its stored form.

use std::any::Any;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::runtime::Handle;
use tokio::task::{JoinError, JoinHandle};
use tracing::{Instrument, Span};

use super::loaded::{Loaded, Worth};
use super::nested::Loading;
use crate::bounds::Value;
use crate::codec::{Codec, Meaning};
use crate::error::{Error, ErrorKind};
use crate::session::RedisSession;
use crate::types::value::{Encoded, encode_value};

/// A loader that was not asked yet, of any type, and where it is to run.
pub(super) struct Loader {
    ask: Pin<Box<dyn Future<Output = LoaderEnd> + Send>>,
    runtime: Handle,
    /// The session of the scope that the caller is in.
    scope: Option<RedisSession>,
    loading: Loading,
    span: Span,
}

/// What a loader came to.
pub(super) enum LoaderEnd {
    Brought(Encoded<Vec<u8>>, Worth),
    Failed(Arc<dyn Any + Send + Sync>),
    /// What it brought has no stored form, or it came to no end.
    Refused(Error),
}

/// A loader at work; it is stopped when this is dropped.
pub(super) struct AtWork(JoinHandle<LoaderEnd>);

impl Loader {
    /// As the current task would ask it.
    pub(super) fn of<V, C, L, F, R, E>(
        loader: L,
        (meaning, span): (Meaning, Span),
        loading: Loading,
        runtime: Handle,
    ) -> Self
    where
        V: Value,
        C: Codec,
        L: FnOnce() -> F + Send + 'static,
        F: Future<Output = Result<R, E>> + Send + 'static,
        R: Into<Loaded<V>>,
        E: Send + Sync + 'static,
    {
        let ask = async move {
            match loader().await {
                Ok(brought) => stored::<V, C>(brought.into(), meaning),
                Err(error) => LoaderEnd::Failed(Arc::new(error)),
            }
        };
        Self { ask: Box::pin(ask), runtime, scope: RedisSession::scoped(), loading, span }
    }

    /// Asks it.
    pub(super) fn start(self) -> AtWork {
        let Self { ask, runtime, scope, loading, span } = self;
        let ask = loading.scope(ask);
        AtWork(match scope {
            Some(session) => runtime.spawn(async move { session.scope(ask).await }.instrument(span)),
            None => runtime.spawn(ask.instrument(span)),
        })
    }
}

fn stored<V: Value, C: Codec>(brought: Loaded<V>, meaning: Meaning) -> LoaderEnd {
    match encode_value::<C, V>(&brought.value, meaning) {
        Ok(encoded) => LoaderEnd::Brought(encoded, brought.worth),
        Err(error) => LoaderEnd::Refused(error),
    }
}

impl Future for AtWork {
    /// `None` where its runtime has ended.
    type Output = Option<LoaderEnd>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        Pin::new(&mut self.0).poll(context).map(|end| match end {
            Ok(end) => Some(end),
            Err(error) => panicked(&error).map(LoaderEnd::Refused),
        })
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn panicked(error: &JoinError) -> Option<Error> {
    error.is_panic().then(|| {
        Error::new(
            ErrorKind::Panicked,
            "the loader panicked; what it said went to the panic hook, as a rule to `stderr`",
        )
    })
}
