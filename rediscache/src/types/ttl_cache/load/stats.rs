//! What a cache did for those who load.

use std::sync::atomic::Ordering;

use crate::session::LoadCounts;

/// What [`get_or_load`](crate::RedisTtlCache::get_or_load) did so far, in one session; made by [`RedisTtlCache::stats`](crate::RedisTtlCache::stats).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TtlStats {
    hits: u64,
    misses: u64,
    loads: u64,
    shared: u64,
    stale: u64,
    failures: u64,
}

impl TtlStats {
    pub(in crate::types::ttl_cache) fn of(counts: &LoadCounts) -> Self {
        Self {
            hits: counts.hits.load(Ordering::Relaxed),
            misses: counts.misses.load(Ordering::Relaxed),
            loads: counts.loads.load(Ordering::Relaxed),
            shared: counts.shared.load(Ordering::Relaxed),
            stale: counts.stale.load(Ordering::Relaxed),
            failures: counts.failures.load(Ordering::Relaxed),
        }
    }

    /// How often there was a value that was fresh, in the store: what is served from this process is counted by
    /// [`near_stats`](crate::RedisTtlCache::near_stats).
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.hits
    }

    /// How often there was none, or the store could not be asked.
    #[must_use]
    pub fn misses(&self) -> u64 {
        self.misses
    }

    /// How often a loader was asked, by this process.
    #[must_use]
    pub fn loads(&self) -> u64 {
        self.loads
    }

    /// How often one who missed was given what another of this process loads.
    #[must_use]
    pub fn shared(&self) -> u64 {
        self.shared
    }

    /// How often a stale value was given out.
    #[must_use]
    pub fn stale(&self) -> u64 {
        self.stale
    }

    /// How many of the [`loads`](Self::loads) failed: with an error, a panic or in their time.
    #[must_use]
    pub fn failures(&self) -> u64 {
        self.failures
    }
}
