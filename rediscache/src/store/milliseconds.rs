//! Durations as Redis takes them.

use std::time::Duration;

/// A duration in whole milliseconds, rounded up, within what Redis takes.
pub(super) fn milliseconds(duration: Duration) -> i64 {
    /// Half of Redis' own limit, which counts from 1970.
    const LONGEST: u128 = (i64::MAX / 2) as u128;
    i64::try_from(duration.as_nanos().div_ceil(1_000_000).min(LONGEST)).unwrap_or(i64::MAX)
}
