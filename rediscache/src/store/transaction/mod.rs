//! Several steps on what lies in one slot, of which all are done, or none.

mod memory;
mod redis;
mod step;

pub(super) use memory::MemoryTransactions;
pub(crate) use redis::RedisTransactions;
pub(crate) use step::{Attempted, EntryPlace, Expectation, Write};

use super::operations::{Slice, operations};

pub(crate) type TransactionStore<'a> = Slice<'a, MemoryTransactions<'a>, RedisTransactions>;

operations! { TransactionStore<'_> {
    /// Makes all of the writes, in their order, if all that is expected is there. The keys lie in one slot, and the one that is
    /// named is one of them.
    fn commit(expectations: &[Expectation], writes: &[Write]) -> Attempted;
}}
