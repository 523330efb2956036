//! Which database a session is connected to, as traces and metrics tell it.

use super::url::{Address, Deployment, ServerUrl};

/// The database of a session, by what its URL says: it is not asked for.
#[derive(Debug)]
pub(crate) struct StoreIdentity {
    /// `redis`, or `memory` for the embedded store.
    pub(crate) system: &'static str,
    /// The number of the database; `None` where there are none.
    pub(crate) database: Option<Box<str>>,
    /// A name, an address or the path of a socket, where there is one server.
    pub(crate) address: Option<Box<str>>,
    pub(crate) port: Option<u16>,
}

impl StoreIdentity {
    pub(crate) fn of(address: &Address) -> Self {
        match address {
            Address::Memory => Self { system: "memory", database: None, address: None, port: None },
            Address::Redis(Deployment::Server(url)) => Self::of_server(url),
            Address::Redis(Deployment::Cluster(_)) => Self::of_several(None),
            Address::Redis(Deployment::Sentinel { sentinels, .. }) => Self::of_several(sentinels.first()),
        }
    }

    /// Which server answers is known only as it does.
    fn of_several(url: Option<&ServerUrl>) -> Self {
        let database = url.and_then(|url| Self::of_server(url).database).unwrap_or_else(|| "0".into());
        Self { system: "redis", database: Some(database), address: None, port: None }
    }

    fn of_server(url: &ServerUrl) -> Self {
        let system = "redis";
        let Ok(url) = url::Url::parse(url.as_str()) else {
            return Self { system, database: None, address: None, port: None };
        };
        let is_socket = url.scheme() == "unix";
        let (address, port, database) = if is_socket {
            let number = url.query_pairs().find(|(key, _)| key == "db").map(|(_, number)| number.into_owned());
            (Some(url.path()), None, number.unwrap_or_default())
        } else {
            let host = url.host_str().map(|host| host.trim_matches(['[', ']']));
            (host, Some(url.port().unwrap_or(6379)), url.path().trim_matches('/').to_owned())
        };
        let database = Some(if database.is_empty() { "0".into() } else { database.into_boxed_str() });
        Self { system, database, address: address.map(Into::into), port }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn an_identity_is_what_the_url_says_without_its_secrets() {
        let of = |url: &str| {
            let identity = StoreIdentity::of(&Config::new(url).expect("it is a URL").address);
            let text = |text: Option<Box<str>>| text.unwrap_or_default().into_string();
            (identity.system, text(identity.database), text(identity.address), identity.port)
        };
        let told =
            |system, database: &str, address: &str, port| (system, database.to_owned(), address.to_owned(), port);
        assert_eq!(of("memory://"), told("memory", "", "", None));
        assert_eq!(of("redis://ada:secret@db.example:7000/3"), told("redis", "3", "db.example", Some(7000)));
        assert_eq!(of("redis://[::1]"), told("redis", "0", "::1", Some(6379)));
        assert_eq!(of("unix:///run/redis.sock?db=2&pass=secret"), told("redis", "2", "/run/redis.sock", None));
        assert_eq!(of("redis-cluster://a,b"), told("redis", "0", "", None));
        assert_eq!(of("redis-sentinel://a,b/main/4"), told("redis", "4", "", None));
    }
}
