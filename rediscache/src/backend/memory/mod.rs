//! The embedded store: the same operations on maps in this process.

mod hash;
mod keyspace;
mod lifetime;
mod list;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

use keyspace::Keyspace;
pub(crate) use list::MemoryWaiter;

/// One empty database. All its operations are atomic, since each holds the one lock to its end and none waits.
#[derive(Debug, Default)]
pub(crate) struct MemoryStore(Arc<Shared>);

/// Shared with those who wait.
#[derive(Debug, Default)]
struct Shared {
    keyspace: Mutex<Keyspace>,
    /// Told when a list was given items.
    pushed: Notify,
}

impl Shared {
    /// Nothing between lock and unlock panics half way through a change, so a poisoned lock holds good data.
    fn keyspace(&self) -> MutexGuard<'_, Keyspace> {
        self.keyspace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl MemoryStore {
    fn keyspace(&self) -> MutexGuard<'_, Keyspace> {
        self.0.keyspace()
    }

    pub(crate) fn close(&self) {
        *self.keyspace() = Keyspace::default();
    }
}
