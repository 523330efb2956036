use std::sync::Arc;

use redis::RedisError;

use super::cluster::{Cluster, slot};
use super::connection::{Connection, HEDGE_AFTER, Live};
use super::connector::Connector;
use super::request::Remedy;
use crate::backend::Background;
use crate::error::Result;

/// Which server serves a key.
#[derive(Clone)]
pub(super) enum Topology {
    One(Connection),
    Cluster(Cluster),
}

impl Topology {
    /// The same servers over other connections. What is learned of who serves what holds for both.
    pub(super) fn beside(&self, connector: &Connector, background: &Arc<Background>) -> Self {
        match self {
            Self::One(link) => Self::One(Connection::new(link.endpoint().clone(), connector, background)),
            Self::Cluster(cluster) => Self::Cluster(cluster.beside(connector, background)),
        }
    }

    pub(super) fn link<'a>(&self, key: impl FnOnce() -> &'a [u8]) -> Result<Connection> {
        match self {
            Self::One(link) => Ok(link.clone()),
            Self::Cluster(cluster) => cluster.link(slot(key())),
        }
    }

    /// The connection of a link; on a cluster `None` when it is slow to come, since the node may be gone for good.
    pub(super) async fn live(&self, link: &Connection) -> Option<Result<Live>> {
        match self {
            Self::One(_) => Some(link.live().await),
            Self::Cluster(_) => Box::pin(tokio::time::timeout(HEDGE_AFTER, link.live())).await.ok(),
        }
    }

    /// Whoever has this key.
    pub(super) fn connection_of(&self, key: &str) -> Result<Connection> {
        self.link(|| key.as_bytes())
    }

    /// Learns from a refusal of a node who has the key.
    pub(super) fn follow(&self, error: &RedisError, by: &Connection) {
        match Remedy::of(error) {
            Remedy::Move(slot, node) => self.moved(slot, &node, by),
            _ => self.look_again(),
        }
    }

    pub(super) fn named(&self, node: &str, by: &Connection) -> Option<Connection> {
        match self {
            Self::One(_) => None,
            Self::Cluster(cluster) => cluster.named(node, by.endpoint()),
        }
    }

    /// Sees whether another node serves the key now.
    pub(super) async fn refresh(&self) {
        if let Self::Cluster(cluster) = self {
            // What is wrong shows in the call itself.
            let _ = cluster.refresh().await;
        }
    }

    /// The same, without waiting for it.
    pub(super) fn look_again(&self) {
        if let Self::Cluster(cluster) = self {
            cluster.start_round();
        }
    }

    pub(super) fn moved(&self, slot: u16, node: &str, by: &Connection) {
        if let Self::Cluster(cluster) = self {
            cluster.moved(slot, node, by.endpoint());
        }
    }
}
