//! Who comes first within one process, by name.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

/// Those who have a turn and wait for one, by the name of what they wait for.
#[derive(Default)]
pub(crate) struct Turns(Arc<Mutex<TurnsByName>>);

type TurnsByName = HashMap<String, Arc<tokio::sync::Mutex<()>>>;

/// A turn; it ends when this is dropped.
pub(crate) struct Turn {
    /// Dropped first, so that `waiting` sees what is left.
    _guard: OwnedMutexGuard<()>,
    waiting: Waiting,
}

/// A share in the entry of one name; the last one takes the entry away, so that the table does not grow for ever.
struct Waiting {
    name: String,
    lock: Arc<tokio::sync::Mutex<()>>,
    turns: Arc<Mutex<TurnsByName>>,
}

impl Turns {
    /// Waits for the turn, first come first served.
    pub(crate) async fn enter(&self, name: String) -> Turn {
        let waiting = {
            let mut turns = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let lock = Arc::clone(turns.entry(name.clone()).or_default());
            Waiting { name, lock, turns: Arc::clone(&self.0) }
        };
        let guard = Arc::clone(&waiting.lock).lock_owned().await;
        Turn { _guard: guard, waiting }
    }
}

impl Turn {
    pub(crate) fn name(&self) -> &str {
        &self.waiting.name
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        // The table's own share and this one.
        if Arc::strong_count(&self.lock) == 2 {
            turns.remove(&self.name);
        }
    }
}

impl fmt::Debug for Turn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Turn").field("name", &self.name()).finish_non_exhaustive()
    }
}
