//! Loads and deletes that race: nothing that was loaded before a delete was acknowledged is there after it.

use std::convert::Infallible;
use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use redis::{Client, cmd};
use rediscache::{RedisSession, RedisTtlCache};
use support::Random;
use tokio::task::spawn_blocking;
use tokio::time::Instant;

use crate::args::Options;
use crate::history::{Explanation, History, Write};
use crate::stage::Stage;

/// How many keys are raced for at a time.
const LANES: u64 = 64;

/// Of how many of them under Sentinels the deletes wait for the replica, so that no failover can lose them.
const HEARD: u64 = 16;

/// How long such a delete waits for a server, or for the replica.
const WAIT: Duration = Duration::from_millis(500);

type Cache = RedisTtlCache<u64, u64>;

#[derive(Default)]
struct Figures {
    rounds: AtomicU64,
    loads: AtomicU64,
    /// Deletes that the replica had heard of.
    heard: AtomicU64,
    /// What was stored or given out after a delete and loaded before it.
    old: Mutex<Vec<Old>>,
    /// Calls that failed, since a server was away.
    failed: AtomicU64,
    is_over: AtomicBool,
}

/// What was seen after the delete that should have ended it.
struct Old {
    lane: u64,
    value: u64,
    newest: u64,
    write: Write,
    /// Whether the replica had heard of that.
    is_heard: bool,
    seen: std::time::Instant,
    /// By which of the calls after it.
    by: &'static str,
}

pub(crate) async fn run(stage: &mut Stage, options: &Options) -> Result<String, String> {
    let figures = Arc::new(Figures::default());
    let servers =
        if let Stage::Sentinels(trio) = stage { vec![trio.master().url(), trio.replica().url()] } else { vec![] };
    let history = (!servers.is_empty()).then(|| History::watch(&servers));
    let sessions = [stage.connect().await?, stage.connect().await?];
    let start = Instant::now();
    let lanes: Vec<_> = (0..LANES)
        .map(|lane| {
            let [loads, writes] = sessions.each_ref().map(|session| cache(session, lane));
            let lane = Lane {
                lane,
                loads,
                writes,
                servers: if lane < HEARD { servers.clone() } else { Vec::new() },
                source: Arc::default(),
                random: Random::from_seed(options.shared.seed ^ lane),
            };
            tokio::spawn(lane.run(Arc::clone(&figures), options.rounds))
        })
        .collect();
    let mut random = Random::from_seed(options.shared.seed);
    while figures.rounds.load(Ordering::Relaxed) < options.rounds
        && !lanes.iter().all(tokio::task::JoinHandle::is_finished)
    {
        tokio::time::sleep(Duration::from_millis(300)).await;
        disturb(stage, &mut random);
    }
    figures.is_over.store(true, Ordering::Relaxed);
    for lane in lanes {
        lane.await.map_err(|error| error.to_string())?;
    }
    let [rounds, loads, failed] =
        [&figures.rounds, &figures.loads, &figures.failed].map(|figure| figure.load(Ordering::Relaxed));
    let old = std::mem::take(&mut *figures.old());
    let (mut lost, mut two_masters, mut unexplained) = (0, 0, Vec::new());
    for old in old {
        let history = history.as_ref().filter(|_| !old.is_heard);
        match history.map_or(Explanation::None, |history| history.explain(old.write, old.seen)) {
            Explanation::Lost => lost += 1,
            Explanation::TwoMasters => two_masters += 1,
            Explanation::None => unexplained.push(old),
        }
    }
    let mut text = format!(
        "{rounds} deletes during {loads} loads in {:.1?}: {} old values after one was acknowledged, {failed} calls failed",
        start.elapsed(),
        unexplained.len()
    );
    if let Some(history) = history {
        text += &format!(
            "; {} failovers, which lost the deletes of {lost} values, and {two_masters} more while there were two masters, and none \
             of {} that the replica had heard of",
            history.failovers(),
            figures.heard.load(Ordering::Relaxed)
        );
    }
    let is_right = unexplained.is_empty();
    for old in unexplained {
        text += &format!("\n  {old}");
    }
    if is_right { Ok(text) } else { Err(text) }
}

fn cache(session: &RedisSession, lane: u64) -> Cache {
    // Half of them load beside a stale value, too.
    let fresh = if lane.is_multiple_of(2) { Duration::from_secs(600) } else { Duration::from_millis(3) };
    let stale = if lane.is_multiple_of(2) { Duration::ZERO } else { Duration::from_secs(600) };
    Cache::new("race", fresh).stale(stale).lease(Duration::from_secs(1)).on(session)
}

