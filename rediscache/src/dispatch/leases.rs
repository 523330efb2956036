//! The tasks that one client holds, shared by their source and by whoever has one of them.

use std::collections::{BTreeMap, HashSet};
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use tokio::sync::watch;

use crate::store::{Client, EndingLease, Lease, OpenStore, Side};

/// How many held tasks on each side of one are looked at to find out which end is nearer; beyond, their numbers tell.
const LOOKED_AT: usize = 64;

/// The tasks that one client holds.
pub(crate) struct Leases {
    pub(crate) key: String,
    pub(crate) client: Client,
    state: Mutex<LeasesState>,
    /// Has the dispatcher end a task.
    end: OnceLock<EndTask>,
}

/// Has a task end, and the store stay open until that is done.
type EndTask = Box<dyn Fn(HeldTask, TaskEnding, OpenStore) + Send + Sync>;

struct LeasesState {
    held: BTreeMap<u64, Holding>,
    /// Numbers are never used again, not even those of a call whose answer was lost.
    next_number: u64,
    /// The first numbers of what is on its way here, and how many.
    departed: Vec<(u64, u64)>,
    /// How many heartbeats went out.
    beats: u64,
}

/// What is known of a task that is held.
struct Holding {
    /// Dropping it tells that the task is lost.
    _holder: watch::Sender<()>,
    /// Whether a call is under way, or was dropped, that ends the lease, or the dispatcher is to end it: then what became of it
    /// is not known here.
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
        let Some(end) = self.leases.end.get().filter(|_| self.leases.begin_to_end(self.lease.number)) else { return };
        let lease = Lease { item: Vec::new(), ..self.lease };
        let task = Self { lease, leases: Arc::clone(&self.leases), holding: self.holding.clone() };
        end(task, ending, store.clone());
    }
}

impl Leases {
    pub(super) fn new(key: String, client: Client) -> Self {
        let state = LeasesState { held: BTreeMap::new(), next_number: 1, departed: Vec::new(), beats: 0 };
        Self { key, client, state: Mutex::new(state), end: OnceLock::new() }
    }

    /// Told once how to have a task end.
    pub(super) fn end_by(&self, end: EndTask) {
        // There is one dispatcher to a source.
        let _ = self.end.set(end);
    }

    /// Numbers for so many tasks, the first of them, which are on their way until [`landed`](Self::landed).
    pub(super) fn depart(&self, count: usize) -> u64 {
        let (mut state, count) = (self.state(), count as u64);
        let first = state.next_number;
        state.next_number += count;
        state.departed.push((first, count));
        first
    }

    pub(super) fn landed(&self, first: u64) {
        self.state().departed.retain(|departed| departed.0 != first);
    }

    /// Holds tasks that were just taken.
    pub(super) fn hold(self: &Arc<Self>, taken: Vec<Lease>) -> Vec<HeldTask> {
        let mut state = self.state();
        let beats = state.beats;
        let hold = |lease: Lease| {
            let (holder, holding) = watch::channel(());
            state.held.insert(lease.number, Holding { _holder: holder, is_being_settled: false, beats });
            HeldTask { lease, leases: Arc::clone(self), holding }
        };
        taken.into_iter().map(hold).collect()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.state().held.is_empty()
    }

    /// A heartbeat goes out: what is held from here on may not be in its answer.
    pub(super) fn begin_beat(&self) {
        self.state().beats += 1;
    }

    /// Tells which tasks were lost, and returns those that are held though nobody here knows of them.
    pub(super) fn compare(&self, mut still: HashSet<u64>) -> Vec<u64> {
        let mut state = self.state();
        let LeasesState { held, departed, beats, .. } = &mut *state;
        held.retain(|number, holding| still.remove(number) || holding.beats >= *beats);
        let is_departed = |number: u64| departed.iter().any(|&(first, count)| (first..first + count).contains(&number));
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

    /// The dispatcher is to end it; whether it is held and not being settled.
    fn begin_to_end(&self, number: u64) -> bool {
        let mut state = self.state();
        state.held.get_mut(&number).is_some_and(|holding| !std::mem::replace(&mut holding.is_being_settled, true))
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

    /// Forgets a task that was settled.
    pub(crate) fn let_go(&self, number: u64) {
        let forgotten = self.state().held.remove(&number);
        drop(forgotten);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn leases(held: impl IntoIterator<Item = u64>) -> Leases {
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
