//! What the embedded store has at the key of an entry.

use tokio::sync::watch;
use tokio::time::Instant;

use crate::store::memory::Collection;
use crate::store::token::Token;

/// What the key of an entry holds. A write puts another in its place, and so ends the lease.
#[derive(Debug, Default)]
pub(in crate::store) struct StoredEntry {
    pub(in crate::store) value: Option<Box<[u8]>>,
    /// Of who loads it, or the mark of loads that failed.
    pub(super) lease: Option<HeldLease>,
}

/// A lease.
#[derive(Debug)]
pub(super) struct HeldLease {
    /// Whose it is, unless it is but a mark of loads that failed.
    pub(super) token: Option<Token>,
    pub(super) until: Instant,
    pub(super) failures: u32,
    /// Until when no loader is asked again where there is a stale value.
    pub(super) resting: Option<Instant>,
    /// Told when it ends, however that comes.
    pub(super) ended: watch::Sender<()>,
}

impl Collection for StoredEntry {
    const NAME: &str = "string";

    fn is_empty(&self) -> bool {
        self.value.is_none() && self.lease.is_none()
    }
}

impl StoredEntry {
    /// A value that nobody loads anew.
    pub(in crate::store) fn of(value: &[u8]) -> Self {
        Self { value: Some(value.into()), lease: None }
    }
}

impl Drop for HeldLease {
    fn drop(&mut self) {
        self.ended.send_replace(());
    }
}
