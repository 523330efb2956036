//! The figures of one object.

use std::fmt;

use super::latency::LatencyHistogram;
use crate::error::ErrorKind;

/// How many kinds of errors there are.
pub(super) const KINDS: usize = ErrorKind::ALL.len();

/// What one object did so far, in one session of this process; part of [`SessionStats`](crate::SessionStats).
///
/// # Examples
///
/// ```
/// use rediscache::RedisSession;
///
/// let stats = RedisSession::in_memory().stats();
/// assert!(stats.object("Shop.pages").is_none());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ObjectStats {
    pub(super) namespace: Box<str>,
    pub(super) key: Box<str>,
    pub(super) calls: u64,
    pub(super) errors: [u64; KINDS],
    pub(super) latency: LatencyHistogram,
    pub(super) bytes_read: u64,
    pub(super) bytes_written: u64,
    pub(super) hits: u64,
    pub(super) misses: u64,
    pub(super) near_hits: u64,
    pub(super) near_misses: u64,
    pub(super) loads: u64,
    pub(super) redeliveries: u64,
}

impl ObjectStats {
    pub(super) fn new(namespace: &str, key: &str) -> Self {
        let [calls, bytes_read, bytes_written, hits, misses, near_hits, near_misses, loads, redeliveries] = [0; 9];
        Self {
            namespace: namespace.into(),
            key: key.into(),
            calls,
            errors: [0; KINDS],
            latency: LatencyHistogram::default(),
            bytes_read,
            bytes_written,
            hits,
            misses,
            near_hits,
            near_misses,
            loads,
            redeliveries,
        }
    }

    /// The local namespace, without the session's global one. Of a family, that which its objects share: `tenant.{}.pages`.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The full Redis key; of a family, that which its objects share.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.key
    }

    /// How many calls were made: each that was polled and found a session, whatever came of it.
    ///
    /// One that was dropped before it ended counts, and is neither among the [`errors`](Self::errors) nor in the
    /// [`latency`](Self::latency). What is served from this process makes no call: see [`near_hits`](Self::near_hits).
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// How many of them failed.
    #[must_use]
    pub fn errors(&self) -> u64 {
        self.errors.iter().sum()
    }

    /// How many of them failed in this way.
    #[must_use]
    pub fn errors_of(&self, kind: ErrorKind) -> u64 {
        self.errors[kind as usize]
    }

    /// In which ways some failed, and how many did.
    pub fn errors_by_kind(&self) -> impl Iterator<Item = (ErrorKind, u64)> + '_ {
        ErrorKind::ALL.into_iter().zip(self.errors).filter(|(_, count)| *count > 0)
    }

    /// How long its calls took.
    #[must_use]
    pub fn latency(&self) -> &LatencyHistogram {
        &self.latency
    }

    /// How many bytes of values were read from the store.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// How many bytes of values were given to the store.
    #[must_use]
    pub fn bytes_written(&self) -> u64 {
        self.bytes_written
    }

    /// How many values the store was asked for and had.
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.hits
    }

    /// How many values the store was asked for and did not have.
    #[must_use]
    pub fn misses(&self) -> u64 {
        self.misses
    }

    /// How many keys were served from what this process keeps, absent ones included: [`NearStats::hits`](crate::NearStats::hits).
    /// Of what it keeps no more, as after the close, they are forgotten.
    #[must_use]
    pub fn near_hits(&self) -> u64 {
        self.near_hits
    }

    /// How many keys this process did not keep, so that the server was asked: [`NearStats::misses`](crate::NearStats::misses).
    #[must_use]
    pub fn near_misses(&self) -> u64 {
        self.near_misses
    }

    /// How often a loader was asked: [`TtlStats::loads`](crate::TtlStats::loads).
    #[must_use]
    pub fn loads(&self) -> u64 {
        self.loads
    }

    /// How many tasks were taken that had been taken before.
    #[must_use]
    pub fn redeliveries(&self) -> u64 {
        self.redeliveries
    }
}

/// The key of a name below a global namespace.
pub(super) fn full_key(namespace: &str, global: &str) -> String {
    if global.is_empty() { namespace.to_owned() } else { format!("{global}.{namespace}") }
}

impl fmt::Debug for ObjectStats {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let errors: Vec<_> = self.errors_by_kind().collect();
        f.debug_struct("ObjectStats")
            .field("key", &self.key)
            .field("calls", &self.calls)
            .field("errors", &errors)
            .field("latency", &self.latency)
            .field("bytes", &(self.bytes_read, self.bytes_written))
            .field("hits", &self.hits)
            .field("misses", &self.misses)
            .field("near", &(self.near_hits, self.near_misses))
            .field("loads", &self.loads)
            .field("redeliveries", &self.redeliveries)
            .finish()
    }
}
