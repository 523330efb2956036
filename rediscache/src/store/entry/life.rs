//! How long an entry lives, and what of that it is fresh.

use std::time::Duration;

use crate::store::milliseconds::milliseconds;

/// Longer than anyone waits, and short enough for all clocks.
const LONGEST: Duration = Duration::from_secs(1000 * 365 * 24 * 3600);

/// How long entries live.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Life {
    /// How long a value is given out after it was stored, or, where reads prolong, after it was last read.
    pub(crate) fresh: Duration,
    /// How long it is kept after that, for who loads.
    pub(crate) stale: Duration,
    /// What part of `fresh` may be missing, by chance, so that entries that were stored together do not end together.
    pub(crate) jitter: f64,
    /// Whether every read begins the life anew. Then nothing is stale.
    pub(crate) is_idle: bool,
}

impl Life {
    pub(crate) const fn of(fresh: Duration) -> Self {
        Self { fresh, stale: Duration::ZERO, jitter: 0.0, is_idle: false }
    }

    /// The life of an entry for which it is said how long it is fresh, to which nothing of chance is added.
    pub(crate) const fn lasting(self, fresh: Duration) -> Self {
        Self { fresh, jitter: 0.0, ..self }
    }

    /// For how many milliseconds an entry is kept that is stored now, one at the least.
    pub(crate) fn kept(&self) -> i64 {
        let missing = if self.jitter > 0.0 {
            self.fresh.mul_f64((self.jitter * chance()).clamp(0.0, 1.0))
        } else {
            Duration::ZERO
        };
        let fresh = milliseconds(self.fresh.saturating_sub(missing).min(LONGEST)).max(1);
        fresh + self.stale_milliseconds()
    }

    /// How long before its end an entry is stale.
    pub(crate) fn stale(&self) -> Duration {
        self.stale.min(LONGEST)
    }

    /// As [`stale`](Self::stale), in milliseconds.
    pub(crate) fn stale_milliseconds(&self) -> i64 {
        milliseconds(self.stale())
    }

    /// How long an entry is still fresh that ends in so many milliseconds, if it is; as long as can be told where it has no
    /// end.
    pub(crate) fn fresh_left(&self, left: Option<i64>) -> Option<Duration> {
        let fresh = left.map_or(i64::MAX, |left| left - self.stale_milliseconds());
        u64::try_from(fresh).ok().filter(|&fresh| fresh > 0).map(Duration::from_millis)
    }
}

/// A number from zero to below one.
fn chance() -> f64 {
    use std::hash::{BuildHasher, Hasher};

    thread_local! {
        static STATE: std::cell::Cell<u64> =
            std::cell::Cell::new(std::collections::hash_map::RandomState::new().build_hasher().finish());
    }
    // SplitMix64, which is as good as chance has to be here. <https://prng.di.unimi.it/splitmix64.c>
    let state = STATE.get().wrapping_add(0x9E37_79B9_7F4A_7C15);
    STATE.set(state);
    let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    let top = u32::try_from((mixed ^ (mixed >> 31)) >> 32).unwrap_or_default();
    f64::from(top) / (f64::from(u32::MAX) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_life_is_a_millisecond_at_the_least_and_a_thousand_years_at_the_most() {
        assert_eq!(Life::of(Duration::from_nanos(1)).kept(), 1);
        assert_eq!(Life::of(Duration::ZERO).kept(), 1);
        let longest = Life { stale: Duration::MAX, ..Life::of(Duration::MAX) };
        assert_eq!(longest.kept(), 2 * milliseconds(LONGEST));
        assert!(longest.fresh_left(Some(longest.kept())) > Some(LONGEST / 2));
    }

    #[test]
    fn chance_takes_no_more_than_its_part_and_differs_each_time() {
        let life = Life { jitter: 0.1, stale: Duration::from_secs(10), ..Life::of(Duration::from_secs(100)) };
        let kept: Vec<i64> = (0..1000).map(|_| life.kept()).collect();
        assert!(kept.iter().all(|kept| (100_000..=110_000).contains(kept)));
        let (least, most) = (kept.iter().min(), kept.iter().max());
        assert!(least < Some(&101_000) && most > Some(&109_000), "{least:?} to {most:?}");
        assert_eq!(life.lasting(Duration::from_secs(100)).kept(), 110_000);
        assert!(Life { jitter: 1.0, ..Life::of(Duration::from_millis(2)) }.kept() >= 1);
    }

    #[test]
    fn what_is_left_of_being_fresh_is_less_by_what_is_kept_stale() {
        let life = Life { stale: Duration::from_secs(1), ..Life::of(Duration::from_secs(1)) };
        assert_eq!(life.fresh_left(Some(1_500)), Some(Duration::from_millis(500)));
        assert_eq!(life.fresh_left(Some(1_000)), None);
        assert_eq!(life.fresh_left(Some(-2)), None);
        assert!(life.fresh_left(None).is_some());
    }
}
