//! A lock between processes.

mod attempt;
mod declare;
mod guard;
mod hold;
mod window;

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

pub use guard::LockGuard;

use self::attempt::{LockAttempt, LockAttemptOutcome};
use self::hold::Hold;
use super::entry_name::entry_name;
use super::named::named_methods;
use super::object::Object;
use super::operation::Operation;
use crate::bounds::Key;
use crate::codec::{EncodedKey, Typestring};
use crate::config::LONGEST_TIME;
use crate::error::Result;
use crate::lend::Lend;
use crate::record::{ObjectKind, ObjectTypes};
use crate::refusal::{config, refusals, unexpected};
use crate::session::RedisSession;

/// How long a lease stands by default that nobody renews.
const LEASE: Duration = Duration::from_secs(30);

/// A lock between processes, one for each key: an order, a file, a job that one at a time may do.
///
/// A lock is a name, as a [`RedisCache`](crate::RedisCache) is; clones, and other locks of the same name, in whatever process,
/// are one. It is held by a [`LockGuard`], in whose process its lease is renewed at a third of the time; a process that
/// dies or stands still lets it go with the end of its [`lease`](Self::lease).
///
/// No lock over a network can promise that its holder is the only one to act: a process that stood still acts on before it
/// learns that its lease has ended (M. Kleppmann, *How to do distributed locking*, 2016). So what must not happen twice is to
/// carry the [`fence`](LockGuard::fence), and whoever does it refuses a number below the last; the rest runs in
/// [`run`](LockGuard::run), which ends it when the lock is lost.
///
/// Every method gives an [`Operation`], a future that owns what it needs; nothing happens until it is awaited. Beside the errors
/// that each names, all of them can fail as those of a `RedisCache`.
///
/// # Redis
///
/// One hash at `{key}:{subject}` for each key that is locked, with the fields `holder` (by chance), `until` and `fence` (both in
/// microseconds since 1970), which expires a day after the lock was last held, and takes up the number of the last holder until then.
/// The subject stands in the form of a key, as in the names of a [`RedisTtlCache`](crate::RedisTtlCache). Time is the server's. That
/// a lock is free is told on the channel `{key}:{subject}$free`; where a user may not subscribe to it or publish there, those
/// who wait ask again when the lease that they wait for would end.
///
/// A server that evicts keys (`maxmemory-policy`) or is flushed lets go of locks, and so may a failover of those that were
/// taken within the last moments before: their guards are lost when they are renewed next.
///
/// # Examples
///
/// ```
/// use rediscache::{RedisLock, RedisNamespaced, RedisSession};
///
/// #[derive(RedisNamespaced)]
/// struct Shop {
///     #[rediscache(lease = "30s", max_hold = "10m")]
///     orders: RedisLock<u64>,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> rediscache::Result<()> {
/// RedisSession::in_memory().install();
/// let order = Shop::orders().acquire(7).await?;
/// let shipped = order.run(async |fence| format!("shipped by {fence}")).await?;
/// assert_eq!(shipped, format!("shipped by {}", order.fence()));
/// assert!(Shop::orders().try_acquire(7).await?.is_none());
/// order.release().await?;
/// # Ok(())
/// # }
/// ```
pub struct RedisLock<K> {
    object: Object,
    lease: Duration,
    max_hold: Option<Duration>,
    types: PhantomData<fn() -> K>,
}

impl<K> RedisLock<K> {
    const fn over(object: Object) -> Self {
        Self { object, lease: LEASE, max_hold: None, types: PhantomData }
    }
}

impl<K: Key> RedisLock<K> {
    const TYPES: &'static ObjectTypes = &ObjectTypes::of_cache::<K, (), Typestring>(ObjectKind::Lock);

    /// Names a lock by a constant. A name made at run time, as by `format!`, goes to [`with_namespace`](Self::with_namespace).
    ///
    /// An empty name and one with a `{` or `}` do not compile where the call is a constant itself, and are
    /// [`Config`](crate::ErrorKind::Config) at use elsewhere.
    ///
    /// # Examples
    ///
    /// ```
    /// use rediscache::RedisLock;
    ///
    /// static ORDERS: RedisLock<u64> = RedisLock::new("orders");
    /// assert_eq!(ORDERS.namespace(), "orders");
    /// ```
    #[must_use]
    pub const fn new(namespace: &'static str) -> Self {
        Self::over(Object::new(namespace, Self::TYPES))
    }

