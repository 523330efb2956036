//! All keys of the embedded store, with what they hold and when they end.

use std::any::{Any, TypeId};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Debug;
use std::ops::Bound;

use tokio::time::Instant;

use crate::error::Result;
use crate::refusal;

/// All keys with their data and expiry. As in Redis, a key without data does not exist.
#[derive(Debug, Default)]
pub(crate) struct Keyspace {
    /// What kinds of data keep beside the keys, by its type.
    beside: HashMap<TypeId, Box<dyn Stored>>,
    /// In order, so that a walk can go on from any key whatever was changed in between.
    entries: BTreeMap<Box<str>, KeyEntry>,
    /// When which key ends, so that what expired is freed though nobody asks for it.
    deadlines: BTreeSet<(Instant, Box<str>)>,
}

#[derive(Debug)]
struct KeyEntry {
    data: Box<dyn Stored>,
    expires: Option<Instant>,
}

/// What a key can hold. A kind of data is one when its type is a `Collection`; nothing here knows which there are.
pub(crate) trait Collection: Any + Send + Debug + Default {
    /// As `TYPE` has it in Redis.
    const NAME: &str;

    fn is_empty(&self) -> bool;
}

/// A collection of any type.
trait Stored: Any + Send + Debug {
    fn name(&self) -> &'static str;
}

impl<T: Collection> Stored for T {
    fn name(&self) -> &'static str {
        T::NAME
    }
}

impl Keyspace {
    /// The data at `key`, if there is any; it must be of type `T`.
    pub(crate) fn find<T: Collection>(&mut self, key: &str) -> Result<Option<&mut T>> {
        self.remove_expired();
        match self.entries.get_mut(key) {
            None => Ok(None),
            Some(entry) => {
                let data: &mut dyn Any = &mut *entry.data;
                data.downcast_mut().map(Some).ok_or_else(refusal::wrong_type)
            }
        }
    }

    /// Changes the data at `key`, which is made for it where there is none and removed when it is left empty.
    pub(crate) fn change<T: Collection, R>(&mut self, key: &str, change: impl FnOnce(&mut T) -> R) -> Result<R> {
        if self.find::<T>(key)?.is_none() {
            self.entries.insert(key.into(), KeyEntry { data: Box::new(T::default()), expires: None });
        }
        let data = self.find::<T>(key)?.ok_or_else(refusal::wrong_type)?;
        let result = change(data);
        if data.is_empty() {
            self.remove(key);
        }
        Ok(result)
    }

    /// The data at `key` and when it ends, if it is of type `T`.
    pub(crate) fn find_if<T: Collection>(&mut self, key: &str) -> Option<(&mut T, Option<Instant>)> {
        self.remove_expired();
        let entry = self.entries.get_mut(key)?;
        let data: &mut dyn Any = &mut *entry.data;
        data.downcast_mut().map(|data| (data, entry.expires))
    }

    /// Puts this data in the place of whatever is at `key`.
    pub(crate) fn put<T: Collection>(&mut self, key: &str, data: T, expires: Option<Instant>) {
        self.remove(key);
        self.entries.insert(key.into(), KeyEntry { data: Box::new(data), expires: None });
        self.set_lifetime(key, expires);
    }

    /// Names of keys that come after `after`, or from `prefix` on, in order.
    pub(crate) fn names<'a>(&'a mut self, prefix: &'a str, after: Option<&'a str>) -> impl Iterator<Item = &'a str> {
        self.remove_expired();
        self.below(prefix, after).map(|(key, _)| key)
    }

    /// Keys that come after `after`, or from `prefix` on, in order, with their data where that is of type `T`.
    pub(crate) fn walk<'a, T: Collection>(
        &'a mut self,
        prefix: &'a str,
        after: Option<&'a str>,
    ) -> impl Iterator<Item = (&'a str, Option<(&'a T, Option<Instant>)>)> {
        self.remove_expired();
        self.below(prefix, after).map(|(key, entry)| {
            let data: &dyn Any = &*entry.data;
            (key, data.downcast_ref().map(|data| (data, entry.expires)))
        })
    }

    fn below<'a>(&'a self, prefix: &'a str, after: Option<&'a str>) -> impl Iterator<Item = (&'a str, &'a KeyEntry)> {
        let from = after.map_or(Bound::Included(prefix), Bound::Excluded);
        let below = self.entries.range::<str, _>((from, Bound::Unbounded));
        below.map(|(key, entry)| (&**key, entry)).take_while(move |(key, _)| key.starts_with(prefix))
    }

    /// What a kind of data keeps beside the keys.
    pub(crate) fn beside<T: Collection>(&mut self) -> &mut T {
        let beside = self.beside.entry(TypeId::of::<T>()).or_insert_with(|| Box::new(T::default()));
        let beside: &mut dyn Any = &mut **beside;
        beside.downcast_mut().expect("it is kept by its type")
    }

    /// When `key` ends, if it exists; it must hold data of this name.
    pub(crate) fn lifetime(&mut self, key: &str, data: &str) -> Result<Option<Option<Instant>>> {
        self.remove_expired();
        match self.entries.get(key) {
            None => Ok(None),
            Some(entry) if entry.data.name() == data => Ok(Some(entry.expires)),
            Some(_) => Err(refusal::wrong_type()),
        }
    }

    /// Sets when `key` ends, or that it does not.
    pub(crate) fn set_lifetime(&mut self, key: &str, expires: Option<Instant>) {
        let Some(entry) = self.entries.get_mut(key) else { return };
        if let Some(old) = std::mem::replace(&mut entry.expires, expires) {
            self.deadlines.remove(&(old, key.into()));
        }
        if let Some(new) = expires {
            self.deadlines.insert((new, key.into()));
        }
    }

    pub(crate) fn remove(&mut self, key: &str) {
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
