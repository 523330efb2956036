use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, Weak};

use super::invalidation_listener::InvalidationListener;
use crate::backend::near::{Change, Coherence};

/// How many watches are kept for the next call, used or not.
const WATCHES: usize = 1024;

/// What a session keeps watch over, and the connections that tell of it.
#[derive(Default)]
pub(super) struct WatchedKeys {
    /// Whether they are to nodes of a cluster, which may serve a key no more.
    pub(super) is_of_cluster: bool,
    watches: RwLock<HashMap<Box<str>, Arc<Coherence>>>,
    /// The keys, by the channels where their changes are published.
    channels: RwLock<HashMap<Box<str>, Box<str>>>,
    /// Whether there is any: sessions that keep nothing pay for no more than this.
    any: AtomicBool,
    listeners: Mutex<Vec<Weak<InvalidationListener>>>,
    made: AtomicU64,
}

impl WatchedKeys {
    pub(super) fn new(is_of_cluster: bool) -> Self {
        Self { is_of_cluster, ..Self::default() }
    }

    /// The watch over a key, made if there is none.
    pub(super) fn watch(&self, key: &str) -> Arc<Coherence> {
        if let Some(watch) = self.find(key) {
            return watch;
        }
        let mut watches = self.watches.write().unwrap_or_else(PoisonError::into_inner);
        if watches.len() >= WATCHES {
            watches.retain(|_, watch| Arc::strong_count(watch) > 1);
        }
        self.any.store(true, Ordering::Release);
        Arc::clone(watches.entry(key.into()).or_insert_with(|| Arc::new(Coherence::new(key))))
    }

    pub(super) fn find(&self, key: &str) -> Option<Arc<Coherence>> {
        if !self.is_used() {
            return None;
        }
        self.watches.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
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
        if channels.len() >= WATCHES {
            channels.retain(|_, key| self.find(key).is_some());
        }
        channels.insert(channel.into(), key.into());
    }

    /// A write of this process, until the guard is dropped.
    pub(super) fn guard_write<'a>(&'a self, key: &'a str, change: Change<'a>) -> WriteGuard<'a> {
        let watch = self.find(key);
        if let Some(watch) = &watch {
            watch.forget(change);
        }
        WriteGuard { watched: self, key, watch, change }
    }

    /// Whether anything is watched.
    pub(super) fn is_used(&self) -> bool {
        self.any.load(Ordering::Acquire)
    }

    pub(super) fn listener(self: &Arc<Self>) -> Arc<InvalidationListener> {
        let listener = Arc::new(InvalidationListener::new(self, self.made.fetch_add(1, Ordering::Relaxed) + 1));
        let mut listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.retain(|listener| listener.strong_count() > 0);
        listeners.push(Arc::downgrade(&listener));
        listener
    }

    /// Ends all connections that tell of changes.
    pub(super) fn end(&self) {
        let listeners = std::mem::take(&mut *self.listeners.lock().unwrap_or_else(PoisonError::into_inner));
        listeners.iter().filter_map(Weak::upgrade).for_each(|listener| listener.end());
    }

    /// The key is not where it was, so that nobody may tell of its changes.
    pub(super) fn left(&self, key: &[u8]) {
        if let Some(watch) = std::str::from_utf8(key).ok().and_then(|key| self.find(key)) {
            watch.invalidate(Change::All);
        }
    }

    pub(super) fn everything_changed(&self) {
        let watches: Vec<_> = self.watches.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        watches.iter().for_each(|watch| watch.invalidate(Change::All));
    }
}

/// A write of this process: drops what it concerns before it is sent, and again when it is over, however it ends, so that
/// what was read meanwhile is not kept.
pub(super) struct WriteGuard<'a> {
    watched: &'a WatchedKeys,
    key: &'a str,
    watch: Option<Arc<Coherence>>,
    change: Change<'a>,
}

impl Drop for WriteGuard<'_> {
    fn drop(&mut self) {
        match &self.watch {
            Some(watch) => watch.forget(self.change),
            // Someone may have begun to read meanwhile.
            None => {
                if let Some(watch) = self.watched.find(self.key) {
                    watch.forget(Change::All);
                }
            }
        }
    }
}
