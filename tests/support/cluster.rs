use std::time::Duration;

use redis::{FromRedisValue, ToRedisArgs, Value, cmd};

use crate::Server;
use crate::server::eventually;

/// How long a node may be silent until others take it for dead.
const SILENCE: Duration = Duration::from_secs(2);

/// A cluster of three masters on the loopback interface, with a replica each unless it does without.
///
/// Nodes are numbered: 0, 1 and 2 are the masters at first, and node `n + 3` is the replica of `n`. Dropping it kills all
/// of them. All its methods block until every node that lives knows what was done.
#[derive(Debug)]
pub struct Cluster {
    nodes: Vec<Server>,
    alive: Vec<bool>,
}

/// No arguments.
const NOTHING: Option<u64> = None;

const MASTERS: usize = 3;
const SLOTS: u16 = 16384;

impl Cluster {
    /// Starts masters with replicas.
    ///
    /// # Panics
    ///
    /// When they do not come to be a cluster.
    pub fn start() -> Self {
        Self::of(2 * MASTERS, &[])
    }

    /// Starts masters alone, with more arguments on their command lines.
    ///
    /// # Panics
    ///
    /// When they do not come to be a cluster.
    pub fn of_masters(args: &[&str]) -> Self {
        Self::of(MASTERS, args)
    }

    fn of(count: usize, args: &[&str]) -> Self {
        let silence = SILENCE.as_millis().to_string();
        let node = |_| {
            let options = Server::options().node().args(["--cluster-node-timeout", &silence]);
            let options =
                options.args(["--cluster-replica-validity-factor", "0", "--cluster-allow-replica-migration", "no"]);
            options.args(args.iter().copied()).start()
        };
        let nodes: Vec<Server> = (0..count).map(node).collect();
        let cluster = Self { alive: vec![true; count], nodes };
        cluster.meet();
        for n in MASTERS..count {
            let master: String = cluster.ask(n - MASTERS, "MYID", NOTHING);
            eventually("the replica knows its master", || {
                cmd("CLUSTER").arg("REPLICATE").arg(&master).exec(&mut cluster.nodes[n].raw()).is_ok()
            });
        }
        eventually("it is a cluster", || (0..count).all(|n| cluster.is_ready(n)));
        cluster
    }

    fn meet(&self) {
        // Before any knows another.
        for n in 0..self.nodes.len() {
            self.tell(n, "SET-CONFIG-EPOCH", n + 1);
        }
        for n in 0..self.nodes.len() {
            for other in n + 1..self.nodes.len() {
                let bus: Vec<String> = cmd("CONFIG")
                    .arg("GET")
                    .arg("cluster-port")
                    .query(&mut self.nodes[other].raw())
                    .unwrap_or_default();
                self.tell(n, "MEET", ("127.0.0.1", self.nodes[other].port(), bus.get(1)));
            }
        }
        let share = SLOTS / 3 + 1;
        for (n, first) in (0..SLOTS).step_by(share.into()).enumerate() {
            self.tell(n, "ADDSLOTSRANGE", (first, (first + share).min(SLOTS) - 1));
        }
    }

    /// Whether the node says that all is well, and knows all others.
    fn is_ready(&self, n: usize) -> bool {
        let info: String = self.ask(n, "INFO", NOTHING);
        let nodes = self.slots(n).iter().map(|range| range.nodes.len()).sum::<usize>();
        let linked = n < MASTERS || self.is_linked(n);
        info.contains("cluster_state:ok") && nodes == self.nodes.len() && linked
    }

    fn is_linked(&self, replica: usize) -> bool {
        let role: Vec<Value> = cmd("ROLE").query(&mut self.nodes[replica].raw()).unwrap_or_default();
        role.get(3) == Some(&Value::BulkString(b"connected".to_vec()))
    }

    /// Its URL, which names all nodes.
    pub fn url(&self) -> String {
        self.url_of(0..self.nodes.len())
    }

    /// A URL that names these nodes only.
    pub fn url_of(&self, nodes: impl IntoIterator<Item = usize>) -> String {
        let nodes: Vec<_> = nodes.into_iter().map(|n| format!("127.0.0.1:{}", self.nodes[n].port())).collect();
        format!("redis-cluster://{}", nodes.join(","))
    }

    /// One node.
    ///
    /// # Panics
    ///
    /// When there is none of that number.
    pub fn node(&self, n: usize) -> &Server {
        &self.nodes[n]
    }

    /// The numbers of the nodes that live.
    pub fn living(&self) -> Vec<usize> {
        (0..self.nodes.len()).filter(|&n| self.alive[n]).collect()
    }

    /// The slot of a key.
    pub fn slot(&self, key: &str) -> u16 {
        self.ask(self.living()[0], "KEYSLOT", key)
    }

    /// The number of the node that serves the slot.
    ///
    /// # Panics
    ///
    /// When none does.
    pub fn owner(&self, slot: u16) -> usize {
        let port = self.port_of(self.living()[0], slot).expect("the slot is served");
        self.nodes.iter().position(|node| node.port() == port).expect("it is one of the nodes")
    }

    /// Kills a node, as a crash would.
    ///
    /// # Panics
    ///
    /// When there is none of that number.
    pub fn kill(&mut self, n: usize) {
        self.nodes[n].kill();
        self.alive[n] = false;
    }

