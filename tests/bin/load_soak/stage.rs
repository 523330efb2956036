use rediscache::RedisSession;
use support::{Cluster, Deployment, Sentinels, Server, SoakOptions};

/// The servers.
pub(crate) enum Stage {
    Server(Box<Server>),
    Cluster(Cluster),
    Sentinels(Box<Sentinels>),
}

impl Stage {
    pub(crate) fn start(options: &SoakOptions) -> Self {
        match options.deployment {
            Deployment::Server => Self::Server(Box::new(options.server().start())),
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
        match self {
            Self::Server(server) => server.version(),
            Self::Cluster(cluster) => format!("{} cluster", cluster.node(0).version()),
            Self::Sentinels(trio) => format!("{} with Sentinels", trio.master().version()),
        }
    }
}
