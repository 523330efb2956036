//! What structs and their objects do for the derive.

use std::pin::Pin;
use std::time::Duration;

use super::declaration::Declaration;
use super::info::ObjectInfo;
use super::window::{Inspector, Window};
use crate::bounds::Value;
use crate::codec::OlderTypes;
use crate::error::Result;
use crate::near::Near;
use crate::session::RedisSession;

/// A struct whose cache fields were turned into accessors by `#[derive(RedisNamespaced)]`.
///
/// # Examples
///
/// ```
/// use rediscache::{ObjectKind, RedisCache, RedisNamespaced};
///
/// #[derive(RedisNamespaced)]
/// struct Channel {
///     topics: RedisCache<u64, String>,
/// }
///
/// let objects = <Channel as RedisNamespaced>::objects();
/// assert_eq!(objects[0].field(), "topics");
/// assert_eq!(objects[0].namespace(), "Channel.topics");
/// assert_eq!(objects[0].kind(), ObjectKind::Cache);
/// ```
pub trait RedisNamespaced {
    /// Lists every object of the struct, in the order of its fields.
    fn objects() -> Vec<ObjectInfo>;

    /// Shows each object, bound to this session, in the order of the fields; none where it was not derived.
    ///
    /// Generic, so that nothing is compiled for programs that show none.
    #[doc(hidden)]
    fn inspect(session: &RedisSession, inspector: &mut impl Inspector) {
        let _ = (session, inspector);
    }
}

/// A type that a field of a [`RedisNamespaced`] struct may have: the caches and queues of this crate.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a cache object",
    label = "expected `RedisCache<K, V>`, `RedisTtlCache<K, V>`, `RedisValue<T>`, `RedisSet<T>`, `RedisRanking<T>`, \
             `RedisQueue<T>`, `RedisTaskQueue<T>`, `RedisLimit<K>` or `RedisLock<K>`",
    note = "to keep a field of another type in the struct, put `#[rediscache(skip)]` on it"
)]
pub trait RedisObject: Sized {
    /// What a field of it must say: nothing, how long its entries live, or how many turns its subjects have in which time.
    type Needs;

    /// What it is in a struct that is a record: of a value, the field; anything else stays what it is.
    type InRecord: RedisObject;

    /// Makes the object that a field declares.
    fn declare(declaration: Declaration) -> Self;

    /// Describes what the field declares, and what this is that was made of it.
    fn describe(&self, field: &'static str, declaration: Declaration) -> ObjectInfo;

    /// Removes all that it holds, but for what someone holds of it.
    fn clear_all(&self) -> Clearing;

    /// What a page shows of it in this session.
    #[doc(hidden)]
    fn window(&self, session: &RedisSession, info: ObjectInfo) -> Box<dyn Window>;
}

/// The removal of all that an object holds.
pub type Clearing = Pin<Box<dyn Future<Output = Result<()>> + Send>>;

/// A [`RedisObject`] that hands out tasks, and so knows clients, recovery and attempts.
#[diagnostic::on_unimplemented(
    message = "`client_identifier`, `recover_after`, `max_attempts`, `backoff`, `unreadable_for` and `recover_unleased` are for \
               `RedisTaskQueue` fields",
    label = "this is `{Self}`",
    note = "take the key away, or make the field a `RedisTaskQueue<T>`"
)]
pub trait RedisTaskObject: RedisObject {}

/// A [`RedisObject`] whose entries live for a time, each by itself.
#[diagnostic::on_unimplemented(
    message = "`ttl`, `idle`, `stale`, `jitter`, `eager`, `load_timeout`, `retry_after` and `when_down` are for \
               `RedisTtlCache` fields",
    label = "this is `{Self}`",
    note = "make the field a `RedisTtlCache<K, V>`, each of whose entries lives for a time, or take the key away",
    note = "every other object expires as a whole, by `set_expiry`; `near(ttl = \"60s\")` bounds how long what was read is kept \
            in this process"
)]
pub trait RedisTtlObject: RedisObject {}