    /// Stops a node without ending it: it takes connections and answers nothing, and others take it for dead.
    ///
    /// # Panics
    ///
    /// When there is none of that number.
    pub fn pause(&mut self, n: usize) {
        self.nodes[n].pause();
        self.alive[n] = false;
    }

    /// Lets a paused node run on.
    ///
    /// # Panics
    ///
    /// When there is none of that number.
    pub fn resume(&mut self, n: usize) {
        self.nodes[n].resume();
        self.alive[n] = true;
    }

    /// A name that ends in a number and lies in a slot of node `n`.
    ///
    /// # Panics
    ///
    /// When the node serves nothing.
    pub fn name_at(&self, n: usize, name: &str) -> String {
        let names = (0..10_000).map(|number| format!("{name}.{number}"));
        names.into_iter().find(|name| self.owner(self.slot(name)) == n).expect("it serves something")
    }

    /// Waits until the replica of a master has all that the master has now.
    ///
    /// # Panics
    ///
    /// When it does not come to be.
    pub fn replicate(&self, master: usize) {
        self.nodes[master].replicate();
    }

    /// Makes a replica take over the slots of its master, which may be dead.
    pub fn promote(&self, replica: usize) {
        self.take_over(replica, "TAKEOVER");
    }

    /// Makes a replica take over the slots of its master, which lives, without losing anything.
    pub fn fail_over(&self, replica: usize) {
        self.take_over(replica, NOTHING);
    }

    fn take_over(&self, replica: usize, how: impl ToRedisArgs) {
        let master = replica - MASTERS;
        let slot =
            self.slots(replica).into_iter().find(|range| range.nodes.first() == Some(&self.nodes[master].port()));
        let slot = slot.expect("its master serves something").first;
        self.tell(replica, "FAILOVER", how);
        self.agree(slot, replica);
    }

    /// Waits until every node that lives knows that node `n` serves the slot.
    pub fn agree(&self, slot: u16, n: usize) {
        let port = Some(self.nodes[n].port());
        eventually("all know who serves the slot", || {
            self.living().into_iter().all(|other| self.port_of(other, slot) == port)
        });
    }

    /// Moves a slot with all its keys, unless it is there already.
    pub fn move_slot(&self, slot: u16, to: usize) {
        if self.owner(slot) == to {
            return;
        }
        self.begin_move(slot, to);
        self.move_keys(slot, to, 10_000);
        self.end_move(slot, to);
    }

    /// Begins to move a slot: from here on, its keys can be at either node.
    pub fn begin_move(&self, slot: u16, to: usize) {
        let from = self.owner(slot);
        let [from_id, to_id]: [String; 2] = [from, to].map(|n| self.ask(n, "MYID", NOTHING));
        self.tell(to, "SETSLOT", (slot, "IMPORTING", from_id));
        self.tell(from, "SETSLOT", (slot, "MIGRATING", to_id));
    }

    /// Moves up to `limit` keys of a slot that is being moved; how many there were.
    ///
    /// # Panics
    ///
    /// When the nodes refuse.
    pub fn move_keys(&self, slot: u16, to: usize, limit: usize) -> usize {
        let from = self.owner(slot);
        let keys: Vec<Vec<u8>> = self.ask(from, "GETKEYSINSLOT", (slot, limit));
        if !keys.is_empty() {
            let mut migrate = cmd("MIGRATE");
            migrate.arg("127.0.0.1").arg(self.nodes[to].port()).arg("").arg(0).arg(10_000).arg("KEYS").arg(&keys);
            migrate.exec(&mut self.nodes[from].raw()).expect("keys can be moved");
        }
        keys.len()
    }

    /// Ends the move of a slot.
    pub fn end_move(&self, slot: u16, to: usize) {
        let id: String = self.ask(to, "MYID", NOTHING);
        let from = self.owner(slot);
        for n in [to, from] {
            self.tell(n, "SETSLOT", (slot, "NODE", &id));
        }
        self.agree(slot, to);
    }

    fn port_of(&self, informant: usize, slot: u16) -> Option<u16> {
        let range = self.slots(informant).into_iter().find(|range| range.first <= slot && slot <= range.last)?;
        range.nodes.first().copied()
    }

    fn slots(&self, informant: usize) -> Vec<Range> {
        let ranges: Vec<Vec<Value>> = self.ask(informant, "SLOTS", NOTHING);
        ranges.into_iter().map(Range::read).collect()
    }

    fn tell(&self, n: usize, command: &str, args: impl ToRedisArgs) {
        self.ask::<()>(n, command, args);
    }

    fn ask<T: FromRedisValue>(&self, n: usize, command: &str, args: impl ToRedisArgs) -> T {
        let answer = cmd("CLUSTER").arg(command).arg(args).query(&mut self.nodes[n].raw());
        answer.unwrap_or_else(|error| panic!("CLUSTER {command}: {error}"))
    }
}

/// A row of `CLUSTER SLOTS`.
struct Range {
    first: u16,
    last: u16,
    /// The ports of master and replicas.
    nodes: Vec<u16>,
}

impl Range {
    fn read(row: Vec<Value>) -> Self {
        let mut row = row.into_iter();
        let mut number = || row.next().and_then(|value| u16::from_redis_value(value).ok()).expect("a slot");
        let (first, last) = (number(), number());
        let port = |node| match node {
            Value::Array(node) => node.into_iter().nth(1).and_then(|port| u16::from_redis_value(port).ok()),
            _ => None,
        };
        Self { first, last, nodes: row.filter_map(port).collect() }
    }
}
