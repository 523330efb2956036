//! Task queues in the embedded store.

mod later;
mod look;
mod queue;

use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use self::queue::{DelayedItem, End, QueueRecords, TaskQueue};
use super::lease::{Client, Due, EndingLease, Held, Outcome, Side, TaskStats, Unread, Whereabouts};
use super::look::{DelayedTask, PendingTask, WorkerSeen};
use super::work::{TaskTaker, WorkCall, WorkDone};
use crate::error::Result;
use crate::store::list::List;
use crate::store::memory::MemoryStore;
use crate::store::taker::Departed;

/// The task queues of the embedded store.
pub(crate) struct MemoryTasks<'a>(pub(crate) &'a MemoryStore);

impl MemoryTasks<'_> {
    /// Works on the task queue at `key`.
    fn tasks<T>(&self, key: &str, client: &Client, work: impl FnOnce(&mut TaskQueue<'_>) -> Result<T>) -> Result<T> {
        let mut keyspace = self.0.keyspace();
        let record = keyspace.beside::<QueueRecords>().remove(key).unwrap_or_default();
        let mut tasks =
            TaskQueue { keyspace: &mut keyspace, record, queue: key, client, now: Instant::now(), given: false };
        tasks.forget();
        let result = work(&mut tasks);
        let TaskQueue { record, given, .. } = tasks;
        if !record.is_empty() {
            keyspace.beside::<QueueRecords>().insert(key.into(), record);
        }
        drop(keyspace);
        if given {
            self.0.tell_of_items();
        }
        result
    }

    pub(crate) fn work(&self, key: &str, taker: &dyn TaskTaker, call: WorkCall<'_>) -> Result<WorkDone> {
        let WorkCall { ending, tickets } = call;
        let client = taker.client();
        let mut departed = None;
        let (is_held, taken) = self.tasks(key, client, |tasks| {
            tasks.check()?;
            // In the order of taking.
            departed = Departed::new(taker, tickets.len());
            let first = departed.as_ref().map(|departed| departed.first);
            let is_held =
                ending.map_or(Ok(true), |lease| tasks.release(&client.name, lease).map(|held| held.is_some()))?;
            let taken = first.filter(|_| is_held).map(|first| tasks.take(first, tickets.len())).transpose()?;
            tasks.beat();
            Ok((is_held, taken))
        })?;
        let is_enough = taken.as_ref().is_some_and(|taken| taken.leases.len() == tickets.len());
        if let (Some(departed), Some(taken)) = (&departed, taken) {
            taker.arrive(departed.first, tickets, taken);
        }
        Ok(WorkDone { is_held, is_enough })
    }

    pub(crate) fn settle(&self, key: &str, client: &Client, outcome: Outcome, leases: &[EndingLease]) -> Result<u64> {
        self.tasks(key, client, |tasks| {
            tasks.check()?;
            let mut settled = 0;
            for &lease in leases {
                if let Some((attempt, item)) = tasks.release(&client.name, lease)? {
                    settled += 1;
                    tasks.settle(outcome, attempt, item)?;
                }
            }
            tasks.beat();
            Ok(settled)
        })
    }

    pub(crate) fn retry_after(
        &self,
        key: &str,
        client: &Client,
        failed: &[(u64, Duration)],
    ) -> Result<Vec<Whereabouts>> {
        self.tasks(key, client, |tasks| {
            tasks.check()?;
            let ended = failed.iter().map(|&(number, after)| tasks.retry_after(number, after)).collect();
            tasks.beat();
            ended
        })
    }

    pub(crate) fn put_off_unread(
        &self,
        key: &str,
        client: &Client,
        unread: &[(u64, Duration, Unread)],
    ) -> Result<Vec<Whereabouts>> {
        self.tasks(key, client, |tasks| {
            tasks.check()?;
            let one = |&(number, after, unread): &_| tasks.put_off_unread(number, after, unread);
            let ended = unread.iter().map(one).collect();
            tasks.beat();
            ended
        })
    }

    pub(crate) fn keep(&self, key: &str, client: &Client, numbers: &[u64]) -> Result<()> {
        self.tasks(key, client, |tasks| {
            if let Some(held) = tasks.record.leases.get_mut(&client.name) {
                held.retain(|number, _| !numbers.contains(number));
            }
            tasks.beat();
            Ok(())
        })
    }

    pub(crate) fn recover_unleased(&self, key: &str, client: &Client, after: Duration) -> Result<u64> {
        self.tasks(key, client, |tasks| {
            tasks.check()?;
            tasks.recover_unleased(after)
        })
    }

    pub(crate) fn beat(&self, key: &str, client: &Client) -> Result<Held> {
        self.tasks(key, client, |tasks| {
            tasks.beat();
            tasks.check()?;
            tasks.refresh()?;
            let numbers =
                tasks.record.leases.get(&client.name).map_or_else(Vec::new, |held| held.keys().copied().collect());
            Ok(Held { numbers, next_change: tasks.next_change() })
        })
    }

    pub(crate) fn put_later(&self, key: &str, client: &Client, item: &[u8], due: Due) -> Result<()> {
        let after = match due {
            Due::In(after) => after,
            Due::At(at) => at.duration_since(SystemTime::now()).unwrap_or_default(),
        };
        self.tasks(key, client, |tasks| {
            tasks.check()?;
            if after.is_zero() {
                return tasks.give(item.into(), End::Back);
            }
            tasks.put_off(after, DelayedItem { item: item.into(), attempt: 0, unread: Unread::default() });
            Ok(())
        })
    }

    pub(crate) fn len(&self, key: &str, client: &Client) -> Result<u64> {
        self.tasks(key, client, |tasks| Ok(tasks.length_of("")? + tasks.due()))
    }

    pub(crate) fn delayed_len(&self, key: &str, client: &Client) -> Result<u64> {
        self.tasks(key, client, |tasks| Ok(tasks.not_due() as u64))
    }

    pub(crate) fn reschedule_pending(&self, key: &str, client: &Client, item: &[u8]) -> Result<bool> {
        self.tasks(key, client, |tasks| {
            tasks.check()?;
            let held = tasks.namesakes().into_iter().find_map(|holder| {
                let numbers = tasks.record.leases.get(&holder)?;
                let (&number, _) = numbers.iter().find(|(_, ((_, held), _))| **held == *item)?;
                Some((holder, number))
            });
            if let Some((holder, number)) = held
                && let Some((attempt, item)) = tasks.release(&holder, EndingLease { number, side: Side::Oldest })?
            {
                tasks.retry(attempt, item, End::Back)?;
                return Ok(true);
            }
            let pending = tasks.remove_pending(client, item)?;
            if pending {
                tasks.give(item.into(), End::Back)?;
            }
            Ok(pending)
        })
    }

    pub(crate) fn reschedule_all_pending(&self, key: &str, client: &Client) -> Result<u64> {
        self.tasks(key, client, |tasks| {
            tasks.check()?;
            for holder in tasks.namesakes() {
                let held = tasks.record.leases.remove(&holder).unwrap_or_default();
                for ((attempt, item), _) in held.into_values().rev() {
                    tasks.remember(&item, attempt, End::Front);
                }
                tasks.record.clients.remove(&holder);
            }
            let pending = format!("{key}{}", client.pending_suffix());
            let mut all = tasks.keyspace.change(&pending, |list: &mut List| std::mem::take(list))?;
            let count = all.len() as u64;
            tasks.given = true;
            tasks.keyspace.change(key, |list: &mut List| list.append(&mut all))?;
            Ok(count)
        })
    }

    pub(crate) fn stats(&self, key: &str, client: &Client) -> Result<TaskStats> {
        self.tasks(key, client, |tasks| {
            tasks.check()?;
            tasks.stats()
        })
    }

    pub(crate) fn look_delayed(&self, key: &str, client: &Client, place: (u64, u64)) -> Result<Vec<DelayedTask>> {
        self.tasks(key, client, |tasks| Ok(tasks.look_delayed(number(place.0), number(place.1))))
    }

    pub(crate) fn look_pending(&self, key: &str, client: &Client, place: (u64, u64)) -> Result<Vec<PendingTask>> {
        self.tasks(key, client, |tasks| Ok(tasks.look_pending(number(place.0), number(place.1))))
    }

    pub(crate) fn look_workers(&self, key: &str, client: &Client, place: (u64, u64)) -> Result<Vec<WorkerSeen>> {
        self.tasks(key, client, |tasks| Ok(tasks.look_workers(number(place.0), number(place.1))))
    }

    pub(crate) fn clear(&self, key: &str, client: &Client) -> Result<()> {
        self.tasks(key, client, |tasks| {
            if tasks.keyspace.find::<List>(key)?.is_some() {
                tasks.keyspace.remove(key);
            }
            tasks.record.forget();
            Ok(())
        })
    }

    pub(crate) fn clear_all(&self, key: &str, client: &Client) -> Result<()> {
        self.tasks(key, client, |tasks| {
            for name in [key, &format!("{key}$dead")] {
                if tasks.keyspace.find::<List>(name)?.is_some() {
                    tasks.keyspace.remove(name);
                }
            }
            tasks.record.forget();
            tasks.record.delayed.clear();
            Ok(())
        })
    }
}

fn number(place: u64) -> usize {
    usize::try_from(place).unwrap_or(usize::MAX)
}
