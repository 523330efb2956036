//! What a list can do: items go in on the left and come out on the right.

mod memory;
mod redis;
mod waiter;

pub(super) use memory::{List, MemoryList};
pub(crate) use redis::RedisList;
pub(crate) use waiter::Waiter;

/// What a key holds, as `TYPE` names it.
pub(crate) const LIST: &str = memory::NAME;

use std::sync::Arc;

use super::operations::{Slice, operations};
use super::packed::Packed;
use super::taker::Taker;
use crate::error::Result;

pub(crate) type ListStore<'a> = Slice<'a, MemoryList<'a>, RedisList>;

operations! { ListStore<'_> {
    /// Puts items in, one after another.
    fn push(items: &Packed) -> ();
    /// Puts items back in at the end where they come out, one after another; asked again with the same token, it does
    /// nothing.
    fn put_back(items: &Packed, token: u64) -> ();
    /// Puts items in, one after another, as [`push`](Self::push) does; asked again with the same token, it does nothing.
    fn put_aside(items: &Packed, token: u64) -> ();
    /// How many items there are.
    fn len() -> u64;
    /// All items, the one that came first at the front.
    fn items() -> Vec<Vec<u8>>;
    /// Up to `limit` items in the order in which they come out, but for the first ones.
    fn page(first: u64, limit: u64) -> Vec<Vec<u8>>;
    /// How many items there are, and how many in the list `dead`.
    fn stats(dead: &str) -> (u64, u64);
    /// Moves the oldest of these items from the list `dead` to where items go in; whether there is one.
    fn requeue_one(dead: &str, item: &[u8]) -> bool;
    /// Moves all items from the list `dead` to where items go in, oldest first; how many.
    fn requeue_all(dead: &str) -> u64;
    /// Removes the oldest of these items from the list `dead`; whether there is one.
    fn delete_one(dead: &str, item: &[u8]) -> bool;
    /// Removes all items from the list `dead`; how many.
    fn delete_all(dead: &str) -> u64;
}}

impl ListStore<'_> {
    /// Takes an item out for each of these tickets, as many as there are; whether there were enough, for others who looked at the
    /// same time too. They have arrived then. Such calls go out together; one that is dropped on its way may have been made.
    pub(crate) async fn look(&self, key: &str, taker: &Arc<dyn Taker<Vec<Vec<u8>>>>, tickets: &[u64]) -> Result<bool> {
        match self {
            Self::Memory(memory) => memory.look(key, &**taker, tickets),
            // It is waited for by whoever it comes to.
            Slice::Redis(redis, _) => redis.look(key, taker, tickets).await,
        }
    }
}
