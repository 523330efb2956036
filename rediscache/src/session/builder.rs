//! The options of a session, checked.

use std::fmt;
use std::time::Duration;

use crate::config::{Config, Credentials, Tls};
use crate::error::Result;
use crate::namespace::LONGEST;
use crate::refusal::config;

/// The options of a session to be; made by [`RedisSession::builder`](crate::RedisSession::builder).
///
/// What is wrong with any of them is told by [`connect`](Self::connect).
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

    /// What connections call themselves, for those who look at the server with `CLIENT LIST`. `rediscache` by default.
    ///
    /// Printable ASCII without spaces. A server whose ACL forbids `CLIENT SETNAME` never learns it.
    pub fn client_name(mut self, name: impl Into<String>) -> Self {
        self.client_name = Some(name.into());
        self
    }

    /// Who to be for the Sentinels themselves; the credentials in the URL are for the server. Without this, Sentinels
    /// are asked without logging in. `user` is empty for Sentinels with a password alone.
    ///
    /// The user needs `+sentinel|master`, and `+subscribe &+switch-master` to hear of a failover when it happens.
    pub fn sentinel_credentials(mut self, user: &str, password: &str) -> Self {
        let user = (!user.is_empty()).then(|| user.to_owned());
        self.sentinel_credentials = Some(Credentials { user, password: password.to_owned() });
        self
    }

    /// Trusts the certificates that are signed by this one, in PEM form, in place of the system's. For `rediss://`.
    #[cfg(feature = "tls")]
    pub fn root_certificate(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.tls.root_certificate = Some(pem.into());
        self
    }

    /// Shows the server this certificate, with its key, both in PEM form. For `rediss://`.
    #[cfg(feature = "tls")]
    pub fn client_certificate(mut self, certificate_pem: impl Into<Vec<u8>>, key_pem: impl Into<Vec<u8>>) -> Self {
        self.tls.client_certificate = Some((certificate_pem.into(), key_pem.into()));
        self
    }

    /// Trusts whoever answers, whatever its certificate says. **For tests only**: everyone on the way can read and change
    /// all that is stored, password included.
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
                Some(timeout) => *setting = timeout,
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