    /// Names a lock by a string that is known only at run time.
    ///
    /// An empty one, or one beyond 64 KiB, is [`Config`](crate::ErrorKind::Config) at use. Braces stand for themselves: on a
    /// cluster, all keys of `{tag}.orders` lie in one slot, where all names with `{tag}` do.
    ///
    /// # Examples
    ///
    /// ```
    /// use rediscache::RedisLock;
    ///
    /// let orders = RedisLock::<u64>::with_namespace(format!("orders.{}", 7));
    /// assert_eq!(orders.namespace(), "orders.7");
    /// ```
    #[must_use]
    pub fn with_namespace(namespace: impl Into<String>) -> Self {
        Self::over(Object::with_namespace(namespace.into(), Self::TYPES))
    }

    /// Sets for how long the lock stays with a process that does not renew it; 30 seconds by default.
    ///
    /// Zero does not compile where the call is a constant itself, and is [`Config`](crate::ErrorKind::Config) at use elsewhere.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use rediscache::RedisLock;
    ///
    /// static ORDERS: RedisLock<u64> = RedisLock::new("orders").lease(Duration::from_secs(5));
    /// assert_eq!(ORDERS.namespace(), "orders");
    /// ```
    #[must_use = "this makes a changed object"]
    pub const fn lease(mut self, lease: Duration) -> Self {
        if lease.is_zero() {
            the_lease_of_a_lock_must_not_be_zero();
        }
        self.lease = lease;
        self
    }

    /// Sets for how long it is held at the most: then it is not renewed any more, and its guard is lost. Without a limit by
    /// default.
    ///
    /// Zero does not compile where the call is a constant itself, and is [`Config`](crate::ErrorKind::Config) at use elsewhere.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use rediscache::RedisLock;
    ///
    /// static ORDERS: RedisLock<u64> = RedisLock::new("orders").max_hold(Duration::from_secs(600));
    /// assert_eq!(ORDERS.namespace(), "orders");
    /// ```
    #[must_use = "this makes a changed object"]
    pub const fn max_hold(mut self, max_hold: Duration) -> Self {
        if max_hold.is_zero() {
            the_max_hold_of_a_lock_must_not_be_zero();
        }
        self.max_hold = Some(max_hold);
        self
    }

    named_methods!("RedisLock", "<u64>", "(\"names\")");

    /// Takes the lock of `key` if nobody holds it; `None` if someone does, in this process or in another.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: a script of `HMGET`, `TIME`, `HSET` and `PEXPIRE`.
    ///
    /// # Errors
    ///
    /// [`WrongType`](crate::ErrorKind::WrongType) when the key holds what no lock is; it is left as it is. After a lost answer,
    /// the lock is free again at once or with the end of the lease; repeating is safe.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: what was taken for a dropped future is let go in the background, at the latest with the end of the lease.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisLock, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let orders = RedisLock::<u64>::new("orders").on(&session);
    /// let order = orders.try_acquire(7).await?.expect("nobody holds it");
    /// assert!(orders.try_acquire(7).await?.is_none());
    /// drop(order);
    /// assert!(orders.try_acquire(7).await?.is_some());
    /// # Ok(())
    /// # }
    /// ```
    pub fn try_acquire(&self, key: impl Lend<K>) -> Operation<Option<LockGuard>> {
        let (hold, key) = (self.hold(), EncodedKey::of::<Typestring, K>(&key));
        Operation::new(&self.object, "try_acquire", move |at| async move {
            let mut attempt = LockAttempt::new(&at, hold?, entry_name(&at.key, key?.as_slice()));
            Ok(match attempt.ask().await? {
                LockAttemptOutcome::Held(guard) => Some(guard),
                LockAttemptOutcome::Taken(_) => None,
            })
        })
    }

