//! What objects have to do with a transaction: each step of one is made by the object that it is about.

mod entry_ref;
mod expected;
mod place;
mod planned;
mod put;

pub use entry_ref::EntryRef;
pub(super) use expected::{ExpectedEntry, PlannedExpectation};
pub(super) use planned::{PlacedWrite, PlannedWrite};
pub use put::{RedisQueueObject, TransactionPut};
