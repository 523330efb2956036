//! The figures of a whole session.

use std::collections::BTreeMap;

use super::batch_sizes::BatchSizes;
use super::latency::LatencyHistogram;
use super::object::{ObjectStats, full_key};
use super::wire::WireCounts;

/// What a session did so far; made by [`RedisSession::stats`](crate::RedisSession::stats).
///
/// Figures only grow, those of near caches aside, so that the difference of two tells what was between them.
///
/// # Examples
///
/// ```
/// use rediscache::RedisSession;
///
/// let stats = RedisSession::in_memory().stats();
/// assert_eq!((stats.calls(), stats.errors(), stats.requests()), (0, 0, 0));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionStats {
    pub(super) objects: Vec<ObjectStats>,
    pub(super) requests: u64,
    pub(super) batches: BatchSizes,
    pub(super) connections: u64,
    pub(super) reconnects: u64,
}

impl SessionStats {
    /// Of what was counted below this global namespace, and what near caches tell of themselves: the namespace, whether the global
    /// one goes in front, hits and misses.
    pub(crate) fn of(
        mut objects: BTreeMap<String, ObjectStats>,
        global: &str,
        near: impl IntoIterator<Item = (String, bool, u64, u64)>,
        wire: Option<&WireCounts>,
    ) -> Self {
        for (namespace, is_global, hits, misses) in near {
            let key = full_key(&namespace, if is_global { global } else { "" });
            let object = objects.entry(key).or_insert_with_key(|key| ObjectStats::new(&namespace, key));
            object.near_hits += hits;
            object.near_misses += misses;
        }
        let objects = objects.into_values().collect();
        let Some(wire) = wire else { return Self { objects, ..Self::default() } };
        let (requests, batches) = (wire.requests(), wire.batches());
        Self { objects, requests, batches, connections: wire.connections(), reconnects: wire.reconnects() }
    }

    /// The objects that calls were made of, by their keys, in the order of these.
    #[must_use]
    pub fn objects(&self) -> &[ObjectStats] {
        &self.objects
    }

    /// The object of this local namespace, or of this full Redis key; `None` where no calls were made of it.
    #[must_use]
    pub fn object(&self, name: &str) -> Option<&ObjectStats> {
        let by_key = self.objects.iter().find(|object| object.key() == name);
        by_key.or_else(|| self.objects.iter().find(|object| object.namespace() == name))
    }

    /// How many calls were made of all objects: the sum of [`ObjectStats::calls`].
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.objects.iter().map(ObjectStats::calls).sum()
    }

    /// How many of them failed.
    #[must_use]
    pub fn errors(&self) -> u64 {
        self.objects.iter().map(ObjectStats::errors).sum()
    }

    /// How long the calls of all objects took.
    #[must_use]
    pub fn latency(&self) -> LatencyHistogram {
        let mut latency = LatencyHistogram::default();
        self.objects.iter().for_each(|object| latency.add(object.latency()));
        latency
    }

    /// How many requests were made of servers, those of work in the background included: fewer than calls, where these leave
    /// together. Zero on the embedded store.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests
    }

    /// The requests that had more than one call in them.
    #[must_use]
    pub fn batches(&self) -> &BatchSizes {
        &self.batches
    }

    /// How many connections were made, for calls and to hear of changes. Zero on the embedded store.
    #[must_use]
    pub fn connections(&self) -> u64 {
        self.connections
    }

    /// How many of them took the place of one that was lost.
    #[must_use]
    pub fn reconnects(&self) -> u64 {
        self.reconnects
    }
}
