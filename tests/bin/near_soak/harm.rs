use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use redis::cmd;
use support::{Cluster, Direction, Proxy, Random, Sentinels, Server};
use tokio::sync::RwLock;

use crate::lane;
use crate::stage::Stage;

/// What the connections that tell of changes begin with, and no others.
const AIM: &str = "CLIENT TRACKING";

/// Does harm to the connections that tell of changes, and to servers of a deployment, until it is ended.
pub(crate) struct Harm {
    over: Arc<AtomicBool>,
    thread: JoinHandle<Faults>,
}

/// How often what was done.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Faults {
    pub(crate) cut: u64,
    /// Cut, and not to be made again.
    pub(crate) away: u64,
    pub(crate) frozen: u64,
    pub(crate) swallowed: u64,
    pub(crate) delayed: u64,
    /// Slots that went to another node.
    pub(crate) moved: u64,
    pub(crate) failed_over: u64,
    /// Commands that readers need.
    pub(crate) forbidden: u64,
    pub(crate) out_of_memory: u64,
}

impl Faults {
    pub(crate) fn sum(&self) -> u64 {
        let of_server = self.moved + self.failed_over + self.forbidden + self.out_of_memory;
        self.cut + self.away + self.frozen + self.swallowed + self.delayed + of_server
    }
}

/// What is done, how hard, and what there was.
struct Hand {
    bound: Duration,
    random: Random,
    faults: Faults,
    /// Held by those who write.
    writing: Arc<RwLock<()>>,
}

impl Harm {
    pub(crate) fn begin(stage: Stage, bound: Duration, random: Random, writing: &Arc<RwLock<()>>) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&over);
        let mut hand = Hand { bound, random, faults: Faults::default(), writing: Arc::clone(writing) };
        let thread = thread::spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                // Often enough long enough for everything to be served from this process again.
                thread::sleep(hand.part_of_bound(300));
                match &stage {
                    Stage::Server(server, _) if hand.random.percent(10) => hand.harm_server(server),
                    Stage::Server(_, proxy) => {
                        proxy.aim(AIM);
                        hand.harm_connection(proxy);
                        proxy.heal();
                    }
                    Stage::Cluster(cluster) => hand.harm_cluster(cluster),
                    Stage::Sentinels(trio) => hand.harm_sentinels(trio),
                }
            }
            hand.faults
        });
        Self { over, thread }
    }

    /// What was done; the error is that no more could be.
    pub(crate) fn end(self) -> Result<Faults, String> {
        self.over.store(true, Ordering::Relaxed);
        self.thread.join().map_err(|_| "the harm could not be done".to_owned())
    }
}

impl Hand {
    /// A part of the bound, of up to so many percent.
    fn part_of_bound(&mut self, most: u64) -> Duration {
        let percent = u32::try_from(self.random.within(0..most)).map_or(0.0, f64::from);
        self.bound.mul_f64(0.01 * percent)
    }

    fn harm_connection(&mut self, proxy: &Proxy) {
        // Of all lengths, from one that nobody notices to one after which the connection is given up.
        let (long, short) = (self.part_of_bound(250), self.part_of_bound(80));
        let Self { random, faults, .. } = self;
        let direction = [Direction::Requests, Direction::Replies, Direction::Both][random.place(3)];
        match random.within(0..10) {
            0..2 => {
                faults.cut += 1;
                proxy.cut();
            }
            2..4 => {
                faults.away += 1;
                proxy.refuse();
                proxy.cut();
                thread::sleep(long);
            }
            4..6 => {
                faults.frozen += 1;
                proxy.hold(direction);
                thread::sleep(long);
            }
            6 => {
                faults.swallowed += 1;
                proxy.swallow(direction);
                thread::sleep(long);
            }
            _ => {
                faults.delayed += 1;
                proxy.delay(direction, short);
                thread::sleep(long);
            }
        }
    }

