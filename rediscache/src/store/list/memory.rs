//! The list in the embedded store.

use std::collections::VecDeque;

use crate::error::Result;
use crate::store::memory::{Collection, MemoryStore};
use crate::store::packed::Packed;
use crate::store::taker::{Departed, Taker};

/// A list; its front is Redis' left.
pub(crate) type List = VecDeque<Box<[u8]>>;

pub(super) const NAME: &str = "list";

impl Collection for List {
    const NAME: &str = NAME;

    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

/// The lists of the embedded store.
pub(crate) struct MemoryList<'a>(pub(crate) &'a MemoryStore);

impl MemoryList<'_> {
    pub(super) fn push(&self, key: &str, items: &Packed) -> Result<()> {
        self.give(key, |list| items.iter().for_each(|item| list.push_front(item.into())))
    }

    pub(super) fn look(&self, key: &str, taker: &dyn Taker<Vec<Vec<u8>>>, tickets: &[u64]) -> Result<bool> {
        let (departed, items) = self.0.keyspace().change(key, |list: &mut List| {
            // In the order of taking.
            let departed = Departed::new(taker, tickets.len());
            let from = departed.as_ref().map_or(list.len(), |_| list.len().saturating_sub(tickets.len()));
            (departed, list.drain(from..).rev().map(Vec::from).collect::<Vec<Vec<u8>>>())
        })?;
        let Some(departed) = departed else { return Ok(false) };
        let is_enough = items.len() == tickets.len();
        taker.arrive(departed.first, tickets, items);
        Ok(is_enough)
    }

    pub(super) fn put_back(&self, key: &str, items: &Packed, _token: u64) -> Result<()> {
        self.give(key, |list| items.iter().for_each(|item| list.push_back(item.into())))
    }

    pub(super) fn put_aside(&self, key: &str, items: &Packed, _token: u64) -> Result<()> {
        self.push(key, items)
    }

    pub(crate) fn len(&self, key: &str) -> Result<u64> {
        Ok(self.0.keyspace().find(key)?.map_or(0, |list: &mut List| list.len() as u64))
    }

    pub(super) fn items(&self, key: &str) -> Result<Vec<Vec<u8>>> {
        let items = |list: &mut List| list.iter().rev().map(|item| item.to_vec()).collect();
        Ok(self.0.keyspace().find(key)?.map_or_else(Vec::new, items))
    }

    pub(super) fn page(&self, key: &str, first: u64, limit: u64) -> Result<Vec<Vec<u8>>> {
        let number = |number| usize::try_from(number).unwrap_or(usize::MAX);
        let page = |list: &mut List| {
            let items = list.iter().rev().skip(number(first)).take(number(limit));
            items.map(|item| item.to_vec()).collect()
        };
        Ok(self.0.keyspace().find(key)?.map_or_else(Vec::new, page))
    }

    pub(super) fn stats(&self, key: &str, dead: &str) -> Result<(u64, u64)> {
        let mut keyspace = self.0.keyspace();
        let mut len = |key| -> Result<u64> { Ok(keyspace.find(key)?.map_or(0, |list: &mut List| list.len() as u64)) };
        Ok((len(key)?, len(dead)?))
    }

    pub(super) fn requeue_one(&self, key: &str, dead: &str, item: &[u8]) -> Result<bool> {
        let moved = self.requeue(key, dead, |dead| remove_oldest(dead, item).into_iter().collect())?;
        Ok(moved > 0)
    }

    pub(super) fn requeue_all(&self, key: &str, dead: &str) -> Result<u64> {
        self.requeue(key, dead, std::mem::take)
    }

    pub(super) fn delete_one(&self, _key: &str, dead: &str, item: &[u8]) -> Result<bool> {
        self.0.keyspace().change(dead, |list| remove_oldest(list, item).is_some())
    }

    pub(super) fn delete_all(&self, _key: &str, dead: &str) -> Result<u64> {
        self.0.keyspace().change(dead, |list: &mut List| std::mem::take(list).len() as u64)
    }

    /// Moves what `take` takes of the list `dead`.
    fn requeue(&self, key: &str, dead: &str, take: impl FnOnce(&mut List) -> List) -> Result<u64> {
        let mut keyspace = self.0.keyspace();
        // Fails before anything is changed where the key holds another type.
        keyspace.find::<List>(key)?;
        let taken = keyspace.change(dead, take)?;
        let count = taken.len() as u64;
        keyspace.change(key, |list: &mut List| taken.into_iter().rev().for_each(|item| list.push_front(item)))?;
        drop(keyspace);
        self.0.tell_of_items();
        Ok(count)
    }

    fn give(&self, key: &str, give: impl FnOnce(&mut List)) -> Result<()> {
        self.0.keyspace().change(key, give)?;
        self.0.tell_of_items();
        Ok(())
    }
}

/// Of equal items, the one that came first goes.
fn remove_oldest(list: &mut List, item: &[u8]) -> Option<Box<[u8]>> {
    let place = list.iter().rposition(|there| **there == *item)?;
    list.remove(place)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use std::sync::Mutex;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// Notes what came under which number.
    #[derive(Default)]
    struct Notes {
        next: AtomicU64,
        taken: Mutex<Vec<(u64, Vec<u8>)>>,
    }

    impl Taker<Vec<Vec<u8>>> for Notes {
        fn depart(&self, count: usize) -> Option<u64> {
            let first = self.next.fetch_add(count as u64, Ordering::SeqCst);
            // Others come first, if they may.
            std::thread::yield_now();
            Some(first)
        }

        fn arrive(&self, first: u64, _: &[u64], items: Vec<Vec<u8>>) {
            self.taken.lock().unwrap().extend((first..).zip(items));
        }

        fn landed(&self, _: u64) {}
    }

    #[test]
    fn what_threads_take_at_once_is_numbered_in_its_order() {
        let (store, notes) = (MemoryStore::default(), Notes::default());
        let list = MemoryList(&store);
        list.push("jobs", &(0..4_000_u64).map(u64::to_be_bytes).collect()).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| while list.look("jobs", &notes, &[0]).unwrap() {});
            }
        });
        let mut taken = notes.taken.into_inner().unwrap();
        taken.sort_unstable();
        assert_eq!(taken.len(), 4_000);
        assert!(taken.is_sorted_by(|(_, one), (_, other)| one < other));
    }
}
