//! The source of a task queue: what is taken is leased, and the lease is kept up for as long as this process lives.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::delivery::{Answer, DispatcherMessage, Wait};
use super::hands::EndedItem;
use super::leases::{HeldTask, Leases, TaskEnding};
use super::line::{KeptOpen, Line, NextStep};
use super::lookout::Lookout;
use super::looks::Looks;
use super::source::Source;
use crate::error::Result;
use crate::store::{
    Client, EndingLease, Lease, OpenStore, Outcome, Side, Store, Taken, Taker, TaskTaker, Unread, WeakStore,
    Whereabouts, WorkCall, WorkDone,
};

/// How often, in the time after which it returns, it is looked for what is pending without a lease.
const LOOKS: u32 = 4;

/// The most leases that end in one call; hands put no more back at once.
const SETTLED: usize = 256;

pub(crate) struct TaskSource {
    /// Shared with the tasks that were handed out.
    leases: Arc<Leases>,
    plan: Mutex<Plan>,
    /// Whether the dispatcher looks at the time though nobody waits.
    is_watched: AtomicBool,
    lookout: Lookout<Self>,
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
        let leases = Arc::new(Leases::new(key, client));
        let look = leases.client.recover_unleased.map(|_| Instant::now());
        let plan = Mutex::new(Plan { beat: Instant::now(), change: None, look });
        let (is_watched, lookout) = Default::default();
        Self { leases, plan, is_watched, lookout }
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

impl TaskSource {
    async fn work(self: &Arc<Self>, store: &Store, call: WorkCall<'_>) -> Result<WorkDone> {
        let taker: Arc<dyn TaskTaker> = Arc::<Self>::clone(self);
        store.tasks().work(&self.leases.key, &taker, call).await
    }

    /// Says that a task is done; whether it was held.
    pub(crate) async fn finalize(self: &Arc<Self>, store: &Store, number: u64) -> Result<bool> {
        let call = WorkCall { ending: Some(self.leases.ending(number)), tickets: &[] };
        Ok(self.work(store, call).await?.is_held)
    }

    /// Says that a task is done, and takes the next one in the same step, behind those who wait. Where it was not held, `None`;
    /// otherwise it is gone, whatever the look brought.
    pub(crate) async fn finalize_and_get(
        self: &Arc<Self>,
        store: &OpenStore,
        number: u64,
    ) -> Result<Option<Answer<Self>>> {
        let place = self.lookout.line().and_then(|line| line.join(Wait::No, !self.is_late(), store.clone()));
        let ticket = place.as_ref().filter(|place| place.next == NextStep::Look).map(|place| place.ticket);
        let call = WorkCall { ending: Some(self.leases.ending(number)), tickets: ticket.as_slice() };
        if !self.work(store.get()?, call).await?.is_held {
            return Ok(None);
        }
        self.leases.let_go(number);
        let Some(mut place) = place else { return Ok(Some(Ok(None))) };
        if ticket.is_none() {
            place.ask();
        }
        let answer = match place.given() {
            Some(answer) => answer,
            None => {
                let answer = async { place.answer().await.unwrap_or(Ok(None)) };
                store.while_closing().in_time_of_background(Box::pin(answer)).await
            }
        };
        // What arrives from here on is too late to go back with all that is held.
        Ok(Some(if store.is_closed() { Ok(None) } else { answer }))
    }
}

impl TaskTaker for TaskSource {
    fn client(&self) -> &Client {
        &self.leases.client
    }
}

impl Taker<Taken> for TaskSource {
    fn depart(&self, count: usize) -> Option<u64> {
        self.lookout.depart(|| self.leases.depart(count))
    }

    fn arrive(&self, first: u64, tickets: &[u64], taken: Taken) {
        self.foresee(taken.next_change);
        let tasks = self.leases.hold(taken.leases);
        let is_held = !tasks.is_empty();
        self.lookout.arrive(first, tickets, tasks);
        if is_held
            && !self.is_watched.swap(true, Ordering::SeqCst)
            && let Some(kept) = self.lookout.keep()
        {
            let _ = kept.dispatcher.send(DispatcherMessage::Holds);
        }
    }

    fn landed(&self, first: u64) {
        self.leases.landed(first);
        self.lookout.landed(first);
    }
}

impl Looks for TaskSource {
    fn lookout(&self) -> &Lookout<Self> {
        &self.lookout
    }

    fn begin(self: &Arc<Self>, line: &Arc<Line<Self>>, store: &WeakStore) {
        self.lookout.begin(line, store);
        let line = Arc::downgrade(line);
        self.leases.end_by(Box::new(move |item, ending, store| {
            // One that is gone went with its runtime, as in a crash.
            if let Some(KeptOpen { store, dispatcher }) = line.upgrade().and_then(|line| line.keep(store)) {
                let ended = EndedItem { place: 0, item, ending, told: None };
                let _ = dispatcher.send(DispatcherMessage::Ended(ended, store));
            }
        }));
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

    fn is_late(&self) -> bool {
        let (now, plan) = (Instant::now(), self.plan());
        plan.beat <= now || plan.look.is_some_and(|look| look <= now)
    }

    async fn look(self: &Arc<Self>, store: &Store, tickets: &[u64]) -> Result<bool> {
        Ok(self.work(store, WorkCall { ending: None, tickets }).await?.is_enough)
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
        self.is_watched.store(false, Ordering::SeqCst);
        let is_held = !self.leases.is_empty();
        if is_held {
            self.is_watched.store(true, Ordering::SeqCst);
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
                self.foresee(still.next_change);
                self.beat_again(Duration::MAX);
                let unknown = self.leases.compare(still.numbers.into_iter().collect());
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
