//! The source of a task queue: what is taken is leased, and the lease is kept up for as long as this process lives.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use tokio::time::Instant;

use super::delivery::{DispatcherMessage, Wait};
use super::hands::EndedItem;
use super::leases::{HeldTask, Leases, TaskDispatcher, TaskEnding};
use super::line::{Kept, Line, Place};
use super::source::Source;
use crate::error::Result;
use crate::store::{
    Client, Departed, EndingLease, Lease, OpenStore, Outcome, Side, Store, Unread, WeakStore, Whereabouts, WorkPart,
};

/// How often, in the time after which it returns, it is looked for what is pending without a lease.
const LOOKS: u32 = 4;

/// The most leases that end in one call.
const SETTLED: usize = 256;

pub(crate) struct TaskSource {
    /// Shared with the tasks that were handed out.
    leases: Arc<Leases>,
    plan: Arc<TickPlan>,
}

struct TickPlan {
    times: Mutex<Plan>,
    /// Whether the dispatcher looks at the time though nobody waits.
    is_watched: AtomicBool,
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

impl TaskSource {
    pub(crate) fn new(key: String, client: Client) -> Self {
        let leases = Leases::new(key, client);
        let look = leases.client.recover_unleased.map(|_| Instant::now());
        let times = Mutex::new(Plan { beat: Instant::now(), change: None, look });
        Self { leases, plan: Arc::new(TickPlan { times, is_watched: AtomicBool::new(false) }) }
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.times()
    }

    /// Three times in the silence that is allowed, at least.
    fn beat_again(&self, after: Duration) {
        self.plan().beat = Instant::now() + after.min(self.leases.client.silence / 3);
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
        if self.plan.is_late() {
            self.tick(store).await;
        }
        let Leases { key, client, .. } = &*self.leases;
        let departed = Departed::new(&*self.leases, limit);
        let taken = store.tasks().take(key, client, departed.first, limit).await?;
        self.plan.foresee(taken.next_change);
        Ok(self.leases.hold(taken.leases))
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

    fn begin(&self, line: &Arc<Line<Self>>, store: &WeakStore) {
        let (line, store, plan) = (Arc::downgrade(line), store.clone(), Arc::clone(&self.plan));
        self.leases.belong_to(Box::new(TaskDesk { line, store, plan }));
    }

    fn may_look(&self) -> bool {
        !self.plan.is_late()
    }

    async fn look(&self, store: &Store, ticket: u64) -> Result<()> {
        self.leases.work(store, WorkPart { ending: None, ticket: Some(ticket) }).await.map(drop)
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

    fn is_watched(&self) -> bool {
        // Who holds something from here on tells.
        self.plan.is_watched.store(false, Ordering::SeqCst);
        let is_held = !self.leases.is_empty();
        if is_held {
            self.plan.is_watched.store(true, Ordering::SeqCst);
        }
        is_held
    }

    /// Keeps up the leases, and finds out which were lost.
    async fn tick(&self, store: &Store) {
        self.look_for_unleased(store).await;
        let Leases { key, client, .. } = &*self.leases;
        self.leases.begin_beat();
        match store.tasks().beat(key, client).await {
            Ok(still) => {
                self.plan.foresee(still.next_change);
                self.beat_again(Duration::MAX);
                let unknown = self.leases.compare(still.numbers.into_iter().collect());
                // Taken by a call whose answer was lost.
                if let Err(error) = self.settle(store, Outcome::Untouched, &unknown).await {
                    tracing::warn!(key = %key, %error, "tasks that nobody got could not be put back yet");
                }
            }
            Err(error) => {
                tracing::warn!(key = %key, %error, "the heartbeat of a task queue failed; trying again");
                self.plan.foresee(None);
                self.beat_again(Duration::from_secs(1));
            }
        }
    }
}

impl TickPlan {
    fn times(&self) -> MutexGuard<'_, Plan> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether there is something to do besides taking, now.
    fn is_late(&self) -> bool {
        let (now, times) = (Instant::now(), self.times());
        times.beat <= now || times.look.is_some_and(|look| look <= now)
    }

    fn foresee(&self, next_change: Option<Duration>) {
        // Nothing is too far away for the next beat.
        self.times().change = next_change.and_then(|after| Instant::now().checked_add(after));
    }
}

/// What the leases know of the dispatcher.
struct TaskDesk {
    line: Weak<Line<TaskSource>>,
    store: WeakStore,
    plan: Arc<TickPlan>,
}

impl TaskDispatcher for TaskDesk {
    fn keep(&self) -> Option<Kept<TaskSource>> {
        self.line.upgrade()?.keep(self.store.upgrade()?)
    }

    fn arrive(
        &self,
        tickets: &[u64],
        tasks: Vec<HeldTask>,
        next_change: Option<Duration>,
        kept: Option<Kept<TaskSource>>,
    ) {
        self.plan.foresee(next_change);
        let Some(line) = self.line.upgrade() else { return };
        let is_held = !tasks.is_empty();
        line.arrive(tickets, tasks, kept.as_ref());
        if is_held
            && !self.plan.is_watched.swap(true, Ordering::SeqCst)
            && let Some(kept) = kept
        {
            let _ = kept.dispatcher.send(DispatcherMessage::Holds);
        }
    }

    fn join(&self, store: &OpenStore) -> Option<Place<TaskSource>> {
        self.line.upgrade()?.join(Wait::No, !self.plan.is_late(), store.clone())
    }

    fn end(&self, task: HeldTask, ending: TaskEnding, store: OpenStore) {
        // One that is gone went with its runtime, as in a crash.
        if let Some(Kept { store, dispatcher }) = self.line.upgrade().and_then(|line| line.keep(store)) {
            let ended = EndedItem { place: 0, item: task, ending, told: None };
            let _ = dispatcher.send(DispatcherMessage::Ended(ended, store));
        }
    }
}
