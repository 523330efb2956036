//! How many calls left together, in buckets of powers of two.

use std::fmt;

/// How many buckets there are; the last one has no end.
pub(super) const SIZE_BUCKETS: usize = 14;

/// How many calls left together in one request: how many batches were of which size.
///
/// A call that finds nothing of its kind under way leaves by itself and is no batch.
///
/// # Examples
///
/// ```
/// use rediscache::RedisSession;
///
/// let stats = RedisSession::in_memory().stats();
/// assert_eq!((stats.batches().count(), stats.batches().calls(), stats.batches().mean()), (0, 0, None));
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct BatchSizes {
    counts: [u64; SIZE_BUCKETS],
    calls: u64,
}

impl BatchSizes {
    /// How many batches there were.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// How many calls were in them.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// How many calls were in one on average; `None` where there were none.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "nobody needs more than 15 digits of it")]
    pub fn mean(&self) -> Option<f64> {
        let count = self.count();
        (count > 0).then(|| self.calls as f64 / count as f64)
    }

    /// The buckets, the smallest first: how many calls a batch of it has at the most, which are powers of two from 2, and how
    /// many batches are in it and in no smaller one. The last one has no end.
    pub fn buckets(&self) -> impl Iterator<Item = (Option<u64>, u64)> + '_ {
        let ends = (1..SIZE_BUCKETS).map(|power| Some(1 << power)).chain([None]);
        ends.zip(self.counts.iter().copied())
    }

    /// What came to it since it was as `earlier`, which is one of the same session.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let mut later = self.clone();
        later.calls = later.calls.saturating_sub(earlier.calls);
        later.counts.iter_mut().zip(earlier.counts).for_each(|(count, before)| *count = count.saturating_sub(before));
        later
    }

    pub(super) fn of(counts: [u64; SIZE_BUCKETS], calls: u64) -> Self {
        Self { counts, calls }
    }
}

/// In which bucket batches of so many calls are.
pub(super) fn size_bucket(calls: usize) -> usize {
    let power = calls.max(2).next_power_of_two().trailing_zeros();
    (power as usize - 1).min(SIZE_BUCKETS - 1)
}

impl fmt::Debug for BatchSizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BatchSizes")
            .field("count", &self.count())
            .field("calls", &self.calls)
            .field("mean", &self.mean())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_is_in_the_smallest_bucket_that_it_fits() {
        let ends: Vec<_> = BatchSizes::default().buckets().map(|(end, _)| end).collect();
        for (calls, end) in [(2, 2), (3, 4), (4, 4), (5, 8), (8_192, 8_192)] {
            assert_eq!(ends[size_bucket(calls)], Some(end), "{calls}");
        }
        assert_eq!(ends[size_bucket(8_193)], None);
        assert_eq!(ends[size_bucket(1_000_000)], None);
    }
}
