//! How long an entry lives, and what of that it is fresh.

use std::time::Duration;

/// How long entries live.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Life {
    /// How long a value is given out after it was stored, or, where reads prolong, after it was last read.
    pub(crate) fresh: Duration,
    /// How long it is kept after that, for who loads.
    pub(crate) stale: Duration,
    /// What part of `fresh` may be missing, by chance, so that entries that were stored together do not end together.
    pub(crate) jitter: f64,
    /// Whether every read begins the life anew. Then nothing is stale and nothing missing.
    pub(crate) is_idle: bool,
}

impl Life {
    pub(crate) const fn of(fresh: Duration) -> Self {
        Self { fresh, stale: Duration::ZERO, jitter: 0.0, is_idle: false }
    }
}
