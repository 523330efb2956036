//! Entries in the embedded store.

use super::life::Life;
use crate::error::Result;
use crate::store::memory::{Collection, MemoryStore, ends_in};

/// What the key of an entry holds.
#[derive(Debug, Default)]
struct Entry {
    value: Option<Box<[u8]>>,
}

impl Collection for Entry {
    const NAME: &str = "string";

    fn is_empty(&self) -> bool {
        self.value.is_none()
    }
}

/// The entries of the embedded store.
pub(crate) struct MemoryEntries<'a>(pub(crate) &'a MemoryStore);

impl MemoryEntries<'_> {
    pub(super) fn get(&self, key: &str, _life: Life) -> Result<Option<Vec<u8>>> {
        Ok(self.0.keyspace().find(key)?.and_then(|entry: &mut Entry| entry.value.as_ref().map(|value| value.to_vec())))
    }

    pub(super) fn set(&self, key: &str, value: &[u8], life: Life) -> Result<()> {
        let mut keyspace = self.0.keyspace();
        keyspace.change(key, |entry: &mut Entry| entry.value = Some(value.into()))?;
        keyspace.set_lifetime(key, Some(ends_in(life.fresh + life.stale)));
        Ok(())
    }

    pub(super) fn delete(&self, key: &str, _life: Life) -> Result<bool> {
        self.0.keyspace().change(key, |entry: &mut Entry| entry.value.take().is_some())
    }
}