/// What a field may leave unsaid of how long entries live.
#[diagnostic::on_unimplemented(
    message = "a `RedisTtlCache` field needs `ttl` or `idle`",
    label = "how long its entries live is not said",
    note = "write `#[rediscache(ttl = \"10m\")]` above the field, or `idle = \"30m\"`, with which every read begins the time anew",
    note = "an entry without a lifetime belongs into a `RedisCache<K, V>`"
)]
pub trait OptionalLifetime {}

impl OptionalLifetime for () {}

impl OptionalLifetime for (u32, Duration) {}

/// What a field may leave unsaid of how fast its subjects may go on.
#[diagnostic::on_unimplemented(
    message = "a `RedisLimit` field needs `rate`",
    label = "how fast its subjects may go on is not said",
    note = "write `#[rediscache(rate = \"100/1m\")]` above the field; `burst = 20` beside it says how many may go on at once"
)]
pub trait OptionalRate {}

impl OptionalRate for () {}

impl OptionalRate for Duration {}

/// A [`RedisObject`] in which someone holds a lease.
#[diagnostic::on_unimplemented(
    message = "`lease` is for `RedisTtlCache` and `RedisLock` fields",
    label = "this is `{Self}`",
    note = "take the key away"
)]
pub trait RedisLeasedObject: RedisObject {}

/// A [`RedisObject`] that is a lock.
#[diagnostic::on_unimplemented(
    message = "`max_hold` is for `RedisLock` fields",
    label = "this is `{Self}`",
    note = "take the key away, or make the field a `RedisLock<K>`"
)]
pub trait RedisLockObject: RedisObject {}

/// A [`RedisObject`] that lets each subject go on so fast.
#[diagnostic::on_unimplemented(
    message = "`rate` and `burst` are for `RedisLimit` fields",
    label = "this is `{Self}`",
    note = "take the key away, or make the field a `RedisLimit<K>`"
)]
pub trait RedisLimitObject: RedisObject {}

/// A [`RedisObject`] whose reads can be kept in this process.
#[diagnostic::on_unimplemented(
    message = "`near` is for `RedisCache` and `RedisTtlCache` fields",
    label = "this is `{Self}`",
    note = "take the key away, or make the field a `RedisCache<K, V>`"
)]
pub trait RedisNearObject: RedisObject {
    /// Keeps what is read, as [`RedisCache::near`](crate::RedisCache::near) does.
    #[must_use]
    fn near(self, near: Near) -> Self;
}

/// A [`RedisNearObject`] whose writers can tell which of its entries they change.
#[diagnostic::on_unimplemented(
    message = "`mode = \"fields\"` is for `RedisCache` fields",
    label = "this is `{Self}`",
    note = "take `mode` away: the server tells of each entry of a `RedisTtlCache` as it is"
)]
pub trait RedisFieldsObject: RedisNearObject {}

/// A [`RedisObject`] whose values may be of older types: one with the default codec.
#[diagnostic::on_unimplemented(
    message = "`from` and `version` are for caches, values and queues with the default codec",
    label = "this is `{Self}`",
    note = "values of another codec are read as serde says: put `#[serde(from = \"Older\")]` on the type",
    note = "members of sets and rankings are told apart by their bytes, as keys are, and so have no older types"
)]
pub trait RedisVersionedObject: RedisObject {
    /// What it holds.
    type Value: Value;

    /// Says which version of its meaning the type has.
    #[must_use]
    fn version(self, version: u32) -> Self;

    /// Reads older types, too; each was of the version at its place, or of the first.
    #[must_use]
    #[expect(clippy::wrong_self_convention, reason = "as the key `from` and the method of caches and queues")]
    fn from_older_versions<O: OlderTypes<Self::Value> + 'static>(self, versions: &'static [u32]) -> Self;
}

/// A [`RedisObject`] in which a value that cannot be read may be taken for none.
#[diagnostic::on_unimplemented(
    message = "`unreadable` is for `RedisCache`, `RedisTtlCache`, `RedisValue`, `RedisSet` and `RedisRanking` fields",
    label = "this is `{Self}`",
    note = "take the key away; what a queue cannot read becomes a dead letter"
)]
pub trait RedisReadableObject: RedisObject {
    /// Takes what cannot be read for absent.
    #[must_use]
    fn unreadable_as_absent(self) -> Self;
}
