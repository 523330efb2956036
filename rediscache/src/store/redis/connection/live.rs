//! A connection that stood when it was handed out, and what is known of its health.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use redis::aio::MultiplexedConnection;

use super::backoff::Backoff;
use super::sentinel::MasterAddress;
use crate::store::redis::invalidation::InvalidationListener;

#[derive(Clone)]
pub(in crate::store::redis) struct Live {
    pub(in crate::store::redis) connection: MultiplexedConnection,
    /// Which of the connections to its endpoint this is.
    pub(super) serial: u64,
    /// With the attempts that failed before it.
    pub(super) backoff: Backoff,
    /// Where the master was for it.
    pub(super) master: Option<MasterAddress>,
    pub(super) health: Arc<Health>,
    /// Hears of changes, where the connection tells of them.
    pub(in crate::store::redis) listener: Option<Arc<InvalidationListener>>,
}

#[derive(Default)]
pub(super) struct Health {
    /// How many answers it brought.
    answers: AtomicU64,
    /// Whether another is being made to take its place.
    pub(super) is_doubted: AtomicBool,
    /// How many of those failed.
    pub(super) doubts: AtomicU32,
}

impl Live {
    /// Notes that an answer came.
    pub(in crate::store::redis) fn note_answer(&self) {
        self.health.answers.fetch_add(1, Ordering::Relaxed);
    }

    /// How many answers came.
    pub(in crate::store::redis) fn answers(&self) -> u64 {
        self.health.answers.load(Ordering::Relaxed)
    }
}
