//! The tasks that one client holds, and those on their way to it, shared by their source and by whoever has one of them.

use std::collections::{BTreeMap, HashSet};
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::watch;

use super::delivery::Delivery;
use super::line::{Kept, Next, Place};
use super::task_source::TaskSource;
use crate::error::Result;
use crate::store::{Client, EndingLease, Lease, OpenStore, Side, Store, Taken, Taker, WorkPart};

/// How many held tasks on each side of one are looked at to find out which end is nearer; beyond, their numbers tell.
const LOOKED_AT: usize = 64;

/// The tasks that one client holds.
pub(crate) struct Leases {
    this: Weak<Self>,
    pub(crate) key: String,
    pub(crate) client: Client,
    state: Mutex<LeasesState>,
    /// How what is held here comes and goes.
    dispatcher: OnceLock<Box<dyn TaskDispatcher>>,
}

/// The dispatcher of tasks, as their leases know it.
pub(super) trait TaskDispatcher: Send + Sync {
    /// Keeps the store open, and the dispatcher at work, while tasks are on their way.
    fn keep(&self) -> Option<Kept<TaskSource>>;

    /// Hands out what was taken for those who looked with these tickets, and says when there may be more.
    fn arrive(
        &self,
        tickets: &[u64],
        tasks: Vec<HeldTask>,
        next_change: Option<Duration>,
        kept: Option<Kept<TaskSource>>,
    );

    /// Has someone stand in line who does not wait.
    fn join(&self, store: &OpenStore) -> Option<Place<TaskSource>>;

    /// Has a task end, and the store stay open until that is done.
    fn end(&self, task: HeldTask, ending: TaskEnding, store: OpenStore);
}

struct LeasesState {
    held: BTreeMap<u64, Holding>,
    /// Numbers are never used again, not even those of a call whose answer was lost.
    next_number: u64,
    /// What is on its way: the first number and how many, and what that needs.
    departed: Vec<(u64, u64, Option<Kept<TaskSource>>)>,
    /// How many heartbeats went out.
    beats: u64,
}

/// What is known of a task that is held.
struct Holding {
    /// Dropping it tells that the task is lost.
    _holder: watch::Sender<()>,
    /// Whether a call is under way, or was dropped, that ends the lease: then what became of it is not known here.
    is_being_settled: bool,
    /// How many heartbeats went out before: those do not know of it.
    beats: u64,
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

/// A task on its way to the one who asked, or with them.
pub(crate) struct HeldTask {
    pub(crate) lease: Lease,
    pub(crate) leases: Arc<Leases>,
    /// Ends when the task is lost.
    pub(crate) holding: watch::Receiver<()>,
}

impl HeldTask {
    /// Has the dispatcher end the lease, unless the task is not held any more, or is being settled.
    pub(crate) fn end(&self, ending: TaskEnding, store: &OpenStore) {
        let number = self.lease.number;
        let is_idle = self.leases.state().held.get(&number).is_some_and(|holding| !holding.is_being_settled);
        let Some(dispatcher) = self.leases.dispatcher.get().filter(|_| is_idle) else { return };
        let lease = Lease { item: Vec::new(), ..self.lease };
        let task = Self { lease, leases: Arc::clone(&self.leases), holding: self.holding.clone() };
        dispatcher.end(task, ending, store.clone());
    }
}

impl Leases {
    pub(super) fn new(key: String, client: Client) -> Arc<Self> {
        let state = LeasesState { held: BTreeMap::new(), next_number: 1, departed: Vec::new(), beats: 0 };
        let (state, dispatcher) = (Mutex::new(state), OnceLock::new());
        Arc::new_cyclic(|this| Self { this: this.clone(), key, client, state, dispatcher })
    }

    /// Told once how what is held comes and goes.
    pub(super) fn belong_to(&self, dispatcher: Box<dyn TaskDispatcher>) {
        // There is one dispatcher to a source.
        let _ = self.dispatcher.set(dispatcher);
    }

    /// Holds tasks that were just taken.
    pub(super) fn hold(&self, taken: Vec<Lease>) -> Vec<HeldTask> {
        let Some(this) = self.this.upgrade() else { return Vec::new() };
        let mut state = self.state();
        let beats = state.beats;
        let hold = |lease: Lease| {
            let (holder, holding) = watch::channel(());
            state.held.insert(lease.number, Holding { _holder: holder, is_being_settled: false, beats });
            HeldTask { lease, leases: Arc::clone(&this), holding }
        };
        taken.into_iter().map(hold).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.state().held.is_empty()
    }

    /// A heartbeat goes out: what is held after it may not be in its answer.
    pub(super) fn begin_beat(&self) {
        self.state().beats += 1;
    }

    /// Tells which tasks were lost, and returns those that are held though nobody here knows of them.
    pub(super) fn compare(&self, mut still: HashSet<u64>) -> Vec<u64> {
        let mut state = self.state();
        let LeasesState { held, departed, beats, .. } = &mut *state;
        held.retain(|number, holding| still.remove(number) || holding.beats >= *beats);
        let is_departed =
            |number: u64| departed.iter().any(|&(first, count, _)| (first..first + count).contains(&number));
        still.into_iter().filter(|&number| !is_departed(number)).collect()
    }

