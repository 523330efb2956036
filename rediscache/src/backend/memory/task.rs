use std::collections::{BTreeMap, HashMap, VecDeque};
use std::time::{Duration, SystemTime};

use tokio::time::Instant;

use super::MemoryStore;
use super::keyspace::{Keyspace, List};
use super::lifetime::ends_in;
use crate::backend::task::{Client, Due, Held, Lease, Outcome, Taken, suffix_of};
use crate::error::Result;

/// What a task queue keeps beside its lists. The Redis store keeps the same in keys.
#[derive(Debug, Default)]
pub(super) struct TaskSide {
    /// When each client that holds tasks is taken for dead.
    clients: HashMap<String, Instant>,
    /// What each client holds, by number.
    leases: HashMap<String, BTreeMap<u64, Delivered>>,
    /// How often an item in the queue was delivered; of equal ones, in the order in which they come out.
    attempts: HashMap<Box<[u8]>, VecDeque<u32>>,
    delayed: BTreeMap<(Instant, u64), Box<[u8]>>,
    /// Keeps apart what is due at the same time.
    put_later: u64,
}

/// Which delivery of an item it is, and the item.
type Delivered = (u32, Box<[u8]>);

/// Where an item goes in the queue.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    /// Where items come out.
    Front,
    Back,
}

/// One task queue under the lock of its store.
struct Tasks<'a> {
    keyspace: &'a mut Keyspace,
    side: TaskSide,
    queue: &'a str,
    client: &'a Client,
    now: Instant,
    /// Whether the queue was given something that those who wait must be told of.
    given: bool,
}

impl MemoryStore {
    /// Works on the task queue at `key`.
    fn tasks<T>(&self, key: &str, client: &Client, work: impl FnOnce(&mut Tasks<'_>) -> Result<T>) -> Result<T> {
        let mut keyspace = self.keyspace();
        let side = keyspace.tasks.remove(key).unwrap_or_default();
        let mut tasks = Tasks { keyspace: &mut keyspace, side, queue: key, client, now: Instant::now(), given: false };
        let result = work(&mut tasks);
        let Tasks { side, given, .. } = tasks;
        if !side.is_empty() {
            keyspace.tasks.insert(key.into(), side);
        }
        drop(keyspace);
        if given {
            self.tell_those_who_wait();
        }
        result
    }

    pub(crate) fn take_tasks(&self, key: &str, client: &Client, first: u64, limit: usize) -> Result<Taken> {
        self.tasks(key, client, |tasks| {
            tasks.check()?;
            tasks.take(first, limit)
        })
    }

    pub(crate) fn settle(&self, key: &str, client: &Client, outcome: Outcome, numbers: &[u64]) -> Result<u64> {
        self.tasks(key, client, |tasks| {
            tasks.check()?;
            let mut settled = 0;
            for &number in numbers {
                if let Some((attempt, item)) = tasks.release(&client.name, number, outcome)? {
                    settled += 1;
                    tasks.settle(outcome, attempt, item)?;
                }
            }
            tasks.beat();
            Ok(settled)
        })
    }

    pub(crate) fn beat(&self, key: &str, client: &Client) -> Result<Held> {
        self.tasks(key, client, |tasks| {
            tasks.beat();
            tasks.check()?;
            tasks.refresh()?;
            let numbers =
                tasks.side.leases.get(&client.name).map_or_else(Vec::new, |held| held.keys().copied().collect());
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
            tasks.given = true;
            tasks.side.put_later += 1;
            tasks.side.delayed.insert((ends_in(after), tasks.side.put_later), item.into());
            Ok(())
        })
    }

    pub(crate) fn tasks_len(&self, key: &str, client: &Client) -> Result<u64> {
        let due = self.tasks(key, client, |tasks| Ok(tasks.side.delayed.len() - tasks.not_due()))?;
        Ok(self.list_len(key)? + due as u64)
    }

    pub(crate) fn delayed_len(&self, key: &str, client: &Client) -> Result<u64> {
        self.tasks(key, client, |tasks| Ok(tasks.not_due() as u64))
    }

    pub(crate) fn reschedule_pending(&self, key: &str, client: &Client, item: &[u8]) -> Result<bool> {
        self.tasks(key, client, |tasks| {
            tasks.check()?;
            let held = tasks.namesakes().into_iter().find_map(|holder| {
                let numbers = tasks.side.leases.get(&holder)?;
                let (&number, _) = numbers.iter().find(|(_, (_, held))| **held == *item)?;
                Some((holder, number))
            });
            if let Some((holder, number)) = held
                && let Some((attempt, item)) = tasks.release(&holder, number, Outcome::Again)?
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
                for (attempt, item) in tasks.side.leases.remove(&holder).unwrap_or_default().into_values().rev() {
                    tasks.remember(&item, attempt, End::Front);
                }
                tasks.side.clients.remove(&holder);
            }
            let pending = format!("{key}{}", client.pending_suffix());
            let mut all = tasks.keyspace.change(&pending, |list: &mut List| std::mem::take(list))?;
            let count = all.len() as u64;
            tasks.given = true;
            tasks.keyspace.change(key, |list: &mut List| list.append(&mut all))?;
            Ok(count)
        })
    }

