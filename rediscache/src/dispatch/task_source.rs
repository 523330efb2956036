//! The source of a task queue: what is taken is leased, and the lease is kept up for as long as this process lives.

use std::collections::{BTreeMap, HashSet};
use std::ops::Bound;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::source::{EndItem, Source};
use crate::error::Result;
use crate::store::{Client, EndingLease, Lease, OpenStore, Outcome, Side, Store, Unread, Whereabouts};

/// How often, in the time after which it returns, it is looked for what is pending without a lease.
const LOOKS: u32 = 4;

/// The most leases that end in one call.
const SETTLED: usize = 256;

/// How many held tasks on each side of one are looked at to find out which end is nearer; beyond, their numbers tell.
const LOOKED_AT: usize = 64;

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
    /// To look for what is pending without a lease.
    look: Option<Instant>,
}

/// The tasks that one client holds.
pub(crate) struct Leases {
    pub(crate) key: String,
    pub(crate) client: Client,
    held: Mutex<BTreeMap<u64, Holding>>,
    /// Has the dispatcher end a task.
    end: OnceLock<EndItem<TaskSource>>,
}

/// What is known of a task that is held.
struct Holding {
    /// Dropping it tells that the task is lost.
    _holder: watch::Sender<()>,
    /// Whether a call is under way, or was dropped, that ends the lease: then what became of it is not known here.
    is_being_settled: bool,
}

/// What becomes of a task that nobody is to have now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TaskEnding {
    /// It comes again after its backoff.
    Failed,
    /// Its lease ends, and it stays pending.
    Kept,
    /// This program cannot read it; another one may.
    Unreadable,
}

impl HeldTask {
    /// Has the dispatcher end the lease, unless the task is not held any more, or is being settled.
    pub(crate) fn end(&self, ending: TaskEnding, store: &OpenStore) {
        let number = self.lease.number;
        let is_idle = self.leases.held().get(&number).is_some_and(|holding| !holding.is_being_settled);
        let Some(end) = self.leases.end.get().filter(|_| is_idle) else { return };
        let lease = Lease { item: Vec::new(), ..self.lease };
        let task = Self { lease, leases: Arc::clone(&self.leases), holding: self.holding.clone() };
        end(task, ending, store.clone());
    }
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
        let leases = Arc::new(Leases { key, client, held: Mutex::default(), end: OnceLock::new() });
        let look = leases.client.recover_unleased.map(|_| Instant::now());
        let plan = Mutex::new(Plan { beat: Instant::now(), change: None, look });
        Self { leases, next_number: AtomicU64::new(1), plan }
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
        // They were just taken.
        let leases: Vec<_> = numbers.iter().map(|&number| EndingLease { number, side: Side::Newest }).collect();
        // A script takes some thousand arguments at most, and holds the server.
        for leases in leases.chunks(SETTLED) {
            store.tasks().settle(key, client, outcome, leases).await?;
            leases.iter().for_each(|lease| self.leases.let_go(lease.number));
        }
        Ok(())
    }
}

impl TaskSource {
    async fn end_alike(&self, store: &Store, ending: TaskEnding, leases: &[&Lease]) -> Result<Vec<Whereabouts>> {
        let (Leases { key, client, .. }, tasks) = (&*self.leases, store.tasks());
        let numbers: Vec<u64> = leases.iter().map(|lease| lease.number).collect();
        let whereabouts = match ending {
            TaskEnding::Failed => {
                let one = |lease: &&Lease| (lease.number, client.pause_after(lease.attempt));
                tasks.retry_after(key, client, &leases.iter().map(one).collect::<Vec<_>>()).await?
            }
            TaskEnding::Unreadable => {
                let one = |lease: &&Lease| {
                    let failures = lease.unread.failures.saturating_add(1);
                    (lease.number, client.pause_after(failures), Unread { failures, ..lease.unread })
                };
                tasks.put_off_unread(key, client, &leases.iter().map(one).collect::<Vec<_>>()).await?
            }
            TaskEnding::Kept => {
                tasks.keep(key, client, &numbers).await?;
                vec![Whereabouts::Elsewhere; numbers.len()]
            }
        };
        numbers.iter().for_each(|&number| self.leases.let_go(number));
        Ok(whereabouts)
    }

    /// Returns what has been pending without a lease for too long, as far as this client may.
    async fn look_for_unleased(&self, store: &Store) {
        let Leases { key, client, .. } = &*self.leases;
        let Some(after) = client.recover_unleased else { return };
        let now = Instant::now();
        if self.plan().look.is_none_or(|look| now < look) {
            return;
        }
        self.plan().look = now.checked_add(after / LOOKS);
        if let Err(error) = store.tasks().recover_unleased(key, client, after).await {
            tracing::warn!(key = %key, %error, "looking for what is pending without a lease failed; trying again");
        }
    }
}

impl Leases {
    /// Says that a task is being settled by whoever has it, until [`was_refused`](Self::was_refused).
    pub(crate) fn is_being_settled(&self, number: u64) {
        self.mark(number, true);
    }

    /// The task is still held.
    pub(crate) fn was_refused(&self, number: u64) {
        self.mark(number, false);
    }

    fn mark(&self, number: u64, is_being_settled: bool) {
        if let Some(holding) = self.held().get_mut(&number) {
            holding.is_being_settled = is_being_settled;
        }
    }

