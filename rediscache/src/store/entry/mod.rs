//! What an entry can do that is a Redis key of its own and lives for a time.
//!
//! A value is a string. Where there is none and someone loads one, the key holds a hash, the lease, in its place: it is an
//! absent entry to everyone, and a plain `SET` ends it. So does what others put there: reads see nothing, and writes replace it.
//! Where there is a value, the lease lies beside it and holds as long as neither its bytes nor its end change: see [`LEASE`](name::LEASE).

mod answer;
mod batches;
mod data;
mod lease;
mod life;
mod memory;
mod name;
mod redis;
mod tracked;
mod walk;

pub(crate) use answer::{Found, FoundPage, StoredPage};
pub(super) use data::StoredEntry;
pub(crate) use lease::{Begun, LeaseStore, MemoryLeases, RedisLeases, Wanted};
pub(crate) use life::Life;
pub(super) use memory::{MemoryEntries, ends_after, fresh, store};
pub(crate) use redis::RedisEntries;
pub(super) use tracked::entry_of;

use super::compared::Compared;
use super::increment::Increment;
use super::key::Cursor;
use super::operations::{Slice, operations};
use super::packed::Packed;

pub(crate) type EntryStore<'a> = Slice<'a, MemoryEntries<'a>, RedisEntries>;

// A stale entry is an absent one, but to who loads. Every write ends the load that is under way.
operations! { EntryStore<'_> {
    // On the entry at the key. Every one is atomic.

    /// The value; where the life says so, it begins anew.
    fn get(life: &Life) -> Option<Vec<u8>>;
    /// The value and its end, stale or not.
    fn find() -> Option<Found>;
    /// Whether there is a value.
    fn contains(life: Life) -> bool;
    /// Stores, whatever was there, to be kept for so many milliseconds.
    fn set(value: &[u8], kept: i64) -> ();
    /// Stores where nothing was; whether it did.
    fn set_if_absent(value: &[u8], life: Life) -> bool;
    /// Removes; whether there was a value.
    fn delete(life: Life) -> bool;
    /// Stores if these very bytes are there, or nothing where the old value is `None`; removes where the new one is.
    fn swap(old: Option<&[u8]>, new: Option<&[u8]>, life: Life) -> Compared;
    /// Adds to a number and returns what is stored then; where there is none, a life begins. `may_be_led` says whether
    /// someone may load while there is a value.
    fn increment(by: &Increment, life: Life, may_be_led: bool) -> Vec<u8>;
    /// Has a value that is there be kept for the whole life from now on; whether there was one.
    fn expire(life: Life) -> bool;
    /// How long the value is still fresh.
    fn expiry(life: Life) -> Option<std::time::Duration>;

    // On entries of the object at the key, by their names. Each is atomic by itself.

    /// The values, in the order of the names.
    fn get_many(names: &Packed, life: Life) -> Vec<Option<Vec<u8>>>;
    /// Stores alternating names and values; of two equal names the later wins.
    fn set_many(pairs: &Packed, life: Life) -> ();
    /// Removes; how many values there were.
    fn delete_many(names: &Packed, life: Life) -> u64;
    /// Some entries from the cursor on. What stays throughout a walk is returned at least once.
    fn scan(cursor: Option<Cursor>, life: Life) -> StoredPage;
    /// As [`scan`](Self::scan), stale ones included, each with its end.
    fn find_page(cursor: Option<Cursor>) -> FoundPage;
    /// Removes all that a walk meets, leases included.
    fn clear() -> ();
}}
