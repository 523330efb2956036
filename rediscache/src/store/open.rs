//! A store that stays open for as long as someone holds on to it, and how it closes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::sync::watch;

use super::Store;
use crate::error::Result;
use crate::refusal;

/// How long closing waits for what is under way.
const CLOSING: Duration = Duration::from_secs(5);

/// Clones are one store. It is closed by [`close`](Self::close), or with the last clone.
#[derive(Clone, Debug)]
pub(crate) struct OpenStore(Arc<Opened>);

#[derive(Debug)]
struct Opened {
    store: Store,
    /// Becomes true once. Read at each call, where the watch would take a lock.
    is_closed: AtomicBool,
    /// The same, watched by background tasks.
    closed: watch::Sender<bool>,
}

impl Drop for Opened {
    /// Nobody is left for whom anything could be done: what still goes on in the background ends, whatever it holds.
    fn drop(&mut self) {
        self.store.close();
        self.store.end_tasks();
    }
}

/// A store that is not kept open.
#[derive(Clone, Debug)]
pub(crate) struct WeakStore(Weak<Opened>);

impl WeakStore {
    pub(crate) fn upgrade(&self) -> Option<OpenStore> {
        self.0.upgrade().map(OpenStore)
    }
}

impl OpenStore {
    pub(crate) fn new(store: Store) -> Self {
        let (closed, _) = watch::channel(false);
        Self(Arc::new(Opened { store, is_closed: AtomicBool::new(false), closed }))
    }

    /// The store, unless it was closed.
    pub(crate) fn get(&self) -> Result<&Store> {
        if self.is_closed() {
            return Err(refusal::closed());
        }
        Ok(&self.0.store)
    }

    /// The store, also while it is being closed.
    pub(crate) fn while_closing(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.0.is_closed.load(Ordering::SeqCst)
    }

    /// Becomes true when the store is closed. Whoever holds one is waited for.
    pub(crate) fn closing(&self) -> watch::Receiver<bool> {
        self.0.closed.subscribe()
    }

    /// Waits for what may take any time, but no longer than the store is open.
    pub(crate) async fn while_open<T>(&self, waiting: impl Future<Output = Result<T>>) -> Result<T> {
        let mut closing = self.closing();
        tokio::select! {
            biased;
            waited = waiting => waited,
            _ = closing.wait_for(|is_closed| *is_closed) => Err(refusal::closed()),
        }
    }

    pub(crate) fn downgrade(&self) -> WeakStore {
        WeakStore(Arc::downgrade(&self.0))
    }

    /// Refuses calls from now on.
    pub(crate) fn refuse_calls(&self) {
        self.0.is_closed.store(true, Ordering::SeqCst);
        self.0.closed.send_replace(true);
    }

    /// Waits for what is under way, and lets go of the store.
    pub(crate) async fn close(&self) {
        self.refuse_calls();
        let ended = async {
            // What is on its way to someone who waited is put back first.
            self.0.closed.closed().await;
            self.0.store.all_ended().await;
        };
        let _ = tokio::time::timeout(CLOSING, ended).await;
        if self.0.closed.receiver_count() == 0 {
            return self.0.store.close();
        }
        // Someone was given an item and neither looks at it nor drops it: the connection stays to put it back.
        let opened = Arc::clone(&self.0);
        tokio::spawn(async move {
            opened.closed.closed().await;
            opened.store.close();
        });
    }
}
