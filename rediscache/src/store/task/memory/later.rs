//! What comes again later in the embedded store: tasks that failed, that could not be read, and that nobody leased. The Redis
//! store does the same in `later.lua`.

use std::collections::HashMap;
use std::time::Duration;

use super::queue::{DelayedItem, Delivered, End, TaskQueue};
use crate::error::Result;
use crate::store::list::List;
use crate::store::memory::ends_in;
use crate::store::milliseconds::milliseconds;
use crate::store::task::lease::{EndingLease, Side, Unread, Whereabouts, suffix_of};

impl TaskQueue<'_> {
    pub(super) fn retry_after(&mut self, number: u64, after: Duration) -> Result<Whereabouts> {
        let Some((attempt, item)) = self.release_own(number)? else { return Ok(Whereabouts::Elsewhere) };
        if self.client.most_attempts.is_some_and(|most| attempt >= most) {
            self.push(&format!("{}$dead", self.queue), item)?;
            return Ok(Whereabouts::Dead);
        }
        if after.is_zero() {
            self.retry(attempt, item, End::Back)?;
        } else {
            self.put_off(after, DelayedItem { item, attempt, unread: Unread::default() });
        }
        Ok(Whereabouts::Delayed)
    }

    pub(super) fn put_off_unread(&mut self, number: u64, after: Duration, unread: Unread) -> Result<Whereabouts> {
        let Some((attempt, item)) = self.release_own(number)? else { return Ok(Whereabouts::Elsewhere) };
        let now = self.milliseconds_now();
        let since = if unread.since == 0 { now } else { unread.since };
        let patience = milliseconds(self.client.unreadable_for).unsigned_abs();
        let left = since.saturating_add(patience).saturating_sub(now);
        if left == 0 {
            self.push(&format!("{}$dead", self.queue), item)?;
            return Ok(Whereabouts::Dead);
        }
        // This delivery does not count.
        let (attempt, unread) = (attempt - 1, Unread { since, ..unread });
        self.put_off(after.min(Duration::from_millis(left)), DelayedItem { item, attempt, unread });
        Ok(Whereabouts::Delayed)
    }

    fn release_own(&mut self, number: u64) -> Result<Option<Delivered>> {
        let client = self.client;
        self.release(&client.name, EndingLease { number, side: Side::Oldest })
    }

    /// The time by which unreadable items are counted; never zero.
    fn milliseconds_now(&mut self) -> u64 {
        let epoch = *self.record.epoch.get_or_insert(self.now);
        let passed = self.now.saturating_duration_since(epoch).as_millis();
        u64::try_from(passed).unwrap_or(u64::MAX).saturating_add(1)
    }

    pub(super) fn put_off(&mut self, after: Duration, delayed: DelayedItem) {
        self.given = true;
        self.record.put_later += 1;
        self.record.delayed.insert((ends_in(after), self.record.put_later), delayed);
    }

    /// Remembers of an item in the queue that some program could not read it. Equal items share the longest time.
    pub(super) fn remember_unread(&mut self, item: &[u8], unread: Unread) {
        let (known, equal) = self.record.unread.entry(item.into()).or_insert((unread, 0));
        *equal += 1;
        known.failures = known.failures.max(unread.failures);
        known.since = known.since.min(unread.since);
        self.remember_for_long();
    }

    /// What is remembered of an item that leaves the queue.
    pub(super) fn recall_unread(&mut self, item: &[u8]) -> Unread {
        let Some((unread, equal)) = self.record.unread.get_mut(item) else { return Unread::default() };
        let unread = *unread;
        *equal -= 1;
        if *equal == 0 {
            self.record.unread.remove(item);
        }
        unread
    }

    pub(super) fn recover_unleased(&mut self, after: Duration) -> Result<u64> {
        let suffix = self.client.pending_suffix().to_owned();
        let pending = format!("{}{suffix}", self.queue);
        let items: Vec<Box<[u8]>> =
            self.keyspace.find(&pending)?.map_or_else(Vec::new, |list: &mut List| list.iter().cloned().collect());
        let mut unleased: HashMap<Box<[u8]>, usize> = HashMap::new();
        for item in &items {
            *unleased.entry(item.clone()).or_default() += 1;
        }
        let leases = self.record.leases.iter().filter(|(name, _)| suffix_of(name) == suffix);
        for ((_, item), _) in leases.flat_map(|(_, held)| held.values()) {
            unleased.entry(item.clone()).and_modify(|count| *count = count.saturating_sub(1));
        }
        unleased.retain(|_, count| *count > 0);
        let (now, mut due) = (self.now, HashMap::new());
        self.record.unleased.retain(|(of, item), _| *of != suffix || unleased.contains_key(item));
        for (item, count) in unleased {
            let times = self.record.unleased.entry((suffix.clone(), item.clone())).or_default();
            times.truncate(count);
            times.resize(count, now);
            let late = times.iter().take_while(|&&first| now.duration_since(first) >= after).count();
            times.drain(..late);
            due.insert(item, late);
        }
        self.record.unleased.retain(|_, times| !times.is_empty());
        self.bring_back(&items, &mut due)
    }

    /// Returns so many of each to the front, the oldest one first to come out.
    fn bring_back(&mut self, newest_first: &[Box<[u8]>], due: &mut HashMap<Box<[u8]>, usize>) -> Result<u64> {
        let client = self.client;
        let mut returned = 0;
        for item in newest_first {
            if let Some(left) = due.get_mut(item).filter(|left| **left > 0)
                && self.remove_pending(client, item)?
            {
                *left -= 1;
                returned += 1;
                self.give(item.clone(), End::Front)?;
            }
        }
        Ok(returned)
    }
}
