//! One task queue of the embedded store, under its lock. The Redis store does the same in `leases.lua`, `tasks.lua`
//! and `queue.lua`.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::time::Duration;

use tokio::time::Instant;

use crate::error::Result;
use crate::store::list::List;
use crate::store::memory::{Collection, Keyspace, ends_in};
use crate::store::task::lease::{Client, EndingLease, Lease, Outcome, Side, Taken, TaskStats, Unread, suffix_of};

/// How long it is remembered how often items were delivered, from the last failure on.
const REMEMBERED_FOR: Duration = Duration::from_secs(7 * 24 * 3600);

/// What all task queues keep beside their lists, by key.
pub(super) type QueueRecords = HashMap<Box<str>, QueueRecord>;

impl Collection for QueueRecords {
    const NAME: &str = "what task queues keep";

    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

/// What a task queue keeps beside its lists. The Redis store keeps the same in keys.
#[derive(Debug, Default)]
pub(super) struct QueueRecord {
    /// When each client that holds tasks is taken for dead.
    pub(super) clients: HashMap<String, Instant>,
    /// What each client holds, by number, and since when.
    pub(super) leases: HashMap<String, BTreeMap<u64, (Delivered, Instant)>>,
    /// How often an item in the queue was delivered; of equal ones, in the order in which they come out.
    pub(super) attempts: HashMap<Box<[u8]>, VecDeque<u32>>,
    /// What is known of the items in the queue that some program could not read, and how many there are of each.
    pub(super) unread: HashMap<Box<[u8]>, (Unread, usize)>,
    /// When both are forgotten.
    known_until: Option<Instant>,
    pub(super) delayed: BTreeMap<(Instant, u64), DelayedItem>,
    /// Since when an item is pending without a lease, by what the name of the list ends with and the item.
    pub(super) unleased: HashMap<(String, Box<[u8]>), VecDeque<Instant>>,
    /// From where on the times of unreadable items are counted.
    pub(super) epoch: Option<Instant>,
    /// Keeps apart what is due at the same time.
    pub(super) put_later: u64,
}

/// An item that is not due yet.
#[derive(Debug)]
pub(super) struct DelayedItem {
    pub(super) item: Box<[u8]>,
    /// How often it was delivered before.
    pub(super) attempt: u32,
    pub(super) unread: Unread,
}

/// Which delivery of an item it is, and the item.
pub(super) type Delivered = (u32, Box<[u8]>);

/// Where an item goes in the queue.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Where items come out.
    Front,
    Back,
}

/// One task queue under the lock of its store.
pub(super) struct TaskQueue<'a> {
    pub(super) keyspace: &'a mut Keyspace,
    pub(super) record: QueueRecord,
    pub(super) queue: &'a str,
    pub(super) client: &'a Client,
    pub(super) now: Instant,
    /// Whether the queue was given something that those who wait must be told of.
    pub(super) given: bool,
}

impl QueueRecord {
    pub(super) fn is_empty(&self) -> bool {
        let Self { clients, leases, attempts, delayed, unread, unleased, .. } = self;
        let is_known = !(attempts.is_empty() && unread.is_empty() && unleased.is_empty());
        clients.is_empty() && leases.is_empty() && delayed.is_empty() && !is_known
    }

    /// Forgets what is known of the items in the queue.
    pub(super) fn forget(&mut self) {
        self.attempts.clear();
        self.unread.clear();
        self.known_until = None;
    }
}

