//! A rate, and what a check of it comes to, in whole numbers. `check.lua` takes turns by the same rule.

use std::time::Duration;

use crate::error::Result;
use crate::refusal::config;
use crate::store::key::Cursor;

/// The longest that all turns of a burst may take, in parts of a microsecond: Lua's numbers are exact to twice that.
const MOST: u128 = 1 << 52;

/// So many turns in each period, of which some may be taken at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    /// How many parts a microsecond has.
    pub(super) parts: u64,
    /// How many parts pass between two turns.
    pub(super) interval: u64,
    pub(crate) burst: u32,
}

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Checked {
    pub(crate) is_allowed: bool,
    /// How many more would be, now.
    pub(crate) remaining: u32,
    /// After which time as many turns will be due as were refused.
    pub(crate) retry_after: Duration,
    /// After which time the whole burst will be.
    pub(crate) reset_after: Duration,
}

/// Some subjects of a limit, by what stands behind its name and `:` in theirs.
#[derive(Debug)]
pub(crate) struct SubjectPage {
    pub(crate) subjects: Vec<(String, Checked)>,
    /// Where the next page begins; `None` after the last.
    pub(crate) next: Option<Cursor>,
}

impl Rate {
    /// Says what is wrong with it, if anything.
    pub(crate) fn new(turns: u32, period: Duration, burst: u32) -> Result<Self> {
        let period = u64::try_from(period.as_micros()).unwrap_or(u64::MAX);
        if turns == 0 || period == 0 || burst == 0 {
            return Err(config(
                "a rate takes a number of turns above zero in a time above zero, and a `burst` above zero",
            ));
        }
        let common = greatest_common_divisor(turns.into(), period);
        let rate = Self { parts: u64::from(turns) / common, interval: period / common, burst };
        if rate.whole() > MOST {
            return Err(config(
                "`burst` turns at this `rate` take too long; make one of the two less, or the period shorter",
            ));
        }
        Ok(rate)
    }

    /// What a check comes to where the turns that were taken go on for so many parts, and for how many they do then.
    pub(super) fn check(self, ahead: u64, turns: u32) -> (Checked, u64) {
        // The clock may have been set back, or the burst been greater: nobody has taken more than that.
        let ahead = u128::from(ahead).min(self.whole());
        let then = ahead + u128::from(turns) * u128::from(self.interval);
        let is_allowed = then <= self.whole();
        let (taken, over) = if is_allowed { (then, 0) } else { (ahead, then - self.whole()) };
        let checked = Checked {
            is_allowed,
            remaining: u32::try_from((self.whole() - taken) / u128::from(self.interval)).unwrap_or(u32::MAX),
            retry_after: self.time(over),
            reset_after: self.time(taken),
        };
        (checked, u64::try_from(taken).unwrap_or(u64::MAX))
    }

    fn whole(self) -> u128 {
        u128::from(self.burst) * u128::from(self.interval)
    }

    /// In whole microseconds, rounded up.
    fn time(self, parts: u128) -> Duration {
        Duration::from_micros(u64::try_from(parts.div_ceil(self.parts.into())).unwrap_or(u64::MAX))
    }
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_burst_goes_at_once_and_then_one_after_another() {
        let rate = Rate::new(10, SECOND, 2).expect("it is a rate");
        let (first, ahead) = rate.check(0, 1);
        let (second, ahead) = rate.check(ahead, 1);
        let (third, unchanged) = rate.check(ahead, 1);
        assert_eq!((first.is_allowed, first.remaining, first.retry_after), (true, 1, Duration::ZERO));
        assert_eq!((second.is_allowed, second.remaining), (true, 0));
        assert_eq!(second.reset_after, Duration::from_millis(200));
        assert_eq!((third.is_allowed, third.retry_after), (false, Duration::from_millis(100)));
        assert_eq!(unchanged, ahead, "what is refused takes nothing");
    }

    #[test]
    fn what_does_not_divide_is_exact() {
        let rate = Rate::new(7, SECOND, 1).expect("it is a rate");
        assert_eq!((rate.parts, rate.interval), (7, 1_000_000));
        let (checked, ahead) = rate.check(0, 1);
        assert_eq!(checked.reset_after, Duration::from_micros(142_858));
        // Seven of them take a second, and not seven microseconds more.
        assert_eq!(ahead * 7, 7 * 1_000_000);
    }

    #[test]
    fn more_than_a_burst_is_never_due_and_nothing_only_looks() {
        let rate = Rate::new(1, SECOND, 3).expect("it is a rate");
        assert!(!rate.check(0, 4).0.is_allowed);
        let (looked, ahead) = rate.check(rate.check(0, 3).1, 0);
        assert_eq!((looked.is_allowed, looked.remaining, ahead), (true, 0, 3_000_000));
    }

    #[test]
    fn what_lies_beyond_a_burst_counts_as_one() {
        let rate = Rate::new(1, SECOND, 2).expect("it is a rate");
        let (checked, _) = rate.check(u64::MAX, 1);
        assert_eq!((checked.is_allowed, checked.retry_after), (false, SECOND));
    }

    #[test]
    fn what_no_rate_can_be_is_refused() {
        for (turns, period, burst) in [(0, SECOND, 1), (1, Duration::ZERO, 1), (1, SECOND, 0), (1, Duration::MAX, 1)] {
            assert!(Rate::new(turns, period, burst).is_err(), "{turns} {period:?} {burst}");
        }
        let year = Duration::from_secs(366 * 24 * 3600);
        assert!(Rate::new(1_000_000, year, 1_000_000).is_ok());
        assert!(Rate::new(999_999, year, u32::MAX).is_err());
    }
}
