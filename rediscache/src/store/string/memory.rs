//! Strings in the embedded store: an entry that lives for good, or as long as it is told.

use crate::error::Result;
use crate::refusal::wrong_type;
use crate::store::compared::Compared;
use crate::store::entry::{StoredEntry, ends_after};
use crate::store::increment::Increment;
use crate::store::memory::{Collection, Keyspace, MemoryStore};

pub(super) const NAME: &str = StoredEntry::NAME;

/// The strings of the embedded store.
pub(crate) struct MemoryStrings<'a>(pub(crate) &'a MemoryStore);

impl MemoryStrings<'_> {
    pub(super) fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        Ok(find(&mut self.0.keyspace(), key)?.map(<[u8]>::to_vec))
    }

    pub(super) fn contains(&self, key: &str) -> Result<bool> {
        Ok(find(&mut self.0.keyspace(), key)?.is_some())
    }

    pub(super) fn set(&self, key: &str, value: &[u8], kept: Option<i64>) -> Result<()> {
        let mut keyspace = self.0.keyspace();
        find(&mut keyspace, key)?;
        keyspace.put(key, StoredEntry::of(value), kept.map(ends_after));
        Ok(())
    }

    pub(super) fn set_if_absent(&self, key: &str, value: &[u8]) -> Result<bool> {
        let mut keyspace = self.0.keyspace();
        let is_absent = find(&mut keyspace, key)?.is_none();
        if is_absent {
            keyspace.put(key, StoredEntry::of(value), None);
        }
        Ok(is_absent)
    }

    pub(super) fn swap(&self, key: &str, old: Option<&[u8]>, new: Option<&[u8]>, keeps_end: bool) -> Result<Compared> {
        let mut keyspace = self.0.keyspace();
        match find(&mut keyspace, key)? {
            stored if stored == old => {}
            Some(other) => return Ok(Compared::Different(other.to_vec())),
            None => return Ok(Compared::Absent),
        }
        match new {
            Some(new) => {
                let ends = if keeps_end { keyspace.lifetime(key, NAME)?.flatten() } else { None };
                keyspace.put(key, StoredEntry::of(new), ends);
            }
            None => keyspace.remove(key),
        }
        Ok(Compared::Equal)
    }

    pub(super) fn increment(&self, key: &str, by: &Increment) -> Result<Vec<u8>> {
        let mut keyspace = self.0.keyspace();
        let sum = by.apply(find(&mut keyspace, key)?)?;
        let ends = keyspace.lifetime(key, NAME)?.flatten();
        keyspace.put(key, StoredEntry::of(&sum), ends);
        Ok(sum)
    }
}

/// Stores for good, whatever was there.
pub(in crate::store) fn put(keyspace: &mut Keyspace, key: &str, value: &[u8]) {
    keyspace.put(key, StoredEntry::of(value), None);
}

/// The value; who loads one holds other data in its place.
pub(in crate::store) fn find<'a>(keyspace: &'a mut Keyspace, key: &str) -> Result<Option<&'a [u8]>> {
    match keyspace.find::<StoredEntry>(key)? {
        None => Ok(None),
        Some(entry) => entry.value.as_deref().map(Some).ok_or_else(wrong_type),
    }
}
