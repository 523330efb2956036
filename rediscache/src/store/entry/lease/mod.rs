//! Leases of loads: one at a time loads an entry, and stores only what no write has overtaken.
//!
//! Where there is no value, the lease lies in the place of one, as a hash: to `MGET` it is nothing, and `SET` and `DEL` end it.
//! Where there is one, it lies beside it, with what the entry was when it began, and stands for as long as it is that.

mod batches;
mod memory;
mod redis;
mod step;

use std::time::Duration;

pub(crate) use memory::MemoryLeases;
pub(crate) use redis::RedisLeases;
pub(crate) use step::{Begun, Wanted};

use crate::store::hearing::Hearing;
use crate::store::operations::{Slice, operations};
use crate::store::token::Token;

pub(crate) type LeaseStore<'a> = Slice<'a, MemoryLeases<'a>, RedisLeases>;

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
    /// Has those look again who wait for the end of this lease, which could not be ended.
    fn tell(token: Token) -> ();
    /// Hears of the end of leases of this entry, from its return on; `None` where nobody tells.
    fn hear() -> Option<Hearing>;
}}
