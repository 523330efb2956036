//! What an entry can do that is a Redis key of its own and lives for a time.
//!
//! A value is a string. Where there is none and someone loads one, the key holds a hash, the lease, in its place: it is an
//! absent entry to everyone, and a plain `SET` ends it.

mod data;
mod lease;
mod life;
mod memory;
mod redis;

use std::time::Duration;

pub(crate) use lease::{Begun, Hearing, LeaseStore, MemoryLeases, RedisLeases, Token, Wanted};
pub(crate) use life::Life;
pub(super) use memory::MemoryEntries;
pub(crate) use redis::RedisEntries;

use super::operations::{Slice, operations};

pub(crate) type EntryStore<'a> = Slice<'a, MemoryEntries<'a>, RedisEntries>;

// A stale entry is an absent one, but to who loads. Every write ends the load that is under way.
operations! { EntryStore<'_> {
    /// The value; where the life says so, it begins anew.
    fn get(life: Life) -> Option<Vec<u8>>;
    /// The value and how long it has to live, `None` for ever, whether or not it may be given out.
    fn peek() -> Option<(Vec<u8>, Option<Duration>)>;
    /// Stores, whatever was there, and begins a life.
    fn set(value: &[u8], life: Life) -> ();
    /// Removes; whether there was something.
    fn delete(life: Life) -> bool;
}}
