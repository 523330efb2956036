//! What a store tells of itself to who counts and times calls.

use super::Store;
use crate::stats::WireCounts;

impl Store {
    /// What is counted of connections, where there are some.
    pub(crate) fn wire_counts(&self) -> Option<&WireCounts> {
        match self {
            Self::Memory(_) => None,
            Self::Redis(store) => Some(store.router.wire_counts()),
        }
    }

    /// Whether it waits for a server, and no call is under way.
    #[inline]
    pub(crate) fn is_idle(&self) -> bool {
        match self {
            Self::Memory(_) => false,
            Self::Redis(store) => store.in_flight.is_idle(),
        }
    }
}
