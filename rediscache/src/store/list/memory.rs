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
        let Some(_departed) = Departed::new(taker, tickets.len()) else { return Ok(false) };
        let items: Vec<Vec<u8>> = self.0.keyspace().change(key, |list: &mut List| {
            let from = list.len().saturating_sub(tickets.len());
            list.drain(from..).rev().map(Vec::from).collect()
        })?;
        let is_enough = items.len() == tickets.len();
        taker.arrive(tickets, items);
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
