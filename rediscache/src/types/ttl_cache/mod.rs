//! The cache whose entries live for a time, each a Redis key of its own.

mod entry;
mod load;
mod name;
mod options;

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

pub use self::load::{GetOrLoad, LoadError, Loaded, TtlStats, WhenDown};
use self::options::Options;
use super::declare::{Declaration, RedisObject};
use super::info::ObjectInfo;
use super::named::named_methods;
use super::object::Object;
use crate::bounds::{Key, Value};
use crate::codec::{Codec, Typestring};
use crate::error::Result;
use crate::record::{ObjectKind, ObjectTypes};
use crate::session::RedisSession;

/// A typed cache whose entries live for a time, each a Redis key of its own.
pub struct RedisTtlCache<K, V, C = Typestring> {
    object: Object,
    options: Options,
    types: Types<K, V, C>,
}

/// Holds none of them: a cache is `Send` and `Sync` whatever they are.
type Types<K, V, C> = PhantomData<fn() -> (K, V, C)>;

impl<K: Key, V: Value, C: Codec> RedisTtlCache<K, V, C> {
    const TYPES: &'static ObjectTypes = &ObjectTypes::of_cache::<K, V, C>(ObjectKind::TtlCache);

    /// Names a cache by a constant, whose entries live for `ttl`.
    #[must_use]
    pub const fn new(namespace: &'static str, ttl: Duration) -> Self {
        Self { object: Object::new(namespace, Self::TYPES), options: Options::living(ttl), types: PhantomData }
    }

    /// Names a cache by a string that is known only at run time, whose entries live for `ttl`.
    #[must_use]
    pub fn with_namespace(namespace: impl Into<String>, ttl: Duration) -> Self {
        let object = Object::with_namespace(namespace.into(), Self::TYPES);
        Self { object, options: Options::living(ttl), types: PhantomData }
    }

    named_methods!("RedisTtlCache", "<u64, String>", "(\"names\", std::time::Duration::from_secs(60))");
}

impl<K: Key, V: Value, C: Codec> RedisObject for RedisTtlCache<K, V, C> {
    fn declare(declaration: Declaration) -> Self {
        let object = Object::declared(&declaration, Self::TYPES);
        Self { object, options: Options::living(Duration::from_secs(60)), types: PhantomData }
    }

    fn describe(&self, field: &'static str, declaration: Declaration) -> ObjectInfo {
        declaration.info(field, Self::TYPES, self.object.meaning)
    }
}

impl<K, V, C> Clone for RedisTtlCache<K, V, C> {
    fn clone(&self) -> Self {
        Self { object: self.object.clone(), options: self.options, types: PhantomData }
    }
}

impl<K, V, C> fmt::Debug for RedisTtlCache<K, V, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("RedisTtlCache");
        self.object.show(&mut shown);
        shown.finish_non_exhaustive()
    }
}
