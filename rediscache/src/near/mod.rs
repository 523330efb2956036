//! Near caches: what was read is kept in this process until someone tells of a change. Knows no store and no session.

mod cache;
mod coherence;
mod memo;
mod registry;
mod sync;

use std::fmt;
use std::time::Duration;

pub(crate) use cache::NearCache;
pub(crate) use coherence::{Change, Coherence, NEVER, Provenance, now};
pub(crate) use memo::{look_again, remember};
pub(crate) use registry::{Label, NearCaches, Retire};

use crate::error::Result;
use crate::refusal::{config, refusals};

/// How values that were read are kept in this process, so that reading them again asks no server.
///
/// Made by [`tracking`](Self::tracking) or [`fields`](Self::fields), which differ in how this process is told of
/// changes, and given to [`RedisCache::near`](crate::RedisCache::near), where it is said what is promised.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use rediscache::{Near, RedisCache};
///
/// static TOPICS: RedisCache<u64, String> =
///     RedisCache::new("topics").near(Near::tracking().capacity(10_000).ttl(Duration::from_secs(60)));
/// assert_eq!(TOPICS.namespace(), "topics");
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Near {
    // As short as can be, since every read carries it.
    pub(crate) mode: Mode,
    pub(crate) unit: Unit,
    /// What of the remaining life of an entry is not fresh any more.
    stale: Stale,
    /// How many of the unit.
    pub(crate) room: usize,
    /// In nanoseconds; the most there are stand for no limit.
    ttl: u64,
    /// In nanoseconds.
    pub(crate) staleness: u64,
}

/// Who tells this process of changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The server, of every change of the key.
    Tracking,
    /// Whoever writes, of the fields that changed.
    Fields,
    /// The server, of every change of an entry, which is a key of its own and ends by itself.
    Entries,
}

/// By what it is counted how much is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Entries,
    Bytes,
}

/// A time in milliseconds, rounded up, or, with the highest bit set, in so many times 1,024 of them: short enough to cost a read
/// nothing, and exact up to 24 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stale(u32);

impl Stale {
    const LONG: u32 = 1 << 31;

    #[expect(clippy::cast_possible_truncation, reason = "it fits where it is made; constants have no `try_from`")]
    const fn of(stale: Duration) -> Self {
        let milliseconds = stale.as_nanos().div_ceil(1_000_000);
        let (is_long, units) = if milliseconds < Self::LONG as u128 {
            (0, milliseconds)
        } else {
            (Self::LONG, milliseconds.div_ceil(1_024))
        };
        Self(is_long | if units < Self::LONG as u128 { units as u32 } else { Self::LONG - 1 })
    }

    fn milliseconds(self) -> u64 {
        let units = u64::from(self.0 & (Self::LONG - 1));
        if self.0 & Self::LONG == 0 { units } else { units * 1_024 }
    }
}

impl Near {
    /// Has the server tell of changes (`CLIENT TRACKING`), whoever makes them: another language, `redis-cli`, an expiry.
    /// It says only that the namespace changed, so that all of it is dropped.
    #[must_use]
    pub const fn tracking() -> Self {
        let staleness = nanoseconds(Duration::from_secs(1));
        Self { mode: Mode::Tracking, unit: Unit::Entries, stale: Stale(0), room: 10_000, ttl: u64::MAX, staleness }
    }

    /// Has every write of this crate publish, in the same atomic step, which fields it changed, and only those are
    /// dropped: for a namespace with many readers that is written often.
    ///
    /// Every program that writes to the namespace declares it so. A change that was not published (another language,
    /// `redis-cli`, an eviction) drops the whole namespace too, but only where the server hears of no published one
    /// before it: one that follows on the heels of another goes unseen. A [`ttl`](Self::ttl) bounds for how long.
    #[must_use]
    pub const fn fields() -> Self {
        Self { mode: Mode::Fields, ..Self::tracking() }
    }

    /// Keeps at most so many entries, those that are read most; 10,000 unless said otherwise. Takes the place of
    /// [`bytes`](Self::bytes).
    ///
    /// Zero does not compile where the call is a constant itself, and is [`Config`](crate::ErrorKind::Config) at use
    /// elsewhere.
    #[must_use = "this makes a changed description"]
    pub const fn capacity(self, entries: usize) -> Self {
        if entries == 0 {
            the_capacity_of_a_near_cache_must_not_be_zero();
        }
        Self { unit: Unit::Entries, room: entries, ..self }
    }

    /// Keeps entries of about so many bytes together, as [`NearStats::bytes`] counts them. Takes the place of
    /// [`capacity`](Self::capacity); zero is refused as there.
    #[must_use = "this makes a changed description"]
    pub const fn bytes(self, bytes: usize) -> Self {
        if bytes == 0 {
            the_bytes_of_a_near_cache_must_not_be_zero();
        }
        Self { unit: Unit::Bytes, room: bytes, ..self }
    }

    /// Keeps no entry for longer than this; without it, there is no limit. Zero is refused as by
    /// [`capacity`](Self::capacity).
    #[must_use = "this makes a changed description"]
    pub const fn ttl(self, ttl: Duration) -> Self {
        if ttl.is_zero() {
            the_ttl_of_a_near_cache_must_not_be_zero();
        }
        Self { ttl: nanoseconds(ttl), ..self }
    }

    /// The longest that a value may be served after it was changed by someone else; 1 s unless said otherwise. Zero is
    /// refused as by [`capacity`](Self::capacity).
    ///
    /// As long as the server can be heard, changes are known after half a round trip. When it falls silent, nothing is
    /// served from here once this time has passed since it was last heard. While entries are read, the server is asked
    /// for a sign of life three times in this time.
    #[must_use = "this makes a changed description"]
    pub const fn staleness(self, bound: Duration) -> Self {
        if bound.is_zero() {
            the_staleness_of_a_near_cache_must_not_be_zero();
        }
        Self { staleness: nanoseconds(bound), ..self }
    }

