//! The time without asking the hardware for it.

use super::near::now;

/// A time, on the clock of [`now`], that has not come yet, and comes soon.
#[cfg(not(target_os = "linux"))]
pub(crate) fn soon() -> u64 {
    now()
}

#[cfg(target_os = "linux")]
pub(crate) use ticks::soon;

/// The kernel's clock that stands still from one of its ticks to the next, of which there are 100 to 1,000 a second, and
/// that takes a quarter of the time to read.
#[cfg(target_os = "linux")]
mod ticks {
    use std::sync::LazyLock;

    use rustix::time::{ClockId, clock_gettime};

    use super::now;

    /// How late a tick may come, in nanoseconds: ten times as late as the longest takes.
    const LATE: u64 = 100_000_000;

    pub(crate) fn soon() -> u64 {
        /// From the last tick to a time that had not come then.
        static AHEAD: LazyLock<u64> = LazyLock::new(|| {
            let tick = last();
            (now() + LATE).wrapping_sub(tick)
        });
        AHEAD.wrapping_add(last())
    }

    /// The last tick, on the clock of the kernel.
    fn last() -> u64 {
        let tick = clock_gettime(ClockId::MonotonicCoarse);
        // Neither is ever negative; how wide they are differs.
        let (seconds, nanoseconds) = (u64::try_from(tick.tv_sec), u64::try_from(tick.tv_nsec));
        let (seconds, nanoseconds) = (seconds.unwrap_or_default(), nanoseconds.unwrap_or_default());
        seconds.wrapping_mul(1_000_000_000).wrapping_add(nanoseconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soon_comes_after_now() {
        for _ in 0..100_000 {
            assert!(now() <= soon());
        }
        assert!(soon() - now() < 10_000_000_000);
    }
}
