//! What a string can do: one value, which is all that its key holds.

mod batches;
mod memory;
mod redis;

pub(super) use memory::{MemoryStrings, find, put};
pub(crate) use redis::RedisStrings;

/// What a key holds, as `TYPE` names it.
pub(crate) const STRING: &str = memory::NAME;

use super::compared::Compared;
use super::increment::Increment;
use super::operations::{Slice, operations};

pub(crate) type StringStore<'a> = Slice<'a, MemoryStrings<'a>, RedisStrings>;

operations! { StringStore<'_> {
    // Every one is atomic, and refuses a key that holds other data.

    /// The value.
    fn get() -> Option<Vec<u8>>;
    /// Whether there is one.
    fn contains() -> bool;
    /// Stores, whatever was there, for so many milliseconds or for good.
    fn set(value: &[u8], kept: Option<i64>) -> ();
    /// Stores where nothing was; whether it did.
    fn set_if_absent(value: &[u8]) -> bool;
    /// Stores if these very bytes are there, or nothing where the old value is `None`; removes where the new one is. What is stored
    /// keeps the end of what was there, or none.
    fn swap(old: Option<&[u8]>, new: Option<&[u8]>, keeps_end: bool) -> Compared;
    /// Adds to a number, which keeps its end, and returns what is stored then.
    fn increment(by: &Increment) -> Vec<u8>;
}}
