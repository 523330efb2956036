//! Where a value lies: at a key of its own, or in a record.

use crate::record::ObjectKind;

/// Where a [`RedisValue`](crate::RedisValue) lies: [`OwnKey`] or [`InRecord`].
///
/// There is nothing to implement by hand.
pub trait ValueHome: sealed::Home + 'static {}

/// A [`RedisValue`](crate::RedisValue) that is a Redis key by itself: what it is unless something else is said.
#[derive(Clone, Copy, Debug)]
pub struct OwnKey;

/// A [`RedisValue`](crate::RedisValue) that is a field of a hash: what the fields of a struct with `#[rediscache(record)]`
/// are, and what [`in_record`](crate::RedisValue::in_record) makes.
#[derive(Clone, Copy, Debug)]
pub struct InRecord;

impl ValueHome for OwnKey {}

impl ValueHome for InRecord {}

/// A [`ValueHome`] in which a value can live for a time: [`OwnKey`].
#[diagnostic::on_unimplemented(
    message = "a field of a record has no lifetime of its own",
    label = "the value is a field of a record",
    note = "write `#[rediscache(namespace = \"name\")]` above the field: it is a Redis key by itself then, and lives for a time; \
            or take `record` away from the struct",
    note = "the fields of a hash end with it, unless the server is of a version that few have"
)]
pub trait OwnLifetime: ValueHome {}

impl OwnLifetime for OwnKey {}

pub(super) mod sealed {
    use super::ObjectKind;

    /// What is known of a home.
    #[expect(unnameable_types, reason = "nobody else implements it")]
    pub trait Home {
        const KIND: ObjectKind;
    }
}

impl sealed::Home for OwnKey {
    const KIND: ObjectKind = ObjectKind::Value;
}

impl sealed::Home for InRecord {
    const KIND: ObjectKind = ObjectKind::RecordField;
}
