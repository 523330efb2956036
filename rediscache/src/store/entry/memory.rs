//! Entries in the embedded store.

use std::time::Duration;

use tokio::time::Instant;

use super::answer::{Found, FoundPage, StoredPage};
use super::data::StoredEntry;
use super::life::Life;
use crate::error::Result;
use crate::store::compared::Compared;
use crate::store::increment::Increment;
use crate::store::key::{Cursor, memory_page, rest_of};
use crate::store::memory::{Keyspace, MemoryStore, ends_in};
use crate::store::milliseconds::milliseconds;
use crate::store::packed::{Packed, text};

/// The entries of the embedded store.
pub(crate) struct MemoryEntries<'a>(pub(crate) &'a MemoryStore);

impl MemoryEntries<'_> {
    pub(super) fn get(&self, key: &str, life: &Life) -> Result<Option<Vec<u8>>> {
        Ok(read(&mut self.0.keyspace(), key, *life))
    }

    pub(super) fn find(&self, key: &str) -> Result<Option<Found>> {
        let mut keyspace = self.0.keyspace();
        let found = keyspace.find_if(key).and_then(|(entry, ends): (&mut StoredEntry, _)| {
            Some(Found { value: entry.value.as_ref()?.to_vec(), left: ends.map(left) })
        });
        Ok(found)
    }

    pub(super) fn contains(&self, key: &str, life: Life) -> Result<bool> {
        Ok(fresh(&mut self.0.keyspace(), key, life).is_some())
    }

    pub(super) fn set(&self, key: &str, value: &[u8], kept: i64) -> Result<()> {
        store(&mut self.0.keyspace(), key, value, kept);
        Ok(())
    }

    pub(super) fn set_if_absent(&self, key: &str, value: &[u8], life: Life) -> Result<bool> {
        let mut keyspace = self.0.keyspace();
        let is_absent = fresh(&mut keyspace, key, life).is_none();
        if is_absent {
            store(&mut keyspace, key, value, life.kept());
        }
        Ok(is_absent)
    }

    pub(super) fn delete(&self, key: &str, life: Life) -> Result<bool> {
        Ok(delete(&mut self.0.keyspace(), key, life))
    }

    pub(super) fn swap(&self, key: &str, old: Option<&[u8]>, new: Option<&[u8]>, life: Life) -> Result<Compared> {
        let mut keyspace = self.0.keyspace();
        match (fresh(&mut keyspace, key, life), old) {
            (None, Some(_)) => return Ok(Compared::Absent),
            (Some((stored, _)), old) if old != Some(stored) => return Ok(Compared::Different(stored.to_vec())),
            _ => {}
        }
        match new {
            Some(new) => store(&mut keyspace, key, new, life.kept()),
            None => keyspace.remove(key),
        }
        Ok(Compared::Equal)
    }

    pub(super) fn increment(&self, key: &str, by: &Increment, life: Life, _may_be_led: bool) -> Result<Vec<u8>> {
        let mut keyspace = self.0.keyspace();
        let stored = fresh(&mut keyspace, key, life);
        let sum = by.apply(stored.map(|(stored, _)| stored))?;
        let ends = stored.map_or_else(|| Some(ends_after(life.kept())), |(_, ends)| ends);
        keyspace.put(key, StoredEntry::of(&sum), ends);
        Ok(sum)
    }

    pub(super) fn expire(&self, key: &str, life: Life) -> Result<bool> {
        let mut keyspace = self.0.keyspace();
        let Some((value, _)) = fresh(&mut keyspace, key, life) else { return Ok(false) };
        let entry = StoredEntry::of(value);
        keyspace.put(key, entry, Some(ends_after(life.kept())));
        Ok(true)
    }

    pub(super) fn expiry(&self, key: &str, life: Life) -> Result<Option<Duration>> {
        let mut keyspace = self.0.keyspace();
        Ok(fresh(&mut keyspace, key, life).and_then(|(_, ends)| life.fresh_left(ends.map(left))))
    }

    pub(super) fn get_many(&self, _: &str, names: &Packed, life: Life) -> Result<Vec<Option<Vec<u8>>>> {
        let mut keyspace = self.0.keyspace();
        Ok(names.iter().map(|name| read(&mut keyspace, text(name), life)).collect())
    }

    pub(super) fn set_many(&self, _: &str, pairs: &Packed, life: Life) -> Result<()> {
        let (mut keyspace, mut pairs) = (self.0.keyspace(), pairs.iter());
        while let (Some(name), Some(value)) = (pairs.next(), pairs.next()) {
            store(&mut keyspace, text(name), value, life.kept());
        }
        Ok(())
    }

    pub(super) fn delete_many(&self, _: &str, names: &Packed, life: Life) -> Result<u64> {
        let mut keyspace = self.0.keyspace();
        Ok(names.iter().map(|name| u64::from(delete(&mut keyspace, text(name), life))).sum())
    }

    pub(super) fn scan(&self, key: &str, cursor: Option<Cursor>, life: Life) -> Result<StoredPage> {
        let (entries, next) = memory_page(self.0, key, cursor.as_ref(), |entry: &StoredEntry, ends| {
            entry.value.as_ref().filter(|_| is_fresh(ends, life)).map(|value| value.to_vec())
        });
        Ok(StoredPage { entries, next })
    }

    pub(super) fn find_page(&self, key: &str, cursor: Option<Cursor>) -> Result<FoundPage> {
        let (entries, next) = memory_page(self.0, key, cursor.as_ref(), |entry: &StoredEntry, ends| {
            entry.value.as_ref().map(|value| Found { value: value.to_vec(), left: ends.map(left) })
        });
        Ok(FoundPage { entries, next })
    }

    pub(super) fn clear(&self, key: &str) -> Result<()> {
        let (prefix, mut keyspace) = (format!("{key}:"), self.0.keyspace());
        let is_own = |name: &&str| rest_of(name, &prefix).is_some();
        let names: Vec<String> = keyspace
            .walk::<StoredEntry>(&prefix, None)
            .map(|(name, _)| name)
            .filter(is_own)
            .map(str::to_owned)
            .collect();
        names.iter().for_each(|name| keyspace.remove(name));
        Ok(())
    }
}

