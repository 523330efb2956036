//! The hash in the embedded store.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Bound;

use super::answer::{Entries, Page};
use crate::error::Result;
use crate::store::compared::Compared;
use crate::store::increment::Increment;
use crate::store::memory::{Collection, MemoryStore};
use crate::store::packed::Packed;

/// A hash, ordered so that a scan can go on from any field whatever was changed in between.
pub(crate) type Hash = BTreeMap<Box<[u8]>, Box<[u8]>>;

pub(super) const NAME: &str = "hash";

impl Collection for Hash {
    const NAME: &str = NAME;

    fn is_empty(&self) -> bool {
        self.is_empty()
    }
}

/// The hashes of the embedded store.
pub(crate) struct MemoryHash<'a>(pub(crate) &'a MemoryStore);

/// How many entries one page of a scan holds.
const PAGE: usize = 500;

impl MemoryHash<'_> {
    /// Looks at the hash at `key`; `absent` is what there is to see where none is.
    fn look<T>(&self, key: &str, absent: T, look: impl FnOnce(&mut Hash) -> T) -> Result<T> {
        Ok(self.0.keyspace().find(key)?.map_or(absent, look))
    }

    fn change<T>(&self, key: &str, change: impl FnOnce(&mut Hash) -> T) -> Result<T> {
        self.0.keyspace().change(key, change)
    }

    pub(super) fn get(&self, key: &str, field: &[u8]) -> Result<Option<Vec<u8>>> {
        self.look(key, None, |hash| hash.get(field).map(|value| value.to_vec()))
    }

    pub(super) fn contains(&self, key: &str, field: &[u8]) -> Result<bool> {
        self.look(key, false, |hash| hash.contains_key(field))
    }

    pub(super) fn set(&self, key: &str, field: &[u8], value: &[u8]) -> Result<()> {
        self.change(key, |hash| drop(hash.insert(field.into(), value.into())))
    }

    pub(super) fn set_if_absent(&self, key: &str, field: &[u8], value: &[u8]) -> Result<bool> {
        self.change(key, |hash| match hash.entry(field.into()) {
            Entry::Occupied(_) => false,
            Entry::Vacant(vacant) => {
                vacant.insert(value.into());
                true
            }
        })
    }

    pub(super) fn delete(&self, key: &str, field: &[u8]) -> Result<bool> {
        self.change(key, |hash| hash.remove(field).is_some())
    }

    pub(super) fn compare_and_swap(&self, key: &str, field: &[u8], old: &[u8], new: Option<&[u8]>) -> Result<Compared> {
        self.change(key, |hash| match hash.get_mut(field) {
            None => Compared::Absent,
            Some(stored) if **stored != *old => Compared::Different(stored.to_vec()),
            Some(stored) => {
                match new {
                    Some(new) => *stored = new.into(),
                    None => drop(hash.remove(field)),
                }
                Compared::Equal
            }
        })
    }

    pub(super) fn increment(&self, key: &str, field: &[u8], by: &Increment) -> Result<Vec<u8>> {
        self.change(key, |hash| {
            let sum = by.apply(hash.get(field).map(|stored| &**stored))?;
            hash.insert(field.into(), sum.as_slice().into());
            Ok(sum)
        })?
    }

    pub(super) fn get_many(&self, key: &str, fields: &Packed) -> Result<Vec<Option<Vec<u8>>>> {
        self.look(key, vec![None; fields.len()], |hash| {
            fields.iter().map(|field| hash.get(field).map(|value| value.to_vec())).collect()
        })
    }

    pub(super) fn set_many(&self, key: &str, pairs: &Packed) -> Result<()> {
        self.change(key, |hash| insert_all(hash, pairs))
    }

    pub(super) fn delete_many(&self, key: &str, fields: &Packed) -> Result<u64> {
        self.change(key, |hash| fields.iter().map(|field| u64::from(hash.remove(field).is_some())).sum())
    }

    pub(super) fn replace_all(&self, key: &str, pairs: &Packed) -> Result<()> {
        let mut keyspace = self.0.keyspace();
        if keyspace.find::<Hash>(key)?.is_some() {
            keyspace.remove(key);
        }
        keyspace.change(key, |hash| insert_all(hash, pairs))
    }

    pub(super) fn entries(&self, key: &str) -> Result<Entries> {
        self.look(key, Vec::new(), |hash| hash.iter().map(|(field, value)| (field.to_vec(), value.to_vec())).collect())
    }

    pub(super) fn fields(&self, key: &str) -> Result<Vec<Vec<u8>>> {
        self.look(key, Vec::new(), |hash| hash.keys().map(|field| field.to_vec()).collect())
    }

    pub(super) fn values(&self, key: &str) -> Result<Vec<Vec<u8>>> {
        self.look(key, Vec::new(), |hash| hash.values().map(|value| value.to_vec()).collect())
    }

    pub(super) fn len(&self, key: &str) -> Result<u64> {
        self.look(key, 0, |hash| hash.len() as u64)
    }

    /// The cursor is the last field of the page before.
    pub(super) fn scan(&self, key: &str, cursor: Option<&[u8]>) -> Result<Page> {
        let from = cursor.map_or(Bound::Unbounded, Bound::Excluded);
        let entries: Vec<_> = self.look(key, Vec::new(), |hash| {
            hash.range::<[u8], _>((from, Bound::Unbounded))
                .take(PAGE)
                .map(|(field, value)| (field.to_vec(), value.to_vec()))
                .collect()
        })?;
        let next = entries.get(PAGE - 1).map(|(field, _)| field.clone());
        Ok(Page { entries, next })
    }
}

fn insert_all(hash: &mut Hash, pairs: &Packed) {
    let mut pairs = pairs.iter();
    while let (Some(field), Some(value)) = (pairs.next(), pairs.next()) {
        hash.insert(field.into(), value.into());
    }
}
