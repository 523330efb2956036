use std::collections::{BTreeMap, BTreeSet, HashMap};

use tokio::time::Instant;

use crate::backend::{DataType, fault};
use crate::error::Result;

/// A hash, ordered so that a scan can go on from any field whatever was changed in between.
pub(super) type Hash = BTreeMap<Box<[u8]>, Box<[u8]>>;

/// All keys with their data and expiry. As in Redis, a key without data does not exist.
#[derive(Debug, Default)]
pub(super) struct Keyspace {
    entries: HashMap<Box<str>, Entry>,
    /// When which key ends, so that what expired is freed though nobody asks for it.
    deadlines: BTreeSet<(Instant, Box<str>)>,
}

#[derive(Debug)]
struct Entry {
    data: Data,
    expires: Option<Instant>,
}

#[derive(Debug)]
enum Data {
    Hash(Hash),
}

impl Data {
    fn data_type(&self) -> DataType {
        match self {
            Self::Hash(_) => DataType::Hash,
        }
    }
}

impl Keyspace {
    /// The hash at `key`, if there is one.
    pub(super) fn hash(&mut self, key: &str) -> Result<Option<&mut Hash>> {
        self.remove_expired();
        match self.entries.get_mut(key) {
            None => Ok(None),
            Some(Entry { data: Data::Hash(hash), .. }) => Ok(Some(hash)),
        }
    }

    /// Changes the hash at `key`, which is made for it where there is none and removed when it is left empty.
    pub(super) fn change_hash<T>(&mut self, key: &str, change: impl FnOnce(&mut Hash) -> T) -> Result<T> {
        if self.hash(key)?.is_none() {
            self.entries.insert(key.into(), Entry { data: Data::Hash(Hash::new()), expires: None });
        }
        let Some(Entry { data: Data::Hash(hash), .. }) = self.entries.get_mut(key) else {
            return Err(fault::wrong_type());
        };
        let result = change(hash);
        if hash.is_empty() {
            self.remove(key);
        }
        Ok(result)
    }

    /// When `key` ends, if it exists.
    pub(super) fn lifetime(&mut self, key: &str, data: DataType) -> Result<Option<Option<Instant>>> {
        self.remove_expired();
        match self.entries.get(key) {
            None => Ok(None),
            Some(entry) if entry.data.data_type() == data => Ok(Some(entry.expires)),
            Some(_) => Err(fault::wrong_type()),
        }
    }

    /// Sets when `key` ends, or that it does not.
    pub(super) fn set_lifetime(&mut self, key: &str, expires: Option<Instant>) {
        let Some(entry) = self.entries.get_mut(key) else { return };
        if let Some(old) = std::mem::replace(&mut entry.expires, expires) {
            self.deadlines.remove(&(old, key.into()));
        }
        if let Some(new) = expires {
            self.deadlines.insert((new, key.into()));
        }
    }

    pub(super) fn remove(&mut self, key: &str) {
        self.set_lifetime(key, None);
        self.entries.remove(key);
    }

    fn remove_expired(&mut self) {
        if self.deadlines.is_empty() {
            return;
        }
        let now = Instant::now();
        while let Some((deadline, _)) = self.deadlines.first()
            && *deadline <= now
            && let Some((_, key)) = self.deadlines.pop_first()
        {
            self.entries.remove(&key);
        }
    }
}
