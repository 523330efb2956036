//! The keys that a session keeps something of, and the connections that tell of their changes.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};

use crate::near::{Change, Coherence};
use crate::swept::SweptMap;

/// How many keys are watched for the next call, used or not.
const KEYS: usize = 1024;

/// What a connection that tells of changes is to those whose end it may be.
pub(super) trait Listener: Send + Sync {
    /// Lets go of all that relies on the connection.
    fn end(&self);
}

pub(crate) struct WatchedKeys {
    /// Whether they are at nodes of a cluster, which may serve a key no more.
    pub(super) is_of_cluster: bool,
    /// The key of what is on record, which is there where anything was written.
    pub(super) record: Arc<str>,
    keys: RwLock<SweptMap<Box<str>, Arc<Coherence>, KEYS>>,
    /// The keys, by the channels where their changes are published.
    channels: RwLock<SweptMap<Box<str>, Box<str>, KEYS>>,
    /// Whether there is any: sessions that keep nothing pay for no more than this.
    any: AtomicBool,
    listeners: Mutex<Vec<Weak<dyn Listener>>>,
    made: AtomicU64,
}

impl WatchedKeys {
    pub(crate) fn new(is_of_cluster: bool, record: &str) -> Self {
        let (keys, channels, any, listeners, made) = Default::default();
        Self { is_of_cluster, record: record.into(), keys, channels, any, listeners, made }
    }

    /// What guards the entries of a key, made if there is none.
    pub(crate) fn watch(&self, key: &str) -> Arc<Coherence> {
        self.watch_as(key, Coherence::new)
    }

    /// What guards entries that are keys of their own, all of whose names begin with `scope`, up to their last `:`.
    pub(crate) fn watch_entries(&self, scope: &str) -> Arc<Coherence> {
        self.watch_as(scope, Coherence::spread)
    }

    fn watch_as(&self, key: &str, make: fn(&str) -> Coherence) -> Arc<Coherence> {
        if let Some(coherence) = self.find(key) {
            return coherence;
        }
        let mut keys = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        keys.sweep(|coherence| Arc::strong_count(coherence) > 1);
        self.any.store(true, Ordering::Release);
        Arc::clone(keys.entry(key.into()).or_insert_with(|| Arc::new(make(key))))
    }

    pub(crate) fn find(&self, key: &str) -> Option<Arc<Coherence>> {
        if !self.is_used() {
            return None;
        }
        self.keys.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }

    pub(super) fn of_channel(&self, channel: &str) -> Option<Arc<Coherence>> {
        let channels = self.channels.read().unwrap_or_else(PoisonError::into_inner);
        channels.get(channel).and_then(|key| self.find(key))
    }

    /// Has what is published on the channel concern the key.
    pub(super) fn hear_of(&self, channel: &str, key: &str) {
        if self.of_channel(channel).is_some() {
            return;
        }
        let mut channels = self.channels.write().unwrap_or_else(PoisonError::into_inner);
        channels.sweep(|key| self.find(key).is_some());
        channels.insert(channel.into(), key.into());
    }

    /// A write of this process, until the guard is dropped.
    pub(crate) fn guard_write<'a>(&'a self, key: &'a str, change: Change<'a>) -> WriteGuard<'a> {
        let coherence = self.find(key);
        if let Some(coherence) = &coherence {
            coherence.forget(change);
        }
        WriteGuard { watched: self, key, coherence, change }
    }

    /// Whether anything is watched.
    pub(crate) fn is_used(&self) -> bool {
        self.any.load(Ordering::Acquire)
    }

    /// The number of one more connection that tells of changes; not zero.
    pub(super) fn next_number(&self) -> u64 {
        self.made.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Has the connection end with the others.
    pub(super) fn add(&self, listener: Weak<dyn Listener>) {
        let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.retain(|listener| listener.strong_count() > 0);
        listeners.push(listener);
    }

    /// Ends all connections that tell of changes.
    pub(crate) fn end(&self) {
        let listeners = std::mem::take(&mut *self.listeners.lock().unwrap_or_else(PoisonError::into_inner));
        listeners.iter().filter_map(Weak::upgrade).for_each(|listener| listener.end());
    }

    /// The key is not where it was, so that nobody may tell of its changes.
    pub(crate) fn left(&self, key: &str) {
        for scope in [Some(key), scope_of(key).map(|(scope, _)| scope)].into_iter().flatten() {
            self.find(scope).into_iter().for_each(|coherence| coherence.invalidate(Change::All));
        }
    }

    /// What guards the entry that is this key, and its name there.
    pub(super) fn of_entry<'a>(&self, key: &'a str) -> Option<(Arc<Coherence>, &'a [u8])> {
        let (scope, entry) = scope_of(key)?;
        Some((self.find(scope)?, entry.as_bytes()))
    }

    pub(super) fn everything_changed(&self) {
        let all: Vec<_> = self.keys.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        all.iter().for_each(|coherence| coherence.invalidate(Change::All));
    }
}

/// Where a key may belong that is an entry, and the name of the entry there.
fn scope_of(key: &str) -> Option<(&str, &str)> {
    key.split_at_checked(key.rfind(':')? + 1)
}

/// A write of this process: drops what it concerns before it is sent, and again when it is over, however it ends, so that
/// what was read meanwhile is not kept.
pub(crate) struct WriteGuard<'a> {
    watched: &'a WatchedKeys,
    key: &'a str,
    coherence: Option<Arc<Coherence>>,
    change: Change<'a>,
}

impl Drop for WriteGuard<'_> {
    fn drop(&mut self) {
        match &self.coherence {
            Some(coherence) => coherence.forget(self.change),
            // Someone may have begun to read meanwhile.
            None => {
                if let Some(coherence) = self.watched.find(self.key) {
                    coherence.forget(Change::All);
                }
            }
        }
    }
}
