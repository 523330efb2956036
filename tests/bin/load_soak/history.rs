//! What replicas had heard when they became masters, so that it is known of each write whether a failover has lost it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use redis::{Client, Connection, cmd};

/// Watches the servers until it is ended.
pub(crate) struct History {
    looks: Arc<Mutex<Vec<Look>>>,
    is_over: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

/// What a server said of itself.
#[derive(Clone, Debug)]
struct Look {
    at: Instant,
    server: usize,
    is_master: bool,
    /// The history that it writes, or hears, and how far it is.
    history: String,
    offset: u64,
    /// The history that it had before it became a master, and how far it had heard that.
    before: String,
    heard: u64,
}

/// A write that was acknowledged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Write {
    pub(crate) sent: Instant,
    pub(crate) acknowledged: Instant,
}

/// Why what a write removed was seen after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Explanation {
    /// The master that acknowledged it was replaced by a server that had not heard of it.
    Lost,
    /// Two servers were masters, of which one had been replaced: by which it was acknowledged, or seen, is not known.
    TwoMasters,
    None,
}

impl History {
    /// Watches the servers at these URLs.
    pub(crate) fn watch(urls: &[String]) -> Self {
        let (looks, is_over) = (Arc::<Mutex<Vec<Look>>>::default(), Arc::<AtomicBool>::default());
        let threads = urls.iter().cloned().enumerate().map(|(server, url)| {
            let (looks, is_over) = (Arc::clone(&looks), Arc::clone(&is_over));
            thread::spawn(move || {
                let mut raw = None;
                while !is_over.load(Ordering::Relaxed) {
                    if let Some(look) = Look::at(server, &url, &mut raw) {
                        looks.lock().unwrap_or_else(PoisonError::into_inner).push(look);
                    }
                    thread::sleep(Duration::from_micros(500));
                }
            })
        });
        Self { threads: threads.collect(), looks, is_over }
    }

    /// Why it was so: what this write had removed was `seen` after it.
    pub(crate) fn explain(&self, write: Write, seen: Instant) -> Explanation {
        let looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let masters = |from: Instant, to: Instant| {
            // With one look before and after, so that nothing is missed between two.
            let slack = Duration::from_millis(20);
            let mut servers: Vec<_> = looks
                .iter()
                .filter(|look| look.is_master && look.at + slack >= from && look.at <= to + slack)
                .map(|look| (look.server, look.history.clone()))
                .collect();
            servers.sort();
            servers.dedup();
            servers
        };
        let writers = masters(write.sent, write.acknowledged);
        let is_alone = writers.len() == 1;
        let is_lost = writers.into_iter().any(|(server, history)| {
            // It lies before what the server had written when it was next looked at after the acknowledgement.
            let of_it = |look: &&Look| look.server == server && look.history == history && look.is_master;
            let mut after = looks.iter().filter(of_it).filter(|look| look.at >= write.acknowledged);
            // Where it was replaced at once, nobody has seen how far it was.
            let at_most = after.next().map_or(u64::MAX, |look| look.offset);
            // Replicas that took over had heard of so much; the offset counts from the first byte they had not.
            let took_over =
                looks.iter().filter(|look| look.is_master && look.server != server && look.before == history);
            took_over.filter(|look| look.at >= write.sent).any(|look| look.heard <= at_most)
        });
        if is_lost && is_alone {
            return Explanation::Lost;
        }
        let mut at_once = masters(write.sent, seen);
        at_once.dedup_by_key(|(server, _)| *server);
        if at_once.len() > 1 { Explanation::TwoMasters } else { Explanation::None }
    }

    /// How often a replica became a master.
    pub(crate) fn failovers(&self) -> usize {
        let looks = self.looks.lock().unwrap_or_else(PoisonError::into_inner);
        let mut before: Vec<_> = looks.iter().filter(|look| look.is_master && look.heard > 0).collect();
        before.sort_by(|one, other| one.history.cmp(&other.history));
        before.dedup_by(|one, other| one.history == other.history);
        before.len()
    }
}

impl Drop for History {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        self.threads.drain(..).for_each(|thread| drop(thread.join()));
    }
}

impl Look {
    fn at(server: usize, url: &str, raw: &mut Option<Connection>) -> Option<Self> {
        if raw.is_none() {
            *raw = Client::open(url).ok()?.get_connection().ok();
        }
        let info: String = match cmd("INFO").arg("replication").query(raw.as_mut()?) {
            Ok(info) => info,
            Err(_) => {
                *raw = None;
                return None;
            }
        };
        let fact = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let number = |name: &str| fact(name).and_then(|number| number.parse::<i64>().ok());
        Some(Self {
            at: Instant::now(),
            server,
            is_master: fact("role:")? == "master",
            history: fact("master_replid:")?.to_owned(),
            offset: u64::try_from(number("master_repl_offset:")?).ok()?,
            before: fact("master_replid2:")?.to_owned(),
            heard: u64::try_from(number("second_repl_offset:")?).unwrap_or_default(),
        })
    }
}
