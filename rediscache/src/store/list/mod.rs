//! What a list can do: items go in on the left and come out on the right.

mod memory;
mod redis;
mod waiter;

pub(super) use memory::{List, MemoryList};
pub(crate) use redis::RedisList;
pub(crate) use waiter::Waiter;

/// What a key holds, as `TYPE` names it.
pub(crate) const LIST: &str = memory::NAME;

use super::operations::{Slice, operations};
use super::packed::Packed;

pub(crate) type ListStore<'a> = Slice<'a, MemoryList<'a>, RedisList>;

operations! { ListStore<'_> {
    /// Puts items in, one after another.
    fn push(items: &Packed) -> ();
    /// Takes up to `limit` items out, as many as there are.
    fn take(limit: usize) -> Vec<Vec<u8>>;
    /// Puts items back in at the end where they come out, one after another; asked again with the same token, it does
    /// nothing.
    fn put_back(items: &Packed, token: u64) -> ();
    /// Puts items in, one after another, as [`push`](Self::push) does; asked again with the same token, it does nothing.
    fn put_aside(items: &Packed, token: u64) -> ();
    /// How many items there are.
    fn len() -> u64;
    /// All items, the one that came first at the front.
    fn items() -> Vec<Vec<u8>>;
    /// Up to `limit` of those that come out next.
    fn next_items(limit: usize) -> Vec<Vec<u8>>;
}}
