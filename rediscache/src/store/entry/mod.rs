//! What an entry can do that is a Redis key of its own and lives for a time.
//!
//! A value is a string. Where there is none and someone loads one, the key holds a hash, the lease, in its place: it is an
//! absent entry to everyone, and a plain `SET` ends it.

mod life;
mod memory;
mod redis;

pub(crate) use life::Life;
pub(super) use memory::MemoryEntries;
pub(crate) use redis::RedisEntries;

use super::operations::{Slice, operations};

pub(crate) type EntryStore<'a> = Slice<'a, MemoryEntries<'a>, RedisEntries>;

// A stale entry is an absent one, but to who loads. Every write ends the load that is under way.
operations! { EntryStore<'_> {
    /// The value; where the life says so, it begins anew.
    fn get(life: Life) -> Option<Vec<u8>>;
    /// Stores, whatever was there, and begins a life.
    fn set(value: &[u8], life: Life) -> ();
    /// Removes; whether there was something.
    fn delete(life: Life) -> bool;
}}
