//! What is counted of one object while it is used.

use std::fmt;
#[cfg(feature = "metrics")]
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::latency::{LATENCY_BUCKETS, LatencyHistogram, latency_bucket};
use super::object::{KINDS, ObjectStats};
use super::recorder::{ObjectRecorder, RecordedCall};
#[cfg(feature = "metrics")]
use crate::config::StoreIdentity;
use crate::error::ErrorKind;
use crate::namespace::Namespace;

/// The figures of one object. Apart from all else, since many threads change them.
#[repr(align(64))]
pub(crate) struct ObjectCounts {
    calls: AtomicU64,
    hits: AtomicU64,
    misses: AtomicU64,
    bytes_read: AtomicU64,
    bytes_written: AtomicU64,
    redeliveries: AtomicU64,
    loads: AtomicU64,
    /// In nanoseconds.
    time: AtomicU64,
    latency: [AtomicU64; LATENCY_BUCKETS],
    errors: [AtomicU64; KINDS],
    /// Of a family, the name that its objects share.
    namespace: Namespace,
    is_global: bool,
    recorder: ObjectRecorder,
}

impl ObjectCounts {
    pub(super) fn new(namespace: Namespace, is_global: bool) -> Self {
        let [calls, hits, misses, bytes_read, bytes_written, redeliveries, loads, time] =
            [const { AtomicU64::new(0) }; 8];
        let (latency, errors) = ([const { AtomicU64::new(0) }; LATENCY_BUCKETS], [const { AtomicU64::new(0) }; KINDS]);
        Self {
            calls,
            hits,
            misses,
            bytes_read,
            bytes_written,
            redeliveries,
            loads,
            time,
            latency,
            errors,
            namespace,
            is_global,
            recorder: ObjectRecorder::default(),
        }
    }

    pub(super) fn namespace(&self) -> &str {
        self.namespace.as_str()
    }

    pub(super) fn is_global(&self) -> bool {
        self.is_global
    }

    /// Whether it is of the object that this very constant names.
    #[inline]
    pub(super) fn is_constant(&self, name: &'static str, is_global: bool) -> bool {
        matches!(self.namespace, Namespace::Static(own) if std::ptr::eq(own, name)) && self.is_global == is_global
    }

    /// Whether nothing was counted.
    pub(super) fn is_unused(&self) -> bool {
        self.calls.load(Ordering::Relaxed) == 0
    }

    /// Counts a call that begins; how many there were before.
    #[inline]
    pub(crate) fn begin(&self) -> u64 {
        self.calls.fetch_add(1, Ordering::Relaxed)
    }

    /// Counts a call that failed.
    #[cold]
    pub(crate) fn fail(&self, kind: ErrorKind) {
        add(&self.errors[kind as usize], 1);
    }

    /// Whether someone wants to know of each call.
    #[inline]
    pub(crate) fn is_recorded(&self) -> bool {
        self.recorder.is_live()
    }

    /// Tells who wants to know.
    pub(crate) fn record(&self, call: RecordedCall) {
        self.recorder.record(call);
    }

    #[cfg(feature = "metrics")]
    pub(super) fn begin_recording(&self, identity: &Arc<StoreIdentity>) {
        self.recorder.begin(self.namespace(), identity);
    }

    /// Notes how long a call took, which stands for so many.
    pub(crate) fn took(&self, nanoseconds: u64, calls: u64) {
        add(&self.latency[latency_bucket(nanoseconds)], calls);
        add(&self.time, nanoseconds.saturating_mul(calls));
    }

    /// Counts bytes of a value that was read and is no answer to a question for one.
    #[inline]
    pub(crate) fn read(&self, bytes: usize) {
        add(&self.bytes_read, bytes as u64);
    }

    /// Counts a value that was asked for.
    #[inline]
    pub(crate) fn asked(&self, found: Option<usize>) {
        match found {
            Some(bytes) => {
                add(&self.hits, 1);
                self.read(bytes);
            }
            None => add(&self.misses, 1),
        }
    }

    #[inline]
    pub(crate) fn wrote(&self, bytes: usize) {
        add(&self.bytes_written, bytes as u64);
    }

    pub(crate) fn redelivered(&self) {
        add(&self.redeliveries, 1);
    }

    /// Counts that a loader is asked.
    pub(crate) fn load(&self) {
        add(&self.loads, 1);
    }

    /// Adds what was counted.
    pub(super) fn add_to(&self, stats: &mut ObjectStats) {
        let get = |count: &AtomicU64| count.load(Ordering::Relaxed);
        stats.calls += get(&self.calls);
        stats.hits += get(&self.hits);
        stats.misses += get(&self.misses);
        stats.bytes_read += get(&self.bytes_read);
        stats.bytes_written += get(&self.bytes_written);
        stats.loads += get(&self.loads);
        stats.redeliveries += get(&self.redeliveries);
        stats.errors.iter_mut().zip(&self.errors).for_each(|(errors, more)| *errors += get(more));
        stats.latency.add(&LatencyHistogram::of(self.latency.each_ref().map(get), get(&self.time)));
    }
}

#[inline]
fn add(count: &AtomicU64, more: u64) {
    count.fetch_add(more, Ordering::Relaxed);
}

impl fmt::Debug for ObjectCounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectCounts").field("namespace", &self.namespace).finish_non_exhaustive()
    }
}
