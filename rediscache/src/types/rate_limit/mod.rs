//! How fast each subject may go on.

mod check;
mod declare;
mod window;

use std::fmt;
use std::marker::PhantomData;
use std::time::Duration;

pub use check::LimitCheck;

use super::entry_name::entry_name;
use super::named::named_methods;
use super::object::{Object, Target};
use super::operation::Operation;
use crate::bounds::Key;
use crate::codec::{EncodedKey, Typestring};
use crate::error::Result;
use crate::lend::Lend;
use crate::record::{ObjectKind, ObjectTypes};
use crate::refusal::{config, refusals};
use crate::session::RedisSession;
use crate::store::Rate;

/// A limit on how fast each subject may go on: an address, a user, a token.
///
/// A limit is a name, as a [`RedisCache`](crate::RedisCache) is; clones, and other limits of the same name, in whatever process,
/// count together. In any stretch of time no more go on than `burst` and what the rate gives in that time: turns come one by
/// one, and not by the window, so that two windows never meet in one rush. Without [`burst`](Self::burst) it is as many as the rate
/// has: `100/1m` lets a hundred go on at once, and one more every 600 ms.
///
/// A field of a [`RedisNamespaced`](trait@crate::RedisNamespaced) struct says how fast by `rate`, and may say `burst`.
///
/// Every method gives an [`Operation`], a future that owns what it needs; nothing happens until it is awaited. Beside the errors
/// that each names, all of them can fail as those of a `RedisCache`. A server that is away is an error: whether to go on
/// then is for the caller to say, and [`timeout`](Self::timeout) how long it waits to be asked.
///
/// # Redis
///
/// One string at `{key}:{subject}` for each subject, with an expiry, gone when nothing of it counts any more: when all turns that
/// were taken will have passed, in microseconds since 1970, `:`, and parts of a microsecond (GCRA, the generic cell rate
/// algorithm). The subject stands in the form of a key, as in the names of a [`RedisTtlCache`](crate::RedisTtlCache). On a
/// cluster each lies in a slot of its own.
///
/// Time is the server's, on the embedded store tokio's. After a failover it is the new server's: where its clock is ahead, some may
/// go on sooner by as much, and where it is behind, a whole burst later at the most. What was counted within the last moments
/// before can be lost with the old server.
///
/// # Examples
///
/// ```
/// use rediscache::{RedisLimit, RedisNamespaced, RedisSession};
///
/// #[derive(RedisNamespaced)]
/// struct Api {
///     #[rediscache(rate = "100/1m", burst = 2)]
///     requests: RedisLimit<String>,
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> rediscache::Result<()> {
/// RedisSession::in_memory().install();
/// assert!(Api::requests().check("127.0.0.1").await?.allowed());
/// assert!(Api::requests().check("127.0.0.1").await?.allowed());
///
/// let refused = Api::requests().check("127.0.0.1").await?;
/// assert!(!refused.allowed());
/// assert!(refused.retry_after().as_millis() <= 600);
/// # Ok(())
/// # }
/// ```
pub struct RedisLimit<K> {
    object: Object,
    turns: u32,
    period: Duration,
    burst: u32,
    types: PhantomData<fn() -> K>,
}

impl<K> RedisLimit<K> {
    const fn over(object: Object, turns: u32, period: Duration) -> Self {
        if turns == 0 || period.is_zero() {
            the_rate_of_a_limit_must_not_be_zero();
        }
        Self { object, turns, period, burst: turns, types: PhantomData }
    }
}

impl<K: Key> RedisLimit<K> {
    const TYPES: &'static ObjectTypes = &ObjectTypes::of_cache::<K, (), Typestring>(ObjectKind::Limit);

    /// Names a limit by a constant, with a rate of so many turns in each `period`. A name made at run time, as by `format!`, goes
    /// to [`with_namespace`](Self::with_namespace).
    ///
    /// An empty name, one with a `{` or `}`, and a rate of zero do not compile where the call is a constant itself, and are
    /// [`Config`](crate::ErrorKind::Config) at use elsewhere. The period counts in whole microseconds.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use rediscache::RedisLimit;
    ///
    /// static REQUESTS: RedisLimit<u64> = RedisLimit::new("requests", 100, Duration::from_secs(60));
    /// assert_eq!(REQUESTS.namespace(), "requests");
    /// ```
    #[must_use]
    pub const fn new(namespace: &'static str, turns: u32, period: Duration) -> Self {
        Self::over(Object::new(namespace, Self::TYPES), turns, period)
    }

    /// Names a limit by a string that is known only at run time, with a rate of so many turns in each `period`.
    ///
    /// An empty one, or one beyond 64 KiB, is [`Config`](crate::ErrorKind::Config) at use. Braces stand for themselves: on a
    /// cluster, all subjects of `{tag}.requests` lie in one slot, where all names with `{tag}` do.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use rediscache::RedisLimit;
    ///
    /// let requests = RedisLimit::<u64>::with_namespace(format!("requests.{}", 7), 100, Duration::from_secs(60));
    /// assert_eq!(requests.namespace(), "requests.7");
    /// ```
    #[must_use]
    pub fn with_namespace(namespace: impl Into<String>, turns: u32, period: Duration) -> Self {
        Self::over(Object::with_namespace(namespace.into(), Self::TYPES), turns, period)
    }

    /// Sets how many may go on at once.
    ///
    /// Zero does not compile where the call is a constant itself, and is [`Config`](crate::ErrorKind::Config) at use elsewhere.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use rediscache::RedisLimit;
    ///
    /// static LOGINS: RedisLimit<String> = RedisLimit::new("logins", 10, Duration::from_secs(3600)).burst(3);
    /// assert_eq!(LOGINS.namespace(), "logins");
    /// ```
    #[must_use = "this makes a changed object"]
    pub const fn burst(mut self, burst: u32) -> Self {
        if burst == 0 {
            the_burst_of_a_limit_must_not_be_zero();
        }
        self.burst = burst;
        self
    }

    named_methods!("RedisLimit", "<u64>", "(\"names\", 100, std::time::Duration::from_secs(60))");

    /// Asks whether `key` may go on, and takes its turn if so.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: a script of `GET`, `TIME` and `SET … PX`, which does nothing where the turn is not due. Those who
    /// call at once leave together.
    ///
    /// # Errors
    ///
    /// [`WrongType`](crate::ErrorKind::WrongType) when the subject's key holds what no limit put there; it is left as it is.
    /// After a lost answer the turn may have been taken; repeating takes another then.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, the turn may or may not have been taken.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use std::time::Duration;
    /// # use rediscache::{RedisLimit, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let requests = RedisLimit::<u64>::new("requests", 100, Duration::from_secs(60)).on(&session);
    /// let check = requests.check(7).await?;
    /// assert!(check.allowed());
    /// assert_eq!((check.limit(), check.remaining()), (100, 99));
    /// assert_eq!(check.reset_after(), Duration::from_millis(600));
    /// # Ok(())
    /// # }
    /// ```
    pub fn check(&self, key: impl Lend<K>) -> Operation<LimitCheck> {
        self.ask("check", &key, 1)
    }

    /// Asks whether `key` may go on with what costs `turns` of them, and takes all or none.
    ///
    /// Zero takes none, and tells how things are. More than the `burst` are never due.
    ///
    /// # Redis
    ///
    /// One round trip, atomic: the script of [`check`](Self::check).
    ///
    /// # Errors
    ///
    /// [`Config`](crate::ErrorKind::Config) for more turns than the `burst`, and [`WrongType`](crate::ErrorKind::WrongType) as of
    /// [`check`](Self::check). After a lost answer the turns may have been taken; repeating takes others then.
    ///
    /// # Cancel safety
    ///
    /// Dropped after its first poll, the turns may or may not have been taken.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use std::time::Duration;
    /// # use rediscache::{RedisLimit, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let bytes = RedisLimit::<u64>::new("bytes", 1000, Duration::from_secs(1)).on(&session);
    /// assert!(bytes.check_n(7, 900).await?.allowed());
    /// let refused = bytes.check_n(7, 900).await?;
    /// assert!(!refused.allowed());
    /// assert!(refused.retry_after() > Duration::from_millis(500));
    /// assert!(bytes.check_n(7, 0).await?.remaining() < 900);
    /// # Ok(())
    /// # }
    /// ```
    pub fn check_n(&self, key: impl Lend<K>, turns: u32) -> Operation<LimitCheck> {
        self.ask("check_n", &key, turns)
    }

    /// Waits until `key` may go on, and takes its turn.
    ///
    /// In a session, those who wait for one subject go on in the order in which they came. Between processes, and beside those who
    /// [`check`](Self::check), whoever asks first when a turn is due has it. Who waits takes nothing: one who gives up makes
    /// nobody wait longer.
    ///
    /// # Redis
    ///
    /// The script of [`check`](Self::check) when it comes to the front, and once more after the time that this answered. Nothing is
    /// sent in between.
    ///
    /// # Errors
    ///
    /// As of [`check`](Self::check), and [`Closed`](crate::ErrorKind::Closed) when the session is closed meanwhile. The object's
    /// [`timeout`](Self::timeout) bounds each time that the server is asked, and not the wait.
    ///
    /// # Cancel safety
    ///
    /// A dropped wait gives up its place. Dropped while the server is asked, the turn may or may not have been taken.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use std::time::Duration;
    /// # use rediscache::{RedisLimit, RedisSession};
    /// let session = RedisSession::in_memory();
    /// let mails = RedisLimit::<String>::new("mails", 100, Duration::from_secs(1)).burst(1).on(&session);
    /// for _ in 0..3 {
    ///     // One every 10 ms.
    ///     mails.acquire("ada@example.org").await?;
    /// }
    /// assert_eq!(mails.check_n("ada@example.org", 0).await?.remaining(), 0);
    /// # Ok(())
    /// # }
    /// ```
    pub fn acquire(&self, key: impl Lend<K>) -> Operation<()> {
        let (rate, key) = (self.rate(), EncodedKey::of::<Typestring, K>(&key));
        Operation::unbounded(&self.object, "acquire", move |at| async move {
            let (rate, name) = (rate?, entry_name(&at.key, key?.as_slice()));
            let turn = async {
                let _first = at.session.state().turns.enter(name.clone()).await;
                loop {
                    let checked = at.limit.bound(at.check(&name, rate, 1)).await?.checked;
                    if checked.is_allowed {
                        return Ok(());
                    }
                    tokio::time::sleep(checked.retry_after).await;
                }
            };
            at.open_store().while_open(turn).await
        })
    }

    fn ask(&self, operation: &'static str, key: &impl Lend<K>, turns: u32) -> Operation<LimitCheck> {
        let (rate, key) = (self.rate(), EncodedKey::of::<Typestring, K>(key));
        Operation::new(&self.object, operation, move |at| async move {
            let (rate, name) = (rate?, entry_name(&at.key, key?.as_slice()));
            if turns > rate.burst {
                return Err(config(format!(
                    "{turns} turns are never due where `burst` is {}; ask for fewer, or make that more",
                    rate.burst
                )));
            }
            at.check(&name, rate, turns).await
        })
    }

    /// Gives all subjects their turns back.
    fn forget_all(&self) -> Operation<()> {
        Operation::new(&self.object, "clear_all", |at| async move { at.store()?.entries().clear(&at.key).await })
    }

    fn rate(&self) -> Result<Rate> {
        Rate::new(self.turns, self.period, self.burst)
    }
}

impl Target {
    async fn check(&self, name: &str, rate: Rate, turns: u32) -> Result<LimitCheck> {
        let store = self.store()?;
        let checked = store.limits().check(name, rate, turns).await?;
        self.note_write(store);
        Ok(LimitCheck { limit: rate.burst, checked })
    }
}

impl<K> Clone for RedisLimit<K> {
    fn clone(&self) -> Self {
        Self { object: self.object.clone(), types: PhantomData, ..*self }
    }
}

impl<K> fmt::Debug for RedisLimit<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("RedisLimit");
        self.object.show(&mut shown);
        let Self { turns, period, burst, .. } = self;
        shown.field("turns", turns).field("period", period).field("burst", burst).finish_non_exhaustive()
    }
}

refusals! {
    the_rate_of_a_limit_must_not_be_zero
    the_burst_of_a_limit_must_not_be_zero
}
