use std::sync::Arc;

use super::keyspace::List;
use super::{MemoryStore, Shared};
use crate::backend::Packed;
use crate::error::Result;

impl MemoryStore {
    pub(crate) fn push(&self, key: &str, items: &Packed) -> Result<()> {
        self.give(key, |list: &mut List| items.iter().for_each(|item| list.push_front(item.into())))
    }

    pub(crate) fn take(&self, key: &str, limit: usize) -> Result<Vec<Vec<u8>>> {
        self.keyspace().change(key, |list: &mut List| {
            let from = list.len().saturating_sub(limit);
            list.drain(from..).rev().map(Vec::from).collect()
        })
    }

    pub(crate) fn put_back(&self, key: &str, items: &Packed) -> Result<()> {
        self.give(key, |list: &mut List| items.iter().for_each(|item| list.push_back(item.into())))
    }

    pub(crate) fn list_len(&self, key: &str) -> Result<u64> {
        Ok(self.keyspace().find(key)?.map_or(0, |list: &mut List| list.len() as u64))
    }

    pub(crate) fn waiter(&self, key: &str) -> MemoryWaiter {
        MemoryWaiter { store: Arc::clone(&self.0), key: key.to_owned() }
    }

    fn give(&self, key: &str, give: impl FnOnce(&mut List)) -> Result<()> {
        self.keyspace().change(key, give)?;
        self.0.pushed.notify_waiters();
        Ok(())
    }
}

/// Waits for the list at one key.
pub(crate) struct MemoryWaiter {
    store: Arc<Shared>,
    key: String,
}

impl MemoryWaiter {
    pub(crate) async fn wait(&mut self) {
        loop {
            // Made before the look, so that nothing pushed in between is missed.
            let pushed = self.store.pushed.notified();
            let empty = matches!(self.store.keyspace().find::<List>(&self.key), Ok(None));
            if !empty {
                return;
            }
            pushed.await;
        }
    }
}
