//! The nodes of a cluster, a connection to each that is needed, and which of them serves which slot.
//!
//! By hand, since the driver's own cannot say which connection answered, nor whether a call was sent, and repeats writes.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;

use crc::{CRC_16_XMODEM, Crc};
use redis::{ConnectionAddr, ConnectionInfo, Value, cmd};
use tokio::sync::watch;

use crate::error::{Error, ErrorKind, Result};
use crate::refusal;
use crate::store::background::Background;
use crate::store::redis::connection::{Connection, Connector, Endpoint, at};
use crate::store::redis::error::{from_driver, not_connected};

/// How long one node has to tell who serves what.
const TELLING: Duration = Duration::from_secs(1);

const SLOTS: u16 = 16384;

/// What a node answers is followed at once (`MOVED`); the whole table is asked for in the background then, and when a
/// node cannot be reached. <https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/>
#[derive(Clone)]
pub(crate) struct Cluster(Arc<ClusterNodes>);

/// A cluster that is not kept by this.
pub(crate) struct WeakCluster(Weak<ClusterNodes>);

impl WeakCluster {
    pub(super) fn upgrade(&self) -> Option<Cluster> {
        self.0.upgrade().map(Cluster)
    }
}

struct ClusterNodes {
    connector: Connector,
    background: Arc<Background>,
    /// Those of the URL.
    seeds: Vec<ConnectionInfo>,
    slots: Arc<RwLock<SlotOwners>>,
    nodes: RwLock<NodeConnections>,
    round: watch::Sender<Round>,
    /// How many rounds there were, so that each begins with another node.
    rounds: AtomicUsize,
}

/// Who serves each slot, as far as is known.
type SlotOwners = Vec<Option<NodeAddress>>;

#[derive(Default)]
struct NodeConnections {
    connections: HashMap<NodeAddress, Connection>,
    closed: bool,
}

type NodeAddress = Arc<(String, u16)>;

/// One time that the table is asked for.
#[derive(Default)]
struct Round {
    under_way: bool,
    /// How often the background had moved when it was begun: in a runtime that was left, it may never end.
    moves: u64,
    failure: Option<Error>,
}

/// The slot of a key.
pub(super) fn slot(key: &[u8]) -> u16 {
    static CRC: Crc<u16> = Crc::<u16>::new(&CRC_16_XMODEM);
    CRC.checksum(tag(key).unwrap_or(key)) % SLOTS
}

/// What alone counts for the slot of a key: what stands between the first `{` and the first `}` after it, if anything.
pub(super) fn tag(key: &[u8]) -> Option<&[u8]> {
    let start = key.iter().position(|&byte| byte == b'{')? + 1;
    let length = key[start..].iter().position(|&byte| byte == b'}')?;
    (length > 0).then(|| &key[start..start + length])
}

impl Cluster {
    pub(super) fn new(seeds: Vec<ConnectionInfo>, connector: &Connector, background: &Arc<Background>) -> Self {
        Self::of(seeds, Arc::new(RwLock::new(vec![None; SLOTS.into()])), connector, background)
    }

    pub(super) fn downgrade(&self) -> WeakCluster {
        WeakCluster(Arc::downgrade(&self.0))
    }

    /// The same nodes over other connections, with one table for both.
    pub(super) fn beside(&self, connector: &Connector, background: &Arc<Background>) -> Self {
        Self::of(self.0.seeds.clone(), Arc::clone(&self.0.slots), connector, background)
    }

    fn of(
        seeds: Vec<ConnectionInfo>,
        slots: Arc<RwLock<SlotOwners>>,
        connector: &Connector,
        background: &Arc<Background>,
    ) -> Self {
        let (round, _) = watch::channel(Round::default());
        let (connector, background, nodes) = (connector.clone(), Arc::clone(background), RwLock::default());
        Self(Arc::new(ClusterNodes { connector, background, seeds, slots, nodes, round, rounds: AtomicUsize::new(0) }))
    }

    /// The connection to whoever serves the slot of the key; to any node that can be reached when that is not known.
    pub(super) fn connection(&self, key: &str) -> Result<Connection> {
        let slot = slot(key.as_bytes());
        let owner = self.0.slots.read().unwrap_or_else(PoisonError::into_inner)[usize::from(slot)].clone();
        {
            let nodes = self.0.nodes.read().unwrap_or_else(PoisonError::into_inner);
            if nodes.closed {
                return Err(refusal::closed());
            }
            let connection = match &owner {
                Some(address) => nodes.connections.get(address),
                None => nodes.connections.values().find(|connection| connection.is_up()),
            };
            if let Some(connection) = connection {
                return Ok(connection.clone());
            }
        }
        let any = || address_of(&self.0.seeds[usize::from(slot) % self.0.seeds.len()]);
        match owner.or_else(any) {
            Some(address) => Ok(self.0.connection_to(&address)),
            None => Err(refusal::unexpected()),
        }
    }

