//! A name for one entry.

use std::fmt;
use std::marker::PhantomData;

use futures_util::future::BoxFuture;

use super::expected::PlannedExpectation;
use super::place::UnplacedEntry;
use super::planned::{PlannedWrite, WriteStep};
use crate::bounds::{Key, Value};
use crate::codec::{Codec, EncodedKey, Typestring, check_new};
use crate::error::{Error, Result};
use crate::lend::Lend;
use crate::store::Life;
use crate::types::object::{Object, Target};
use crate::types::value::encode_value;

/// One entry of a cache, or a value, as a [`Transaction`](crate::Transaction) names it.
///
/// It holds no data and no connection. [`RedisCache::entry`](crate::RedisCache::entry),
/// [`RedisTtlCache::entry`](crate::RedisTtlCache::entry) and [`RedisValue::entry`](crate::RedisValue::entry) make it.
///
/// # Examples
///
/// ```
/// use rediscache::{EntryRef, RedisCache, RedisSession};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> rediscache::Result<()> {
/// static TOPICS: RedisCache<u64, String> = RedisCache::new("topics");
///
/// let first: EntryRef<String> = TOPICS.entry(1);
/// let session = RedisSession::in_memory();
/// assert!(session.transaction().set(first.clone(), "rust").commit().await?.is_done());
/// assert!(session.transaction().delete(first).commit().await?.is_done());
/// assert_eq!(TOPICS.on(&session).get(1).await?, None);
/// # Ok(())
/// # }
/// ```
pub struct EntryRef<V, C = Typestring> {
    object: Object,
    place: Result<UnplacedEntry>,
    /// Whether something may be stored under this key.
    check_key: fn(&[u8]) -> Result<()>,
    types: PhantomData<fn() -> (V, C)>,
}

impl<V: Value, C: Codec> EntryRef<V, C> {
    /// A field of the object's hash.
    pub(in crate::types) fn field<K: Key>(object: &Object, key: &impl Lend<K>) -> Self {
        Self::new::<K>(object, EncodedKey::of::<C, K>(key).map(UnplacedEntry::Field))
    }

    /// A key of its own, which lives so long.
    pub(in crate::types) fn living<K: Key>(object: &Object, key: &impl Lend<K>, life: Result<Life>) -> Self {
        let place = life.and_then(|life| Ok(UnplacedEntry::Below(EncodedKey::of::<C, K>(key)?, life)));
        Self::new::<K>(object, place)
    }

    /// What a value is: all that its key holds, or a field of a record, of whose name so much stands behind that of the record.
    pub(in crate::types) fn value(object: &Object, field: Result<Option<(EncodedKey, usize)>>) -> Self {
        let place = |field| match field {
            Some((name, suffix)) => UnplacedEntry::RecordField(name, suffix),
            None => UnplacedEntry::Whole,
        };
        Self::new::<String>(object, field.map(place))
    }

    fn new<K: Key>(object: &Object, place: Result<UnplacedEntry>) -> Self {
        Self { object: object.clone(), place, check_key: check_new::<C, K>, types: PhantomData }
    }

    pub(in crate::types) fn expecting(self, value: Option<&V>) -> PlannedExpectation {
        let value = value.map(|value| encode_value::<C, V>(&value, self.object.meaning)).transpose();
        PlannedExpectation {
            object: self.object,
            place: self.place,
            value: value.map(|value| value.map(|value| value.bytes)),
            is_form: is_form::<V, C>,
        }
    }

    pub(in crate::types) fn setting(self, value: &impl Lend<V>) -> PlannedWrite {
        let (meaning, check_key) = (self.object.meaning, self.check_key);
        let step = self.place.and_then(|place| {
            place.key().map_or(Ok(()), |key| check_key(key.as_slice()))?;
            Ok(WriteStep::Set(place, encode_value::<C, V>(value, meaning)?))
        });
        PlannedWrite { object: self.object, step }
    }

    pub(in crate::types) fn deleting(self) -> PlannedWrite {
        PlannedWrite { object: self.object, step: self.place.map(WriteStep::Delete) }
    }
}

fn is_form<'a, V: Value, C: Codec>(at: &'a Target, stored: &'a [u8], today: &'a [u8]) -> BoxFuture<'a, Result<bool>> {
    Box::pin(at.is_form_of::<V, C>(stored, today))
}

impl<V, C> Clone for EntryRef<V, C> {
    fn clone(&self) -> Self {
        let place = self.place.as_ref().map(UnplacedEntry::clone).map_err(Error::again);
        Self { object: self.object.clone(), place, check_key: self.check_key, types: PhantomData }
    }
}

impl<V, C> fmt::Debug for EntryRef<V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("EntryRef");
        self.object.show(&mut shown);
        shown.finish_non_exhaustive()
    }
}
