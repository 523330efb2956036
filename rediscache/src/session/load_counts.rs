//! What is counted of the loads of one namespace.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// What a cache did for those who load.
#[derive(Debug, Default)]
pub(crate) struct LoadCounts {
    pub(crate) hits: AtomicU64,
    pub(crate) misses: AtomicU64,
    pub(crate) loads: AtomicU64,
    pub(crate) shared: AtomicU64,
    pub(crate) stale: AtomicU64,
    pub(crate) failures: AtomicU64,
    /// About how long a load takes, in nanoseconds; zero before the first.
    took: AtomicU64,
}

impl LoadCounts {
    #[inline]
    pub(crate) fn add(count: &AtomicU64) {
        count.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes how long a load took: an eighth of each is what the next ones are thought to take.
    pub(crate) fn note_time(&self, took: Duration) {
        let took = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX).max(1);
        let mean = |known: u64| Some(if known == 0 { took } else { known - known / 8 + took / 8 });
        let _ = self.took.fetch_update(Ordering::Relaxed, Ordering::Relaxed, mean);
    }

    /// About how long a load takes.
    pub(crate) fn time(&self) -> Duration {
        Duration::from_nanos(self.took.load(Ordering::Relaxed))
    }
}
