//! What a session is told before it connects: the URL, taken apart and checked, and the options.

use std::fmt;
use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};

const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const DEFAULT_RESPONSE_TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) address: Address,
    pub(crate) global_namespace: String,
    pub(crate) connect_timeout: Duration,
    pub(crate) response_timeout: Duration,
}

#[derive(Debug)]
pub(crate) enum Address {
    Memory,
    #[cfg_attr(not(feature = "redis"), expect(dead_code, reason = "only the Redis store connects"))]
    Server(ServerUrl),
}

/// The URL of one server, in the form the driver reads.
pub(crate) struct ServerUrl(String);

impl ServerUrl {
    #[cfg_attr(not(feature = "redis"), expect(dead_code, reason = "only the Redis store connects"))]
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// A URL may hold a password.
impl fmt::Debug for ServerUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerUrl(..)")
    }
}

/// The schemes that are taken, for messages.
const SCHEMES: &str = "`redis://host:port/db`, `rediss://…` (TLS), `unix:///path` and `memory://`";

impl Config {
    pub(crate) fn new(url: &str) -> Result<Self> {
        Ok(Self {
            address: Address::parse(url)?,
            global_namespace: String::new(),
            connect_timeout: DEFAULT_CONNECT_TIMEOUT,
            response_timeout: DEFAULT_RESPONSE_TIMEOUT,
        })
    }
}

impl Address {
    fn parse(url: &str) -> Result<Self> {
        let Some((scheme, rest)) = url.split_once("://") else {
            return Err(config(format!("the URL has no scheme; write one of {SCHEMES}")));
        };
        match scheme {
            "memory" if rest.is_empty() => Ok(Self::Memory),
            "memory" => Err(config("`memory://` takes nothing after it; every session has a store of its own")),
            "redis" | "unix" => server(url).map(Self::Server),
            "rediss" if cfg!(feature = "tls") => server(url).map(Self::Server),
            "rediss" => Err(unsupported("this build has no TLS; enable the feature `tls`")),
            "redis-cluster" | "rediss-cluster" | "redis-sentinel" => {
                Err(unsupported("clusters and Sentinel are not served by this version; give the URL of one server"))
            }
            _ => Err(config(format!("the URL's scheme is not known; write one of {SCHEMES}"))),
        }
    }
}

/// Checks all there is to check before any I/O. No message quotes the URL.
fn server(text: &str) -> Result<ServerUrl> {
    let url = url::Url::parse(text).map_err(|error| config(format!("the URL is malformed: {error}")))?;
    let unix = url.scheme() == "unix";
    if !unix && url.host_str().is_none_or(str::is_empty) {
        return Err(config("the URL names no host; write it as in `redis://127.0.0.1:6379`"));
    }
    if unix && (url.has_host() || url.path().len() < 2) {
        return Err(config("the URL names no absolute path; write it as in `unix:///run/redis.sock`"));
    }
    let database = url.path().trim_matches('/');
    if !unix && !database.is_empty() && database.parse::<u32>().is_err() {
        return Err(config("the path of the URL is the number of a database; write it as in `redis://host:6379/0`"));
    }
    let accepted: &[&str] = if unix { &["db", "user", "pass", "protocol"] } else { &["protocol"] };
    if url.query_pairs().any(|(key, _)| !accepted.contains(&&*key)) {
        // Not named: it may be a part of a password.
        let accepted = accepted.join(", ");
        return Err(config(format!(
            "the URL has a parameter that is not known; accepted: {accepted}. In a password, write `?` as `%3F` and `&` as `%26`"
        )));
    }
    if url.fragment().is_some() {
        return Err(config("the URL has a `#` in it; write it as `%23` where it belongs to a password"));
    }
    Ok(ServerUrl(text.to_owned()))
}

pub(crate) fn config(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Config, message)
}

pub(crate) fn unsupported(message: &'static str) -> Error {
    Error::new(ErrorKind::Unsupported, message)
}
