//! What a lock between processes can do: one holder at a time, for as long as its lease is renewed.

mod memory;
mod redis;

use std::time::Duration;

pub(super) use memory::MemoryLocks;
pub(crate) use redis::RedisLocks;

use super::hearing::Hearing;
use super::operations::{Slice, operations};
use super::token::Token;

pub(crate) type LockStore<'a> = Slice<'a, MemoryLocks<'a>, RedisLocks>;

/// What came of asking for a lock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Acquired {
    /// It is held now; the number grows with every holder.
    Held(u64),
    /// Another holds it; its lease ends then, unless it is renewed.
    Taken(Duration),
}

/// How long the number of the last holder is known when nobody holds the lock.
const REMEMBERED: Duration = Duration::from_secs(24 * 60 * 60);

operations! { LockStore<'_> {
    /// Takes the lock for so long, unless another holds it.
    fn acquire(token: Token, lease: Duration) -> Acquired;
    /// Lets the lease begin anew; whether the lock is still held.
    fn renew(token: Token, lease: Duration) -> bool;
    /// Frees the lock, and tells those who hear; whether it was still held.
    fn release(token: Token) -> bool;
    /// Hears of locks that were freed, from its return on; `None` where nobody tells.
    fn hear() -> Option<Hearing>;
}}
