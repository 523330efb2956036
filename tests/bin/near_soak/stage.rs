use std::time::Duration;

use rediscache::RedisSession;
use support::{Cluster, Deployment, Proxy, Sentinels, Server};

use crate::args::Options;

/// The servers that are read from and written to.
pub(crate) enum Stage {
    /// Readers come through the proxy.
    Server(Server, Proxy),
    Cluster(Cluster),
    Sentinels(Sentinels),
}

impl Stage {
    pub(crate) fn start(options: &Options) -> Self {
        match options.shared.deployment {
            Deployment::Server => {
                let server = options.shared.server().start();
                let proxy = Proxy::before(&server);
                Self::Server(server, proxy)
            }
            Deployment::Cluster => Self::Cluster(Cluster::of_masters(&[])),
            Deployment::Sentinel => Self::Sentinels(Sentinels::start()),
        }
    }

    /// Where writers go.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::Server(server, _) => server.url(),
            Self::Cluster(cluster) => cluster.url(),
            Self::Sentinels(trio) => trio.url(),
        }
    }

    /// The session of the readers.
    pub(crate) async fn connect(&self, bound: Duration) -> Result<RedisSession, String> {
        let (url, connecting) = match self {
            Self::Server(_, proxy) => (proxy.url(), 2 * bound),
            _ => (self.url(), Duration::from_secs(2)),
        };
        // Long enough for the connections that are left alone.
        let timeout = Duration::from_secs(1).max(5 * bound);
        let session = RedisSession::builder(url).response_timeout(timeout).connect_timeout(connecting);
        session.connect().await.map_err(|error| format!("connecting failed: {error:?}"))
    }

    pub(crate) fn version(&self) -> String {
        match self {
            Self::Server(server, _) => server.version(),
            Self::Cluster(cluster) => format!("{} cluster", cluster.node(0).version()),
            Self::Sentinels(trio) => format!("{} with Sentinels", trio.master().version()),
        }
    }
}
