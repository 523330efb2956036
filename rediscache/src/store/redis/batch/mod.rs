//! Calls that go out together: frequent calls of one kind on one key.

mod batcher;
mod pending;

pub(in crate::store) use batcher::Batcher;
pub(in crate::store) use pending::Batch;
