//! Leases of loads: one at a time loads an entry, and stores only what no write has overtaken.
//!
//! Where there is no value, the lease lies in the place of one, as a hash: to `MGET` it is nothing, and `SET` and `DEL` end it.
//! Where there is one, it lies beside it, with what the entry was when it began, and stands for as long as it is that.

mod hearing;
mod memory;
mod redis;

use std::collections::hash_map::RandomState;
use std::fmt;
use std::hash::{BuildHasher, Hasher};
use std::time::Duration;

pub(crate) use hearing::Hearing;
pub(crate) use memory::MemoryLeases;
pub(crate) use redis::RedisLeases;

use crate::store::operations::{Slice, operations};

pub(crate) type LeaseStore<'a> = Slice<'a, MemoryLeases<'a>, RedisLeases>;

/// Whose a lease is: by chance, so that no other has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token(u64);

/// What a load is begun for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// A value, also a stale one.
    Value,
    /// Another value than the one that is there: it cannot be read.
    Another,
    /// A value for those who come later: whoever asked has one.
    Ahead,
}

/// What came of beginning a load.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Begun {
    Leased,
    /// There is a value, which may be given out. Read for who wants it.
    Fresh(Option<Vec<u8>>),
    /// There is none, and another loads it; its lease ends then, unless it is renewed.
    Held(Duration),
    /// There is one that is past its time, and another loads it, or failed to lately; how long there is no use in asking.
    Stale(Duration, Option<Vec<u8>>),
}

// The first argument of each is whose lease it is.
operations! { LeaseStore<'_> {
    /// Begins a load, unless there is a value that lives for more than so many milliseconds, or another loads it.
    fn begin(token: Token, wanted: Wanted, lease: Duration, above: i64) -> Begun;
    /// Lets the lease begin anew; whether it stands.
    fn renew(token: Token, lease: Duration) -> bool;
    /// Stores what was loaded, to be kept for so many milliseconds, and ends the lease; whether it stood, and nothing was stored if not.
    fn store(token: Token, value: &[u8], kept: i64) -> bool;
    /// Ends the lease with nothing stored, and has no loader asked again for the first of these times, doubled each time in a row
    /// up to the second, where there is a stale value. Whether it stood, and how long that is.
    fn end(token: Token, pause: (Duration, Duration)) -> (bool, Duration);
    /// Hears of the end of leases of this entry, from its return on; `None` where nobody tells.
    fn hear() -> Option<Hearing>;
}}

impl Token {
    pub(crate) fn new() -> Self {
        // The standard library's source of randomness, which hash maps are seeded from.
        Self(RandomState::new().build_hasher().finish())
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}
