//! The options of a session, checked.

use std::fmt;
use std::time::Duration;

use crate::config::{Config, Credentials, LONGEST_TIME, Tls};
use crate::error::Result;
use crate::namespace::LONGEST;
use crate::refusal::config;

/// The options of a session to be; made by [`RedisSession::builder`](crate::RedisSession::builder).
///
/// What is wrong with any of them is told by [`connect`](Self::connect), as [`Config`](crate::ErrorKind::Config),
/// before any I/O. Of two calls of one method the later holds.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> rediscache::Result<()> {
/// use std::time::Duration;
///
/// use rediscache::RedisSession;
///
/// let session = RedisSession::builder("memory://") // or "redis://127.0.0.1:6379"
///     .global_namespace("bot")
///     .response_timeout(Duration::from_secs(1))
///     .connect()
///     .await?;
/// assert_eq!(session.global_namespace(), "bot");
/// # Ok(())
/// # }
/// ```
#[must_use = "a builder does nothing until `.connect()` is awaited"]
pub struct RedisSessionBuilder {
    url: String,
    global_namespace: Option<String>,
    connect_timeout: Option<Duration>,
    response_timeout: Option<Duration>,
    client_name: Option<String>,
    sentinel_credentials: Option<Credentials>,
    tls: Tls,
}

impl RedisSessionBuilder {
    pub(super) fn new(url: String) -> Self {
        let (global_namespace, connect_timeout, response_timeout, client_name, sentinel_credentials, tls) =
            Default::default();
        Self { url, global_namespace, connect_timeout, response_timeout, client_name, sentinel_credentials, tls }
    }

    /// Puts `namespace` and a dot in front of every key, so that several programs can share a database. None by
    /// default.
    ///
    /// An empty one, and one of more than 64 KiB, is refused.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::{RedisCache, RedisSession};
    /// let session = RedisSession::builder("memory://").global_namespace("bot").connect().await?;
    /// let names = RedisCache::<u64, String>::new("names").on(&session);
    /// assert_eq!(names.key()?, "bot.names");
    /// # Ok(())
    /// # }
    /// ```
    pub fn global_namespace(mut self, namespace: impl Into<String>) -> Self {
        self.global_namespace = Some(namespace.into());
        self
    }

    /// Bounds how long making a connection may take, the first one and later ones. 5 s by default.
    ///
    /// Zero is refused. The embedded store has no connections.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::RedisSession;
    /// # use std::time::Duration;
    /// let session = RedisSession::builder("memory://").connect_timeout(Duration::from_secs(1)).connect().await?;
    /// assert!(!session.is_closed());
    /// # Ok(())
    /// # }
    /// ```
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// Bounds how long one call may take, waiting for a lost connection to come back included. 5 s by default.
    ///
    /// Waiting for an item of a queue does not count. Zero is refused. The embedded store answers at once.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use rediscache::{ErrorKind, RedisSession};
    /// # use std::time::Duration;
    /// let refused = RedisSession::builder("memory://").response_timeout(Duration::ZERO).connect().await.unwrap_err();
    /// assert_eq!(refused.kind(), ErrorKind::Config);
    /// # }
    /// ```
    pub fn response_timeout(mut self, timeout: Duration) -> Self {
        self.response_timeout = Some(timeout);
        self
    }

    /// Names the connections, for those who look at the server with `CLIENT LIST`. `rediscache` by default.
    ///
    /// Printable ASCII without spaces; anything else is refused. A server whose ACL forbids `CLIENT SETNAME` never
    /// learns it.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use rediscache::{ErrorKind, RedisSession};
    /// assert!(RedisSession::builder("memory://").client_name("bot-1").connect().await.is_ok());
    /// let refused = RedisSession::builder("memory://").client_name("bot 1").connect().await.unwrap_err();
    /// assert_eq!(refused.kind(), ErrorKind::Config);
    /// # }
    /// ```
    pub fn client_name(mut self, name: impl Into<String>) -> Self {
        self.client_name = Some(name.into());
        self
    }

