//! Sessions: a connection to one store as a value, one of which may be installed or scoped.

mod builder;
mod connect;
mod current;
mod figures;
mod load_counts;
mod loads;
mod ping;
mod scoped;
mod section;
mod state;
mod turns;

use std::fmt;
use std::future::Future;
use std::sync::Arc;

pub use builder::RedisSessionBuilder;
pub(crate) use load_counts::LoadCounts;
pub(crate) use loads::{Brought, Joined, LoadKind, LoadOutcome, LoadUnderWay, LoadWait, LoadedBytes, Loads};
pub use section::CacheSection;
pub(crate) use state::SessionState;

use crate::config::Address;
use crate::error::{Error, ErrorKind, Result};
use crate::refusal::config;
use crate::store::Store;

/// The environment variable that [`RedisSession::from_env`] reads.
const URL_VARIABLE: &str = "REDISCACHE_URL";

/// A connection to one store, shared by all that use it.
///
/// Cheap to clone, and every clone is the same session: one store, one global namespace, one state of being closed.
/// A Redis session keeps one connection, over which all calls are pipelined, and makes a new one when it breaks.
///
/// Background work (connecting, handing out the items of queues, heartbeats, sending calls that leave together) runs in
/// the runtime in which the session was connected, on the embedded store in that which first needs some, for as long as
/// that runtime lives; then in that of whoever needs some next. Somebody has to run it: while nobody does, calls from
/// other runtimes end in their time, and after half a second of silence the work goes on there; waits of before do not.
/// It ends, with the connections, with [`close`](Self::close), or when the last clone is dropped.
///
/// # Redis
///
#[doc = include_str!("urls.md")]
///
/// On a cluster there is one connection to each node that is needed. Redirections (`MOVED`, `ASK`) are followed, also
/// while slots move, and which node serves what is asked again when one cannot be reached (`CLUSTER SLOTS`). Under
/// Sentinels, most of them are asked for the master at each connection, the one that saw the last failover is believed,
/// and a server that is no master (`ROLE`) is refused; while connected, one of them is listened to (`+switch-master`),
/// so that a master that was replaced is left before it knows.
///
/// # Examples
///
/// ```
/// use rediscache::{RedisCache, RedisSession};
///
/// static BIRTHDAYS: RedisCache<String, String> = RedisCache::new("birthday");
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> rediscache::Result<()> {
/// let session = RedisSession::connect("memory://").await?.install();
/// BIRTHDAYS.set("ada", "12-10").await?;
/// session.close().await?;
/// assert!(session.is_closed());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RedisSession(Arc<SessionState>);

impl RedisSession {
    /// Connects to the store at `url` and checks that it answers. Has no global effect: see [`install`](Self::install).
    ///
    /// The forms of URLs, and their parameters, are in the docs of [`RedisSession`].
    ///
    /// # Redis
    ///
    /// Connects and authenticates within the connect timeout (5 s by default), and sends one `PING`; to a cluster
    /// `CLUSTER SLOTS` in its place. `memory://` does no I/O. When a server hangs up, or says nothing for 500 ms where TLS
    /// is to begin, a second connection, over which no password goes, finds out why.
    ///
    /// # Errors
    ///
    /// [`Config`](ErrorKind::Config) for a malformed URL, before any I/O, for a wrong user, password or database, for a
    /// server of another kind than the scheme says (TLS or not, a cluster or not), and for one in protected mode;
    /// [`Connection`](ErrorKind::Connection) at once when nothing listens there; [`Timeout`](ErrorKind::Timeout);
    /// [`Server`](ErrorKind::Server) when it has as many clients as it takes;
    /// [`Unsupported`](ErrorKind::Unsupported) for a scheme that this build has no support for, and for a command that was
    /// renamed there. Repeating is safe, and helps where the error [is retryable](Error::is_retryable).
    ///
    /// # Cancel safety
    ///
    /// Nothing is left behind.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use rediscache::{ErrorKind, RedisSession};
    ///
    /// assert!(RedisSession::connect("memory://").await.is_ok());
    /// let refused = RedisSession::connect("localhost:6379").await.unwrap_err();
    /// assert_eq!(refused.kind(), ErrorKind::Config);
    /// # }
    /// ```
    pub async fn connect(url: &str) -> Result<Self> {
        Self::builder(url).connect().await
    }

    /// Starts a session with options; see [`RedisSessionBuilder`] for an example.
    pub fn builder(url: impl Into<String>) -> RedisSessionBuilder {
        RedisSessionBuilder::new(url.into())
    }

    /// Makes a session on a fresh, empty embedded store: no server and no I/O.
    ///
    /// Expiry follows tokio's clock, so that tests can pause it.
    ///
    /// # Examples
    ///
    /// ```
    /// use rediscache::RedisSession;
    ///
    /// assert_eq!(RedisSession::in_memory().global_namespace(), "");
    /// ```
    pub fn in_memory() -> Self {
        Self(Arc::new(SessionState::new(Store::in_memory(), &Address::Memory, String::new())))
    }

    /// Connects to the URL in the environment variable `REDISCACHE_URL`; to `memory://` where it is unset.
    ///
    /// # Redis
    ///
    /// As of [`connect`](Self::connect): connects, authenticates and sends one `PING`. Nothing where it is unset.
    ///
    /// # Errors
    ///
    /// As of [`connect`](Self::connect), by what the URL is and who is there; [`Config`](ErrorKind::Config) also when
    /// the variable is empty or not UTF-8.
    ///
    /// # Cancel safety
    ///
    /// Nothing is left behind.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// use rediscache::RedisSession;
    ///
    /// let session = RedisSession::from_env().await?;
    /// assert!(!session.is_closed());
    /// # Ok(())
    /// # }
    /// ```
    pub async fn from_env() -> Result<Self> {
        let session = match std::env::var(URL_VARIABLE) {
            Ok(url) => Self::builder(url).open().await,
            Err(std::env::VarError::NotPresent) => Ok(Self::in_memory()),
            Err(std::env::VarError::NotUnicode(_)) => Err(config(format!("`{URL_VARIABLE}` is not UTF-8"))),
        };
        session.map_err(|error| error.during("from_env", None))
    }

    /// Makes this session the default of the process, in place of the last one, and hands it back.
    ///
    /// # Examples
    ///
    /// ```
    /// use rediscache::RedisSession;
    ///
    /// let session = RedisSession::in_memory().install();
    /// assert!(!RedisSession::current().unwrap().is_closed());
    /// # drop(session);
    /// ```
    #[expect(clippy::must_use_candidate, reason = "installing is the effect; the session is handed back for chaining")]
    pub fn install(self) -> Self {
        current::install(&self.0);
        self
    }

    /// Runs `future` with this session as the current one.
    ///
    /// It holds for the task that polls `future`; a task spawned inside it starts without.
    ///
    /// # Redis
    ///
    /// Sends nothing by itself.
    ///
    /// # Errors
    ///
    /// None of its own: it returns what `future` does.
    ///
    /// # Cancel safety
    ///
    /// As cancel safe as `future`, which is dropped with it.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// use rediscache::{RedisCache, RedisSession};
    ///
    /// static NAMES: RedisCache<u64, String> = RedisCache::new("names");
    ///
    /// let (one, other) = (RedisSession::in_memory(), RedisSession::in_memory());
    /// one.scope(NAMES.set(1, "one")).await?;
    /// assert_eq!(other.scope(NAMES.get(1)).await?, None);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn scope<F: Future>(&self, future: F) -> F::Output {
        current::scope(&self.0, future).await
    }

    /// The session in force: that of the innermost [`scope`](Self::scope), otherwise the installed one.
    ///
    /// # Errors
    ///
    /// [`NotInitialized`](ErrorKind::NotInitialized) where there is neither. One that was closed is in force still.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// use rediscache::RedisSession;
    ///
    /// let session = RedisSession::builder("memory://").global_namespace("bot").connect().await?;
    /// let current = session.scope(async { RedisSession::current() }).await?;
    /// assert_eq!(current.global_namespace(), "bot");
    /// # Ok(())
    /// # }
    /// ```
    pub fn current() -> Result<Self> {
        Self::in_force().map_err(|error| error.during("current", None))
    }

    pub(crate) fn in_force() -> Result<Self> {
        current::current().map(Self).ok_or_else(|| {
            Error::new(
                ErrorKind::NotInitialized,
                "there is no session; install one with `RedisSession::connect(url).await?.install()`, \
                 bind one with `.on(&session)`, or run this inside `session.scope(…)`",
            )
        })
    }

    /// Closes the session for all its clones; calls after this are refused. Closing twice is fine.
    ///
    /// Everyone who waits for a queue is told [`Closed`](ErrorKind::Closed). Calls under way are waited for, 5 s at the
    /// most; those that take longer keep their connection until they end, within the response timeout. Then connections
    /// and background tasks end. The embedded store forgets its data.
    ///
    /// Dropping the last clone does the same, but for the waiting. Items that cannot be put back keep the connection.
    ///
    /// # Redis
    ///
    /// Sends nothing but what puts items back that were on their way to someone who waited, and tasks that are held, whose
    /// delivery does not count. Where the server is away, tasks return as those of a dead process.
    ///
    /// # Errors
    ///
    /// Where the server refuses for 5 s to take back what was on its way, the error, of the kind of that refusal, says how many
    /// items of which queue are still here. The session is closed then, and goes on bringing them back; closing again waits again.
    ///
    /// # Cancel safety
    ///
    /// The session is closed by the first poll. Dropped after that, its connections end with its last clone.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// use rediscache::{ErrorKind, RedisCache, RedisSession};
    ///
    /// let session = RedisSession::in_memory();
    /// let names = RedisCache::<u64, String>::new("names").on(&session);
    /// session.close().await?;
    /// assert_eq!(names.get(1).await.unwrap_err().kind(), ErrorKind::Closed);
    /// # Ok(())
    /// # }
    /// ```
    pub async fn close(&self) -> Result<()> {
        self.0.store.refuse_calls();
        self.0.near_caches.close();
        self.0.store.close().await;
        self.0.stranded().map_or(Ok(()), |error| Err(error.during("close", None)))
    }

    /// Whether [`close`](Self::close) was called on any clone.
    pub fn is_closed(&self) -> bool {
        self.0.store.is_closed()
    }

    /// The prefix of all keys that did not opt out; `""` when there is none.
    pub fn global_namespace(&self) -> &str {
        &self.0.global_namespace
    }

    pub(crate) fn state(&self) -> &SessionState {
        &self.0
    }

    /// The number of the session in force; zero without one.
    #[inline]
    pub(crate) fn current_number() -> u64 {
        current::number()
    }
}

impl fmt::Debug for RedisSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("RedisSession");
        shown.field("store", self.0.store.while_closing()).field("global_namespace", &self.0.global_namespace);
        shown.field("closed", &self.is_closed()).finish()
    }
}
