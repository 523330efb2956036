//! What an object is, and of which types: what a program knows of each before it has any.

use std::any::TypeId;
use std::fmt;

use crate::bounds::{Key, Value};
#[cfg(feature = "json")]
use crate::codec::Json;
use crate::codec::{Codec, Meaning, Shapes, Typestring, decode, decode_value, fingerprint_of};
use crate::error::Result;
use crate::score::{self, Score};
use crate::shape::{FIRST_VERSION, Fingerprint, Schema};
use crate::store::DataKind;

/// What an object is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ObjectKind {
    /// A [`RedisCache`](crate::RedisCache).
    Cache,
    /// A [`RedisQueue`](crate::RedisQueue).
    Queue,
    /// A [`RedisTaskQueue`](crate::RedisTaskQueue).
    TaskQueue,
    /// A [`RedisTtlCache`](crate::RedisTtlCache).
    TtlCache,
    /// A [`RedisSet`](crate::RedisSet).
    Set,
    /// A [`RedisRanking`](crate::RedisRanking).
    Ranking,
    /// A [`RedisLimit`](crate::RedisLimit).
    Limit,
    /// A [`RedisLock`](crate::RedisLock).
    Lock,
    /// A [`RedisValue`](crate::RedisValue) by itself.
    Value,
    /// A [`RedisValue`](crate::RedisValue) that is a field of a record.
    RecordField,
}

impl ObjectKind {
    /// As it stands on record.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Cache => "cache",
            Self::Queue => "queue",
            Self::TaskQueue => "task_queue",
            Self::TtlCache => "ttl_cache",
            Self::Set => "set",
            Self::Ranking => "ranking",
            Self::Limit => "limit",
            Self::Lock => "lock",
            Self::Value => "value",
            Self::RecordField => "record_field",
        }
    }

    /// In a sentence.
    pub(crate) fn noun(self) -> &'static str {
        match self {
            Self::Cache => "a cache",
            Self::Queue => "a queue",
            Self::TaskQueue => "a task queue",
            Self::TtlCache => "a TTL cache",
            Self::Set => "a set",
            Self::Ranking => "a ranking",
            Self::Limit => "a limit",
            Self::Lock => "a lock",
            Self::Value => "a value",
            Self::RecordField => "a field of a record",
        }
    }

    /// What it keeps its values in, if it has any.
    pub(crate) fn data(self) -> Option<DataKind> {
        Some(match self {
            Self::Cache => DataKind::Hash,
            Self::Queue | Self::TaskQueue => DataKind::List,
            Self::TtlCache => DataKind::Entries,
            Self::Set => DataKind::Set,
            Self::Ranking => DataKind::Ranking,
            Self::Value => DataKind::String,
            // Of the hash, one field is its own.
            Self::RecordField | Self::Limit | Self::Lock => return None,
        })
    }
}

/// The kind and the types of an object. Nothing of it is found out before it is asked for.
pub(crate) struct ObjectTypes {
    pub(crate) kind: ObjectKind,
    pub(crate) codec: fn() -> &'static str,
    /// `None` where there are no keys.
    pub(crate) key: Option<KeyType>,
    pub(crate) value_name: fn() -> &'static str,
    /// That of values of a version.
    pub(crate) value_schema: fn(u32) -> &'static Schema,
    find_fault: fn(&Meaning) -> Option<&'static str>,
    /// The shape by which a stored value is to be read, where it takes one.
    pub(crate) fingerprint: fn(&[u8]) -> Option<Fingerprint>,
    /// Tries to read a value.
    pub(crate) read_value: ReadValue,
}

type ReadValue = fn(&[u8], &Meaning, &dyn Shapes) -> Result<()>;

pub(crate) struct KeyType {
    pub(crate) name: fn() -> &'static str,
    pub(crate) schema: fn() -> &'static Schema,
    /// Tries to read a key.
    pub(crate) read: fn(&[u8]) -> Result<()>,
}

impl ObjectTypes {
    /// Those of a cache of either kind.
    pub(crate) const fn of_cache<K: Key, V: Value, C: Codec>(kind: ObjectKind) -> Self {
        let key = KeyType {
            name: std::any::type_name::<K>,
            schema: || Schema::of::<K>(FIRST_VERSION),
            read: |stored| decode::<C, K>(stored).map(drop),
        };
        Self::of::<V, C>(kind, Some(key))
    }

    /// Those of a queue of either kind, or of a value.
    pub(crate) const fn of_queue<T: Value, C: Codec>(kind: ObjectKind) -> Self {
        Self::of::<T, C>(kind, None)
    }

    /// What is wrong with what was said of versions and older types, if anything.
    #[inline]
    pub(crate) fn fault(&self, meaning: &Meaning) -> Option<&'static str> {
        if meaning.is_plain() { None } else { (self.find_fault)(meaning) }
    }

    /// Those of a set, whose values are written as keys are: their bytes say which of them are equal.
    pub(crate) const fn of_set<T: Key, C: Codec>(kind: ObjectKind) -> Self {
        let read_value: ReadValue = |stored, _, _| decode::<C, T>(stored).map(drop);
        Self { fingerprint: |_| None, read_value, ..Self::of::<T, C>(kind, None) }
    }

    /// Those of a ranking: of what has scores, and of the scores.
    pub(crate) const fn of_ranking<T: Key, S: Score, C: Codec>(kind: ObjectKind) -> Self {
        let read_value: ReadValue = |stored, _, _| score::read::<S>(stored).map(drop);
        Self { fingerprint: |_| None, read_value, ..Self::of_cache::<T, S, C>(kind) }
    }

    /// The same, whose keys are stored in another way.
    pub(crate) const fn reading_keys(mut self, read: fn(&[u8]) -> Result<()>) -> Self {
        if let Some(key) = &mut self.key {
            key.read = read;
        }
        self
    }

    const fn of<V: Value, C: Codec>(kind: ObjectKind, key: Option<KeyType>) -> Self {
        Self {
            kind,
            codec: codec_name::<C>,
            key,
            value_name: std::any::type_name::<V>,
            value_schema: Schema::of::<V>,
            find_fault: Meaning::fault::<V>,
            fingerprint: fingerprint_of::<C>,
            read_value: |stored, meaning, shapes| decode_value::<C, V>(stored, meaning, shapes).map(drop),
        }
    }
}

/// The codecs of this crate by a name that other programs know, any other by that of its type.
fn codec_name<C: Codec>() -> &'static str {
    let codec = TypeId::of::<C>();
    if codec == TypeId::of::<Typestring>() {
        return "typestring";
    }
    #[cfg(feature = "json")]
    if codec == TypeId::of::<Json>() {
        return "json";
    }
    std::any::type_name::<C>()
}

impl fmt::Debug for ObjectTypes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ObjectTypes").field("kind", &self.kind).finish_non_exhaustive()
    }
}
