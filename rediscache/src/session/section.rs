//! Critical sections within one process, by namespace.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

/// The critical sections of a session, one for each key that someone is in or waits for.
#[derive(Default)]
pub(crate) struct Sections {
    held: Arc<Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>>,
}

/// A critical section of one namespace; it ends when this is dropped. See [`RedisCache::section`](crate::RedisCache::section).
#[must_use = "the critical section ends when the guard is dropped"]
pub struct CacheSection {
    /// Dropped first, so that `waiting` sees what is left.
    _guard: OwnedMutexGuard<()>,
    waiting: Waiting,
}

/// A share in the entry of one key; the last one takes the entry away, so that the table does not grow for ever.
struct Waiting {
    key: String,
    lock: Arc<tokio::sync::Mutex<()>>,
    held: Arc<Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>>,
}

impl Sections {
    /// Waits for the critical section of `key`, first come first served.
    pub(crate) async fn enter(&self, key: String) -> CacheSection {
        let waiting = {
            let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
            let lock = Arc::clone(held.entry(key.clone()).or_default());
            Waiting { key, lock, held: Arc::clone(&self.held) }
        };
        let guard = Arc::clone(&waiting.lock).lock_owned().await;
        CacheSection { _guard: guard, waiting }
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        // The table's own share and this one.
        if Arc::strong_count(&self.lock) == 2 {
            held.remove(&self.key);
        }
    }
}

impl fmt::Debug for CacheSection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheSection").field("key", &self.waiting.key).finish_non_exhaustive()
    }
}
