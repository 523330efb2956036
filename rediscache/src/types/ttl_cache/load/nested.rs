//! What a loader is asked for, as far as its own task shows it: for its own key it would wait for ever.

use std::future::Future;
use std::sync::Arc;

use crate::error::{Error, Result};
use crate::refusal::config;

tokio::task_local! {
    static LOADING: Loading;
}

/// What the current task loads, and for whom.
#[derive(Clone, Debug)]
pub(super) struct Loading(Arc<OneOf>);

#[derive(Debug)]
struct OneOf {
    session: u64,
    entry: Box<str>,
    outer: Option<Loading>,
}

impl Loading {
    /// Loads an entry, for what the current task loads.
    pub(super) fn of(session: u64, entry: &str) -> Self {
        let outer = LOADING.try_with(Clone::clone).ok();
        Self(Arc::new(OneOf { session, entry: entry.into(), outer }))
    }

    /// Refuses an entry that the current task loads, or that what it loads is for.
    pub(super) fn check(session: u64, entry: &str) -> Result<()> {
        let loads = |loading: &Self| loading.chain().any(|one| one.session == session && &*one.entry == entry);
        if LOADING.try_with(loads).unwrap_or_default() { Err(own_key()) } else { Ok(()) }
    }

    pub(super) async fn scope<F: Future>(self, loader: F) -> F::Output {
        LOADING.scope(self, loader).await
    }

    fn chain(&self) -> impl Iterator<Item = &OneOf> {
        std::iter::successors(Some(self), |loading| loading.0.outer.as_ref()).map(|loading| &*loading.0)
    }
}

#[cold]
fn own_key() -> Error {
    config("a loader asked for the key that it loads, and would wait for itself; have it ask what is behind the cache")
}
