//! Critical sections within one process, by namespace.

use std::fmt;

use super::turns::Turn;

/// A critical section of one namespace; it ends when this is dropped. See [`RedisCache::section`](crate::RedisCache::section).
#[must_use = "the critical section ends when the guard is dropped"]
pub struct CacheSection(Turn);

impl CacheSection {
    pub(crate) fn of(turn: Turn) -> Self {
        Self(turn)
    }
}

impl fmt::Debug for CacheSection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CacheSection").field("key", &self.0.name()).finish_non_exhaustive()
    }
}
