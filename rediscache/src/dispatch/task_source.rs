//! The source of a task queue: what is taken is leased, and the lease is kept up for as long as this process lives.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::source::Source;
use crate::error::Result;
use crate::store::{Client, Lease, Outcome, Store};

/// The most leases that end in one call.
const SETTLED: usize = 256;

pub(crate) struct TaskSource {
    /// Shared with the tasks that were handed out.
    leases: Arc<Leases>,
    next_number: AtomicU64,
    plan: Mutex<Plan>,
}

/// When there is something to do besides taking.
struct Plan {
    /// To say that this client lives, and to find out what it lost. Taking does neither, and does not put it off.
    beat: Instant,
    /// When something may come that nobody tells of.
    change: Option<Instant>,
}

/// The tasks that one client holds.
pub(crate) struct Leases {
    pub(crate) key: String,
    pub(crate) client: Client,
    /// Dropping the sender of a task tells that it is lost.
    held: Mutex<HashMap<u64, watch::Sender<()>>>,
}

/// A task on its way to the one who asked, or with them.
pub(crate) struct HeldTask {
    pub(crate) lease: Lease,
    pub(crate) leases: Arc<Leases>,
    /// Ends when the task is lost.
    pub(crate) holding: watch::Receiver<()>,
}

impl TaskSource {
    pub(crate) fn new(key: String, client: Client) -> Self {
        let leases = Arc::new(Leases { key, client, held: Mutex::default() });
        Self { leases, next_number: AtomicU64::new(1), plan: Mutex::new(Plan { beat: Instant::now(), change: None }) }
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn foresee(&self, next_change: Option<Duration>) {
        // Nothing is too far away for the next beat.
        self.plan().change = next_change.and_then(|after| Instant::now().checked_add(after));
    }

    /// Three times in the silence that is allowed, at least.
    fn beat_again(&self, after: Duration) {
        self.plan().beat = Instant::now() + after.min(self.leases.client.silence / 3);
    }

    /// Tells which tasks were lost, and returns those that are held though nobody here knows of them.
    fn compare(&self, mut still: HashSet<u64>) -> Vec<u64> {
        self.leases.held().retain(|number, _| still.remove(number));
        still.into_iter().collect()
    }

    async fn settle(&self, store: &Store, outcome: Outcome, numbers: &[u64]) -> Result<()> {
        let Leases { key, client, .. } = &*self.leases;
        // A script takes some thousand arguments at most, and holds the server.
        for numbers in numbers.chunks(SETTLED) {
            store.tasks().settle(key, client, outcome, numbers).await?;
            numbers.iter().for_each(|&number| self.leases.let_go(number));
        }
        Ok(())
    }
}

impl Leases {
    fn held(&self) -> MutexGuard<'_, HashMap<u64, watch::Sender<()>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets a task that was settled.
    pub(crate) fn let_go(&self, number: u64) {
        self.held().remove(&number);
    }
}

impl Source for TaskSource {
    type Item = HeldTask;
    type Ending = Outcome;

    const UNREADABLE: Outcome = Outcome::Unreadable;

    fn key(&self) -> &str {
        &self.leases.key
    }

    fn channel(&self) -> Option<&'static str> {
        Some("$delayed")
    }

    async fn take(&self, store: &Store, limit: usize) -> Result<Vec<HeldTask>> {
        // Whoever asks without end must not keep it from finding out what was lost.
        let late = self.plan().beat <= Instant::now();
        if late {
            self.tick(store).await;
        }
        let Leases { key, client, .. } = &*self.leases;
        // Numbers are never used again, not even those of a call whose answer was lost.
        let first = self.next_number.fetch_add(limit as u64, Ordering::Relaxed);
        let taken = store.tasks().take(key, client, first, limit).await?;
        self.foresee(taken.next_change);
        let mut held = self.leases.held();
        let lease = |lease: Lease| {
            let (holder, holding) = watch::channel(());
            held.insert(lease.number, holder);
            HeldTask { lease, leases: Arc::clone(&self.leases), holding }
        };
        Ok(taken.leases.into_iter().map(lease).collect())
    }

    async fn put_back(&self, store: &Store, items: &[&HeldTask], _token: u64) -> Result<()> {
        // The one that was taken first goes back last, to be first again.
        let numbers: Vec<u64> = items.iter().rev().map(|item| item.lease.number).collect();
        self.settle(store, Outcome::Untouched, &numbers).await
    }

    async fn end(&self, store: &Store, ended: &[(&HeldTask, Outcome)], _token: u64) -> Result<()> {
        for run in ended.chunk_by(|one, next| one.1 == next.1) {
            let numbers: Vec<u64> = run.iter().map(|(item, _)| item.lease.number).collect();
            self.settle(store, run[0].1, &numbers).await?;
        }
        Ok(())
    }

    fn next_tick(&self) -> Option<Instant> {
        let plan = self.plan();
        Some(plan.change.map_or(plan.beat, |change| change.min(plan.beat)))
    }

    fn is_held(&self) -> bool {
        !self.leases.held().is_empty()
    }

    /// Keeps up the leases, and finds out which were lost.
    async fn tick(&self, store: &Store) {
        let Leases { key, client, .. } = &*self.leases;
        match store.tasks().beat(key, client).await {
            Ok(still) => {
                self.foresee(still.next_change);
                self.beat_again(Duration::MAX);
                let unknown = self.compare(still.numbers.into_iter().collect());
                // Taken by a call whose answer was lost.
                if let Err(error) = self.settle(store, Outcome::Untouched, &unknown).await {
                    tracing::warn!(key = %key, %error, "tasks that nobody got could not be put back yet");
                }
            }
            Err(error) => {
                tracing::warn!(key = %key, %error, "the heartbeat of a task queue failed; trying again");
                self.foresee(None);
                self.beat_again(Duration::from_secs(1));
            }
        }
    }
}
