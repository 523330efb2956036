//! Which server serves a key: the one there is, or a node of a cluster.

mod cluster;

use std::borrow::Cow;
use std::sync::Arc;

use redis::RedisError;

use self::cluster::{Cluster, WeakCluster};
use super::connection::{Connection, Connector, Endpoints, HEDGE_AFTER, Live};
use super::remedy::Remedy;
use crate::error::Result;
use crate::refusal;
use crate::store::background::Background;

#[derive(Clone)]
pub(crate) enum Topology {
    One(Connection),
    Cluster(Cluster),
}

/// A topology that is not kept by this.
pub(crate) enum WeakTopology {
    One,
    Cluster(WeakCluster),
}

impl WeakTopology {
    /// Sees whether other nodes serve what they did, if there are any.
    pub(crate) fn look_again(&self) {
        if let Self::Cluster(cluster) = self
            && let Some(cluster) = cluster.upgrade()
        {
            cluster.start_round();
        }
    }

    /// Whether a key is at the node that this connection leads to, as far as is known.
    pub(crate) fn serves(&self, key: &str, by: &Connection) -> bool {
        match self {
            Self::One => true,
            Self::Cluster(cluster) => {
                let connection = cluster.upgrade().and_then(|cluster| cluster.connection(key).ok());
                connection.is_some_and(|connection| connection.is(by))
            }
        }
    }
}

impl Topology {
    pub(crate) fn downgrade(&self) -> WeakTopology {
        match self {
            Self::One(_) => WeakTopology::One,
            Self::Cluster(cluster) => WeakTopology::Cluster(cluster.downgrade()),
        }
    }

    pub(crate) fn of(endpoints: Endpoints, connector: &Connector, background: &Arc<Background>) -> Self {
        match endpoints {
            Endpoints::One(endpoint) => Self::One(Connection::new(endpoint, connector, background)),
            Endpoints::Cluster(seeds) => Self::Cluster(Cluster::new(seeds, connector, background)),
        }
    }

    /// The same servers over other connections. What is learned of who serves what holds for both.
    pub(crate) fn beside(&self, connector: &Connector, background: &Arc<Background>) -> Self {
        match self {
            Self::One(connection) => Self::One(Connection::new(connection.endpoint().clone(), connector, background)),
            Self::Cluster(cluster) => Self::Cluster(cluster.beside(connector, background)),
        }
    }

    /// Connects, to tell at once what is wrong.
    pub(crate) async fn connect(&self) -> Result<()> {
        match self {
            Self::One(connection) => connection.live().await.map(drop),
            Self::Cluster(cluster) => cluster.refresh().await,
        }
    }

    /// The connection to whoever has this key.
    pub(crate) fn connection(&self, key: &str) -> Result<Connection> {
        match self {
            Self::One(connection) => Ok(connection.clone()),
            Self::Cluster(cluster) => cluster.connection(key),
        }
    }

    /// The connection, where there is but one.
    pub(crate) fn only(&self) -> Option<&Connection> {
        match self {
            Self::One(connection) => Some(connection),
            Self::Cluster(_) => None,
        }
    }

    /// The name of whoever has this key, as far as is known; empty where there is but one.
    pub(crate) fn server_of(&self, key: &str) -> Cow<'static, str> {
        match self {
            Self::One(_) => Cow::Borrowed(""),
            Self::Cluster(cluster) => cluster.owner_name(key),
        }
    }

    /// The connections to those that serve something.
    pub(crate) fn masters(&self) -> Result<Vec<Connection>> {
        match self {
            Self::One(connection) => Ok(vec![connection.clone()]),
            Self::Cluster(cluster) => cluster.masters(),
        }
    }

    /// The connection when it stands; on a cluster `None` when it is slow to come, since the node may be gone for good.
    pub(crate) async fn live(&self, connection: &Connection) -> Option<Result<Live>> {
        match self {
            Self::One(_) => Some(connection.live().await),
            Self::Cluster(_) => Box::pin(tokio::time::timeout(HEDGE_AFTER, connection.live())).await.ok(),
        }
    }

    pub(crate) fn is_cluster(&self) -> bool {
        matches!(self, Self::Cluster(_))
    }

    /// Whether another server takes over when one is gone.
    pub(crate) fn fails_over(&self) -> bool {
        match self {
            Self::One(connection) => connection.endpoint().is_master(),
            Self::Cluster(_) => true,
        }
    }

    /// The key of something that belongs to what is at `key`. On a cluster, a hash tag puts both in one slot.
    pub(crate) fn beside_key(&self, key: &str, suffix: &str) -> Result<String> {
        match self {
            Self::Cluster(_) if cluster::tag(key.as_bytes()).is_none() => {
                if key.contains('}') {
                    return Err(refusal::no_tag());
                }
                Ok(format!("{{{key}}}{suffix}"))
            }
            _ => Ok(format!("{key}{suffix}")),
        }
    }

    /// Whether a command can be made on all of these keys: on a cluster, whether they lie in one slot.
    pub(crate) fn are_together(&self, keys: impl IntoIterator<Item = impl AsRef<str>>) -> bool {
        let mut slots = keys.into_iter().map(|key| cluster::slot(key.as_ref().as_bytes()));
        !self.is_cluster() || slots.next().is_none_or(|first| slots.all(|slot| slot == first))
    }

    /// Learns from a refusal of a node who has the key.
    pub(crate) fn follow(&self, error: &RedisError, by: &Connection) {
        match Remedy::of(error) {
            Remedy::Move(slot, node) => self.moved(slot, &node, by),
            _ => self.look_again(),
        }
    }

    /// The connection to the node that `by` names in a redirection.
    pub(crate) fn named(&self, node: &str, by: &Connection) -> Option<Connection> {
        match self {
            Self::One(_) => None,
            Self::Cluster(cluster) => cluster.named(node, by.endpoint()),
        }
    }

    /// Sees whether another node serves the key now.
    pub(crate) async fn refresh(&self) {
        if let Self::Cluster(cluster) = self {
            // What is wrong shows in the call itself.
            let _ = Box::pin(cluster.refresh()).await;
        }
    }

    /// The same, without waiting for it.
    pub(crate) fn look_again(&self) {
        if let Self::Cluster(cluster) = self {
            cluster.start_round();
        }
    }

    pub(crate) fn moved(&self, slot: u16, node: &str, by: &Connection) {
        if let Self::Cluster(cluster) = self {
            cluster.moved(slot, node, by.endpoint());
        }
    }

    pub(crate) fn close(&self) {
        match self {
            Self::One(connection) => connection.close(),
            Self::Cluster(cluster) => cluster.close(),
        }
    }
}
