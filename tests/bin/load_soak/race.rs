//! Loads and deletes that race: nothing that was loaded before a delete was acknowledged is there after it.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use rediscache::{RedisSession, RedisTtlCache};
use support::Random;
use tokio::time::Instant;

use crate::args::Options;
use crate::stage::Stage;

/// How many keys are raced for at a time.
const LANES: u64 = 64;

/// For how many milliseconds around a failover what was acknowledged may be lost with it: the replica had not heard of it.
const UNHEARD: u64 = 4_000;

type Cache = RedisTtlCache<u64, u64>;

#[derive(Default)]
struct Figures {
    rounds: AtomicU64,
    loads: AtomicU64,
    /// What was stored or given out after a delete and loaded before it.
    old: AtomicU64,
    /// The same, where a failover may have lost the delete.
    lost: AtomicU64,
    /// Calls that failed, since a server was away.
    failed: AtomicU64,
    is_over: AtomicBool,
}

pub(crate) async fn run(stage: &mut Stage, options: &Options) -> Result<String, String> {
    let (figures, failovers) = (Arc::new(Figures::default()), Arc::new(AtomicU64::new(0)));
    let sessions = [stage.connect().await?, stage.connect().await?];
    let start = Instant::now();
    let lanes: Vec<_> = (0..LANES)
        .map(|lane| {
            let [loads, writes] = sessions.each_ref().map(|session| cache(session, lane));
            let lane =
                Lane { lane, loads, writes, source: Arc::default(), random: Random::from_seed(options.seed ^ lane) };
            let (figures, failovers, rounds) = (Arc::clone(&figures), Arc::clone(&failovers), options.rounds);
            tokio::spawn(lane.run(figures, failovers, rounds, start))
        })
        .collect();
    let mut random = Random::from_seed(options.seed);
    while figures.rounds.load(Ordering::Relaxed) < options.rounds
        && !lanes.iter().all(tokio::task::JoinHandle::is_finished)
    {
        tokio::time::sleep(Duration::from_millis(300)).await;
        disturb(stage, &mut random, &failovers, start);
    }
    figures.is_over.store(true, Ordering::Relaxed);
    for lane in lanes {
        lane.await.map_err(|error| error.to_string())?;
    }
    let [rounds, loads, old, lost, failed] =
        [&figures.rounds, &figures.loads, &figures.old, &figures.lost, &figures.failed]
            .map(|figure| figure.load(Ordering::Relaxed));
    let text = format!(
        "{rounds} deletes during {loads} loads in {:.1?}: {old} old values after one was acknowledged, {lost} more that a failover \
         may have brought back, {failed} calls failed",
        start.elapsed()
    );
    if old == 0 { Ok(text) } else { Err(text) }
}

fn cache(session: &RedisSession, lane: u64) -> Cache {
    // Half of them load beside a stale value, too.
    let fresh = if lane.is_multiple_of(2) { Duration::from_secs(600) } else { Duration::from_millis(3) };
    let stale = if lane.is_multiple_of(2) { Duration::ZERO } else { Duration::from_secs(600) };
    Cache::new("race", fresh).stale(stale).lease(Duration::from_secs(1)).on(session)
}

/// Moves slots, or has the replica take over.
fn disturb(stage: &mut Stage, random: &mut Random, failovers: &AtomicU64, start: Instant) {
    match stage {
        Stage::Server(_) => {}
        Stage::Cluster(cluster) => {
            let slot = cluster.slot(&format!("race:i|{}", random.within(0..LANES)));
            cluster.move_slot(slot, usize::try_from(random.within(0..3)).unwrap_or_default());
        }
        Stage::Sentinels(trio) => {
            if random.within(0..20) == 0 {
                failovers.store(since(start), Ordering::SeqCst);
                trio.fail_over();
                failovers.store(since(start), Ordering::SeqCst);
            }
        }
    }
}

fn since(start: Instant) -> u64 {
    u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX).max(1)
}

/// One key, with what is behind it.
struct Lane {
    lane: u64,
    loads: Cache,
    writes: Cache,
    /// Grows with each round.
    source: Arc<AtomicU64>,
    random: Random,
}

impl Lane {
    async fn run(mut self, figures: Arc<Figures>, failovers: Arc<AtomicU64>, rounds: u64, start: Instant) {
        while figures.rounds.load(Ordering::Relaxed) < rounds && !figures.is_over.load(Ordering::Relaxed) {
            let before = tokio::spawn(self.load(&figures));
            let other = tokio::spawn(self.load(&figures));
            tokio::time::sleep(Duration::from_micros(self.random.within(0..2_000))).await;
            let newest = self.source.fetch_add(1, Ordering::SeqCst) + 1;
            let deleted = self.writes.delete(self.lane).await;
            if deleted.is_err() {
                figures.failed.fetch_add(1, Ordering::Relaxed);
                continue;
            }
            figures.rounds.fetch_add(1, Ordering::Relaxed);
            let after = self.load(&figures).await;
            let stored = self.writes.get(self.lane).await;
            let _ = (before.await, other.await);
            let settled = self.loads.get(self.lane).await;
            for value in [after, stored, settled] {
                match value {
                    Ok(Some(value)) if value < newest => {
                        let failover = failovers.load(Ordering::SeqCst);
                        let near = failover > 0 && since(start).saturating_sub(failover) < UNHEARD;
                        let count = if near { &figures.lost } else { &figures.old };
                        count.fetch_add(1, Ordering::Relaxed);
                    }
                    Ok(_) => {}
                    Err(_) => drop(figures.failed.fetch_add(1, Ordering::Relaxed)),
                }
            }
        }
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
