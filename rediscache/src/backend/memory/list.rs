use tokio::sync::watch;

use super::MemoryStore;
use super::keyspace::List;
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

    pub(crate) fn put_back(&self, key: &str, items: &Packed, _token: u64) -> Result<()> {
        self.give(key, |list: &mut List| items.iter().for_each(|item| list.push_back(item.into())))
    }

    pub(crate) fn list_len(&self, key: &str) -> Result<u64> {
        Ok(self.keyspace().find(key)?.map_or(0, |list: &mut List| list.len() as u64))
    }

    pub(crate) fn list_items(&self, key: &str) -> Result<Vec<Vec<u8>>> {
        let items = |list: &mut List| list.iter().rev().map(|item| item.to_vec()).collect();
        Ok(self.keyspace().find(key)?.map_or_else(Vec::new, items))
    }

    pub(crate) fn waiter(&self) -> MemoryWaiter {
        MemoryWaiter(self.changed.subscribe())
    }

    fn give(&self, key: &str, give: impl FnOnce(&mut List)) -> Result<()> {
        self.keyspace().change(key, give)?;
        self.tell_those_who_wait();
        Ok(())
    }

    pub(super) fn tell_those_who_wait(&self) {
        self.changed.send_replace(());
    }
}

/// Waits until some list was given items; which one, the one who waits will see.
pub(crate) struct MemoryWaiter(watch::Receiver<()>);

impl MemoryWaiter {
    pub(crate) async fn wait(&mut self) -> bool {
        if self.0.changed().await.is_err() {
            // The store is gone, and so is everyone who could give something.
            std::future::pending::<()>().await;
        }
        false
    }
}
