//! What a store can do. Stores know bytes and Redis keys, and no codec.

mod background;
mod calls;
pub(crate) mod fault;
mod increment;
mod memory;
pub(crate) mod near;
mod packed;
mod redis;
mod sync;
mod task;

use std::future::Future;
use std::time::{Duration, SystemTime};

pub(crate) use background::Background;
pub(crate) use calls::Calls;
pub(crate) use increment::Increment;
pub(crate) use packed::Packed;
pub(crate) use task::{Client, Due, Held, Lease, Outcome, Taken};

use crate::config::{Address, Config};
use crate::error::Result;

/// The store behind a session.
#[derive(Debug)]
pub(crate) enum Store {
    Memory(memory::MemoryStore),
    Redis(Box<redis::RedisStore>),
}

/// What a key must hold for an operation on the key as a whole to go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DataType {
    Hash,
    List,
}

/// What became of a conditional write.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Compared {
    Equal,
    /// What is stored instead.
    Different(Vec<u8>),
    Absent,
}

/// Fields with their values.
pub(crate) type Entries = Vec<(Vec<u8>, Vec<u8>)>;

/// One page of a scan.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) entries: Entries,
    /// Where the next page begins; `None` after the last.
    pub(crate) next: Option<Vec<u8>>,
}

impl Store {
    pub(crate) fn in_memory() -> Self {
        Self::Memory(memory::MemoryStore::default())
    }

    pub(crate) async fn connect(config: &Config) -> Result<Self> {
        match &config.address {
            Address::Memory => Ok(Self::in_memory()),
            Address::Redis(deployment) => {
                Ok(Self::Redis(Box::new(redis::RedisStore::connect(deployment, config).await?)))
            }
        }
    }
}

