//! What this process keeps of what it read, as far as calls change it.

use std::sync::Arc;

use super::Router;
use crate::near::{Change, Coherence};
use crate::store::redis::invalidation::WriteGuard;

impl Router {
    /// Says that what is kept of this key in this process is about to change, until the guard is dropped.
    pub(crate) fn guard_write<'a>(&'a self, key: &'a str, change: Change<'a>) -> WriteGuard<'a> {
        self.watched.guard_write(key, change)
    }

    /// Whether this process keeps something of any key.
    pub(crate) fn keeps_any(&self) -> bool {
        self.watched.is_used()
    }

    /// What guards what this process keeps of a key.
    pub(crate) fn coherence(&self, key: &str) -> Arc<Coherence> {
        self.watched.watch(key)
    }

    /// What guards what this process keeps of entries that are keys of their own, whose names begin so.
    pub(crate) fn coherence_of_entries(&self, scope: &str) -> Arc<Coherence> {
        self.watched.watch_entries(scope)
    }
}