impl TaskQueue<'_> {
    pub(super) fn stats(&mut self) -> Result<TaskStats> {
        let (now, own) = (self.now, &self.client.name);
        let suffixes: BTreeSet<String> =
            self.record.clients.keys().chain([own]).map(|name| suffix_of(name).to_owned()).collect();
        let clients = self.record.clients.values().filter(|until| **until > now).count() as u64;
        let pending = suffixes.iter().map(|suffix| self.length_of(suffix)).sum::<Result<u64>>()?;
        let (waiting, dead) = (self.length_of("")? + self.due(), self.length_of("$dead")?);
        let delayed = self.not_due() as u64;
        Ok(TaskStats { waiting, delayed, pending, dead, clients })
    }

    pub(super) fn length_of(&mut self, suffix: &str) -> Result<u64> {
        let list = self.keyspace.find::<List>(&format!("{}{suffix}", self.queue))?;
        Ok(list.map_or(0, |list| list.len() as u64))
    }

    pub(super) fn take(&mut self, first: u64, limit: usize) -> Result<Taken> {
        self.refresh()?;
        let mut leases = Vec::new();
        while leases.len() < limit
            && let Some(item) = self.keyspace.change(self.queue, List::pop_back)?
        {
            let (attempt, unread) = (1 + self.recall(&item), self.recall_unread(&item));
            if self.client.most_attempts.is_some_and(|most| attempt > most) {
                self.push(&format!("{}$dead", self.queue), item)?;
                continue;
            }
            let number = first + leases.len() as u64;
            self.push(&format!("{}{}", self.queue, self.client.pending_suffix()), item.clone())?;
            leases.push(Lease { number, attempt, item: item.to_vec(), unread });
            let held = self.record.leases.entry(self.client.name.clone()).or_default();
            held.insert(number, ((attempt, item), self.now));
        }
        self.beat();
        Ok(Taken { leases, next_change: self.next_change() })
    }

    pub(super) fn settle(&mut self, outcome: Outcome, attempt: u32, item: Box<[u8]>) -> Result<()> {
        match outcome {
            Outcome::Rescheduled => self.retry(attempt, item, End::Back),
            Outcome::Untouched => {
                self.remember(&item, attempt - 1, End::Front);
                self.give(item, End::Front)
            }
        }
    }

    /// A client is known for as long as it holds tasks.
    pub(super) fn beat(&mut self) {
        let name = &self.client.name;
        if self.record.leases.get(name).is_some_and(|held| !held.is_empty()) {
            self.record.clients.insert(name.clone(), ends_in(self.client.silence));
        } else {
            self.record.leases.remove(name);
            self.record.clients.remove(name);
        }
    }

    /// Brings what is due into the queue, and what dead clients held.
    pub(super) fn refresh(&mut self) -> Result<()> {
        while let Some((&(due, _), _)) = self.record.delayed.first_key_value()
            && due <= self.now
            && let Some((_, DelayedItem { item, attempt, unread })) = self.record.delayed.pop_first()
        {
            if attempt > 0 {
                self.remember(&item, attempt, End::Back);
            }
            if unread.failures > 0 {
                self.remember_unread(&item, unread);
            }
            self.give(item, End::Back)?;
        }
        let (now, own) = (self.now, &self.client.name);
        let silent: Vec<String> =
            self.record.clients.extract_if(|name, until| *until <= now && name != own).map(|(name, _)| name).collect();
        for client in silent {
            self.recover(&client)?;
        }
        Ok(())
    }

    /// Returns what a dead client held to the front of the queue, oldest first to come out.
    pub(super) fn recover(&mut self, client: &str) -> Result<()> {
        let numbers: Vec<u64> =
            self.record.leases.get(client).map_or_else(Vec::new, |held| held.keys().copied().collect());
        let mut tasks = Vec::new();
        for number in numbers {
            tasks.extend(self.release(client, EndingLease { number, side: Side::Oldest })?);
        }
        self.record.leases.remove(client);
        for (attempt, item) in tasks.into_iter().rev() {
            self.retry(attempt, item, End::Front)?;
        }
        Ok(())
    }

    /// Ends a lease; returns its attempt and item if the client still had the task.
    pub(super) fn release(&mut self, client: &str, ending: EndingLease) -> Result<Option<Delivered>> {
        let Some((lease, _)) = self.record.leases.get_mut(client).and_then(|held| held.remove(&ending.number)) else {
            return Ok(None);
        };
        let pending = format!("{}{}", self.queue, suffix_of(client));
        let removed = self.keyspace.change(&pending, |list: &mut List| {
            let at = match ending.side {
                Side::Newest => list.iter().position(|item| *item == lease.1)?,
                Side::Oldest => list.iter().rposition(|item| *item == lease.1)?,
            };
            list.remove(at)
        })?;
        Ok(removed.map(|_| lease))
    }

    pub(super) fn remove_pending(&mut self, client: &Client, item: &[u8]) -> Result<bool> {
        let pending = format!("{}{}", self.queue, client.pending_suffix());
        self.keyspace.change(&pending, |list: &mut List| {
            list.iter().rposition(|held| **held == *item).and_then(|at| list.remove(at)).is_some()
        })
    }

    /// Puts a task that failed back to an end of the queue, or aside when it failed too often.
    pub(super) fn retry(&mut self, attempt: u32, item: Box<[u8]>, end: End) -> Result<()> {
        if self.client.most_attempts.is_some_and(|most| attempt >= most) {
            return self.push(&format!("{}$dead", self.queue), item);
        }
        self.remember(&item, attempt, end);
        self.give(item, end)
    }

    /// Puts an item into the queue.
    pub(super) fn give(&mut self, item: Box<[u8]>, end: End) -> Result<()> {
        self.given = true;
        self.keyspace.change(self.queue, |list: &mut List| match end {
            End::Front => list.push_back(item),
            End::Back => list.push_front(item),
        })
    }

    pub(super) fn remember(&mut self, item: &[u8], count: u32, end: End) {
        if count == 0 && !self.record.attempts.contains_key(item) {
            return;
        }
        self.remember_for_long();
        let counts = self.record.attempts.entry(item.into()).or_default();
        match end {
            End::Front => counts.push_front(count),
            End::Back => counts.push_back(count),
        }
    }

    pub(super) fn remember_for_long(&mut self) {
        self.record.known_until = self.now.checked_add(REMEMBERED_FOR);
    }

    /// Forgets what is known of items, when the last failure is long past.
    pub(super) fn forget(&mut self) {
        if self.record.known_until.is_some_and(|end| end <= self.now) {
            self.record.forget();
        }
    }

    /// How often an item that leaves the queue was delivered before.
    pub(super) fn recall(&mut self, item: &[u8]) -> u32 {
        let Some(counts) = self.record.attempts.get_mut(item) else { return 0 };
        let count = counts.pop_front().unwrap_or(0);
        if counts.is_empty() {
            self.record.attempts.remove(item);
        }
        count
    }

    /// Fails before anything is changed where a key holds another type.
    pub(super) fn check(&mut self) -> Result<()> {
        for beside in ["", self.client.pending_suffix(), "$dead"] {
            self.keyspace.find::<List>(&format!("{}{beside}", self.queue))?;
        }
        Ok(())
    }

    pub(super) fn push(&mut self, key: &str, item: Box<[u8]>) -> Result<()> {
        self.keyspace.change(key, |list: &mut List| list.push_front(item))
    }

    /// The clients that share this one's pending list.
    pub(super) fn namesakes(&self) -> Vec<String> {
        let suffix = self.client.pending_suffix();
        self.record.leases.keys().filter(|name| suffix_of(name) == suffix).cloned().collect()
    }

    /// How many tasks are due and not in the queue yet.
    pub(super) fn due(&self) -> u64 {
        (self.record.delayed.len() - self.not_due()) as u64
    }

    pub(super) fn not_due(&self) -> usize {
        self.record.delayed.range((self.now, u64::MAX)..).count()
    }

    pub(super) fn next_change(&self) -> Option<Duration> {
        let due = self.record.delayed.keys().next().map(|&(due, _)| due);
        let dead = self.record.clients.iter().filter(|(name, _)| **name != self.client.name).map(|(_, &until)| until);
        let soonest = dead.chain(due).min()?;
        Some(soonest.saturating_duration_since(self.now).max(Duration::from_millis(1)))
    }
}
