//! What a session is told before it connects: where the store is, and the options.

mod identity;
mod url;

use std::fmt;
use std::time::Duration;

pub(crate) use self::identity::StoreIdentity;
pub(crate) use self::url::{Address, Deployment, ServerUrl};
use crate::error::Result;
use crate::namespace::{Namespace, OBJECTS};

/// What no time that is given is taken for longer than: a clock could not tell its end.
pub(crate) const LONGEST_TIME: Duration = Duration::from_secs(365 * 24 * 3600);

const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const DEFAULT_RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);
const DEFAULT_CLIENT_NAME: &str = "rediscache";

#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) address: Address,
    pub(crate) global_namespace: String,
    pub(crate) connect_timeout: Duration,
    pub(crate) response_timeout: Duration,
    /// What connections call themselves.
    pub(crate) client_name: String,
    pub(crate) sentinel_credentials: Option<Credentials>,
    pub(crate) tls: Tls,
}

pub(crate) struct Credentials {
    pub(crate) user: Option<String>,
    pub(crate) password: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials(..)")
    }
}

/// Whom to trust, and what to show, in PEM form.
#[derive(Default)]
#[cfg_attr(not(feature = "tls"), expect(dead_code, reason = "this build has no TLS"))]
pub(crate) struct Tls {
    /// In place of the system's.
    pub(crate) root_certificate: Option<Vec<u8>>,
    /// With its key.
    pub(crate) client_certificate: Option<(Vec<u8>, Vec<u8>)>,
    pub(crate) any_certificate: bool,
}

/// A key is a secret.
impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls(..)")
    }
}

impl Config {
    pub(crate) fn new(url: &str) -> Result<Self> {
        Ok(Self {
            address: Address::parse(url)?,
            global_namespace: String::new(),
            connect_timeout: DEFAULT_CONNECT_TIMEOUT,
            response_timeout: DEFAULT_RESPONSE_TIMEOUT,
            client_name: DEFAULT_CLIENT_NAME.to_owned(),
            sentinel_credentials: None,
            tls: Tls::default(),
        })
    }

    /// The key of what is on record below the global namespace.
    pub(crate) fn record_key(&self) -> String {
        Namespace::constant(OBJECTS).key_below(&self.global_namespace).to_string()
    }
}