    pub(crate) fn requeue_dead(&self, key: &str, client: &Client) -> Result<u64> {
        self.tasks(key, client, |tasks| {
            tasks.check()?;
            let dead = tasks.keyspace.change(&format!("{key}$dead"), |list: &mut List| std::mem::take(list))?;
            for item in dead.iter().rev() {
                tasks.give(item.clone(), End::Back)?;
            }
            Ok(dead.len() as u64)
        })
    }

    pub(crate) fn clear_dead(&self, key: &str, client: &Client) -> Result<u64> {
        self.tasks(key, client, |tasks| {
            let dead = tasks.keyspace.change(&format!("{key}$dead"), |list: &mut List| std::mem::take(list))?;
            Ok(dead.len() as u64)
        })
    }
}

impl TaskSide {
    fn is_empty(&self) -> bool {
        let Self { clients, leases, attempts, delayed, .. } = self;
        clients.is_empty() && leases.is_empty() && attempts.is_empty() && delayed.is_empty()
    }
}

impl Tasks<'_> {
    fn take(&mut self, first: u64, limit: usize) -> Result<Taken> {
        self.refresh()?;
        let mut leases = Vec::new();
        while leases.len() < limit
            && let Some(item) = self.keyspace.change(self.queue, List::pop_back)?
        {
            let attempt = 1 + self.recall(&item);
            if self.client.most_attempts.is_some_and(|most| attempt > most) {
                self.push(&format!("{}$dead", self.queue), item)?;
                continue;
            }
            let number = first + leases.len() as u64;
            self.push(&format!("{}{}", self.queue, self.client.pending_suffix()), item.clone())?;
            let held = self.side.leases.entry(self.client.name.clone()).or_default();
            leases.push(Lease { number, attempt, item: item.to_vec() });
            held.insert(number, (attempt, item));
        }
        self.beat();
        Ok(Taken { leases, next_change: self.next_change() })
    }

    fn settle(&mut self, outcome: Outcome, attempt: u32, item: Box<[u8]>) -> Result<()> {
        match outcome {
            Outcome::Done => Ok(()),
            Outcome::Again => self.retry(attempt, item, End::Back),
            Outcome::Untouched => {
                self.remember(&item, attempt - 1, End::Front);
                self.give(item, End::Front)
            }
            Outcome::Unreadable => self.push(&format!("{}$dead", self.queue), item),
        }
    }

    /// A client is known for as long as it holds tasks.
    fn beat(&mut self) {
        let name = &self.client.name;
        if self.side.leases.get(name).is_some_and(|held| !held.is_empty()) {
            self.side.clients.insert(name.clone(), ends_in(self.client.silence));
        } else {
            self.side.leases.remove(name);
            self.side.clients.remove(name);
        }
    }

    /// Brings what is due into the queue, and what dead clients held.
    fn refresh(&mut self) -> Result<()> {
        while let Some((&(due, _), _)) = self.side.delayed.first_key_value()
            && due <= self.now
            && let Some((_, item)) = self.side.delayed.pop_first()
        {
            self.give(item, End::Back)?;
        }
        let (now, own) = (self.now, &self.client.name);
        let silent: Vec<String> =
            self.side.clients.extract_if(|name, until| *until <= now && name != own).map(|(name, _)| name).collect();
        for client in silent {
            self.recover(&client)?;
        }
        Ok(())
    }

    /// Returns what a dead client held to the front of the queue, oldest first to come out.
    fn recover(&mut self, client: &str) -> Result<()> {
        let numbers: Vec<u64> =
            self.side.leases.get(client).map_or_else(Vec::new, |held| held.keys().copied().collect());
        let mut tasks = Vec::new();
        for number in numbers {
            tasks.extend(self.release(client, number, Outcome::Again)?);
        }
        self.side.leases.remove(client);
        for (attempt, item) in tasks.into_iter().rev() {
            self.retry(attempt, item, End::Front)?;
        }
        Ok(())
    }

    /// Ends a lease; returns its attempt and item if the client still had the task.
    fn release(&mut self, client: &str, number: u64, outcome: Outcome) -> Result<Option<Delivered>> {
        let Some(lease) = self.side.leases.get_mut(client).and_then(|held| held.remove(&number)) else {
            return Ok(None);
        };
        let pending = format!("{}{}", self.queue, suffix_of(client));
        let removed = self.keyspace.change(&pending, |list: &mut List| {
            let at = match outcome {
                // The newest there is.
                Outcome::Untouched => list.iter().position(|item| *item == lease.1)?,
                _ => list.iter().rposition(|item| *item == lease.1)?,
            };
            list.remove(at)
        })?;
        Ok(removed.map(|_| lease))
    }

    fn remove_pending(&mut self, client: &Client, item: &[u8]) -> Result<bool> {
        let pending = format!("{}{}", self.queue, client.pending_suffix());
        self.keyspace.change(&pending, |list: &mut List| {
            list.iter().rposition(|held| **held == *item).and_then(|at| list.remove(at)).is_some()
        })
    }

    /// Puts a task that failed back to an end of the queue, or aside when it failed too often.
    fn retry(&mut self, attempt: u32, item: Box<[u8]>, end: End) -> Result<()> {
        if self.client.most_attempts.is_some_and(|most| attempt >= most) {
            return self.push(&format!("{}$dead", self.queue), item);
        }
        self.remember(&item, attempt, end);
        self.give(item, end)
    }

    /// Puts an item into the queue.
    fn give(&mut self, item: Box<[u8]>, end: End) -> Result<()> {
        self.given = true;
        self.keyspace.change(self.queue, |list: &mut List| match end {
            End::Front => list.push_back(item),
            End::Back => list.push_front(item),
        })
    }

    fn remember(&mut self, item: &[u8], count: u32, end: End) {
        if count == 0 && !self.side.attempts.contains_key(item) {
            return;
        }
        let counts = self.side.attempts.entry(item.into()).or_default();
        match end {
            End::Front => counts.push_front(count),
            End::Back => counts.push_back(count),
        }
    }

    /// How often an item that leaves the queue was delivered before.
    fn recall(&mut self, item: &[u8]) -> u32 {
        let Some(counts) = self.side.attempts.get_mut(item) else { return 0 };
        let count = counts.pop_front().unwrap_or(0);
        if counts.is_empty() {
            self.side.attempts.remove(item);
        }
        count
    }

    /// Fails before anything is changed where a key holds another type.
    fn check(&mut self) -> Result<()> {
        for beside in ["", self.client.pending_suffix(), "$dead"] {
            self.keyspace.find::<List>(&format!("{}{beside}", self.queue))?;
        }
        Ok(())
    }

    fn push(&mut self, key: &str, item: Box<[u8]>) -> Result<()> {
        self.keyspace.change(key, |list: &mut List| list.push_front(item))
    }

    /// The clients that share this one's pending list.
    fn namesakes(&self) -> Vec<String> {
        let suffix = self.client.pending_suffix();
        self.side.leases.keys().filter(|name| suffix_of(name) == suffix).cloned().collect()
    }

    fn not_due(&self) -> usize {
        self.side.delayed.range((self.now, u64::MAX)..).count()
    }

    fn next_change(&self) -> Option<Duration> {
        let due = self.side.delayed.keys().next().map(|&(due, _)| due);
        let dead = self.side.clients.iter().filter(|(name, _)| **name != self.client.name).map(|(_, &until)| until);
        let soonest = dead.chain(due).min()?;
        Some(soonest.saturating_duration_since(self.now).max(Duration::from_millis(1)))
    }
}
