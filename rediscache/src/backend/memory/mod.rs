//! The embedded store: the same operations on maps in this process.

mod hash;
mod keyspace;
mod lifetime;
mod list;
mod task;

use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::backend::Background;
use keyspace::Keyspace;
pub(crate) use list::MemoryWaiter;

/// One empty database. All its operations are atomic, since each holds the one lock to its end and none waits.
#[derive(Debug, Default)]
pub(crate) struct MemoryStore {
    keyspace: Mutex<Keyspace>,
    /// Told when a list was given items, or will be at some time.
    changed: watch::Sender<()>,
    background: Background,
}

impl MemoryStore {
    /// Nothing between lock and unlock panics half way through a change, so a poisoned lock holds good data.
    fn keyspace(&self) -> MutexGuard<'_, Keyspace> {
        self.keyspace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn background(&self) -> &Background {
        &self.background
    }

    pub(crate) fn close(&self) {
        *self.keyspace() = Keyspace::default();
        self.background.end();
    }
}
