//! Calls that go out together: frequent calls of one kind on one key.

mod batcher;
mod distinct;
mod each;
mod pending;
mod unattended;

pub(crate) use batcher::Batcher;
pub(crate) use distinct::{Distinct, FoundParts};
pub(crate) use each::{Each, OneEach};
pub(crate) use pending::{Batch, of_parts, retain, retain_parts};
