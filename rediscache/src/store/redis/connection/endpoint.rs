//! To whom a connection is made: a server, or whichever server is the master.

use std::sync::Arc;
use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::io::tcp::TcpSettings;
use redis::io::tcp::socket2::TcpKeepalive;
use redis::{ConnectionInfo, IntoConnectionInfo, ProtocolVersion, RedisResult};

use super::connector::{Connector, PushHandler};
use super::sentinel::{MasterAddress, Sentinels};
#[cfg(feature = "tls")]
use super::tls::with_certificates;
use crate::config::{Config, Deployment, ServerUrl};
use crate::error::Result;
use crate::store::redis::error::from_driver;

/// After how much silence the system asks whether the other side is still there.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// Whom a connection is made to.
#[derive(Clone)]
pub(crate) enum Endpoint {
    Server(Box<ConnectionInfo>),
    /// The master of a service, whichever server that is at the time.
    Master(Arc<Sentinels>),
}

impl Endpoint {
    /// Makes one connection to it. It is up to the caller to bound how long that takes.
    pub(crate) async fn connect(&self, connector: &Connector, pushes: PushHandler) -> RedisResult<Connected> {
        match self {
            Self::Server(server) => {
                let connection = connector.connect((**server).clone(), pushes).await?;
                Ok(Connected { connection, master: None })
            }
            Self::Master(sentinels) => {
                let master = sentinels.master(connector.timeout / 2).await?;
                let mut connection = connector.connect(sentinels.at(&master), pushes).await?;
                sentinels.check_role(&mut connection).await?;
                Ok(Connected { connection, master: Some(master) })
            }
        }
    }

    /// Whether the driver tells when a connection to it ends, which it does not in RESP2.
    pub(super) fn tells_of_its_end(&self) -> bool {
        let server = match self {
            Self::Server(server) => Some(&**server),
            Self::Master(sentinels) => sentinels.known().0.first(),
        };
        server.is_some_and(|server| server.redis_settings().protocol() != ProtocolVersion::RESP2)
    }

    /// Whether it may be another server the next time.
    pub(crate) fn is_master(&self) -> bool {
        matches!(self, Self::Master(_))
    }

    /// Whether a master that was there is known to be elsewhere now.
    pub(super) fn has_left(&self, master: Option<&MasterAddress>) -> bool {
        match (self, master) {
            (Self::Master(sentinels), Some(master)) => sentinels.have_left(master),
            _ => false,
        }
    }

    /// What is sent to it that nobody else may see.
    pub(super) fn secrets(&self) -> Vec<&str> {
        let (servers, sentinels) = match self {
            Self::Server(server) => (std::slice::from_ref(&**server), &[][..]),
            Self::Master(sentinels) => sentinels.known(),
        };
        servers.iter().chain(sentinels).filter_map(|server| server.redis_settings().password()).collect()
    }
}

/// A connection, and where the master was for it.
pub(crate) struct Connected {
    pub(crate) connection: MultiplexedConnection,
    pub(super) master: Option<MasterAddress>,
}

/// The servers of a deployment, as the driver takes them.
pub(crate) enum Endpoints {
    One(Endpoint),
    /// Some nodes of a cluster.
    Cluster(Vec<ConnectionInfo>),
}

impl Endpoints {
    pub(crate) fn of(deployment: &Deployment, config: &Config) -> Result<Self> {
        let info = |url: &ServerUrl| info(url, config);
        Ok(match deployment {
            Deployment::Server(url) => Self::One(Endpoint::Server(Box::new(info(url)?))),
            Deployment::Cluster(urls) => Self::Cluster(urls.iter().map(info).collect::<Result<_>>()?),
            Deployment::Sentinel { sentinels, service } => {
                let sentinels = sentinels.iter().map(info).collect::<Result<_>>()?;
                let sentinels = Sentinels::new(sentinels, service, config.sentinel_credentials.as_ref());
                Self::One(Endpoint::Master(Arc::new(sentinels)))
            }
        })
    }
}

fn info(url: &ServerUrl, config: &Config) -> Result<ConnectionInfo> {
    let info = url.as_str().into_connection_info().map_err(|error| from_driver(&error))?;
    let settings = info.redis_settings().clone().set_lib_name("rediscache", env!("CARGO_PKG_VERSION"));
    let tcp = TcpSettings::default().set_nodelay(true).set_keepalive(TcpKeepalive::new().with_time(KEEPALIVE));
    let info = info.set_redis_settings(settings).set_tcp_settings(tcp);
    with_certificates(info, &config.tls)
}

#[cfg(not(feature = "tls"))]
fn with_certificates(info: ConnectionInfo, _: &crate::config::Tls) -> Result<ConnectionInfo> {
    Ok(info)
}