    /// The name of the node that serves the slot of the key; empty when that is not known.
    pub(super) fn owner_name(&self, key: &str) -> Cow<'static, str> {
        let slots = self.0.slots.read().unwrap_or_else(PoisonError::into_inner);
        match &slots[usize::from(slot(key.as_bytes()))] {
            Some(owner) => Cow::Owned(format!("{}:{}", owner.0, owner.1)),
            None => Cow::Borrowed(""),
        }
    }

    /// The connections to those that serve some slot.
    pub(super) fn masters(&self) -> Result<Vec<Connection>> {
        if self.0.nodes.read().unwrap_or_else(PoisonError::into_inner).closed {
            return Err(refusal::closed());
        }
        let owners: HashSet<NodeAddress> =
            self.0.slots.read().unwrap_or_else(PoisonError::into_inner).iter().flatten().cloned().collect();
        Ok(owners.iter().map(|owner| self.0.connection_to(owner)).collect())
    }

    /// The connection to the node that a redirection by `by` names, as `host:port`; the host may be left out.
    pub(super) fn named(&self, node: &str, by: &Endpoint) -> Option<Connection> {
        Some(self.0.connection_to(&address(node, by)?))
    }

    /// Follows a redirection for good.
    pub(super) fn moved(&self, slot: u16, node: &str, by: &Endpoint) {
        if let Some(address) = address(node, by) {
            let mut slots = self.0.slots.write().unwrap_or_else(PoisonError::into_inner);
            if let Some(owner) = slots.get_mut(usize::from(slot)) {
                *owner = Some(address);
            }
        }
        self.start_round();
    }

    /// Asks for the table; all who ask meanwhile share the answer.
    pub(super) async fn refresh(&self) -> Result<()> {
        let mut rounds = self.0.round.subscribe();
        self.start_round();
        match rounds.wait_for(|round| !round.under_way).await.as_deref() {
            Ok(Round { failure: Some(failure), .. }) => Err(failure.again()),
            _ => Ok(()),
        }
    }

    pub(super) fn start_round(&self) {
        if self.0.nodes.read().unwrap_or_else(PoisonError::into_inner).closed {
            return;
        }
        let moves = self.0.background.moves();
        let started = self.0.round.send_if_modified(|round| {
            let is_under_way = round.under_way && round.moves == moves;
            (round.under_way, round.moves) = (true, moves);
            !is_under_way
        });
        if started {
            let asking = Asking { cluster: self.downgrade(), outcome: Err(refusal::interrupted()) };
            self.0.background.spawn(asking.all());
        }
    }

    pub(super) fn close(&self) {
        let mut nodes = self.0.nodes.write().unwrap_or_else(PoisonError::into_inner);
        nodes.closed = true;
        let connections = std::mem::take(&mut nodes.connections);
        drop(nodes);
        connections.values().for_each(Connection::close);
    }
}

impl ClusterNodes {
    fn connection_to(&self, address: &NodeAddress) -> Connection {
        let mut nodes = self.nodes.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(connection) = nodes.connections.get(address) {
            return connection.clone();
        }
        let connection = Connection::new(self.endpoint(address), &self.connector, &self.background);
        if nodes.closed {
            connection.close();
        } else {
            nodes.connections.insert(Arc::clone(address), connection.clone());
        }
        connection
    }

    fn endpoint(&self, address: &NodeAddress) -> Endpoint {
        Endpoint::Server(Box::new(at(&self.seeds[0], address.0.clone(), address.1)))
    }

    /// Whom to ask for the table: first those that can be reached, in an order that changes, since one that is cut off
    /// from the others tells what was.
    fn informants(&self) -> Vec<Connection> {
        let mut connections: Vec<Connection> = {
            let nodes = self.nodes.read().unwrap_or_else(PoisonError::into_inner);
            nodes.connections.values().cloned().collect()
        };
        let first = self.rounds.fetch_add(1, Ordering::Relaxed) % connections.len().max(1);
        connections.rotate_left(first);
        let (mut informants, down): (Vec<_>, Vec<_>) = connections.into_iter().partition(Connection::is_up);
        informants.extend(self.seeds.iter().filter_map(address_of).map(|address| self.connection_to(&address)));
        informants.extend(down);
        informants
    }

