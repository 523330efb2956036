//! What is seen of a task queue of the embedded store from outside. The Redis store does the same in `look.lua`.

use tokio::time::Instant;

use super::queue::TaskQueue;
use crate::store::milliseconds::milliseconds;
use crate::store::task::look::{DelayedTask, PendingTask, WorkerSeen};

impl TaskQueue<'_> {
    pub(super) fn look_delayed(&self, skipped: usize, limit: usize) -> Vec<DelayedTask> {
        let delayed = self.record.delayed.iter().skip(skipped).take(limit);
        let task = |(&(due, _), delayed): (&(Instant, u64), &super::DelayedItem)| DelayedTask {
            due: self.milliseconds_until(due),
            attempt: delayed.attempt,
            item: delayed.item.to_vec(),
        };
        delayed.map(task).collect()
    }

    pub(super) fn look_pending(&self, skipped: usize, limit: usize) -> Vec<PendingTask> {
        let held = self.known_clients().into_iter().flat_map(|(name, _)| {
            let leases = self.record.leases.get(name).into_iter().flat_map(|leases| leases.values());
            leases.map(move |((attempt, item), since)| PendingTask {
                worker: name.to_owned(),
                since: Some(self.milliseconds_until(*since)),
                attempt: *attempt,
                item: item.to_vec(),
            })
        });
        held.skip(skipped).take(limit).collect()
    }

    pub(super) fn look_workers(&self, skipped: usize, limit: usize) -> Vec<WorkerSeen> {
        let worker = |(name, until): (&str, Instant)| WorkerSeen {
            name: name.to_owned(),
            silent: self.milliseconds_until(until),
            tasks: self.record.leases.get(name).map_or(0, |leases| leases.len() as u64),
        };
        self.known_clients().into_iter().skip(skipped).take(limit).map(worker).collect()
    }

    /// In the order in which they will be silent for too long.
    fn known_clients(&self) -> Vec<(&str, Instant)> {
        let mut known: Vec<_> = self.record.clients.iter().map(|(name, until)| (name.as_str(), *until)).collect();
        known.sort_unstable_by_key(|(name, until)| (*until, *name));
        known
    }

    fn milliseconds_until(&self, at: Instant) -> i64 {
        match at.checked_duration_since(self.now) {
            Some(left) => milliseconds(left),
            None => -milliseconds(self.now.saturating_duration_since(at)),
        }
    }
}
