//! Waiting in line: one task for each queue that someone gets from, which takes items for all who ask.
//!
//! Those who ask hold only the receiving end of a channel, so that dropping them at any point loses nothing: whatever
//! was under way for them is in the hands of the line's task, and what arrives for nobody goes back.

mod delivery;
mod dispatcher;
mod dispatchers;
mod list_source;
mod task_source;

use std::future::Future;

use tokio::sync::oneshot;
use tokio::time::Instant;

pub(crate) use dispatchers::Dispatchers;
pub(crate) use list_source::ListSource;
pub(crate) use task_source::{HeldTask, TaskSource};

use super::RedisSession;
use crate::backend::Store;
use crate::error::Result;
use delivery::Delivery;

/// Where a line takes its items from.
pub(crate) trait Source: Send + Sync + 'static {
    type Item: Send + Sync + 'static;

    /// The Redis key that gets items, which is what is waited on.
    fn key(&self) -> &str;

    /// Where it is announced that something will be due.
    fn announced(&self) -> Option<&'static str> {
        None
    }

    /// Takes up to `limit` items, as many as there are now.
    fn take(&self, store: &Store, limit: usize) -> impl Future<Output = Result<Vec<Self::Item>>> + Send;

    /// Puts items, given in the order in which they were taken, back to the end they came from. Asked again with the same
    /// token, it does nothing.
    fn put_back(&self, store: &Store, items: &[Self::Item], token: u64) -> impl Future<Output = Result<()>> + Send;

    /// Puts an item that cannot be read aside.
    fn bury(&self, store: &Store, item: &Self::Item) -> impl Future<Output = Result<()>> + Send;

    /// When there is something to do besides taking, for those who wait and for what is held.
    fn next_tick(&self) -> Option<Instant> {
        None
    }

    /// Whether something was handed out that needs ticks though nobody asks for more.
    fn is_held(&self) -> bool {
        false
    }

    /// Does what there is to do besides taking.
    fn tick(&self, _store: &Store) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }
}

/// How long someone is ready to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patience {
    /// Takes what is there now.
    None,
    /// Waits for ever.
    Endless,
}

/// One who asks for an item.
struct Request<S: Source> {
    patience: Patience,
    reply: oneshot::Sender<Result<Option<Delivery<S>>>>,
    /// Keeps the store open while someone waits.
    session: RedisSession,
}

enum Message<S: Source> {
    Asked(Request<S>),
    /// Someone who asked is gone.
    Left,
    /// An item that arrived for nobody, with its place in the order in which items were taken.
    Returned(u64, S::Item, RedisSession),
    /// An item that its receiver could not read.
    Unreadable(S::Item, RedisSession),
}
