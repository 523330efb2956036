use std::collections::btree_map::Entry;
use std::ops::Bound;

use super::MemoryStore;
use super::keyspace::Hash;
use crate::backend::{Compared, DataType, Entries, Increment, Packed, Page};
use crate::error::Result;

/// How many entries one page of a scan holds.
const PAGE: usize = 500;

impl MemoryStore {
    /// Looks at the hash at `key`; `absent` is what there is to see where none is.
    fn look<T>(&self, key: &str, absent: T, look: impl FnOnce(&mut Hash) -> T) -> Result<T> {
        Ok(self.keyspace().find(key)?.map_or(absent, look))
    }

    fn change<T>(&self, key: &str, change: impl FnOnce(&mut Hash) -> T) -> Result<T> {
        self.keyspace().change(key, change)
    }

    pub(crate) fn get(&self, key: &str, field: &[u8]) -> Result<Option<Vec<u8>>> {
        self.look(key, None, |hash| hash.get(field).map(|value| value.to_vec()))
    }

    pub(crate) fn contains(&self, key: &str, field: &[u8]) -> Result<bool> {
        self.look(key, false, |hash| hash.contains_key(field))
    }

    pub(crate) fn set(&self, key: &str, field: &[u8], value: &[u8]) -> Result<()> {
        self.change(key, |hash| drop(hash.insert(field.into(), value.into())))
    }

    pub(crate) fn set_if_absent(&self, key: &str, field: &[u8], value: &[u8]) -> Result<bool> {
        self.change(key, |hash| match hash.entry(field.into()) {
            Entry::Occupied(_) => false,
            Entry::Vacant(vacant) => {
                vacant.insert(value.into());
                true
            }
        })
    }

    pub(crate) fn delete(&self, key: &str, field: &[u8]) -> Result<bool> {
        self.change(key, |hash| hash.remove(field).is_some())
    }

    pub(crate) fn compare_and_swap(&self, key: &str, field: &[u8], old: &[u8], new: Option<&[u8]>) -> Result<Compared> {
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

    pub(crate) fn increment(&self, key: &str, field: &[u8], by: &Increment) -> Result<Vec<u8>> {
        self.change(key, |hash| {
            let sum = by.apply(hash.get(field).map(|stored| &**stored))?;
            hash.insert(field.into(), sum.as_slice().into());
            Ok(sum)
        })?
    }

    pub(crate) fn get_many(&self, key: &str, fields: &Packed) -> Result<Vec<Option<Vec<u8>>>> {
        self.look(key, vec![None; fields.len()], |hash| {
            fields.iter().map(|field| hash.get(field).map(|value| value.to_vec())).collect()
        })
    }

    pub(crate) fn set_many(&self, key: &str, pairs: &Packed) -> Result<()> {
        self.change(key, |hash| insert_all(hash, pairs))
    }

    pub(crate) fn delete_many(&self, key: &str, fields: &Packed) -> Result<u64> {
        self.change(key, |hash| fields.iter().map(|field| u64::from(hash.remove(field).is_some())).sum())
    }

    pub(crate) fn replace_all(&self, key: &str, pairs: &Packed) -> Result<()> {
        let mut keyspace = self.keyspace();
        if keyspace.lifetime(key, DataType::Hash)?.is_some() {
            keyspace.remove(key);
        }
        keyspace.change(key, |hash| insert_all(hash, pairs))
    }

    pub(crate) fn entries(&self, key: &str) -> Result<Entries> {
        self.look(key, Vec::new(), |hash| hash.iter().map(|(field, value)| (field.to_vec(), value.to_vec())).collect())
    }

    pub(crate) fn fields(&self, key: &str) -> Result<Vec<Vec<u8>>> {
        self.look(key, Vec::new(), |hash| hash.keys().map(|field| field.to_vec()).collect())
    }

    pub(crate) fn values(&self, key: &str) -> Result<Vec<Vec<u8>>> {
        self.look(key, Vec::new(), |hash| hash.values().map(|value| value.to_vec()).collect())
    }

    pub(crate) fn len(&self, key: &str) -> Result<u64> {
        self.look(key, 0, |hash| hash.len() as u64)
    }

    /// The cursor is the last field of the page before.
    pub(crate) fn scan(&self, key: &str, cursor: Option<&[u8]>) -> Result<Page> {
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