    /// Says that a task is being settled by whoever has it, until [`was_refused`](Self::was_refused).
    pub(crate) fn is_being_settled(&self, number: u64) {
        self.mark(number, true);
    }

    /// The task is still held.
    pub(crate) fn was_refused(&self, number: u64) {
        self.mark(number, false);
    }

    fn mark(&self, number: u64, is_being_settled: bool) {
        if let Some(holding) = self.state().held.get_mut(&number) {
            holding.is_being_settled = is_being_settled;
        }
    }

    /// Those that are held and not being settled, the newest first: what was taken first is to be the first to come out.
    pub(super) fn idle(&self) -> Vec<u64> {
        let state = self.state();
        let idle = state.held.iter().rev().filter(|(_, holding)| !holding.is_being_settled);
        idle.map(|(&number, _)| number).collect()
    }

    fn state(&self) -> MutexGuard<'_, LeasesState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The lease on a task that is to end, with the side from which the task is found soonest: many may be pending, and
    /// the server looks at one after another.
    pub(crate) fn ending(&self, number: u64) -> EndingLease {
        let state = self.state();
        let held = &state.held;
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

    pub(super) async fn work(&self, store: &Store, part: WorkPart) -> Result<bool> {
        let Some(this) = self.this.upgrade() else { return Ok(false) };
        let taker: Arc<dyn Taker> = this;
        store.tasks().work(&self.key, &taker, part).await
    }

    /// Says that a task is done; whether it was held.
    pub(crate) async fn finalize(&self, store: &Store, number: u64) -> Result<bool> {
        self.work(store, WorkPart { ending: Some(self.ending(number)), ticket: None }).await
    }

    /// Says that a task is done, and takes the next one in the same step, behind those who wait. Where it was not held, `None`;
    /// otherwise it is gone, whatever the look brought.
    pub(crate) async fn finalize_and_get(
        &self,
        store: &OpenStore,
        number: u64,
    ) -> Result<Option<Result<Option<Delivery<TaskSource>>>>> {
        let place = self.dispatcher.get().and_then(|dispatcher| dispatcher.join(store));
        let ticket = place.as_ref().filter(|place| place.next == Next::Look).map(|place| place.ticket);
        let part = WorkPart { ending: Some(self.ending(number)), ticket };
        if !self.work(store.get()?, part).await? {
            return Ok(None);
        }
        self.let_go(number);
        let Some(place) = place else { return Ok(Some(Ok(None))) };
        if ticket.is_none() {
            place.ask();
        }
        let answer = async {
            match place.answer().await {
                // What arrives from here on is too late to go back with all that is held.
                Some(_) if store.is_closed() => Ok(None),
                Some(answer) => answer,
                None => Ok(None),
            }
        };
        Ok(Some(match ticket {
            Some(_) => answer.await,
            None => store.while_closing().in_time_of_background(Box::pin(answer)).await,
        }))
    }

    /// Forgets a task that was settled.
    pub(crate) fn let_go(&self, number: u64) {
        let forgotten = self.state().held.remove(&number);
        drop(forgotten);
    }
}

impl Taker for Leases {
    fn client(&self) -> &Client {
        &self.client
    }

    fn depart(&self, count: usize) -> u64 {
        let kept = self.dispatcher.get().and_then(|dispatcher| dispatcher.keep());
        let mut state = self.state();
        let (first, count) = (state.next_number, count as u64);
        state.next_number += count;
        state.departed.push((first, count, kept));
        first
    }

    fn arrive(&self, first: u64, tickets: &[u64], taken: Taken) {
        let tasks = self.hold(taken.leases);
        let Some(dispatcher) = self.dispatcher.get() else { return };
        let mut state = self.state();
        let kept =
            state.departed.iter_mut().find(|departed| departed.0 == first).and_then(|departed| departed.2.take());
        drop(state);
        dispatcher.arrive(tickets, tasks, taken.next_change, kept);
    }

    fn landed(&self, first: u64) {
        let mut state = self.state();
        let at = state.departed.iter().position(|departed| departed.0 == first);
        let landed = at.map(|at| state.departed.swap_remove(at));
        drop(state);
        // It may be the last that keeps the store open.
        drop(landed);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn leases(held: impl IntoIterator<Item = u64>) -> Arc<Leases> {
        let holding = || Holding { _holder: watch::channel(()).0, is_being_settled: false, beats: 0 };
        let client = Client {
            name: Client::new_name(""),
            silence: Duration::MAX,
            most_attempts: None,
            backoff: (Duration::ZERO, Duration::ZERO),
            unreadable_for: Duration::MAX,
            recover_unleased: None,
        };
        let leases = Leases::new(String::new(), client);
        leases.state().held.extend(held.into_iter().map(|number| (number, holding())));
        leases
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
