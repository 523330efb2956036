use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::Source;
use crate::backend::{Lease, Outcome, Store, Worker};
use crate::error::Result;

/// A task queue: what is taken is leased, and the lease is kept up for as long as this process lives.
pub(crate) struct Tasks {
    /// Shared with the tasks that were handed out.
    claims: Arc<Claims>,
    next_number: AtomicU64,
    next_tick: Mutex<Instant>,
}

/// The tasks that one worker holds.
pub(crate) struct Claims {
    pub(crate) key: String,
    pub(crate) worker: Worker,
    /// Dropping the sender of a task tells that it is lost.
    held: Mutex<HashMap<u64, watch::Sender<()>>>,
}

/// A task on its way to the one who asked, or with them.
pub(crate) struct Leased {
    pub(crate) lease: Lease,
    pub(crate) claims: Arc<Claims>,
    /// Ends when the task is lost.
    pub(crate) holding: watch::Receiver<()>,
}

impl Tasks {
    pub(crate) fn new(key: String, worker: Worker) -> Self {
        let claims = Arc::new(Claims { key, worker, held: Mutex::default() });
        Self { claims, next_number: AtomicU64::new(1), next_tick: Mutex::new(Instant::now()) }
    }

    /// Comes again when a change is foreseen, and three times in the silence that is allowed.
    fn schedule(&self, next_change: Option<Duration>) {
        let interval = self.claims.worker.silence / 3;
        let soonest = next_change.map_or(interval, |change| change.min(interval));
        *self.next_tick.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now() + soonest;
    }

    /// Tells which tasks were lost, and returns those that are held though nobody here knows of them.
    fn compare(&self, mut still: HashSet<u64>) -> Vec<u64> {
        self.claims.held().retain(|number, _| still.remove(number));
        still.into_iter().collect()
    }

    async fn settle(&self, store: &Store, outcome: Outcome, numbers: &[u64]) -> Result<()> {
        let Claims { key, worker, .. } = &*self.claims;
        if numbers.is_empty() {
            return Ok(());
        }
        numbers.iter().for_each(|&number| self.claims.let_go(number));
        store.settle(key, worker, outcome, numbers).await.map(drop)
    }
}

impl Claims {
    fn held(&self) -> MutexGuard<'_, HashMap<u64, watch::Sender<()>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets a task that was settled.
    pub(crate) fn let_go(&self, number: u64) {
        self.held().remove(&number);
    }
}

impl Source for Tasks {
    type Item = Leased;

    fn key(&self) -> &str {
        &self.claims.key
    }

    fn channel(&self) -> Option<String> {
        Some(format!("{}$delayed", self.claims.key))
    }

    async fn take(&self, store: &Store, limit: usize) -> Result<Vec<Leased>> {
        let Claims { key, worker, .. } = &*self.claims;
        // Numbers are never used again, not even those of a call whose answer was lost.
        let first = self.next_number.fetch_add(limit as u64, Ordering::Relaxed);
        let taken = store.take_tasks(key, worker, first, limit).await?;
        self.schedule(taken.next_change);
        let mut held = self.claims.held();
        let lease = |lease: Lease| {
            let (holder, holding) = watch::channel(());
            held.insert(lease.number, holder);
            Leased { lease, claims: Arc::clone(&self.claims), holding }
        };
        Ok(taken.leases.into_iter().map(lease).collect())
    }

    async fn put_back(&self, store: &Store, items: Vec<Leased>) -> Result<()> {
        // The one that was taken first goes back last, to be first again.
        let numbers: Vec<u64> = items.iter().rev().map(|item| item.lease.number).collect();
        self.settle(store, Outcome::Untouched, &numbers).await
    }

    async fn bury(&self, store: &Store, item: Leased) -> Result<()> {
        self.settle(store, Outcome::Unreadable, &[item.lease.number]).await
    }

    fn next_tick(&self) -> Option<Instant> {
        Some(*self.next_tick.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn is_held(&self) -> bool {
        !self.claims.held().is_empty()
    }

    /// Keeps up the leases, and finds out which were lost.
    async fn tick(&self, store: &Store) {
        let Claims { key, worker, .. } = &*self.claims;
        match store.beat(key, worker).await {
            Ok(still) => {
                self.schedule(still.next_change);
                let unknown = self.compare(still.numbers.into_iter().collect());
                // Taken by a call whose answer was lost.
                if let Err(error) = self.settle(store, Outcome::Untouched, &unknown).await {
                    tracing::warn!(key = %key, %error, "tasks that nobody got could not be put back yet");
                }
            }
            Err(error) => {
                tracing::warn!(key = %key, %error, "the heartbeat of a task queue failed; trying again");
                self.schedule(Some(Duration::from_secs(1)));
            }
        }
    }
}