/// Moves slots, or has the replica take over.
fn disturb(stage: &mut Stage, random: &mut Random) {
    match stage {
        Stage::Server(_) => {}
        Stage::Cluster(cluster) => {
            let slot = cluster.slot(&format!("race:i|{}", random.within(0..LANES)));
            cluster.move_slot(slot, usize::try_from(random.within(0..3)).unwrap_or_default());
        }
        Stage::Sentinels(trio) => {
            if random.within(0..10) == 0 {
                trio.fail_over();
            }
        }
    }
}

impl fmt::Display for Old {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lane, value, newest, write, is_heard, seen, by } = self;
        let heard = if *is_heard { ", and of which the replica had heard" } else { "" };
        let [took, later] = [write.acknowledged - write.sent, *seen - write.acknowledged];
        write!(f, "key {lane}: {by} gave {value}, {later:?} after a delete for {newest} that took {took:?}{heard}")
    }
}

impl Figures {
    fn old(&self) -> MutexGuard<'_, Vec<Old>> {
        self.old.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// One key, with what is behind it.
struct Lane {
    lane: u64,
    loads: Cache,
    writes: Cache,
    /// Those at which the entry is deleted by hand, until the replica has heard of it.
    servers: Vec<String>,
    /// Grows with each round.
    source: Arc<AtomicU64>,
    random: Random,
}

impl Lane {
    async fn run(mut self, figures: Arc<Figures>, rounds: u64) {
        while figures.rounds.load(Ordering::Relaxed) < rounds && !figures.is_over.load(Ordering::Relaxed) {
            let before = tokio::spawn(self.load(&figures));
            let other = tokio::spawn(self.load(&figures));
            tokio::time::sleep(Duration::from_micros(self.random.within(0..2_000))).await;
            let newest = self.source.fetch_add(1, Ordering::SeqCst) + 1;
            let sent = std::time::Instant::now();
            let (is_deleted, is_heard) = self.delete().await;
            let write = Write { sent, acknowledged: std::time::Instant::now() };
            if !is_deleted {
                figures.failed.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            figures.rounds.fetch_add(1, Ordering::Relaxed);
            figures.heard.fetch_add(u64::from(is_heard), Ordering::Relaxed);
            let after = self.load(&figures).await;
            let stored = self.writes.get(self.lane).await;
            let _ = (before.await, other.await);
            let settled = self.loads.get(self.lane).await;
            for (by, value) in [("a load", after), ("the next read", stored), ("the last read", settled)] {
                match value {
                    Ok(Some(value)) if value < newest => {
                        let seen = std::time::Instant::now();
                        figures.old().push(Old { lane: self.lane, value, newest, write, is_heard, seen, by });
                    }
                    Ok(_) => {}
                    Err(_) => drop(figures.failed.fetch_add(1, Ordering::Relaxed)),
                }
            }
        }
    }

    /// Deletes the entry; whether that was done, and whether the replica has heard of it.
    async fn delete(&self) -> (bool, bool) {
        if self.servers.is_empty() {
            return (self.writes.delete(self.lane).await.is_ok(), false);
        }
        let (servers, entry) = (self.servers.clone(), format!("race:i|{}", self.lane));
        let is_heard = spawn_blocking(move || servers.iter().any(|url| delete_at(url, &entry).unwrap_or_default()));
        let is_heard = is_heard.await.unwrap_or_default();
        (is_heard, is_heard)
    }

    /// Asks for the value, which takes its time after it was read.
    fn load(
        &mut self,
        figures: &Arc<Figures>,
    ) -> impl Future<Output = rediscache::Result<Option<u64>>> + Send + 'static {
        let (source, figures, pause) = (Arc::clone(&self.source), Arc::clone(figures), self.random.within(0..1_500));
        let load = self.loads.get_or_load(self.lane, move || async move {
            figures.loads.fetch_add(1, Ordering::Relaxed);
            let value = source.load(Ordering::SeqCst);
            tokio::time::sleep(Duration::from_micros(pause)).await;
            Ok::<u64, Infallible>(value)
        });
        async move {
            match load.await {
                Ok(value) => Ok(Some(value)),
                Err(rediscache::LoadError::Cache(error)) => Err(error),
                Err(rediscache::LoadError::Load(_)) => Ok(None),
            }
        }
    }
}

/// Deletes the entry, and waits for the replica; whether it has heard of it. A replica refuses this, and a master that was replaced
/// has none.
fn delete_at(url: &str, entry: &str) -> redis::RedisResult<bool> {
    let mut raw = Client::open(url)?.get_connection_with_timeout(WAIT)?;
    raw.set_read_timeout(Some(2 * WAIT))?;
    cmd("DEL").arg(entry).exec(&mut raw)?;
    // It is waited for what this connection wrote last, and there may have been nothing to delete.
    cmd("INCR").arg("race.deletes").exec(&mut raw)?;
    let heard: u64 = cmd("WAIT").arg(1).arg(u64::try_from(WAIT.as_millis()).unwrap_or_default()).query(&mut raw)?;
    Ok(heard > 0)
}
