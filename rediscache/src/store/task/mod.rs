//! What a task queue can do: a list whose items are leased to those who take them. What its keys are is written at
//! `RedisTaskQueue`.

mod lease;
mod look;
mod memory;
mod redis;
mod script;
mod work;
mod work_batch;

use std::sync::Arc;
use std::time::Duration;

pub(crate) use lease::{Client, Due, EndingLease, Held, Lease, Outcome, Side, Taken, TaskStats, Unread, Whereabouts};
pub(crate) use look::{DelayedTask, PendingTask, WorkerSeen};
pub(super) use memory::MemoryTasks;
pub(crate) use redis::RedisTasks;
pub(crate) use work::{TaskTaker, WorkCall, WorkDone};

use super::operations::{Slice, operations};
use crate::error::Result;

pub(crate) type TaskStore<'a> = Slice<'a, MemoryTasks<'a>, RedisTasks>;

operations! { TaskStore<'_> {
    /// Ends the leases on tasks; how many of them this client still had.
    fn settle(client: &Client, outcome: Outcome, leases: &[EndingLease]) -> u64;
    /// Ends the leases on tasks that failed, each of which comes again after its time, or is a dead letter.
    fn retry_after(client: &Client, failed: &[(u64, Duration)]) -> Vec<Whereabouts>;
    /// Ends the leases on tasks that this program cannot read, each of which comes again after its time, or is a dead letter.
    fn put_off_unread(client: &Client, unread: &[(u64, Duration, Unread)]) -> Vec<Whereabouts>;
    /// Ends leases and leaves the tasks pending.
    fn keep(client: &Client, numbers: &[u64]) -> ();
    /// Returns to the front what has been pending without a lease for so long since it was first seen so; how many.
    fn recover_unleased(client: &Client, after: Duration) -> u64;
    /// Tells that this client lives, and brings back what is due and what dead clients held.
    fn beat(client: &Client) -> Held;
    /// Puts a task in when it is due.
    fn put_later(client: &Client, item: &[u8], due: Due) -> ();
    /// How many tasks can be taken now.
    fn len(client: &Client) -> u64;
    /// How many tasks are not due yet.
    fn delayed_len(client: &Client) -> u64;
    /// Puts one task of this client's pending list back, at the back of the queue; whether it was pending.
    fn reschedule_pending(client: &Client, item: &[u8]) -> bool;
    /// Puts all tasks of this client's pending list back to the front, oldest first; how many.
    fn reschedule_all_pending(client: &Client) -> u64;
    /// How many tasks there are in which state.
    fn stats(client: &Client) -> TaskStats;
    /// Tasks that are put for later, the one that is due first at the front: from which place on, and how many at the most.
    fn look_delayed(client: &Client, place: (u64, u64)) -> Vec<DelayedTask>;
    /// Tasks that clients hold, by clients.
    fn look_pending(client: &Client, place: (u64, u64)) -> Vec<PendingTask>;
    /// Clients that hold tasks.
    fn look_workers(client: &Client, place: (u64, u64)) -> Vec<WorkerSeen>;
    /// Removes the tasks that wait, and forgets how often they were delivered.
    fn clear(client: &Client) -> ();
    /// Removes all tasks but those that are pending, dead letters too.
    fn clear_all(client: &Client) -> ();
}}

impl TaskStore<'_> {
    /// Does it. What was taken has arrived then. Such calls go out together; one that is dropped on its way may have been made.
    pub(crate) async fn work(&self, key: &str, taker: &Arc<dyn TaskTaker>, call: WorkCall<'_>) -> Result<WorkDone> {
        match self {
            Self::Memory(memory) => memory.work(key, &**taker, call),
            Slice::Redis(redis, in_flight) => {
                // A look is waited for by whoever it comes to.
                let _in_flight = call.ending.is_some().then(|| in_flight.enter());
                redis.work(key, taker, call).await
            }
        }
    }
}
