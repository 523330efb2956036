//! What comes of asking for a lock, and for how long its number is known.

use std::time::Duration;

use crate::store::key::Cursor;

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

/// What is seen of a lock from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct LockSeen {
    /// The token of who holds it, and in how many milliseconds the lease ends.
    pub(crate) held: Option<(String, i64)>,
    /// The number of the last holder.
    pub(crate) fence: u64,
}

/// Some locks of an object, by what stands behind its name and `:` in theirs.
#[derive(Debug)]
pub(crate) struct LockPage {
    pub(crate) locks: Vec<(String, LockSeen)>,
    /// Where the next page begins; `None` after the last.
    pub(crate) next: Option<Cursor>,
}
