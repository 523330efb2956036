//! What a cache did for those who load.

use std::sync::atomic::Ordering;

use super::super::RedisTtlCache;
use crate::bounds::{Key, Value};
use crate::codec::Codec;

/// What [`get_or_load`](RedisTtlCache::get_or_load) did so far, in one session; made by [`RedisTtlCache::stats`].
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
    /// How often there was a value that was fresh.
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

/// What was done.
impl<K: Key, V: Value, C: Codec> RedisTtlCache<K, V, C> {
    /// What [`get_or_load`](Self::get_or_load) did in the session in force, in all caches of this namespace; zeros without one.
    ///
    /// Sends nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use std::convert::Infallible;
    /// use std::time::Duration;
    ///
    /// use rediscache::{RedisSession, RedisTtlCache};
    ///
    /// let session = RedisSession::in_memory();
    /// let pages = RedisTtlCache::<u64, String>::new("pages", Duration::from_secs(600)).on(&session);
    /// for _ in 0..3 {
    ///     pages.get_or_load(7, || async { Ok::<_, Infallible>("a page".to_owned()) }).await?;
    /// }
    /// assert_eq!((pages.stats().loads(), pages.stats().hits()), (1, 2));
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn stats(&self) -> TtlStats {
        let Some(session) = self.object.session() else { return TtlStats::default() };
        let counts = session.state().loads.counts(self.object.namespace());
        TtlStats {
            hits: counts.hits.load(Ordering::Relaxed),
            misses: counts.misses.load(Ordering::Relaxed),
            loads: counts.loads.load(Ordering::Relaxed),
            shared: counts.shared.load(Ordering::Relaxed),
            stale: counts.stale.load(Ordering::Relaxed),
            failures: counts.failures.load(Ordering::Relaxed),
        }
    }
}