    /// Takes a new table, and lets go of nodes that serve nothing.
    fn adopt(&self, slots: SlotOwners) {
        let serving: HashSet<NodeAddress> = slots.iter().flatten().cloned().collect();
        serving.iter().for_each(|address| drop(self.connection_to(address)));
        *self.slots.write().unwrap_or_else(PoisonError::into_inner) = slots;
        let mut nodes = self.nodes.write().unwrap_or_else(PoisonError::into_inner);
        let gone: Vec<_> = nodes.connections.extract_if(|address, _| !serving.contains(address)).collect();
        drop(nodes);
        drop(gone);
    }
}

/// Has a node tell who serves what.
async fn ask(informant: &Connection) -> Result<SlotOwners> {
    let live = informant.live().await?;
    let mut connection = live.connection.clone();
    let answer = cmd("CLUSTER").arg("SLOTS").query_async::<Value>(&mut connection).await;
    match answer {
        Ok(table) => {
            live.note_answer();
            read(&table, informant.endpoint()).ok_or_else(refusal::unexpected)
        }
        Err(error) => {
            informant.lost(&live);
            Err(from_driver(&error))
        }
    }
}

/// Reads the answer of `CLUSTER SLOTS`: first slot, last slot, master, replicas.
fn read(answer: &Value, by: &Endpoint) -> Option<SlotOwners> {
    let mut slots = vec![None; SLOTS.into()];
    let Value::Array(ranges) = answer else { return None };
    for range in ranges {
        let Value::Array(range) = range else { return None };
        let [Value::Int(first), Value::Int(last), Value::Array(master), ..] = &**range else { return None };
        let [host, Value::Int(port), ..] = &**master else { return None };
        let host = match host {
            Value::BulkString(host) => std::str::from_utf8(host).ok()?,
            Value::SimpleString(host) => host,
            _ => "",
        };
        let address = complete(host, u16::try_from(*port).ok()?, by)?;
        let range = usize::try_from(*first).ok()?..=usize::try_from(*last).ok()?;
        slots.get_mut(range)?.fill(Some(address));
    }
    Some(slots)
}

fn address(node: &str, by: &Endpoint) -> Option<NodeAddress> {
    let (host, port) = node.rsplit_once(':')?;
    complete(host, port.parse().ok()?, by)
}

/// A node that knows no name leaves it out: then it is that under which the one that says so was reached.
fn complete(host: &str, port: u16, by: &Endpoint) -> Option<NodeAddress> {
    match (host, by) {
        ("" | "?", Endpoint::Server(info)) => Some(Arc::new((address_of(info)?.0.clone(), port))),
        _ => Some(Arc::new((host.to_owned(), port))),
    }
}

fn address_of(info: &ConnectionInfo) -> Option<NodeAddress> {
    match info.addr() {
        ConnectionAddr::Tcp(host, port) | ConnectionAddr::TcpTls { host, port, .. } => {
            Some(Arc::new((host.clone(), *port)))
        }
        _ => None,
    }
}

/// The task that asks for the table.
struct Asking {
    cluster: WeakCluster,
    outcome: Result<()>,
}

impl Asking {
    async fn all(mut self) {
        let Some(cluster) = self.cluster.upgrade() else { return };
        let (limit, informants) = (TELLING.min(cluster.0.connector.timeout), cluster.0.informants());
        drop(cluster);
        for informant in informants {
            let asked = tokio::time::timeout(limit, ask(&informant)).await;
            match asked.unwrap_or_else(|_| Err(not_connected(limit))) {
                Ok(slots) if slots.iter().any(Option::is_some) => {
                    if let Some(cluster) = self.cluster.upgrade() {
                        cluster.0.adopt(slots);
                    }
                    self.outcome = Ok(());
                    return;
                }
                Ok(_) => {
                    self.outcome = Err(Error::new(ErrorKind::Connection, "no node of the cluster serves any slot"));
                }
                // What a node refuses says more than that another cannot be reached.
                Err(error)
                    if error.is_retryable() && self.outcome.as_ref().is_err_and(|known| !known.is_retryable()) => {}
                Err(error) => self.outcome = Err(error),
            }
        }
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        let failure = std::mem::replace(&mut self.outcome, Ok(())).err();
        if let Some(cluster) = self.cluster.upgrade() {
            let moves = cluster.0.background.moves();
            cluster.0.round.send_replace(Round { under_way: false, moves, failure });
        }
    }
}
