//! What is kept of one namespace, and whether it may be served.

use std::cell::Cell;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::coherence::{Coherence, Invalidate, Provenance, ReadTicket, now};
use super::registry::Retire;
use super::{Mode, Near, NearStats, Unit};
use crate::codec::EncodedKey;

/// What an entry takes beside the stored forms of its key and its value, about.
const OVERHEAD: usize = 64;

/// What is kept of one namespace, in the types of one cache; `C` is its codec.
pub(crate) struct NearCache<V, C> {
    coherence: Arc<Coherence>,
    entries: Cache<EncodedKey, NearEntry<V>, Weigher>,
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
    Present { size: Size, read: u32, value: V },
    Absent { size: Size, read: u32 },
}

/// In bytes, so many that more are not kept. Three of them fit beside the rest of an entry.
#[derive(Clone, Copy)]
struct Size([u8; 3]);

/// Tells how old an entry is, in ticks of a small part of its life.
struct Clock {
    ttl: Option<u64>,
    /// A tick is so many powers of two nanoseconds.
    shift: u32,
}

#[derive(Clone, Copy)]
struct Weigher(Unit);

impl<V: Clone + Send + Sync + 'static, C: 'static> NearCache<V, C> {
    pub(crate) fn new(near: Near, coherence: Arc<Coherence>) -> Arc<Self> {
        match near.mode {
            Mode::Tracking => coherence.track(),
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
        let (read, value) = match self.entries.get(key)? {
            NearEntry::Present { read, value, .. } => (read, Some(value)),
            NearEntry::Absent { read, .. } => (read, None),
        };
        if !self.clock.is_fresh(read, time) {
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
        let Some(size) = Size::of(key.as_slice().len() + stored + OVERHEAD) else { return };
        let read = self.clock.tick(provenance.asked);
        let entry = match value {
            Some(value) => NearEntry::Present { size, read, value: value.clone() },
            None => NearEntry::Absent { size, read },
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

    fn tick(&self, time: u64) -> u32 {
        // The lower half: what was read so long ago is not fresh anyway, unless it is asked for just then again.
        let [.., a, b, c, d] = (time >> self.shift).to_be_bytes();
        u32::from_be_bytes([a, b, c, d])
    }

    fn is_fresh(&self, read: u32, now: u64) -> bool {
        self.ttl.is_none_or(|ttl| {
            let age = u64::from(self.tick(now).wrapping_sub(read));
            // What was read within a tick may be as old as the whole tick.
            (age + 1) << self.shift <= ttl
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
                let tick = clock.tick(read);
                assert!(!clock.is_fresh(tick, read + ttl), "{ttl} {read}");
                assert!(!clock.is_fresh(tick, read + ttl + ttl / 2), "{ttl} {read}");
                if ttl > 1_000 {
                    assert!(clock.is_fresh(tick, read + ttl / 1_000 * 998), "{ttl} {read}");
                }
            }
        }
        assert!(Clock::new(None).is_fresh(0, u64::MAX));
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
