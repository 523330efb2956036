//! What is kept of one namespace, and whether it may be served.

use std::cell::Cell;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::coherence::{Coherence, Invalidate, NEVER, Provenance, ReadTicket, now};
use super::registry::Retire;
use super::{Mode, Near, NearStats, Unit};
use crate::codec::EncodedKey;

/// What an entry takes beside the stored forms of its key and its value, about.
const OVERHEAD: usize = 64;

/// What is kept of one namespace, in the types of one cache; `C` is its codec.
pub(crate) struct NearCache<V, C> {
    coherence: Arc<Coherence>,
    entries: Cache<EncodedKey, NearEntry<V>, Weigher, foldhash::quality::RandomState>,
    clock: Clock,
    /// In nanoseconds.
    staleness: u64,
    retired: AtomicBool,
    hits: AtomicU64,
    misses: AtomicU64,
    codec: PhantomData<fn() -> C>,
}

/// What was read: a value, or that there is none.
#[derive(Clone)]
enum NearEntry<V> {
    Present { size: Size, ends: u32, value: V },
    Absent { size: Size, ends: u32 },
}

/// In bytes, so many that more are not kept. Three of them fit beside the rest of an entry.
#[derive(Clone, Copy)]
struct Size([u8; 3]);

/// Tells when an entry ends, in ticks of a small part of its life.
struct Clock {
    /// The longest life that an entry has here; without it, no entry ends.
    ttl: Option<u64>,
    /// A tick is so many powers of two nanoseconds.
    shift: u32,
}

#[derive(Clone, Copy)]
struct Weigher(Unit);

impl<V: Clone + Send + Sync + 'static, C: 'static> NearCache<V, C> {
    pub(crate) fn new(near: Near, coherence: Arc<Coherence>) -> Arc<Self> {
        match near.mode {
            Mode::Tracking | Mode::Entries => coherence.track(),
            Mode::Fields => coherence.publish(),
        }
        let expected = match near.unit {
            Unit::Entries => near.room,
            Unit::Bytes => near.room.div_ceil(4 * OVERHEAD),
        };
        let weigher = Weigher(near.unit);
        let (options, hasher, lifecycle) = (options(expected, near.room), Default::default(), Default::default());
        let cache = Arc::new(Self {
            entries: Cache::with_options(options, weigher, hasher, lifecycle),
            clock: Clock::new(near.ttl_nanoseconds()),
            staleness: near.staleness,
            retired: AtomicBool::new(false),
            hits: AtomicU64::new(0),
            misses: AtomicU64::new(0),
            codec: PhantomData,
            coherence,
        });
        let weak: Weak<dyn Invalidate> = Arc::<Self>::downgrade(&cache);
        cache.coherence.add(weak, cache.staleness);
        cache
    }

    /// What is kept under the key and may be served, which counts as a hit.
    #[inline]
    pub(crate) fn look(&self, key: &EncodedKey) -> Option<Option<V>> {
        let time = now();
        if !self.coherence.is_fresh(time, self.staleness) {
            return None;
        }
        let (ends, value) = match self.entries.get(key)? {
            NearEntry::Present { ends, value, .. } => (ends, Some(value)),
            NearEntry::Absent { ends, .. } => (ends, None),
        };
        if !self.clock.is_fresh(ends, time) {
            return None;
        }
        self.hits.fetch_add(1, Ordering::Relaxed);
        tracing::trace!(scope = self.coherence.scope(), "served from this process");
        Some(value)
    }

    /// To be taken before the server is asked, and shown to [`keep`](Self::keep).
    pub(crate) fn ticket(&self, key: &[u8]) -> ReadTicket {
        self.misses.fetch_add(1, Ordering::Relaxed);
        tracing::trace!(scope = self.coherence.scope(), "not kept, the server is asked");
        self.coherence.ticket(key)
    }

    /// Keeps what was read, if it still holds; `stored` is how long its stored form is.
    pub(crate) fn keep(
        &self,
        ticket: ReadTicket,
        provenance: Provenance,
        key: EncodedKey,
        stored: usize,
        value: Option<&V>,
    ) {
        self.keep_until(ticket, provenance, NEVER, key, stored, value);
    }

    /// As [`keep`](Self::keep), of an entry that ends by itself.
    pub(crate) fn keep_until(
        &self,
        ticket: ReadTicket,
        provenance: Provenance,
        ends: u64,
        key: EncodedKey,
        stored: usize,
        value: Option<&V>,
    ) {
        let Some(size) = Size::of(key.as_slice().len() + stored + OVERHEAD) else { return };
        let ends = self.clock.end(provenance.asked, ends);
        let entry = match value {
            Some(value) => NearEntry::Present { size, ends, value: value.clone() },
            None => NearEntry::Absent { size, ends },
        };
        self.coherence.keep(ticket, provenance, || self.entries.insert(key, entry));
        if self.retired.load(Ordering::Acquire) {
            self.empty();
        }
    }

    pub(crate) fn stats(&self) -> NearStats {
        NearStats {
            hits: self.hits.load(Ordering::Relaxed),
            misses: self.misses.load(Ordering::Relaxed),
            invalidations: self.coherence.invalidations(),
            entries: self.entries.len() as u64,
            bytes: self.bytes(),
        }
    }

    /// Values are dropped with no lock held.
    fn empty(&self) {
        self.entries.drain().for_each(drop);
    }

