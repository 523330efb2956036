//! Near caches on clusters, while keys move between nodes.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use redis::cmd;
use rediscache::{ErrorKind, Near, RedisCache, RedisSession, Result};
use support::{Cluster, Ledger};
use tokio::task::JoinHandle;

use crate::{soon, until};

pub(crate) const BOUND: Duration = Duration::from_millis(200);

pub(crate) fn both() -> [(&'static str, Near); 2] {
    [("tracking", Near::tracking()), ("fields", Near::fields())].map(|(name, near)| (name, near.staleness(BOUND)))
}

/// Writes and reads until what is read is served from this process.
pub(crate) async fn assert_kept(counts: &RedisCache<u64, u64>) {
    counts.set(1, 1).await.unwrap();
    assert_eq!(counts.increment(1, 1).await.unwrap(), 2);
    until(async || {
        let hits = counts.near_stats().hits();
        assert_eq!(counts.get(1).await.unwrap(), Some(2));
        counts.near_stats().hits() > hits
    })
    .await;
    counts.set(1, 3).await.unwrap();
    assert_eq!(counts.get(1).await.unwrap(), Some(3));
}

/// One namespace that a session reads all the while, and another writes to.
pub(crate) struct Lane {
    near: RedisCache<u64, u64>,
    /// Those who write, by turns.
    writers: Vec<RedisCache<u64, u64>>,
    ledger: Mutex<Ledger>,
    written: AtomicU64,
    /// How old what is read may be.
    bound: Duration,
    over: AtomicBool,
}

impl Lane {
    pub(crate) fn new(name: String, near: Near, reads: &RedisSession, writes: &RedisSession, bound: Duration) -> Self {
        let cache = RedisCache::with_namespace(name);
        // Any other program writes as a cache that is not near.
        let far = (near == Near::tracking().staleness(BOUND)).then(|| cache.clone().on(writes));
        let near = cache.near(near);
        let writers = far.into_iter().chain([near.clone().on(writes)]).collect();
        let (ledger, written, over) = Default::default();
        Self { near: near.on(reads), writers, ledger, written, bound, over }
    }

    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads until it is over; how often that failed.
    async fn read(self: Arc<Self>) -> u64 {
        let mut failed = 0;
        while !self.over.load(Ordering::Relaxed) {
            let (asked, floor) = {
                let (asked, ledger) = (Instant::now(), self.ledger());
                (asked, ledger.floor(asked, self.bound))
            };
            match self.read_once().await {
                Ok(value) => {
                    let mut ledger = self.ledger();
                    let complaint = ledger.complaint(value, floor, asked);
                    assert_eq!(complaint, None, "{}", self.near.namespace());
                    ledger.enter(value);
                }
                Err(error) => {
                    assert!(error.is_retryable(), "{error:?}");
                    failed += 1;
                }
            }
            tokio::time::sleep(Duration::from_micros(500)).await;
        }
        failed
    }

    async fn read_once(&self) -> Result<u64> {
        let value = match self.written.load(Ordering::Relaxed) % 3 {
            0 => self.near.get_many([1, 2]).await?[0],
            _ => self.near.get(1).await?,
        };
        Ok(value.unwrap_or(0))
    }

    /// Writes the next value, which may take several attempts.
    pub(crate) async fn write(&self) {
        let value = self.written.fetch_add(1, Ordering::Relaxed) + 1;
        let writer = &self.writers[usize::try_from(value).unwrap() % self.writers.len()];
        soon(async {
            while let Err(error) = writer.set(1, value).await {
                assert!(error.is_retryable(), "{error:?}");
            }
        })
        .await;
        self.ledger().enter(value);
    }

    /// Whether the last value is read, and kept.
    async fn is_kept(&self) -> bool {
        let hits = self.near.near_stats().hits();
        let read = self.near.get(1).await.ok().flatten();
        read == Some(self.written.load(Ordering::Relaxed)) && self.near.near_stats().hits() > hits
    }
}

/// Asserts that what was not there is seen by the bound after it was written.
async fn assert_seen_in_time(near: &RedisCache<u64, u64>, writer: &RedisCache<u64, u64>) {
    writer.set(1, 1).await.unwrap();
    let written = Instant::now();
    loop {
        let asked = written.elapsed();
        match near.get(1).await.unwrap() {
            None => assert!(asked < BOUND, "{}: not seen after {asked:?}", near.namespace()),
            read => return assert_eq!(read, Some(1)),
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Asserts that what was there is served no later than the bound after it went.
async fn assert_gone_in_time(near: &RedisCache<u64, u64>, gone: Instant) {
    loop {
        let asked = gone.elapsed();
        match near.get(1).await.unwrap() {
            None => return,
            Some(_) => assert!(asked < BOUND, "{}: served after {asked:?}", near.namespace()),
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Several namespaces with their readers.
pub(crate) struct Trial {
    pub(crate) lanes: Vec<Arc<Lane>>,
    readers: Vec<JoinHandle<u64>>,
}

impl Trial {
    pub(crate) fn start(lanes: impl IntoIterator<Item = Lane>) -> Self {
        let lanes: Vec<_> = lanes.into_iter().map(Arc::new).collect();
        let readers = lanes.iter().map(|lane| tokio::spawn(Arc::clone(lane).read())).collect();
        Self { lanes, readers }
    }

    /// Writes to all, and has all of it seen and kept.
    pub(crate) async fn write(&self, times: u64) {
        for n in 0..times {
            join_all(self.lanes.iter().map(|lane| lane.write())).await;
            if n % 8 == 0 {
                self.is_kept().await;
            }
        }
        self.is_kept().await;
    }

    async fn is_kept(&self) {
        for lane in &self.lanes {
            until(async || lane.is_kept().await).await;
        }
    }

    /// How many reads failed.
    pub(crate) async fn end(self) -> u64 {
        self.lanes.iter().for_each(|lane| lane.over.store(true, Ordering::Relaxed));
        join_all(self.readers).await.into_iter().map(|failed| failed.expect("nothing is older than it may be")).sum()
    }
}

/// Two sessions are as two processes.
pub(crate) async fn two(url: &str) -> (RedisSession, RedisSession) {
    let connect = async || RedisSession::connect(url).await.unwrap();
    (connect().await, connect().await)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_others_write_is_seen_at_every_node() {
    let cluster = Cluster::of_masters(&[]);
    let (reads, writes) = two(&cluster.url()).await;
    let start = || {
        let lanes = both().into_iter().flat_map(|(name, near)| (0..3).map(move |node| (name, near, node)));
        Trial::start(
            lanes.map(|(name, near, node)| Lane::new(cluster.name_at(node, name), near, &reads, &writes, BOUND)),
        )
    };
    let trial = start();
    trial.write(30).await;
    let lanes = trial.lanes.clone();
    assert_eq!(trial.end().await, 0);
    for node in 0..3 {
        cmd("FLUSHALL").exec(&mut cluster.node(node).raw()).unwrap();
    }
    let flushed = Instant::now();
    join_all(lanes.iter().map(|lane| assert_gone_in_time(&lane.near, flushed))).await;
    let trial = start();
    trial.write(1).await;
    assert_eq!(trial.end().await, 0);
}

/// There, every write is a script.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_write_tells_which_fields_it_changed_on_a_cluster() {
    let cluster = Cluster::of_masters(&[]);
    let (reads, writes) = two(&cluster.url()).await;
    let cache = RedisCache::<u64, u64>::new("counts").near(Near::fields().staleness(Duration::from_secs(3600)));
    let (reads, writes) = (cache.clone().on(&reads), cache.on(&writes));
    // More than one command of a script takes.
    writes.update((0..6_000).map(|n| (n, n))).await.unwrap();
    assert_eq!(writes.delete_many(200..6_100).await.unwrap(), 5_800);
    let untouched = 100..110;
    until(async || {
        let misses = reads.near_stats().misses();
        assert_eq!(reads.get_many(0..110).await.unwrap(), (0..110).map(Some).collect::<Vec<_>>());
        reads.near_stats().misses() == misses
    })
    .await;
    let see = async |key, expected| until(async || reads.get(key).await.unwrap() == expected).await;
    for node in 0..3 {
        cmd("SCRIPT").arg("FLUSH").exec(&mut cluster.node(node).raw()).unwrap();
    }
    writes.set(0, 1).await.unwrap();
    see(0, Some(1)).await;
    assert_eq!(writes.increment(0, 5).await.unwrap(), 6);
    see(0, Some(6)).await;
    assert!(writes.compare_and_set(1, 1, 7).await.unwrap());
    see(1, Some(7)).await;
    assert!(writes.delete(1).await.unwrap());
    see(1, None).await;
    assert!(writes.set_if_absent(1, 8).await.unwrap() && !writes.set_if_absent(1, 9).await.unwrap());
    see(1, Some(8)).await;
    assert_eq!((writes.pop(2).await.unwrap(), writes.replace(3, 4).await.unwrap()), (Some(2), Some(3)));
    see(2, None).await;
    see(3, Some(4)).await;
    assert_eq!(writes.delete_many(4..60).await.unwrap(), 56);
    see(4, None).await;
    let deleted = join_all((60..70).map(|n| writes.delete(n))).await;
    assert!(deleted.into_iter().all(|deleted| deleted.unwrap()));
    see(69, None).await;
    let misses = reads.near_stats().misses();
    for n in untouched {
        assert_eq!(reads.get(n).await.unwrap(), Some(n));
    }
    assert_eq!(reads.near_stats().misses(), misses, "{:?}", reads.near_stats());
    writes.replace_all([(5, 5)]).await.unwrap();
    see(5, Some(5)).await;
    see(100, None).await;
    writes.clear().await.unwrap();
    see(5, None).await;
    let owner = cluster.node(cluster.owner(cluster.slot("counts")));
    cmd("SET").arg("counts").arg("no hash").exec(&mut owner.raw()).unwrap();
    for error in [writes.set(1, 1).await.unwrap_err(), writes.increment(1, 1).await.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::WrongType, "{error:?}");
    }
}

/// No key leaves then, of which the old node could tell.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_absent_is_not_kept_when_its_slot_has_moved() {
    let cluster = Cluster::of_masters(&[]);
    let (reads, writes) = two(&cluster.url()).await;
    let slot = cluster.slot("{moving}");
    for round in 0..3 {
        for (name, near) in both() {
            let cache = RedisCache::<u64, u64>::with_namespace(format!("{{moving}}.{name}{round}")).near(near);
            let (near, writer) = (cache.clone().on(&reads), cache.on(&writes));
            until(async || {
                let hits = near.near_stats().hits();
                assert_eq!(near.get(1).await.unwrap(), None);
                near.near_stats().hits() > hits
            })
            .await;
            tokio::task::block_in_place(|| cluster.move_slot(slot, (cluster.owner(slot) + 1) % 3));
            assert_seen_in_time(&near, &writer).await;
        }
    }
}

/// While a slot moves, a key is at one node or at the other, and no read fails.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_read_is_never_older_than_it_may_be_while_slots_move() {
    let cluster = Cluster::of_masters(&[]);
    let (reads, writes) = two(&cluster.url()).await;
    let lanes = both().map(|(name, near)| Lane::new(format!("{{moving}}.{name}"), near, &reads, &writes, BOUND));
    let trial = Trial::start(lanes);
    let slot = cluster.slot("{moving}");
    trial.write(3).await;
    for round in 1..=6 {
        let to = (cluster.owner(slot) + round % 2 + 1) % 3;
        cluster.begin_move(slot, to);
        trial.lanes[0].write().await;
        // One after another, so that one key is here and the other there.
        while cluster.move_keys(slot, to, 1) > 0 {
            for _ in 0..5 {
                join_all(trial.lanes.iter().map(|lane| lane.write())).await;
            }
            tokio::time::sleep(BOUND / 2).await;
        }
        cluster.end_move(slot, to);
        trial.write(9).await;
    }
    assert_eq!(trial.end().await, 0);
}
