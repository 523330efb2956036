//! How connections are made to a server, the same way for all of a session.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::BoxFuture;
use redis::aio::{MultiplexedConnection, SendError};
use redis::{
    AsyncConnectionConfig, Client, ConnectionAddr, ConnectionInfo, ProtocolVersion, PushInfo, RedisResult, cmd,
};

use super::barrier_finder::BarrierFinder;
use crate::config::Config;
use crate::stats::WireCounts;
use crate::store::redis::barrier::Barrier;
use crate::store::redis::invalidation::{InvalidationListener, WatchedKeys};

#[derive(Clone)]
pub(crate) struct Connector {
    name: Arc<str>,
    pub(crate) timeout: Duration,
    /// The keys whose changes these connections tell of.
    watched: Option<Arc<WatchedKeys>>,
    /// Who hears what is published.
    hears: Option<Hears>,
    /// How many connections were made.
    made: Arc<AtomicU64>,
    /// What is counted of all connections of the session.
    counts: Arc<WireCounts>,
    /// Finds out why none is.
    finder: BarrierFinder,
}

/// Hears what a server says unasked, and that the connection broke.
pub(crate) type Hears = Arc<dyn Fn(&PushInfo) + Send + Sync>;

/// Takes what a server says unasked, and that the connection broke.
pub(crate) type PushHandler = Box<dyn Fn(PushInfo) + Send + Sync>;

impl Connector {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            name: config.client_name.as_str().into(),
            timeout: config.connect_timeout,
            watched: None,
            hears: None,
            made: Arc::default(),
            counts: Arc::default(),
            finder: BarrierFinder::default(),
        }
    }

    /// Makes connections that tell of changes.
    pub(crate) fn tracking(&self, config: &Config, watched: &Arc<WatchedKeys>) -> Self {
        Self { watched: Some(Arc::clone(watched)), counts: Arc::clone(&self.counts), ..Self::new(config) }
    }

    /// Makes connections of the same kind that tell what is published.
    pub(crate) fn hearing(&self, hears: Hears) -> Self {
        Self { hears: Some(hears), made: Arc::default(), ..self.clone() }
    }

    /// Who hears what is published.
    pub(super) fn hears(&self) -> Option<Hears> {
        self.hears.clone()
    }

    /// Who hears of changes over one more connection.
    pub(super) fn listener(&self) -> Option<Arc<InvalidationListener>> {
        self.watched.as_ref().map(InvalidationListener::new)
    }

    /// Makes one connection to this very server. It is up to the caller to bound how long that takes.
    /// Of one type for all who connect, since there is much to compile of it.
    pub(super) fn connect(
        &self,
        server: ConnectionInfo,
        pushes: PushHandler,
    ) -> BoxFuture<'_, RedisResult<MultiplexedConnection>> {
        Box::pin(self.connect_to(server, pushes))
    }

    async fn connect_to(&self, server: ConnectionInfo, pushes: PushHandler) -> RedisResult<MultiplexedConnection> {
        if self.watched.is_some() && server.redis_settings().protocol() == ProtocolVersion::RESP2 {
            // It would take the request to tell of changes, and tell nothing.
            return Err(Barrier::OnlyResp3.into_driver());
        }
        let mut options = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
        // The driver tells of a connection that broke by a push: in RESP2 it is found out when it is used.
        if server.redis_settings().protocol() != ProtocolVersion::RESP2 {
            options = options.set_push_sender(move |push| {
                pushes(push);
                Ok::<(), SendError>(())
            });
        }
        let settings = server.redis_settings();
        let password = settings.password().filter(|_| settings.username().is_none()).map(str::to_owned);
        let client = Client::open(server.clone())?;
        let connecting = client.get_multiplexed_async_connection_with_config(&options);
        let mut connection = self.finder.explained(&server, connecting).await?;
        if let Some(password) = password {
            // RESP3 logs in with a user, and then a server that asks for no password takes any.
            cmd("AUTH").arg(password).query_async::<()>(&mut connection).await?;
        }
        // Where an ACL forbids it, it stays unknown.
        let named: RedisResult<()> = cmd("CLIENT").arg("SETNAME").arg(&*self.name).query_async(&mut connection).await;
        match named {
            // RESP2 logs in with no command of its own where the URL has no password.
            Err(error) if error.is_unrecoverable_error() || error.code() == Some("NOAUTH") => Err(error),
            _ => {
                self.made.fetch_add(1, Ordering::Relaxed);
                Ok(connection)
            }
        }
    }

    /// Whether none was ever made, so that the session is only being opened.
    pub(super) fn is_first(&self) -> bool {
        self.watched.is_none() && self.hears.is_none() && self.made() == 0
    }

    pub(crate) fn wire_counts(&self) -> &Arc<WireCounts> {
        &self.counts
    }

    /// How many connections were made: what a server knew may be gone when it is more than before.
    pub(crate) fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }
}

/// The same way to another server.
pub(crate) fn at(like: &ConnectionInfo, host: String, port: u16) -> ConnectionInfo {
    let address = match like.addr().clone() {
        ConnectionAddr::TcpTls { insecure, tls_params, .. } => {
            ConnectionAddr::TcpTls { host, port, insecure, tls_params }
        }
        _ => ConnectionAddr::Tcp(host, port),
    };
    like.clone().set_addr(address)
}
