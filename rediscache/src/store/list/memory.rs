//! The list in the embedded store.

use std::collections::VecDeque;

use crate::error::Result;
use crate::store::memory::{Collection, MemoryStore};
use crate::store::packed::Packed;

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

    pub(super) fn take(&self, key: &str, limit: usize) -> Result<Vec<Vec<u8>>> {
        self.0.keyspace().change(key, |list: &mut List| {
            let from = list.len().saturating_sub(limit);
            list.drain(from..).rev().map(Vec::from).collect()
        })
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

    pub(super) fn next_items(&self, key: &str, limit: usize) -> Result<Vec<Vec<u8>>> {
        let items = |list: &mut List| list.iter().rev().take(limit).map(|item| item.to_vec()).collect();
        Ok(self.0.keyspace().find(key)?.map_or_else(Vec::new, items))
    }

    fn give(&self, key: &str, give: impl FnOnce(&mut List)) -> Result<()> {
        self.0.keyspace().change(key, give)?;
        self.0.tell_of_items();
        Ok(())
    }
}