    /// Those that are held and not being settled, the newest first: what was taken first is to be the first to come out.
    fn idle(&self) -> Vec<u64> {
        let held = self.held();
        let idle = held.iter().rev().filter(|(_, holding)| !holding.is_being_settled);
        idle.map(|(&number, _)| number).collect()
    }

    fn held(&self) -> MutexGuard<'_, BTreeMap<u64, Holding>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lease on a task that is to end, with the side from which the task is found soonest: many may be pending, and
    /// the server looks at one after another.
    pub(crate) fn ending(&self, number: u64) -> EndingLease {
        let held = self.held();
        let mut older = held.range(..number).rev();
        let mut newer = held.range((Bound::Excluded(number), Bound::Unbounded));
        for _ in 0..LOOKED_AT {
            match (older.next(), newer.next()) {
                (None, _) => return EndingLease { number, side: Side::Oldest },
                (_, None) => return EndingLease { number, side: Side::Newest },
                _ => {}
            }
        }
        let (oldest, newest) = (held.keys().next(), held.keys().next_back());
        let is_new =
            oldest.zip(newest).is_some_and(|(oldest, newest)| newest.abs_diff(number) < number.abs_diff(*oldest));
        EndingLease { number, side: if is_new { Side::Newest } else { Side::Oldest } }
    }

    /// Forgets a task that was settled.
    pub(crate) fn let_go(&self, number: u64) {
        self.held().remove(&number);
    }
}

impl Source for TaskSource {
    type Item = HeldTask;
    type Ending = TaskEnding;

    const UNREADABLE: TaskEnding = TaskEnding::Unreadable;

    fn key(&self) -> &str {
        &self.leases.key
    }

    fn channel(&self) -> Option<&'static str> {
        Some("$delayed")
    }

    async fn take(&self, store: &Store, limit: usize) -> Result<Vec<HeldTask>> {
        // Whoever asks without end must not keep it from finding out what was lost.
        let now = Instant::now();
        let is_late = self.plan().beat <= now || self.plan().look.is_some_and(|look| look <= now);
        if is_late {
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
            held.insert(lease.number, Holding { _holder: holder, is_being_settled: false });
            HeldTask { lease, leases: Arc::clone(&self.leases), holding }
        };
        Ok(taken.leases.into_iter().map(lease).collect())
    }

    async fn put_back(&self, store: &Store, items: &[&HeldTask], _token: u64) -> Result<()> {
        // The one that was taken first goes back last, to be first again.
        let numbers: Vec<u64> = items.iter().rev().map(|item| item.lease.number).collect();
        self.settle(store, Outcome::Untouched, &numbers).await
    }

    async fn end(&self, store: &Store, ended: &[(&HeldTask, TaskEnding)], _token: u64) -> Result<Vec<Whereabouts>> {
        let mut whereabouts = Vec::with_capacity(ended.len());
        for run in ended.chunk_by(|one, next| one.1 == next.1) {
            let leases: Vec<&Lease> = run.iter().map(|(item, _)| &item.lease).collect();
            whereabouts.extend(self.end_alike(store, run[0].1, &leases).await?);
        }
        Ok(whereabouts)
    }

    fn ends_by(&self, end: EndItem<Self>) {
        // There is one dispatcher to a source.
        let _ = self.leases.end.set(end);
    }

    async fn leave(&self, store: &Store) {
        let numbers = self.leases.idle();
        if let Err(error) = self.settle(store, Outcome::Untouched, &numbers).await {
            let key = self.leases.key.as_str();
            tracing::warn!(key, %error, "tasks that are held return when this client is taken for dead");
        }
    }

    fn next_tick(&self) -> Option<Instant> {
        let plan = self.plan();
        [Some(plan.beat), plan.change, plan.look].into_iter().flatten().min()
    }

    fn is_held(&self) -> bool {
        !self.leases.held().is_empty()
    }

    /// Keeps up the leases, and finds out which were lost.
    async fn tick(&self, store: &Store) {
        self.look_for_unleased(store).await;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn leases(held: impl IntoIterator<Item = u64>) -> Leases {
        let holding = || Holding { _holder: watch::channel(()).0, is_being_settled: false };
        let held = held.into_iter().map(|number| (number, holding())).collect();
        let client = Client {
            name: Client::new_name(""),
            silence: Duration::MAX,
            most_attempts: None,
            backoff: (Duration::ZERO, Duration::ZERO),
            unreadable_for: Duration::MAX,
            recover_unleased: None,
        };
        Leases { key: String::new(), client, held: Mutex::new(held), end: OnceLock::new() }
    }

    #[test]
    fn a_task_is_looked_for_from_the_end_that_is_nearer() {
        let leases = leases(1..=20_000);
        for (number, side) in [
            (1, Side::Oldest),
            (60, Side::Oldest),
            (9_000, Side::Oldest),
            (12_000, Side::Newest),
            (20_000, Side::Newest),
        ] {
            assert_eq!(leases.ending(number).side, side, "{number}");
        }
    }

    #[test]
    fn how_many_are_older_counts_and_not_how_long_ago_they_were_taken() {
        let leases = leases([1].into_iter().chain(1_000_000..1_000_010));
        assert_eq!(leases.ending(1_000_001).side, Side::Oldest);
        assert_eq!(leases.ending(1_000_008).side, Side::Newest);
        // One that is not held any more.
        assert_eq!(leases.ending(7).side, Side::Oldest);
        assert_eq!(leases.ending(u64::MAX).side, Side::Newest);
    }
}
