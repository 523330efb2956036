//! URLs of servers: those of one server, and those of clusters and Sentinels taken apart into such.

use crate::error::{Failure, Result};

/// What a URL leads to.
#[derive(Debug, PartialEq)]
pub(crate) enum Address {
    /// One server, by a URL that the driver takes.
    One(String),
    /// Some nodes of a cluster.
    Cluster(Vec<String>),
    /// Sentinels, and what they know the master by.
    Sentinel { sentinels: Vec<String>, service: String, master: Parts },
}

/// What a URL of one server is made of, without its host.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Parts {
    scheme: &'static str,
    /// With the `@`, if there are any.
    credentials: String,
    /// From the `/` on.
    rest: String,
}

impl Parts {
    /// The URL of this host.
    pub(crate) fn at(&self, host: &str, port: u16) -> String {
        let Self { scheme, credentials, rest } = self;
        let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
        format!("{scheme}://{credentials}{host}:{port}{rest}")
    }
}

impl Address {
    pub(crate) fn of(url: &str) -> Result<Self> {
        let (scheme, rest) = url.split_once("://").ok_or_else(no_url)?;
        let (plain, kind) = match scheme {
            "redis" | "unix" => return Ok(Self::One(url.to_owned())),
            "rediss" if cfg!(feature = "tls") => return Ok(Self::One(url.to_owned())),
            "redis-cluster" | "redis-sentinel" => ("redis", scheme),
            "rediss-cluster" | "rediss-sentinel" if cfg!(feature = "tls") => ("rediss", scheme),
            "rediss" | "rediss-cluster" | "rediss-sentinel" => {
                return Err(Failure::mistaken("TLS is not built in: install `rediscache-cli` with its feature `tls`"));
            }
            "memory" => {
                return Err(Failure::mistaken("what is in the memory of another program cannot be seen from here"));
            }
            _ => return Err(no_url()),
        };
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (credentials, hosts) = authority.split_at(authority.rfind('@').map_or(0, |at| at + 1));
        let hosts: Vec<&str> = hosts.split(',').filter(|host| !host.is_empty()).collect();
        if hosts.is_empty() {
            return Err(no_url());
        }
        if kind.ends_with("cluster") {
            let url = |host: &&str| format!("{plain}://{credentials}{host}{path}");
            return Ok(Self::Cluster(hosts.iter().map(url).collect()));
        }
        let mut parts = path.trim_start_matches('/').splitn(2, '/');
        let service = parts.next().unwrap_or_default().to_owned();
        if service.is_empty() {
            return Err(Failure::mistaken("Sentinels are asked for a service: redis-sentinel://host:26379/service/db"));
        }
        let rest = parts.next().map_or_else(String::new, |rest| format!("/{rest}"));
        let sentinels = hosts.iter().map(|host| format!("{plain}://{host}")).collect();
        let master = Parts { scheme: plain, credentials: credentials.to_owned(), rest };
        Ok(Self::Sentinel { sentinels, service, master })
    }

    /// What the nodes of a cluster are reached by, as this one of them is.
    pub(crate) fn parts_of(url: &str) -> Parts {
        let scheme = if url.starts_with("rediss") { "rediss" } else { "redis" };
        let authority = url.split_once("://").map_or(url, |(_, rest)| rest);
        let (authority, rest) = authority.split_at(authority.find(['/', '?']).unwrap_or(authority.len()));
        let credentials = &authority[..authority.rfind('@').map_or(0, |at| at + 1)];
        Parts { scheme, credentials: credentials.to_owned(), rest: rest.to_owned() }
    }
}

/// Without the URL itself, which may have a password in it.
fn no_url() -> Failure {
    Failure::mistaken(
        "that is no URL of a server: give one such as redis://user:pass@host:port/db, unix:///path, \
         redis-cluster://a:7000,b:7000 or redis-sentinel://a:26379/service/db",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_many_hosts_are_taken_apart() {
        let address = |url| Address::of(url).expect("it is one");
        assert_eq!(address("redis://a/1"), Address::One("redis://a/1".to_owned()));
        let urls = ["redis://u:p@a:1", "redis://u:p@b:2"].map(str::to_owned);
        assert_eq!(address("redis-cluster://u:p@a:1,b:2"), Address::Cluster(urls.into()));
        assert_eq!(Address::parts_of("redis://u:p@a:1").at("::1", 7), "redis://u:p@[::1]:7");
        let Address::Sentinel { sentinels, service, master } = address("redis-sentinel://u:p@a:1,b/main/3") else {
            panic!("it is of Sentinels");
        };
        assert_eq!((sentinels.join(" "), &*service), ("redis://a:1 redis://b".to_owned(), "main"));
        assert_eq!(master.at("c", 6379), "redis://u:p@c:6379/3");
    }

    #[test]
    fn what_is_no_url_is_refused_without_its_password() {
        for url in ["", "secret", "http://u:secret@a", "redis-cluster://", "redis-sentinel://u:secret@a", "memory://"] {
            let failure = Address::of(url).expect_err(url);
            assert!(failure.code == crate::error::MISTAKEN && !failure.to_string().contains("secret"), "{failure}");
        }
    }
}
