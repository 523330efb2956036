//! What a limit can do: how fast each subject may go on, a Redis key of its own.
//!
//! It is GCRA: the key says when all turns that were taken will have passed, and nothing else, so that a limit whose rate
//! changes goes on with what it knows.

mod batch;
mod memory;
mod rate;
mod redis;

pub(super) use memory::MemoryLimits;
pub(crate) use rate::{Checked, Rate, SubjectPage};
pub(crate) use redis::RedisLimits;

use super::key::Cursor;
use super::operations::{Slice, operations};

pub(crate) type LimitStore<'a> = Slice<'a, MemoryLimits<'a>, RedisLimits>;

operations! { LimitStore<'_> {
    /// Takes so many turns where all of them are due, and none where not; zero only looks. Atomic.
    fn check(rate: Rate, turns: u32) -> Checked;
    /// Some subjects of the object at the key that took turns, from the cursor on; changes nothing. What stays throughout a walk is
    /// returned at least once.
    fn page(rate: Rate, cursor: Option<Cursor>) -> SubjectPage;
}}
