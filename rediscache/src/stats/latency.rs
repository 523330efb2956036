//! How long calls took, in fixed buckets.

use std::fmt;
use std::time::Duration;

/// How many buckets have an end.
const ENDS: usize = 43;

/// How many buckets there are; the last one has no end.
pub(super) const LATENCY_BUCKETS: usize = ENDS + 1;

/// Where buckets end, in nanoseconds: six in each power of ten, from a microsecond to ten seconds. Among them are those that
/// OpenTelemetry wants for `db.client.operation.duration`.
const BUCKET_ENDS: [u64; ENDS] = ends();

const fn ends() -> [u64; ENDS] {
    const STEPS: [u64; 6] = [10, 15, 20, 30, 50, 70];
    let (mut ends, mut at, mut power) = ([0; ENDS], 0, 100);
    while at < ENDS {
        ends[at] = STEPS[at % STEPS.len()] * power;
        at += 1;
        if at % STEPS.len() == 0 {
            power *= 10;
        }
    }
    ends
}

/// How long calls took: how many of them ended within which time.
///
/// The bounds of buckets are the same in every program: six in each power of ten, from 1 µs to 10 s. Two of one object, taken
/// one after the other, give what was between them: see [`since`](Self::since).
///
/// # Examples
///
/// ```
/// use rediscache::RedisSession;
///
/// let stats = RedisSession::in_memory().stats();
/// assert!(stats.latency().is_empty());
/// assert_eq!(stats.latency().quantile(0.99), None);
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct LatencyHistogram {
    counts: [u64; LATENCY_BUCKETS],
    /// In nanoseconds.
    sum: u64,
}

impl LatencyHistogram {
    /// How many calls it tells of.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// Whether it tells of none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// How long they took together.
    #[must_use]
    pub fn sum(&self) -> Duration {
        Duration::from_nanos(self.sum)
    }

    /// How long one took on average; `None` where there are none.
    #[must_use]
    pub fn mean(&self) -> Option<Duration> {
        self.sum.checked_div(self.count()).map(Duration::from_nanos)
    }

    /// Within which time this part of them ended, of 1: `quantile(0.99)` is what one in a hundred exceeded. `None` where there
    /// are none, and for what is not from 0 to 1.
    ///
    /// Calls of one bucket are thought to be spread evenly in it; of the last, which has no end, its start is told: 10 s.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a bucket is coarser than that by far, and nothing here is negative"
    )]
    pub fn quantile(&self, part: f64) -> Option<Duration> {
        let count = self.count();
        if count == 0 || !(0.0..=1.0).contains(&part) {
            return None;
        }
        let rank = part * count as f64;
        let mut before = 0;
        for (at, &here) in self.counts.iter().enumerate().filter(|(_, here)| **here > 0) {
            let start = at.checked_sub(1).map_or(0, |last| BUCKET_ENDS[last]);
            if (before + here) as f64 >= rank {
                let end = BUCKET_ENDS.get(at).copied().unwrap_or(start);
                let within = (rank - before as f64) / here as f64;
                return Some(Duration::from_nanos(start + ((end - start) as f64 * within.max(0.0)) as u64));
            }
            before += here;
        }
        None
    }

    /// The buckets, the shortest first: where each ends, itself included, and how many calls are in it and in no shorter one.
    /// The last one has no end.
    pub fn buckets(&self) -> impl Iterator<Item = (Option<Duration>, u64)> + '_ {
        let ends = BUCKET_ENDS.iter().map(|end| Some(Duration::from_nanos(*end))).chain([None]);
        ends.zip(self.counts.iter().copied())
    }

    /// What came to it since it was as `earlier`, which is one of the same object.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let mut later = self.clone();
        later.sum = later.sum.saturating_sub(earlier.sum);
        later.counts.iter_mut().zip(earlier.counts).for_each(|(count, before)| *count = count.saturating_sub(before));
        later
    }

    pub(super) fn of(counts: [u64; LATENCY_BUCKETS], sum: u64) -> Self {
        Self { counts, sum }
    }

    pub(super) fn add(&mut self, other: &Self) {
        self.sum = self.sum.saturating_add(other.sum);
        self.counts.iter_mut().zip(other.counts).for_each(|(count, more)| *count += more);
    }
}

/// In which bucket so many nanoseconds are.
pub(super) fn latency_bucket(nanoseconds: u64) -> usize {
    BUCKET_ENDS.partition_point(|end| *end < nanoseconds)
}

impl Default for LatencyHistogram {
    fn default() -> Self {
        Self::of([0; LATENCY_BUCKETS], 0)
    }
}

impl fmt::Debug for LatencyHistogram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LatencyHistogram")
            .field("count", &self.count())
            .field("mean", &self.mean())
            .field("p50", &self.quantile(0.5))
            .field("p99", &self.quantile(0.99))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(times: &[u64]) -> LatencyHistogram {
        let mut histogram = LatencyHistogram::default();
        for &time in times {
            histogram.counts[latency_bucket(time)] += 1;
            histogram.sum += time;
        }
        histogram
    }

    #[test]
    fn the_buckets_have_the_bounds_that_opentelemetry_wants() {
        assert!(BUCKET_ENDS.is_sorted());
        assert_eq!((BUCKET_ENDS[0], BUCKET_ENDS[ENDS - 1]), (1_000, 10_000_000_000));
        for milliseconds in [1, 5, 10, 50, 100, 500, 1_000, 5_000, 10_000] {
            assert!(BUCKET_ENDS.contains(&(milliseconds * 1_000_000)), "{milliseconds}");
        }
    }

    #[test]
    fn a_time_is_in_the_first_bucket_that_does_not_end_before_it() {
        assert_eq!(latency_bucket(0), 0);
        assert_eq!(latency_bucket(1_000), 0);
        assert_eq!(latency_bucket(1_001), 1);
        assert_eq!(latency_bucket(10_000_000_000), ENDS - 1);
        assert_eq!(latency_bucket(u64::MAX), ENDS);
    }

    #[test]
    fn a_quantile_is_within_the_bucket_of_its_call() {
        let histogram = of(&[900, 45_000, 45_000, 45_000, 2_900_000_000]);
        let within = |part, low, high| {
            let told = histogram.quantile(part).expect("there are calls");
            assert!(told >= Duration::from_nanos(low) && told <= Duration::from_nanos(high), "{part}: {told:?}");
        };
        within(0.0, 0, 1_000);
        within(0.5, 30_000, 50_000);
        within(0.99, 2_000_000_000, 3_000_000_000);
        within(1.0, 3_000_000_000, 3_000_000_000);
        assert_eq!(of(&[u64::MAX / 2]).quantile(0.5), Some(Duration::from_secs(10)));
        assert_eq!((histogram.quantile(1.1), histogram.quantile(f64::NAN)), (None, None));
    }

    #[test]
    fn what_came_since_is_the_difference() {
        let (earlier, later) = (of(&[900, 45_000]), of(&[900, 45_000, 45_000]));
        assert_eq!(later.since(&earlier), of(&[45_000]));
        assert!(earlier.since(&later).is_empty());
    }
}