    /// Takes the lock of `key`, and waits until nobody holds it.
    ///
    /// In a session, those who wait for one key have it in the order in which they came. Between processes, whoever asks first
    /// when it is free has it. Waiting for what the same task holds waits until that is lost.
    ///
    /// # Redis
    ///
    /// As of [`try_acquire`](Self::try_acquire), when it comes to the front in this session. Where another holds it, it is
    /// asked again when that one tells that it is free, or when its lease would end; nothing is sent in between. Listening
    /// takes one more connection for a session, which is closed 10 s after the last wait.
    ///
    /// # Errors
    ///
    /// As of [`try_acquire`](Self::try_acquire), and [`Closed`](crate::ErrorKind::Closed) when the session is closed meanwhile. The
    /// object's [`timeout`](Self::timeout) bounds each time that the server is asked, and not the wait.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe: a dropped wait gives up its place, and what was taken for a dropped future is let go in the background, at
    /// the latest with the end of the lease.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # use rediscache::{RedisLock, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let orders = RedisLock::<u64>::new("orders").on(&session);
    /// let first = orders.acquire(7).await?;
    /// let waiting = tokio::spawn(orders.acquire(7));
    /// let fence = first.fence();
    /// first.release().await?;
    /// assert!(waiting.await??.fence() > fence);
    /// # Ok(())
    /// # }
    /// ```
    pub fn acquire(&self, key: impl Lend<K>) -> Operation<LockGuard> {
        let (hold, key) = (self.hold(), EncodedKey::of::<Typestring, K>(&key));
        Operation::unbounded(&self.object, "acquire", move |at| async move {
            let attempt = LockAttempt::new(&at, hold?, entry_name(&at.key, key?.as_slice()));
            attempt.wait(None).await?.ok_or_else(unexpected)
        })
    }

    /// Takes the lock of `key`, and waits no longer than `limit` until nobody holds it; `None` when someone held it throughout.
    ///
    /// It asks at least once, whatever the limit, for as long as the server takes.
    ///
    /// # Redis
    ///
    /// As of [`acquire`](Self::acquire), and once more when the time is up.
    ///
    /// # Errors
    ///
    /// As of [`acquire`](Self::acquire). [`Timeout`](crate::ErrorKind::Timeout) is the server's silence, not the end of `limit`.
    ///
    /// # Cancel safety
    ///
    /// Cancel safe, as [`acquire`](Self::acquire) is.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use std::time::Duration;
    /// # use rediscache::{RedisLock, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let orders = RedisLock::<u64>::new("orders").on(&session);
    /// let _order = orders.acquire(7).await?;
    /// assert!(orders.acquire_timeout(7, Duration::from_millis(5)).await?.is_none());
    /// # Ok(())
    /// # }
    /// ```
    pub fn acquire_timeout(&self, key: impl Lend<K>, limit: Duration) -> Operation<Option<LockGuard>> {
        let (hold, key) = (self.hold(), EncodedKey::of::<Typestring, K>(&key));
        Operation::unbounded(&self.object, "acquire_timeout", move |at| async move {
            let attempt = LockAttempt::new(&at, hold?, entry_name(&at.key, key?.as_slice()));
            attempt.wait(Some(limit)).await
        })
    }

    /// Forgets the locks that nobody holds.
    fn forget_all(&self) -> Operation<()> {
        Operation::new(&self.object, "clear_all", |at| async move { at.store()?.locks().forget_all(&at.key).await })
    }

    fn hold(&self) -> Result<Hold> {
        let Self { lease, max_hold, .. } = *self;
        if lease.is_zero() || max_hold.is_some_and(|most| most.is_zero()) {
            return Err(config("a lock whose `lease` or `max_hold` is zero cannot be held; make it longer"));
        }
        Ok(Hold { lease: lease.min(LONGEST_TIME), max_hold: max_hold.map(|most| most.min(LONGEST_TIME)) })
    }
}

impl<K> Clone for RedisLock<K> {
    fn clone(&self) -> Self {
        Self { object: self.object.clone(), types: PhantomData, ..*self }
    }
}

impl<K> fmt::Debug for RedisLock<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("RedisLock");
        self.object.show(&mut shown);
        shown.field("lease", &self.lease).field("max_hold", &self.max_hold).finish_non_exhaustive()
    }
}

refusals! {
    the_lease_of_a_lock_must_not_be_zero
    the_max_hold_of_a_lock_must_not_be_zero
}