    fn bytes(&self) -> u64 {
        let bytes = Cell::new(0);
        // Looks at all entries without a clone of any.
        self.entries.retain(|_, entry| {
            bytes.set(bytes.get() + u64::from(entry.size().bytes()));
            true
        });
        bytes.get()
    }
}

/// As few parts as keep threads apart: each holds only its share of what is kept.
fn options(expected: usize, limit: usize) -> quick_cache::Options {
    let parts = (expected / 4096).clamp(1, 64);
    quick_cache::OptionsBuilder::new()
        .estimated_items_capacity(expected)
        .weight_capacity(limit as u64)
        .shards(parts)
        .build()
        .expect("all that is needed is given")
}

impl<V: Clone + Send + Sync + 'static, C: 'static> Retire for NearCache<V, C> {
    fn retire(&self) {
        self.retired.store(true, Ordering::Release);
        self.empty();
    }

    fn hits_and_misses(&self) -> (u64, u64) {
        (self.hits.load(Ordering::Relaxed), self.misses.load(Ordering::Relaxed))
    }
}

impl<V: Clone + Send + Sync, C> Invalidate for NearCache<V, C> {
    fn forget(&self, key: &[u8]) {
        self.entries.remove(&EncodedKey::from(key));
    }

    fn forget_all(&self) {
        if !self.entries.is_empty() {
            self.entries.clear();
        }
    }
}

impl<V> NearEntry<V> {
    fn size(&self) -> Size {
        match self {
            Self::Present { size, .. } | Self::Absent { size, .. } => *size,
        }
    }
}

impl Size {
    fn of(bytes: usize) -> Option<Self> {
        match u32::try_from(bytes).ok()?.to_be_bytes() {
            [0, bytes @ ..] => Some(Self(bytes)),
            _ => None,
        }
    }

    fn bytes(self) -> u32 {
        let [high, middle, low] = self.0;
        u32::from_be_bytes([0, high, middle, low])
    }
}

impl<V> Weighter<EncodedKey, NearEntry<V>> for Weigher {
    fn weight(&self, _: &EncodedKey, entry: &NearEntry<V>) -> u64 {
        match self.0 {
            Unit::Entries => 1,
            Unit::Bytes => entry.size().bytes().into(),
        }
    }
}

impl Clock {
    fn new(ttl: Option<u64>) -> Self {
        Self { ttl, shift: ttl.and_then(|ttl| (ttl / 4096).checked_ilog2()).unwrap_or(0) }
    }

    /// The lower half: what ended so long ago has ended anyway, unless it is asked for just then again.
    fn tick(&self, time: u64) -> u32 {
        let [.., a, b, c, d] = (time >> self.shift).to_be_bytes();
        u32::from_be_bytes([a, b, c, d])
    }

    /// The tick in which what was asked for at this time is not to be served any more.
    fn end(&self, asked: u64, ends: u64) -> u32 {
        let ttl = self.ttl.unwrap_or(NEVER);
        self.tick(asked.saturating_add(ttl).min(ends).max(asked))
    }

    fn is_fresh(&self, ends: u32, now: u64) -> bool {
        self.ttl.is_none_or(|ttl| {
            let left = u64::from(ends.wrapping_sub(self.tick(now)));
            left > 0 && (left - 1) << self.shift <= ttl
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_fresh_for_its_life_and_no_longer() {
        for ttl in [1, 1_000, 1_000_000, 60_000_000_000, u64::MAX / 2] {
            let clock = Clock::new(Some(ttl));
            for read in [1, 12_345, 999_999_999_999] {
                let end = clock.end(read, NEVER);
                assert!(!clock.is_fresh(end, read + ttl), "{ttl} {read}");
                assert!(!clock.is_fresh(end, read + ttl + ttl / 2), "{ttl} {read}");
                if ttl > 1_000 {
                    assert!(clock.is_fresh(end, read + ttl / 1_000 * 998), "{ttl} {read}");
                }
            }
        }
        let clock = Clock::new(None);
        assert!(clock.is_fresh(clock.end(1, NEVER), u64::MAX));
    }

    #[test]
    fn an_entry_that_ends_by_itself_is_fresh_until_then_and_no_longer() {
        const SECOND: u64 = 1_000_000_000;
        for ttl in [1, 10, 60, 3_600] {
            let clock = Clock::new(Some(ttl * SECOND));
            for left in [0, 1, 1_000_000, SECOND / 2, SECOND, 30 * SECOND, 100 * SECOND, NEVER] {
                let (asked, lives) = (5 * SECOND, left.min(ttl * SECOND));
                let end = clock.end(asked, asked.saturating_add(left));
                assert!(!clock.is_fresh(end, asked + lives), "{ttl} {left}");
                assert!(!clock.is_fresh(end, asked + lives + SECOND), "{ttl} {left}");
                if lives > ttl * SECOND / 10 {
                    assert!(clock.is_fresh(end, asked + lives / 100 * 99), "{ttl} {left}");
                }
            }
        }
    }

    #[test]
    fn a_size_is_exact_or_none() {
        for bytes in [0, 1, 255, 65_536, 0xff_ffff] {
            assert_eq!(Size::of(bytes).map(|size| size.bytes() as usize), Some(bytes));
        }
        assert!(Size::of(0x100_0000).is_none());
    }

    #[test]
    fn an_entry_of_a_number_takes_no_more_than_two_words() {
        assert_eq!(size_of::<NearEntry<u64>>(), 16);
    }
}
