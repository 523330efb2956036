use std::fmt;

use bench_support::Spread;
use serde::Serialize;

/// Under which conditions something was measured.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct At {
    /// How many called at once.
    pub(crate) callers: usize,
    /// How many there are of what grows.
    pub(crate) entries: u64,
    pub(crate) value_bytes: u64,
}

/// Microseconds of one call; where all entries are read, of one entry.
#[derive(Debug, Serialize)]
pub(crate) struct Point {
    pub(crate) operation: &'static str,
    #[serde(flatten)]
    pub(crate) at: At,
    pub(crate) ours: Spread,
    /// The same through the `redis` crate.
    pub(crate) hand: Option<Spread>,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { operation, at: At { callers, entries, value_bytes }, ours, hand } = self;
        write!(f, "{operation:<22} callers={callers:<2} entries={entries:<7} value_bytes={value_bytes:<7} ")?;
        write!(f, "ours_us={:<8.3} (min {:.3}, max {:.3})", ours.median, ours.min, ours.max)?;
        match hand {
            Some(hand) => write!(f, "  redis_us={:<8.3} (min {:.3}, max {:.3})", hand.median, hand.min, hand.max),
            None => Ok(()),
        }
    }
}
