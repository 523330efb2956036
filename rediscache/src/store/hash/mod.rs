//! What a hash can do: fields with values.

mod answer;
mod batches;
mod increments;
mod memory;
mod redis;

pub(crate) use answer::{Entries, Page};
pub(super) use memory::{Hash, MemoryHash};
pub(crate) use redis::RedisHash;

/// What a key holds, as `TYPE` names it.
pub(crate) const HASH: &str = memory::NAME;

use super::compared::Compared;
use super::increment::Increment;
use super::operations::{Slice, operations};
use super::packed::Packed;

pub(crate) type HashStore<'a> = Slice<'a, MemoryHash<'a>, RedisHash>;

operations! { HashStore<'_> {
    // On one field of the hash at the key. Every one is atomic, and an absent hash is an empty one.

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

    // On the hash as a whole.

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
}}
