//! What a lock between processes can do: one holder at a time, for as long as its lease is renewed.

mod acquired;
mod memory;
mod redis;

use std::time::Duration;

pub(crate) use acquired::{Acquired, LockPage, LockSeen};
pub(super) use memory::MemoryLocks;
pub(crate) use redis::RedisLocks;

use super::hearing::Hearing;
use super::key::Cursor;
use super::operations::{Slice, operations};
use super::token::Token;

pub(crate) type LockStore<'a> = Slice<'a, MemoryLocks<'a>, RedisLocks>;

operations! { LockStore<'_> {
    /// Takes the lock for so long, unless another holds it.
    fn acquire(token: Token, lease: Duration) -> Acquired;
    /// Lets the lease begin anew; whether the lock is still held.
    fn renew(token: Token, lease: Duration) -> bool;
    /// Frees the lock, and tells those who hear; whether it was still held.
    fn release(token: Token) -> bool;
    /// Hears of locks that were freed, from its return on; `None` where nobody tells.
    fn hear() -> Option<Hearing>;
    /// What is seen of the lock from outside, where there is one; changes nothing.
    fn look() -> Option<LockSeen>;

    // On the locks of the object at the key. Each is atomic by itself.

    /// Forgets those that a walk meets and that nobody holds.
    fn forget_all() -> ();
    /// Some of them from the cursor on. What stays throughout a walk is returned at least once.
    fn page(cursor: Option<Cursor>) -> LockPage;
}}
