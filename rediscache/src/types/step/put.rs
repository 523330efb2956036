//! What a transaction puts into queues.

use std::fmt;

use super::planned::{PlannedWrite, WriteStep};
use crate::bounds::Value;
use crate::codec::Codec;
use crate::lend::Lend;
use crate::types::object::Object;
use crate::types::value::encode_value;

/// A queue, into which a [`Transaction`](crate::Transaction) can put items.
#[diagnostic::on_unimplemented(
    message = "a transaction puts items into a `RedisQueue` or a `RedisTaskQueue`",
    label = "this is `{Self}`",
    note = "`set` and `delete` take an entry of a cache, as `cache.entry(key)` names it; `add` and `remove` take a set"
)]
pub trait RedisQueueObject {
    /// What it holds.
    type Item: Value;

    #[doc(hidden)]
    fn put_in_transaction(&self, item: &impl Lend<Self::Item>) -> TransactionPut;
}

/// One item on its way into a queue.
#[doc(hidden)]
pub struct TransactionPut(pub(in crate::types) PlannedWrite);

impl TransactionPut {
    pub(in crate::types) fn of<C: Codec, T: Value>(object: &Object, item: &impl Lend<T>) -> Self {
        let item = encode_value::<C, T>(item, object.meaning);
        Self(PlannedWrite { object: object.clone(), step: item.map(WriteStep::Put) })
    }
}

impl fmt::Debug for TransactionPut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}
