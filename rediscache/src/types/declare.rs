//! What the derive reads from a struct, and what it says of it.

use std::pin::Pin;
use std::time::Duration;

use super::info::ObjectInfo;
use crate::bounds::Value;
use crate::codec::{Meaning, OlderTypes};
use crate::error::Result;
use crate::namespace::FamilyPart;
use crate::near::Near;
use crate::record::ObjectTypes;
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

/// What the derive read from one field: its namespace and its options.
#[derive(Clone, Debug)]
pub struct Declaration {
    pub(crate) namespace: &'static str,
    pub(crate) global: bool,
    pub(crate) program: &'static Option<&'static str>,
    pub(crate) timeout: Option<Duration>,
    pub(crate) client_identifier: Option<&'static str>,
    pub(crate) recover_after: Option<Duration>,
    pub(crate) max_attempts: Option<u32>,
    pub(crate) backoff: Option<(Duration, Duration)>,
    pub(crate) unreadable_for: Option<Duration>,
    pub(crate) recover_unleased: Option<Duration>,
    pub(crate) ttl: Option<Duration>,
    pub(crate) idle: Option<Duration>,
    pub(crate) stale: Option<Duration>,
    pub(crate) jitter: Option<f64>,
    pub(crate) eager: Option<f64>,
    pub(crate) lease: Option<Duration>,
    pub(crate) load_timeout: Option<Duration>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) down_is_error: bool,
    pub(crate) rate: Option<(u32, Duration)>,
    pub(crate) burst: Option<u32>,
    pub(crate) max_hold: Option<Duration>,
    /// The one that it is bound to.
    pub(crate) session: Option<RedisSession>,
    /// Which one of a family it belongs to.
    pub(crate) family: Option<FamilyPart>,
}

impl Declaration {
    /// Declares an object of this local namespace.
    pub const fn new(namespace: &'static str) -> Self {
        Self {
            namespace,
            global: true,
            program: &None,
            timeout: None,
            client_identifier: None,
            recover_after: None,
            max_attempts: None,
            backoff: None,
            unreadable_for: None,
            recover_unleased: None,
            ttl: None,
            idle: None,
            stale: None,
            jitter: None,
            eager: None,
            lease: None,
            load_timeout: None,
            retry_after: None,
            down_is_error: false,
            rate: None,
            burst: None,
            max_hold: None,
            session: None,
            family: None,
        }
    }

    /// Binds it to a session.
    #[must_use]
    pub fn on(mut self, session: &RedisSession) -> Self {
        self.session = Some(session.clone());
        self
    }

    /// Leaves out the session's global namespace.
    pub const fn without_global_namespace(mut self) -> Self {
        self.global = false;
        self
    }

    /// Names the program that declares it, for the record of who wrote what: its crate, where cargo builds it.
    pub const fn program(mut self, name: &'static Option<&'static str>) -> Self {
        self.program = name;
        self
    }

    /// Sets the longest that a call takes.
    pub const fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Names the client that the tasks taken belong to.
    pub const fn client_identifier(mut self, identifier: &'static str) -> Self {
        self.client_identifier = Some(identifier);
        self
    }

    /// Sets how long a client may be silent before its tasks return to the queue.
    pub const fn recover_after(mut self, silence: Duration) -> Self {
        self.recover_after = Some(silence);
        self
    }

    /// Sets how often a task is delivered before it becomes a dead letter.
    pub const fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = Some(attempts);
        self
    }

    /// Sets after how long a task that failed comes again, the first time and at the most.
    pub const fn backoff(mut self, first: Duration, longest: Duration) -> Self {
        self.backoff = Some((first, longest));
        self
    }

    /// Sets how long other programs may try to read a task that this one cannot.
    pub const fn unreadable_for(mut self, patience: Duration) -> Self {
        self.unreadable_for = Some(patience);
        self
    }

    /// Sets after how long what is pending without a lease returns to the queue.
    pub const fn recover_unleased(mut self, after: Duration) -> Self {
        self.recover_unleased = Some(after);
        self
    }

    /// Describes what was made of it.
    pub(super) fn info(&self, field: &'static str, types: &'static ObjectTypes, meaning: Meaning) -> ObjectInfo {
        ObjectInfo { field, namespace: self.namespace, is_global: self.global, types, meaning, in_record: None }
    }
}
