use std::sync::Arc;
use std::time::Duration;

use redis::aio::{MultiplexedConnection, SendError};
use redis::io::tcp::TcpSettings;
use redis::io::tcp::socket2::TcpKeepalive;
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, ErrorKind, IntoConnectionInfo, ProtocolVersion,
    PushInfo, RedisResult, cmd,
};

#[cfg(feature = "tls")]
use rustls::pki_types::pem::PemObject;
#[cfg(feature = "tls")]
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::error::from_driver;
use super::sentinel::{MasterAddress, Sentinels};
use super::watched_keys::WatchedKeys;
#[cfg(feature = "tls")]
use crate::config::Tls;
use crate::config::{Config, Deployment, ServerUrl};
use crate::error::Result;

/// After how much silence the system asks whether the other side is still there.
const KEEPALIVE: Duration = Duration::from_secs(30);

/// How connections are made, the same for all of a session.
#[derive(Clone)]
pub(super) struct Connector {
    name: Arc<str>,
    pub(super) timeout: Duration,
    /// Who is told of changes by these connections.
    pub(super) watched: Option<Arc<WatchedKeys>>,
}

/// Whom a connection is made to.
#[derive(Clone)]
pub(super) enum Endpoint {
    Server(Box<ConnectionInfo>),
    /// The master of a service, whichever server that is at the time.
    Master(Arc<Sentinels>),
}

impl Endpoint {
    /// Whether it may be another server the next time.
    pub(super) fn is_master(&self) -> bool {
        matches!(self, Self::Master(_))
    }

    /// Whether a master that was there is known to be elsewhere now.
    pub(super) fn has_left(&self, address: Option<&MasterAddress>) -> bool {
        match (self, address) {
            (Self::Master(sentinels), Some(address)) => sentinels.have_left(address),
            _ => false,
        }
    }

    /// What is sent to it that nobody else may see.
    pub(super) fn secrets(&self) -> Vec<&str> {
        let (topology, sentinels) = match self {
            Self::Server(server) => (std::slice::from_ref(&**server), &[][..]),
            Self::Master(sentinels) => sentinels.known(),
        };
        topology.iter().chain(sentinels).filter_map(|server| server.redis_settings().password()).collect()
    }
}

/// A connection, and where the master was for it.
pub(super) struct Connected {
    pub(super) connection: MultiplexedConnection,
    pub(super) address: Option<MasterAddress>,
}

/// Takes what a server says unasked, and that the connection broke.
pub(super) type Pushes = Box<dyn Fn(PushInfo) + Send + Sync>;

impl Connector {
    pub(super) fn new(config: &Config) -> Self {
        Self { name: config.client_name.as_str().into(), timeout: config.connect_timeout, watched: None }
    }

    /// Makes connections that tell of changes.
    pub(super) fn telling(config: &Config, watched: &Arc<WatchedKeys>) -> Self {
        Self { watched: Some(Arc::clone(watched)), ..Self::new(config) }
    }

    /// Makes one connection. It is up to the caller to bound how long that takes.
    pub(super) async fn connect(&self, endpoint: &Endpoint, pushes: Pushes) -> RedisResult<Connected> {
        match endpoint {
            Endpoint::Server(server) => {
                let connection = self.connect_to((**server).clone(), pushes).await?;
                Ok(Connected { connection, address: None })
            }
            Endpoint::Master(sentinels) => {
                let address = sentinels.master(self.timeout / 2).await?;
                let mut connection = self.connect_to(sentinels.at(&address), pushes).await?;
                sentinels.check_role(&mut connection).await?;
                Ok(Connected { connection, address: Some(address) })
            }
        }
    }