    /// Logs in to the Sentinels themselves; the credentials in the URL are for the server.
    ///
    /// Without this, Sentinels are asked without logging in. `user` is empty for Sentinels with a password alone.
    /// Stores without Sentinels are told nothing of it. The user needs `+sentinel|master`, and `+subscribe
    /// &+switch-master` to hear of a failover when it happens.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> rediscache::Result<()> {
    /// # use rediscache::RedisSession;
    /// let url = "memory://"; // or "redis-sentinel://a:26379,b:26379/service"
    /// let session = RedisSession::builder(url).sentinel_credentials("bot", "secret").connect().await?;
    /// assert!(!session.is_closed());
    /// # Ok(())
    /// # }
    /// ```
    pub fn sentinel_credentials(mut self, user: &str, password: &str) -> Self {
        let user = (!user.is_empty()).then(|| user.to_owned());
        self.sentinel_credentials = Some(Credentials { user, password: password.to_owned() });
        self
    }

    /// Trusts the certificates that are signed by this one, in PEM form, in place of the system's. For `rediss://`.
    ///
    /// One that cannot be read is refused, as is one for a server without TLS.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use rediscache::{ErrorKind, RedisSession};
    /// let tls = RedisSession::builder("rediss://127.0.0.1:6379").root_certificate("no PEM");
    /// assert_eq!(tls.connect().await.unwrap_err().kind(), ErrorKind::Config);
    /// # }
    /// ```
    #[cfg(feature = "tls")]
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.tls.root_certificate = Some(pem.into());
        self
    }

    /// Shows the server this certificate, with its key, both in PEM form. For `rediss://`.
    ///
    /// One that cannot be read is refused, as is one for a server without TLS.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use rediscache::{ErrorKind, RedisSession};
    /// let tls = RedisSession::builder("rediss://127.0.0.1:6379").client_certificate("no PEM", "no PEM");
    /// assert_eq!(tls.connect().await.unwrap_err().kind(), ErrorKind::Config);
    /// # }
    /// ```
    #[cfg(feature = "tls")]
    pub fn client_certificate(mut self, certificate_pem: impl Into<Vec<u8>>, key_pem: impl Into<Vec<u8>>) -> Self {
        self.tls.client_certificate = Some((certificate_pem.into(), key_pem.into()));
        self
    }

    /// Trusts whoever answers, whatever its certificate says. **For tests only**.
    ///
    /// Everyone on the way can read and change all that is stored, password included. Refused for a server without TLS.
    ///
    /// # Examples
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// # use rediscache::{ErrorKind, RedisSession};
    /// let plain = RedisSession::builder("redis://127.0.0.1:6379").dangerously_accept_any_certificate();
    /// assert_eq!(plain.connect().await.unwrap_err().kind(), ErrorKind::Config);
    /// # }
    /// ```
    #[cfg(feature = "tls")]
    pub fn dangerously_accept_any_certificate(mut self) -> Self {
        self.tls.any_certificate = true;
        self
    }

    /// All of them, or what is wrong with the first that is not acceptable.
    pub(super) fn config(self) -> Result<Config> {
        let mut settings = Config::new(&self.url)?;
        if let Some(namespace) = self.global_namespace {
            if namespace.is_empty() {
                return Err(config("the global namespace is empty; leave `.global_namespace(…)` out to have none"));
            }
            if namespace.len() > LONGEST {
                return Err(config("the global namespace is longer than 64 KiB; give it a short name such as `bot`"));
            }
            settings.global_namespace = namespace;
        }
        for (given, setting) in [
            (self.connect_timeout, &mut settings.connect_timeout),
            (self.response_timeout, &mut settings.response_timeout),
        ] {
            match given {
                Some(Duration::ZERO) => return Err(config("a timeout of zero lets no call succeed; give it a length")),
                Some(timeout) => *setting = timeout.min(LONGEST_TIME),
                None => {}
            }
        }
        if let Some(name) = self.client_name {
            if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(config("a client name is printable ASCII without spaces; write one such as `bot-1`"));
            }
            settings.client_name = name;
        }
        settings.sentinel_credentials = self.sentinel_credentials;
        settings.tls = self.tls;
        Ok(settings)
    }
}

/// The URL may hold a password.
impl fmt::Debug for RedisSessionBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisSessionBuilder")
            .field("global_namespace", &self.global_namespace)
            .field("connect_timeout", &self.connect_timeout)
            .field("response_timeout", &self.response_timeout)
            .field("client_name", &self.client_name)
            .finish_non_exhaustive()
    }
}