    /// The same for entries that are keys of their own, are fresh for so long for the most part, and are kept for so long after
    /// that.
    pub(crate) const fn of_entries(self, fresh: Duration, stale: Duration) -> Self {
        let fresh = nanoseconds(fresh);
        Self {
            mode: Mode::Entries,
            stale: Stale::of(stale),
            ttl: if fresh < self.ttl { fresh } else { self.ttl },
            ..self
        }
    }

    /// When an entry is not fresh any more that was asked for then, and ends in so many milliseconds, if it ends.
    pub(crate) fn end_of_entry(&self, asked: u64, left: Option<i64>) -> u64 {
        let Some(left) = left else { return NEVER };
        // The server counts from the start of its millisecond.
        let fresh = u64::try_from(left - 1).unwrap_or(0).saturating_sub(self.stale.milliseconds());
        asked.saturating_add(fresh.saturating_mul(1_000_000))
    }

    /// How long entries are kept when they are not fresh any more.
    pub(crate) fn stale_of_entries(&self) -> Duration {
        Duration::from_millis(self.stale.milliseconds())
    }

    /// Whether an entry is fresh that ends in so many milliseconds, if it ends.
    pub(crate) fn is_entry_fresh(&self, left: Option<i64>) -> bool {
        left.is_none_or(|left| u64::try_from(left).unwrap_or(0) > self.stale.milliseconds())
    }

    /// In nanoseconds, if there is a limit.
    pub(crate) fn ttl_nanoseconds(&self) -> Option<u64> {
        (self.ttl < u64::MAX).then_some(self.ttl)
    }

    /// What no constant could have.
    pub(crate) fn check(&self) -> Result<()> {
        match self {
            Self { unit: Unit::Entries, room: 0, .. } => {
                Err(config("a near cache of capacity zero keeps nothing; leave it out, or give it a capacity"))
            }
            Self { unit: Unit::Bytes, room: 0, .. } => {
                Err(config("a near cache of zero bytes keeps nothing; leave it out, or give it some"))
            }
            Self { ttl: 0, .. } => {
                Err(config("a near cache whose ttl is zero keeps nothing; leave the ttl out to have no limit"))
            }
            Self { staleness: 0, .. } => {
                Err(config("a near cache whose staleness is zero serves nothing; give it a length"))
            }
            _ => Ok(()),
        }
    }
}

/// At most 292 years, so that no time is taken for none.
const fn nanoseconds(duration: Duration) -> u64 {
    const LONGEST: u64 = u64::MAX / 2;
    match duration.as_secs().checked_mul(1_000_000_000) {
        Some(nanoseconds) if nanoseconds < LONGEST => nanoseconds + duration.subsec_nanos() as u64,
        _ => LONGEST,
    }
}

impl fmt::Debug for Near {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Near")
            .field("mode", &self.mode)
            .field("room", &(self.room, self.unit))
            .field("ttl", &self.ttl_nanoseconds().map(Duration::from_nanos))
            .field("staleness", &Duration::from_nanos(self.staleness))
            .finish()
    }
}

refusals! {
    the_capacity_of_a_near_cache_must_not_be_zero
    the_bytes_of_a_near_cache_must_not_be_zero
    the_ttl_of_a_near_cache_must_not_be_zero
    the_staleness_of_a_near_cache_must_not_be_zero
}

/// What a near cache did so far, in one session; made by [`RedisCache::near_stats`](crate::RedisCache::near_stats).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NearStats {
    pub(crate) hits: u64,
    pub(crate) misses: u64,
    pub(crate) invalidations: u64,
    pub(crate) entries: u64,
    pub(crate) bytes: u64,
}

impl NearStats {
    /// Of a store that is in this process, which keeps nothing twice.
    pub(crate) fn of_hits(hits: u64) -> Self {
        Self { hits, ..Self::default() }
    }

    /// How many keys were served from this process, absent ones included.
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.hits
    }

    /// How many keys the server was asked for.
    #[must_use]
    pub fn misses(&self) -> u64 {
        self.misses
    }

    /// How often this process was told of a change, or was left unsure, and dropped what it concerns. Its own writes do
    /// not count by themselves; what is told of them does.
    #[must_use]
    pub fn invalidations(&self) -> u64 {
        self.invalidations
    }

    /// How many keys are kept, absent ones included.
    #[must_use]
    pub fn entries(&self) -> u64 {
        self.entries
    }

    /// About how many bytes they take: the stored forms of keys and values, and 64 bytes for each.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stale_of_an_entry_is_never_taken_for_fresh() {
        let day = Duration::from_secs(24 * 3_600);
        for stale in
            [Duration::ZERO, Duration::from_nanos(1), Duration::from_millis(7), day, 24 * day, 25 * day, 9_000 * day]
        {
            let (near, exact) = (Near::tracking().of_entries(day, stale), stale.as_nanos().div_ceil(1_000_000));
            let told = u128::from(near.stale.milliseconds());
            assert!(told >= exact && told - exact < 1_024, "{stale:?}: {told}");
            assert!(stale > 24 * day || told == exact, "{stale:?}: {told}");
            let left = i64::try_from(told).expect("it is not that long");
            assert!(!near.is_entry_fresh(Some(left)) && near.is_entry_fresh(Some(left + 1)));
            assert_eq!(near.end_of_entry(5, Some(left)), 5);
            assert_eq!(near.end_of_entry(5, Some(left + 11)), 10_000_005);
        }
        assert_eq!(Near::tracking().of_entries(day, day).end_of_entry(5, None), NEVER);
        assert_eq!(size_of::<Near>(), 32);
    }
}
