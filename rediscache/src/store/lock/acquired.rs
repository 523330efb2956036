//! What comes of asking for a lock, and for how long its number is known.

use std::time::Duration;

/// What came of asking for a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Acquired {
    /// It is held now; the number grows with every holder.
    Held(u64),
    /// Another holds it; its lease ends then, unless it is renewed.
    Taken(Duration),
}

/// How long the number of the last holder is known when nobody holds the lock.
pub(super) const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);
