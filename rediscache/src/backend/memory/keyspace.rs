use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use tokio::time::Instant;

use super::task::TaskSide;
use crate::backend::{DataType, fault};
use crate::error::Result;

/// A hash, ordered so that a scan can go on from any field whatever was changed in between.
pub(super) type Hash = BTreeMap<Box<[u8]>, Box<[u8]>>;

/// A list; its front is Redis' left.
pub(super) type List = VecDeque<Box<[u8]>>;

/// All keys with their data and expiry. As in Redis, a key without data does not exist.
#[derive(Debug, Default)]
pub(super) struct Keyspace {
    /// What the task queues keep beside their lists.
    pub(super) tasks: HashMap<Box<str>, TaskSide>,
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
pub(super) enum Data {
    Hash(Hash),
    List(List),
}

/// What a key can hold.
pub(super) trait Collection: Default + Into<Data> {
    fn of(data: &mut Data) -> Option<&mut Self>;
    fn is_empty(&self) -> bool;
}

macro_rules! collections {
    ($($name:ident)*) => {
        impl Data {
            fn data_type(&self) -> DataType {
                match self {
                    $(Self::$name(_) => DataType::$name,)*
                }
            }
        }

        $(
            impl From<$name> for Data {
                fn from(collection: $name) -> Self {
                    Self::$name(collection)
                }
            }

            impl Collection for $name {
                fn of(data: &mut Data) -> Option<&mut Self> {
                    match data {
                        Data::$name(collection) => Some(collection),
                        _ => None,
                    }
                }

                fn is_empty(&self) -> bool {
                    $name::is_empty(self)
                }
            }
        )*
    };
}

collections!(Hash List);

impl Keyspace {
    /// The data at `key`, if there is any; it must be of type `T`.
    pub(super) fn find<T: Collection>(&mut self, key: &str) -> Result<Option<&mut T>> {
        self.remove_expired();
        match self.entries.get_mut(key) {
            None => Ok(None),
            Some(entry) => T::of(&mut entry.data).map(Some).ok_or_else(fault::wrong_type),
        }
    }

    /// Changes the data at `key`, which is made for it where there is none and removed when it is left empty.
    pub(super) fn change<T: Collection, R>(&mut self, key: &str, change: impl FnOnce(&mut T) -> R) -> Result<R> {
        if self.find::<T>(key)?.is_none() {
            self.entries.insert(key.into(), Entry { data: T::default().into(), expires: None });
        }
        let data = self.find::<T>(key)?.ok_or_else(fault::wrong_type)?;
        let result = change(data);
        if data.is_empty() {
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
