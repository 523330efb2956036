//! What is counted of the connections of a session, and of what is sent over them.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use super::batch_sizes::{BatchSizes, SIZE_BUCKETS, size_bucket};

/// The figures of all connections of a session.
#[derive(Default)]
#[repr(align(64))]
pub(crate) struct WireCounts {
    requests: AtomicU64,
    connections: AtomicU64,
    reconnects: AtomicU64,
    batched: AtomicU64,
    batches: [AtomicU64; SIZE_BUCKETS],
}

impl WireCounts {
    #[inline]
    pub(crate) fn request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts calls that leave together.
    pub(crate) fn batch(&self, calls: usize) {
        if calls > 1 {
            self.batched.fetch_add(calls as u64, Ordering::Relaxed);
            self.batches[size_bucket(calls)].fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Counts a connection that was made, maybe in place of one that was lost.
    pub(crate) fn connected(&self, again: bool) {
        self.connections.fetch_add(1, Ordering::Relaxed);
        self.reconnects.fetch_add(again.into(), Ordering::Relaxed);
    }

    pub(super) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    pub(super) fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    pub(super) fn reconnects(&self) -> u64 {
        self.reconnects.load(Ordering::Relaxed)
    }

    pub(super) fn batches(&self) -> BatchSizes {
        let counts = self.batches.each_ref().map(|count| count.load(Ordering::Relaxed));
        BatchSizes::of(counts, self.batched.load(Ordering::Relaxed))
    }
}

impl fmt::Debug for WireCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WireCounts").field("requests", &self.requests()).finish_non_exhaustive()
    }
}
