use std::path::PathBuf;

use rediscache::RedisSession;
use support::{Cluster, Sentinels, Server};

use crate::args::{Deployment, Options};

/// The servers.
pub(crate) enum Stage {
    Server(Box<Server>),
    Cluster(Cluster),
    Sentinels(Box<Sentinels>),
}

impl Stage {
    pub(crate) fn start(options: &Options) -> Self {
        match options.deployment {
            Deployment::Server => {
                let program = |program: &PathBuf| Server::options().program(program);
                Self::Server(Box::new(options.server.as_ref().map_or_else(Server::options, program).start()))
            }
            Deployment::Cluster => Self::Cluster(Cluster::of_masters(&[])),
            Deployment::Sentinel => Self::Sentinels(Box::new(Sentinels::start())),
        }
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Server(server) => server.url(),
            Self::Cluster(cluster) => cluster.url(),
            Self::Sentinels(trio) => trio.url(),
        }
    }

    pub(crate) async fn connect(&self) -> Result<RedisSession, String> {
        RedisSession::connect(&self.url()).await.map_err(|error| format!("connecting failed: {error:?}"))
    }

    pub(crate) fn version(&self) -> String {
        let (server, kind) = match self {
            Self::Server(server) => (&**server, ""),
            Self::Cluster(cluster) => (cluster.node(0), " cluster"),
            Self::Sentinels(trio) => (trio.master(), " with Sentinels"),
        };
        let info: String = redis::cmd("INFO").arg("server").query(&mut server.raw()).unwrap_or_default();
        let fact = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        match (fact("valkey_version:"), fact("redis_version:")) {
            (Some(version), _) => format!("valkey {version}{kind}"),
            (None, version) => format!("redis {}{kind}", version.unwrap_or("unknown")),
        }
    }
}