/// Lists the operations, each with its meaning, and hands each to the store at hand.
macro_rules! operations {
    ($($(#[$meaning:meta])* fn $name:ident($($argument:ident: $type:ty),*) -> $result:ty;)*) => {
        impl Store {$(
            $(#[$meaning])*
            pub(crate) async fn $name(&self, key: &str, $($argument: $type),*) -> Result<$result> {
                match self {
                    Self::Memory(store) => store.$name(key, $($argument),*),
                    Self::Redis(store) => {
                        let _under_way = store.calls().enter();
                        store.$name(key, $($argument),*).await
                    }
                }
            }
        )*}
    };
}

// On one field of the hash at `key`. Every one is atomic, and an absent hash is an empty one.
operations! {
    /// The value.
    fn get(field: &[u8]) -> Option<Vec<u8>>;
    /// Whether there is one.
    fn contains(field: &[u8]) -> bool;
    /// Stores, whatever was there.
    fn set(field: &[u8], value: &[u8]) -> ();
    /// Stores where nothing was; whether it did.
    fn set_if_absent(field: &[u8], value: &[u8]) -> bool;
    /// Removes; whether there was something.
    fn delete(field: &[u8]) -> bool;
    /// Stores if these very bytes are there; removes where the new value is `None`.
    fn compare_and_swap(field: &[u8], old: &[u8], new: Option<&[u8]>) -> Compared;
    /// Adds to a number and returns what is stored then.
    fn increment(field: &[u8], by: &Increment) -> Vec<u8>;
}

// On the hash at `key`.
operations! {
    /// The values, in the order of the fields.
    fn get_many(fields: &Packed) -> Vec<Option<Vec<u8>>>;
    /// Stores alternating fields and values; of two equal fields the later wins.
    fn set_many(pairs: &Packed) -> ();
    /// Removes; how many there were.
    fn delete_many(fields: &Packed) -> u64;
    /// Stores alternating fields and values in place of all there was, expiry included.
    fn replace_all(pairs: &Packed) -> ();
    /// A snapshot.
    fn entries() -> Entries;
    /// A snapshot of the fields.
    fn fields() -> Vec<Vec<u8>>;
    /// A snapshot of the values.
    fn values() -> Vec<Vec<u8>>;
    /// How many fields there are.
    fn len() -> u64;
    /// Some entries from `cursor` on. What stays throughout a scan is returned at least once.
    fn scan(cursor: Option<&[u8]>) -> Page;
}

// On the list at `key`: items go in on the left and come out on the right.
operations! {
    /// Puts items in, one after another.
    fn push(items: &Packed) -> ();
    /// Takes up to `limit` items out, as many as there are.
    fn take(limit: usize) -> Vec<Vec<u8>>;
    /// Puts items back in at the end where they come out, one after another; asked again with the same token, it does
    /// nothing.
    fn put_back(items: &Packed, token: u64) -> ();
    /// How many items there are.
    fn list_len() -> u64;
}

// On the task queue at `key`. What its keys are is written at `RedisTaskQueue`.
operations! {
    /// Takes up to `limit` tasks, numbered from `first` on, which become this client's.
    fn take_tasks(client: &Client, first: u64, limit: usize) -> Taken;
    /// Ends the leases on tasks; how many of them this client still had.
    fn settle(client: &Client, outcome: Outcome, numbers: &[u64]) -> u64;
    /// Tells that this client lives, and brings back what is due and what dead clients held.
    fn beat(client: &Client) -> Held;
    /// Puts a task in when it is due.
    fn put_later(client: &Client, item: &[u8], due: Due) -> ();
    /// How many tasks can be taken now.
    fn tasks_len(client: &Client) -> u64;
    /// How many tasks are not due yet.
    fn delayed_len(client: &Client) -> u64;
    /// Puts one task of this client's pending list back, at the back of the queue; whether it was pending.
    fn reschedule_pending(client: &Client, item: &[u8]) -> bool;
    /// Puts all tasks of this client's pending list back to the front, oldest first; how many.
    fn reschedule_all_pending(client: &Client) -> u64;
    /// Puts all dead letters at the back of the queue, oldest first; how many.
    fn requeue_dead(client: &Client) -> u64;
    /// Removes all dead letters; how many.
    fn clear_dead(client: &Client) -> u64;
}

// On the list at `key`, as it is.
operations! {
    /// All items, the one that came first at the front.
    fn list_items() -> Vec<Vec<u8>>;
}

// On the key as a whole, which must hold `data` or nothing.
operations! {
    /// Removes all there is.
    fn clear(data: DataType) -> ();
    /// Ends the key's life in this time, rounded up to milliseconds; at once when that is zero. Whether there is one.
    fn expire(data: DataType, after: Duration) -> bool;
    /// Ends the key's life then; at once when that is past. Whether there is one.
    fn expire_at(data: DataType, at: SystemTime) -> bool;
    /// How long the key has to live; `None` when for ever or when there is none.
    fn expiry(data: DataType) -> Option<Duration>;
    /// Takes the expiry off; whether there was one.
    fn persist(data: DataType) -> bool;
}

/// Waits for a list to have items.
pub(crate) enum Waiter {
    Memory(memory::MemoryWaiter),
    Redis(Box<redis::RedisWaiter>),
}

impl Waiter {
    /// Returns when there may be items: soon after there are some, and now and then without. Takes none. Dropping the
    /// future loses nothing; the next call goes on with the same wait. Whether its connection broke.
    pub(crate) async fn wait(&mut self) -> bool {
        match self {
            Self::Memory(waiter) => waiter.wait().await,
            Self::Redis(waiter) => waiter.wait().await,
        }
    }
}

impl Store {
    /// Reads a field over the connection that tells of changes, and how far the answer can be relied on.
    pub(crate) async fn near_get(&self, key: &str, field: &[u8]) -> Result<(Option<Vec<u8>>, near::Provenance)> {
        match self {
            Self::Memory(_) => Err(fault::unexpected()),
            Self::Redis(store) => store.near_get(key, field).await,
        }
    }

    /// As [`near_get`](Self::near_get), in the order of the fields.
    pub(crate) async fn near_get_many(
        &self,
        key: &str,
        fields: &Packed,
    ) -> Result<(Vec<Option<Vec<u8>>>, near::Provenance)> {
        match self {
            Self::Memory(_) => Err(fault::unexpected()),
            Self::Redis(store) => store.near_get_many(key, fields).await,
        }
    }
}

impl Store {
    /// The key of something that belongs to what is at `key`; on a cluster, both are in one slot.
    pub(crate) fn beside(&self, key: &str, suffix: &str) -> Result<String> {
        match self {
            Self::Memory(_) => Ok(format!("{key}{suffix}")),
            Self::Redis(store) => store.beside(key, suffix),
        }
    }

    /// Has every write on the hash at `key` publish which fields it changed.
    pub(crate) fn announce(&self, key: &str) {
        match self {
            Self::Memory(_) => {}
            Self::Redis(store) => store.watch(key).announce(),
        }
    }

    /// Makes ready to wait for the queue at `key`, and for what is announced on the channel of that suffix; holds nothing
    /// open until someone waits.
    pub(crate) fn waiter(&self, key: &str, announced: Option<&str>) -> Waiter {
        match self {
            Self::Memory(store) => Waiter::Memory(store.waiter()),
            Self::Redis(store) => Waiter::Redis(Box::new(store.waiter(key, announced))),
        }
    }

    /// Whether another server takes over when one is gone.
    pub(crate) fn fails_over(&self) -> bool {
        match self {
            Self::Memory(_) => false,
            Self::Redis(store) => store.fails_over(),
        }
    }

    /// Runs a background task where those of this store run.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        match self {
            Self::Memory(store) => store.background().spawn(task),
            Self::Redis(store) => store.background().spawn(task),
        }
    }

    /// Makes several calls that are one to whoever asked, in the time of one.
    pub(crate) async fn in_time<T>(&self, calls: impl Future<Output = Result<T>>) -> Result<T> {
        match self {
            Self::Memory(_) => calls.await,
            Self::Redis(store) => store.in_time(calls).await,
        }
    }

    /// Waits until no call is under way.
    pub(crate) async fn all_ended(&self) {
        match self {
            Self::Memory(_) => {}
            Self::Redis(store) => store.calls().all_ended().await,
        }
    }

    /// Lets go of connections and data. Later operations are refused before they get here.
    pub(crate) fn close(&self) {
        match self {
            Self::Memory(store) => store.close(),
            Self::Redis(store) => store.close(),
        }
    }
}

/// A duration in whole milliseconds, rounded up, within what Redis takes.
pub(crate) fn milliseconds(duration: Duration) -> i64 {
    /// Half of Redis' own limit, which counts from 1970.
    const LONGEST: u128 = (i64::MAX / 2) as u128;
    i64::try_from(duration.as_nanos().div_ceil(1_000_000).min(LONGEST)).unwrap_or(i64::MAX)
}
