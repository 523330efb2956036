use std::cell::Cell;
use std::marker::PhantomData;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};

use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::field::{Field, Name};
use crate::backend::near::{Coherence, Invalidate, Provenance, ReadTicket, now};
use crate::codec::Codec;
use crate::near::{Mode, Near, NearStats, Unit};
use crate::session::{Registered, Tally};

/// What an entry takes beside the stored forms of its key and its value, about.
const OVERHEAD: usize = 64;

/// What is kept of one namespace, in the types of one cache.
pub(super) struct NearCache<V, C> {
    watch: Arc<Coherence>,
    entries: Cache<Field, Entry<V>, Weigher>,
    clock: Clock,
    /// In nanoseconds.
    staleness: u64,
    retired: AtomicBool,
    hits: Tally,
    misses: Tally,
    codec: PhantomData<fn() -> C>,
}

/// What was read: a value, or that there is none.
#[derive(Clone)]
enum Entry<V> {
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

impl<V: Clone + Send + Sync + 'static, C: Codec> NearCache<V, C> {
    pub(super) fn new(near: Near, watch: Arc<Coherence>) -> Arc<Self> {
        match near.mode {
            Mode::Tracking => watch.track(),
            Mode::Fields => watch.announce(),
        }
        let expected = match near.unit {
            Unit::Entries => near.room,
            Unit::Bytes => near.room.div_ceil(4 * OVERHEAD),
        };
        let cache = Arc::new(Self {
            entries: Cache::with_options(
                options(expected, near.room),
                Weigher(near.unit),
                Default::default(),
                Default::default(),
            ),
            clock: Clock::new(near.ttl_nanoseconds()),
            staleness: near.staleness,
            retired: AtomicBool::new(false),
            hits: Tally::default(),
            misses: Tally::default(),
            codec: PhantomData,
            watch,
        });
        let drops: Weak<dyn Invalidate> = Arc::<Self>::downgrade(&cache);
        cache.watch.add(drops, cache.staleness);
        cache
    }

    /// What is kept of the field and may be served.
    #[inline]
    pub(super) fn look(&self, field: Name<'_>) -> Option<Option<V>> {
        let time = now();
        if !self.watch.is_fresh(time, self.staleness) {
            return None;
        }
        let (read, value) = match self.entries.get(&field)? {
            Entry::Present { read, value, .. } => (read, Some(value)),
            Entry::Absent { read, .. } => (read, None),
        };
        if !self.clock.is_fresh(read, time) {
            return None;
        }
        tracing::trace!(key = self.watch.key(), "served from this process");
        Some(value)
    }

    /// To be taken before the server is asked, and shown to [`keep`](Self::keep).
    pub(super) fn ticket(&self, field: &[u8]) -> ReadTicket {
        self.misses.add(1);
        tracing::trace!(key = self.watch.key(), "not kept, the server is asked");
        self.watch.ticket(field)
    }

    /// Keeps what was read, if it still holds; `stored` is how long its stored form is.
    pub(super) fn keep(
        &self,
        ticket: ReadTicket,
        provenance: Provenance,
        field: Field,
        stored: usize,
        value: Option<&V>,
    ) {
        let Some(size) = Size::of(field.len::<C>() + stored + OVERHEAD) else { return };
        let read = self.clock.tick(provenance.asked);
        let entry = match value {
            Some(value) => Entry::Present { size, read, value: value.clone() },
            None => Entry::Absent { size, read },
        };
        self.watch.keep(ticket, provenance, || self.entries.insert(field, entry));
        if self.is_retired() {
            self.empty();
        }
    }

    pub(super) fn stats(&self) -> NearStats {
        NearStats {
            hits: self.hits.sum(),
            misses: self.misses.sum(),
            invalidations: self.watch.invalidations(),
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

impl<V: Clone + Send + Sync + 'static, C: Codec> Registered for NearCache<V, C> {
    fn retire(&self) {
        self.retired.store(true, Ordering::Release);
        self.empty();
    }

    #[inline]
    fn is_retired(&self) -> bool {
        self.retired.load(Ordering::Acquire)
    }

    #[inline]
    fn hits(&self) -> &Tally {
        &self.hits
    }
}

impl<V: Clone + Send + Sync, C: Codec> Invalidate for NearCache<V, C> {
    fn forget(&self, field: &[u8]) {
        self.entries.remove(&Name::of::<C>(field));
    }

    fn forget_all(&self) {
        if !self.entries.is_empty() {
            self.entries.clear();
        }
    }
}

impl<V> Entry<V> {
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

impl<V> Weighter<Field, Entry<V>> for Weigher {
    fn weight(&self, _: &Field, entry: &Entry<V>) -> u64 {
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
        assert_eq!(size_of::<Entry<u64>>(), 16);
        assert_eq!(size_of::<Field>(), 24);
    }
}