    /// While nobody writes, who would fail.
    fn harm_server(&mut self, server: &Server) {
        let writing = Arc::clone(&self.writing);
        let _nobody_writes = writing.blocking_write();
        let mut raw = connect(server);
        let mut set = |command: &str| {
            let mut words = command.split(' ');
            let mut command = cmd(words.next().unwrap_or_default());
            words.for_each(|word| {
                command.arg(word);
            });
            command.exec(&mut raw).expect("the server takes it");
        };
        if self.random.percent(50) {
            self.faults.forbidden += 1;
            let commands = ["-hget -hmget", "-client|info -watch", "-pttl", "-client|tracking"];
            set(&format!("ACL SETUSER default {}", commands[self.random.place(commands.len())]));
            thread::sleep(self.part_of_bound(250));
            set("ACL SETUSER default +@all");
        } else {
            self.faults.out_of_memory += 1;
            set("CONFIG SET maxmemory 1");
            thread::sleep(self.part_of_bound(250));
            set("CONFIG SET maxmemory 0");
        }
    }

    fn harm_cluster(&mut self, cluster: &Cluster) {
        let node = self.random.place(3);
        match self.random.within(0..10) {
            0..2 => self.cut(cluster.node(node)),
            2..4 => self.freeze(cluster.node(node)),
            _ => {
                self.faults.moved += 1;
                let slot = cluster.slot(&lane::name(self.random.place(lane::COUNT)));
                let to = (cluster.owner(slot) + 1 + self.random.place(2)) % 3;
                cluster.begin_move(slot, to);
                thread::sleep(self.part_of_bound(100));
                while cluster.move_keys(slot, to, 1) > 0 {
                    thread::sleep(self.part_of_bound(100));
                }
                cluster.end_move(slot, to);
            }
        }
    }

    fn harm_sentinels(&mut self, trio: &Sentinels) {
        match self.random.within(0..20) {
            0..12 => self.cut(trio.master()),
            12..19 => self.freeze(trio.master()),
            _ => {
                self.faults.failed_over += 1;
                // What is written meanwhile would be lost, as Redis has it.
                let _nobody_writes = self.writing.blocking_write();
                trio.master().replicate();
                trio.fail_over();
                wait_until_it_knows(trio.replica());
            }
        }
    }

    fn cut(&mut self, server: &Server) {
        self.faults.cut += 1;
        let mut raw = connect(server);
        let clients: String = cmd("CLIENT").arg("LIST").query(&mut raw).unwrap_or_default();
        for client in clients.lines() {
            let part = |name: &str| client.split(' ').find_map(|part| part.strip_prefix(name)).unwrap_or_default();
            if part("flags=").contains('t') {
                // It may be gone already.
                let _ = cmd("CLIENT").arg("KILL").arg("ID").arg(part("id=")).query::<u64>(&mut raw);
            }
        }
    }

    /// For less time than others take to give it up.
    fn freeze(&mut self, server: &Server) {
        self.faults.frozen += 1;
        server.pause();
        thread::sleep(self.part_of_bound(250).min(Duration::from_millis(400)));
        server.resume();
    }
}

/// Waits until a master of before is a replica.
fn wait_until_it_knows(server: &Server) {
    wait_for("it is told that it is a replica", || {
        let info: String = cmd("INFO").arg("replication").query(&mut connect(server)).ok()?;
        info.contains("role:slave").then_some(())
    });
}

/// Sentinels end all connections to a server that they make something else.
fn connect(server: &Server) -> redis::Connection {
    let client = redis::Client::open(server.url()).expect("a server has a URL");
    wait_for("the server answers", || client.get_connection().ok())
}

fn wait_for<T>(what: &str, mut outcome: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(outcome) = outcome() {
            return outcome;
        }
        assert!(started.elapsed() < Duration::from_secs(30), "{what}: this did not come to be");
        thread::sleep(Duration::from_millis(20));
    }
}
