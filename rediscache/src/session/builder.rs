use std::fmt;
use std::time::Duration;

use super::RedisSession;
use crate::config::{Config, config};
use crate::error::Result;
use crate::namespace::LONGEST;

/// The options of a session to be; made by [`RedisSession::builder`].
///
/// What is wrong with any of them is told by [`connect`](Self::connect).
#[must_use = "a builder does nothing until `.connect()` is awaited"]
pub struct RedisSessionBuilder {
    url: String,
    global_namespace: Option<String>,
    connect_timeout: Option<Duration>,
    response_timeout: Option<Duration>,
}

impl RedisSessionBuilder {
    pub(super) fn new(url: String) -> Self {
        Self { url, global_namespace: None, connect_timeout: None, response_timeout: None }
    }

    /// Puts `namespace` and a dot in front of every key, so that several programs can share a database.
    pub fn global_namespace(mut self, namespace: impl Into<String>) -> Self {
        self.global_namespace = Some(namespace.into());
        self
    }

    /// Bounds how long making a connection may take, the first one and later ones. 5 s by default.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = Some(timeout);
        self
    }

    /// Bounds how long one call may take, waiting for a lost connection to come back included. 5 s by default.
    pub fn response_timeout(mut self, timeout: Duration) -> Self {
        self.response_timeout = Some(timeout);
        self
    }

    /// Connects; see [`RedisSession::connect`].
    ///
    /// # Errors
    ///
    /// As [`RedisSession::connect`]; [`Config`](crate::ErrorKind::Config) also for an empty global namespace and for
    /// a timeout of zero.
    ///
    /// # Cancel safety
    ///
    /// Nothing is left behind.
    pub async fn connect(self) -> Result<RedisSession> {
        self.open().await.map_err(|error| error.during("connect", None))
    }

    pub(super) async fn open(self) -> Result<RedisSession> {
        RedisSession::open(self.config()?).await
    }

    fn config(self) -> Result<Config> {
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
                Some(timeout) => *setting = timeout,
                None => {}
            }
        }
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
            .finish_non_exhaustive()
    }
}