/// The value that is there and not stale, and when it ends.
pub(crate) fn fresh<'a>(keyspace: &'a mut Keyspace, key: &str, life: Life) -> Option<(&'a [u8], Option<Instant>)> {
    let (entry, ends): (&mut StoredEntry, _) = keyspace.find_if(key)?;
    entry.value.as_deref().filter(|_| is_fresh(ends, life)).map(|value| (value, ends))
}

fn is_fresh(ends: Option<Instant>, life: Life) -> bool {
    ends.is_none_or(|ends| ends.saturating_duration_since(Instant::now()) > life.stale())
}

fn read(keyspace: &mut Keyspace, key: &str, life: Life) -> Option<Vec<u8>> {
    let value = fresh(keyspace, key, life)?.0.to_vec();
    if life.is_idle {
        keyspace.set_lifetime(key, Some(ends_after(life.kept())));
    }
    Some(value)
}

/// Puts a value in the place of whatever is there.
pub(crate) fn store(keyspace: &mut Keyspace, key: &str, value: &[u8], kept: i64) {
    keyspace.put(key, StoredEntry::of(value), Some(ends_after(kept)));
}

/// Removes whatever is there; whether it was a value that was not stale.
fn delete(keyspace: &mut Keyspace, key: &str, life: Life) -> bool {
    let was_fresh = fresh(keyspace, key, life).is_some();
    keyspace.remove(key);
    was_fresh
}

/// The end of what is kept for so many milliseconds.
pub(in crate::store) fn ends_after(kept: i64) -> Instant {
    ends_in(Duration::from_millis(kept.unsigned_abs()))
}

/// In how many milliseconds that is.
fn left(ends: Instant) -> i64 {
    milliseconds(ends.saturating_duration_since(Instant::now()))
}
