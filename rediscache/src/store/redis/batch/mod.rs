//! Calls that go out together: frequent calls of one kind on one key.

mod batcher;
mod pending;

pub(crate) use batcher::Batcher;
pub(crate) use pending::Batch;
