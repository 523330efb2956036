//! The URL of a session, taken apart and checked before any I/O.

use std::fmt;

use crate::error::Result;
use crate::refusal::{config, unsupported};

#[derive(Debug)]
pub(crate) enum Address {
    Memory,
    Redis(Deployment),
}

/// Which servers there are, and how they work together. There is at least one URL.
#[derive(Debug)]
pub(crate) enum Deployment {
    Server(ServerUrl),
    /// Some nodes, which tell of the others.
    Cluster(Vec<ServerUrl>),
    /// Sentinels, which tell where the master of the service is. Credentials and database are the master's.
    Sentinel {
        sentinels: Vec<ServerUrl>,
        service: String,
    },
}

/// The URL of one server, in the form the driver reads.
pub(crate) struct ServerUrl(String);

impl ServerUrl {
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
const SCHEMES: &str = "`redis://host:port/db`, `rediss://…` (TLS), `unix:///path`, `redis-cluster://host:port,host:port`, \
     `redis-sentinel://host:port,host:port/service/db` and `memory://`";

impl Address {
    pub(super) fn parse(url: &str) -> Result<Self> {
        let Some((scheme, rest)) = url.split_once("://") else {
            return Err(config(format!("the URL has no scheme; write one of {SCHEMES}")));
        };
        if scheme != "unix" && has_bare_secret(rest) {
            return Err(config(
                "the URL has an `@` behind a `/`, `?` or `#`; in a user or password, write `%` as `%25`, `/` as `%2F`, `?` as \
                 `%3F`, `#` as `%23`, `@` as `%40` and `:` as `%3A`",
            ));
        }
        if scheme.starts_with("rediss") && !cfg!(feature = "tls") {
            return Err(unsupported("this build has no TLS; enable the feature `tls`"));
        }
        match scheme {
            "memory" if rest.is_empty() => Ok(Self::Memory),
            "memory" => Err(config("`memory://` takes nothing after it; every session has a store of its own")),
            "redis" | "rediss" | "unix" => server(url).map(|url| Self::Redis(Deployment::Server(url))),
            "redis-cluster" | "rediss-cluster" => cluster(scheme, rest).map(Self::Redis),
            "redis-sentinel" | "rediss-sentinel" => sentinel(scheme, rest).map(Self::Redis),
            _ => Err(config(format!("the URL's scheme is not known; write one of {SCHEMES}"))),
        }
    }
}

/// Whether what stands before the host has a character in it that ends it: it is a part of a password, then.
fn has_bare_secret(rest: &str) -> bool {
    rest.find(['/', '?', '#']).is_some_and(|end| rest[end..].contains('@'))
}

/// A URL of several servers, taken apart: `credentials@`, hosts, `/path`, and `?query`.
struct Several<'a> {
    /// With the `@`.
    credentials: &'a str,
    hosts: Vec<&'a str>,
    /// Without the first `/`.
    path: &'a str,
    /// With the `?`, and a `#` that does not belong there.
    query: &'a str,
}

impl<'a> Several<'a> {
    fn parse(rest: &'a str) -> Self {
        let (rest, query) = rest.split_at(rest.find(['?', '#']).unwrap_or(rest.len()));
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let (credentials, hosts) = authority.split_at(authority.rfind('@').map_or(0, |at| at + 1));
        Self { credentials, hosts: hosts.split(',').collect(), path, query }
    }

    /// The URL of each server by itself.
    fn urls(&self, scheme: &str, default_port: &str, database: &str) -> Result<Vec<ServerUrl>> {
        let scheme = if scheme.starts_with("rediss") { "rediss" } else { "redis" };
        let Self { credentials, hosts, query, .. } = self;
        let url = |host: &&str| {
            let has_port = host.rsplit_once(':').is_some_and(|(_, port)| !port.ends_with(']'));
            let port = if has_port { "" } else { default_port };
            server(&format!("{scheme}://{credentials}{host}{port}/{database}{query}"))
        };
        hosts.iter().map(url).collect()
    }
}

fn cluster(scheme: &str, rest: &str) -> Result<Deployment> {
    let parts = Several::parse(rest);
    if !matches!(parts.path, "" | "0") {
        return Err(config("a cluster has no databases; write its URL as in `redis-cluster://host:port,host:port`"));
    }
    parts.urls(scheme, ":6379", "").map(Deployment::Cluster)
}

fn sentinel(scheme: &str, rest: &str) -> Result<Deployment> {
    let parts = Several::parse(rest);
    let (service, database) = parts.path.split_once('/').unwrap_or((parts.path, ""));
    // What Sentinel itself takes as a name.
    let acceptable = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    if service.is_empty() || !service.chars().all(acceptable) {
        return Err(config(
            "the URL names no service that Sentinel could know; write it as in `redis-sentinel://host:26379,host:26379/service/0`",
        ));
    }
    Ok(Deployment::Sentinel { sentinels: parts.urls(scheme, ":26379", database)?, service: service.to_owned() })
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
    if matches!(url.host_str(), Some("0.0.0.0" | "[::]")) {
        return Err(config(
            "the URL's host stands for all addresses of a machine; write the one of the server, such as `127.0.0.1`",
        ));
    }
    let database = url.path().trim_matches('/');
    if !unix && !database.is_empty() && database.parse::<u32>().is_err() {
        return Err(config("the path of the URL is the number of a database; write it as in `redis://host:6379/0`"));
    }
    check_parameters(&url, unix)?;
    if url.fragment().is_some() {
        return Err(config("the URL has a `#` in it; write it as `%23` where it belongs to a password"));
    }
    // Lets one connection block and hear messages, and tells at once that it broke.
    let protocol = match (url.query_pairs().any(|(key, _)| key == "protocol"), url.query()) {
        (true, _) => "",
        (false, None) => "?protocol=resp3",
        (false, Some(_)) => "&protocol=resp3",
    };
    Ok(ServerUrl(format!("{text}{protocol}")))
}

fn check_parameters(url: &url::Url, unix: bool) -> Result<()> {
    let accepted: &[&str] = if unix { &["db", "user", "pass", "protocol"] } else { &["protocol"] };
    for (key, value) in url.query_pairs() {
        if !accepted.contains(&&*key) {
            // Not named: it may be a part of a password.
            let accepted = accepted.join("`, `");
            return Err(config(format!(
                "the URL has a parameter that is not known; accepted: `{accepted}`. In a password, write `?` as `%3F` and \
                 `&` as `%26`"
            )));
        }
        match &*key {
            "protocol" if !matches!(&*value, "resp2" | "resp3" | "2" | "3") => {
                return Err(config(
                    "the URL's `protocol` is `resp2` or `resp3`, as in `redis://host:6379/0?protocol=resp2`",
                ));
            }
            "db" if value.parse::<u32>().is_err() => {
                return Err(config("the URL's `db` is the number of a database, as in `unix:///run/redis.sock?db=0`"));
            }
            _ => {}
        }
    }
    Ok(())
}
