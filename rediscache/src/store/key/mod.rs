//! What can be done with a key as a whole, whichever kind of data it holds.

mod memory;
mod redis;
mod walk;

use std::time::{Duration, SystemTime};

pub(super) use memory::{MemoryKey, memory_page};
pub(crate) use redis::RedisKey;
pub(super) use redis::on_whole_key;
pub(crate) use walk::Cursor;
pub(super) use walk::{found_at, own_page, page, rest_of, throughout};

use super::operations::{Slice, operations};

pub(crate) type KeyStore<'a> = Slice<'a, MemoryKey<'a>, RedisKey>;

// `data` is the kind that the key must hold for an operation to go on, as `TYPE` names it.
operations! { KeyStore<'_> {
    /// Removes all there is.
    fn clear(data: &'static str) -> ();
    /// Ends the key's life in this time, rounded up to milliseconds; at once when that is zero. Whether there is one.
    fn expire(data: &'static str, after: Duration) -> bool;
    /// Ends the key's life then; at once when that is past. Whether there is one.
    fn expire_at(data: &'static str, at: SystemTime) -> bool;
    /// How long the key has to live; `None` when for ever or when there is none.
    fn expiry(data: &'static str) -> Option<Duration>;
    /// Takes the expiry off; whether there was one.
    fn persist(data: &'static str) -> bool;
    /// How many bytes it takes, where the store can say so and the user may ask.
    fn memory() -> Option<u64>;
    /// Some names of keys that begin with this one, from the cursor on, and where the next page begins; `None` after the last. What
    /// stays throughout a walk is named at least once.
    fn names(cursor: Option<Cursor>) -> (Vec<String>, Option<Cursor>);
}}
