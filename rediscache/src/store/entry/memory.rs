//! Entries in the embedded store.

use std::time::Duration;

use super::data::{Entry, look, put};
use super::lease::end_lease;
use super::life::Life;
use crate::error::Result;
use crate::store::memory::MemoryStore;

/// The entries of the embedded store.
pub(crate) struct MemoryEntries<'a>(pub(crate) &'a MemoryStore);

impl MemoryEntries<'_> {
    pub(super) fn get(&self, key: &str, _life: Life) -> Result<Option<Vec<u8>>> {
        Ok(self.0.keyspace().find(key)?.and_then(|entry: &mut Entry| entry.value.as_ref().map(|value| value.to_vec())))
    }

    pub(super) fn peek(&self, key: &str) -> Result<Option<(Vec<u8>, Option<Duration>)>> {
        look(&mut self.0.keyspace(), key)
    }

    pub(super) fn set(&self, key: &str, value: &[u8], life: Life) -> Result<()> {
        let mut keyspace = self.0.keyspace();
        end_lease(&mut keyspace, key);
        put(&mut keyspace, key, value, life.fresh + life.stale)
    }

    pub(super) fn delete(&self, key: &str, _life: Life) -> Result<bool> {
        let mut keyspace = self.0.keyspace();
        end_lease(&mut keyspace, key);
        keyspace.change(key, |entry: &mut Entry| entry.value.take().is_some())
    }
}