    /// Makes one connection to this very server.
    pub(super) async fn connect_to(
        &self,
        server: ConnectionInfo,
        pushes: Pushes,
    ) -> RedisResult<MultiplexedConnection> {
        if self.watched.is_some() && server.redis_settings().protocol() == ProtocolVersion::RESP2 {
            // It would take the request to tell of changes, and tell nothing.
            return Err((ErrorKind::RESP3NotSupported, "changes are told in RESP3").into());
        }
        let mut options = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
        // Without RESP3, a connection that broke is found out when it is used.
        if server.redis_settings().protocol() != ProtocolVersion::RESP2 {
            options = options.set_push_sender(move |push| {
                pushes(push);
                Ok::<(), SendError>(())
            });
        }
        let settings = server.redis_settings();
        let password = settings.password().filter(|_| settings.username().is_none()).map(str::to_owned);
        let client = Client::open(server)?;
        let mut connection = client.get_multiplexed_async_connection_with_config(&options).await?;
        if let Some(password) = password {
            // RESP3 logs in with a user, and then a server that asks for no password takes any.
            cmd("AUTH").arg(password).query_async::<()>(&mut connection).await?;
        }
        // Where an ACL forbids it, it stays unknown.
        let named: RedisResult<()> = cmd("CLIENT").arg("SETNAME").arg(&*self.name).query_async(&mut connection).await;
        match named {
            Err(error) if error.is_unrecoverable_error() => Err(error),
            _ => Ok(connection),
        }
    }
}

/// The servers of a deployment, as the driver takes them.
pub(super) enum Endpoints {
    One(Endpoint),
    /// Some nodes of a cluster.
    Cluster(Vec<ConnectionInfo>),
}

impl Endpoints {
    pub(super) fn of(deployment: &Deployment, config: &Config) -> Result<Self> {
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
    with_tls(info.set_redis_settings(settings).set_tcp_settings(tcp), config)
}

#[cfg(feature = "tls")]
fn with_tls(info: ConnectionInfo, config: &Config) -> Result<ConnectionInfo> {
    use redis::{ClientTlsConfig, TlsCertificates};

    use crate::config::config as refused;

    let given = &config.tls;
    let unreadable = || refused("a certificate or its key cannot be read; give both in PEM form");
    if !are_readable(given) {
        return Err(unreadable());
    }
    let ConnectionAddr::TcpTls { host, port, .. } = info.addr().clone() else {
        let any = given.root_certificate.is_some() || given.client_certificate.is_some() || given.any_certificate;
        return match any {
            true => Err(refused("certificates are for TLS; write the URL as `rediss://…`")),
            false => Ok(info),
        };
    };
    // Has rustls use ring, unless the program chose another provider. Without one it panics.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let certificates = TlsCertificates {
        client_tls: given
            .client_certificate
            .clone()
            .map(|(client_cert, client_key)| ClientTlsConfig { client_cert, client_key }),
        root_cert: given.root_certificate.clone(),
    };
    let insecure = given.any_certificate;
    let address = ConnectionAddr::TcpTls { host, port, insecure, tls_params: None };
    let client = Client::build_with_tls(info.set_addr(address), certificates).map_err(|_| unreadable())?;
    Ok(client.get_connection_info().clone())
}

/// The driver passes over what is none.
#[cfg(feature = "tls")]
fn are_readable(given: &Tls) -> bool {
    let is_chain = |pem: &[u8]| {
        let mut certificates = CertificateDer::pem_slice_iter(pem).peekable();
        certificates.peek().is_some() && certificates.all(|certificate| certificate.is_ok())
    };
    let client = given.client_certificate.as_ref();
    given.root_certificate.as_deref().is_none_or(is_chain)
        && client.is_none_or(|(chain, key)| is_chain(chain) && PrivateKeyDer::from_pem_slice(key).is_ok())
}

#[cfg(not(feature = "tls"))]
fn with_tls(info: ConnectionInfo, _: &Config) -> Result<ConnectionInfo> {
    Ok(info)
}

/// The same way to another server.
pub(super) fn at(like: &ConnectionInfo, host: String, port: u16) -> ConnectionInfo {
    let address = match like.addr().clone() {
        ConnectionAddr::TcpTls { insecure, tls_params, .. } => {
            ConnectionAddr::TcpTls { host, port, insecure, tls_params }
        }
        _ => ConnectionAddr::Tcp(host, port),
    };
    like.clone().set_addr(address)
}
