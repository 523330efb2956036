//! The embedded store, as far as all kinds of data share it: maps in this process.

mod keyspace;

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

pub(super) use keyspace::{Collection, Keyspace};

use super::background::Background;
use super::milliseconds::milliseconds;

/// One empty database. All its operations are atomic, since each holds the one lock to its end and none waits.
#[derive(Debug, Default)]
pub(crate) struct MemoryStore {
    keyspace: Mutex<Keyspace>,
    /// Told when a list was given items, or will be at some time.
    given: watch::Sender<()>,
    background: Background,
}

impl MemoryStore {
    /// Nothing between lock and unlock panics half way through a change, so a poisoned lock holds good data.
    pub(super) fn keyspace(&self) -> MutexGuard<'_, Keyspace> {
        self.keyspace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Tells those who wait for a list.
    pub(super) fn tell_of_items(&self) {
        self.given.send_replace(());
    }

    pub(super) fn items_given(&self) -> watch::Receiver<()> {
        self.given.subscribe()
    }

    pub(super) fn background(&self) -> &Background {
        &self.background
    }

    pub(super) fn close(&self) {
        *self.keyspace() = Keyspace::default();
        self.background.end();
    }
}

/// The end of a life of `after`; one too far off for the clock ends in a century.
pub(super) fn ends_in(after: Duration) -> Instant {
    const CENTURY: Duration = Duration::from_secs(100 * 365 * 24 * 3600);
    let after = Duration::from_millis(milliseconds(after).unsigned_abs());
    let now = Instant::now();
    now.checked_add(after).unwrap_or(now + CENTURY)
}
