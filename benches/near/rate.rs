//! How many reads are served from this process while another writes to the namespace.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bench_support::{Spread, Target};
use rediscache::{Near, RedisCache};
use tokio::time::MissedTickBehavior;

use crate::{Counts, HOT, connect, hot, keep};

/// One hundred thousand reads a second.
const PART: u64 = 100;
const PACE: Duration = Duration::from_millis(1);

const PAUSE: Duration = Duration::from_secs(1);

pub(crate) async fn measure(url: &str, quick: bool) {
    let time = Duration::from_secs(if quick { 3 } else { 10 });
    let fields = Trial::make(url, Near::fields(), time).await;
    let target = Target::at_least("hits in a hundred reads, `fields`", 99.0);
    target.tell(Spread::of([fields.hits as f64 * 100.0 / (fields.hits + fields.misses) as f64]));
    let tracking = Trial::make(url, Near::tracking(), time).await;
    let hits = tracking.hits as f64 * 100.0 / (tracking.hits + tracking.misses) as f64;
    println!("`tracking`: {hits:.2} hits in a hundred reads");
    // Each write drops all keys, of which each is asked for once again.
    let target = Target::at_most("misses to those there must be, `tracking`", 1.05);
    target.tell(Spread::of([tracking.misses as f64 / tracking.least as f64]));
}

/// What one write a second does to the reads of another session.
struct Trial {
    hits: u64,
    misses: u64,
    /// How many misses there are when all is dropped by each write and by nothing else.
    least: u64,
}

impl Trial {
    async fn make(url: &str, near: Near, time: Duration) -> Self {
        let (session, other) = (connect(url).await, connect(url).await);
        let counts = hot(&session, near.capacity(2 * 10_000)).await;
        let writes = Arc::new(AtomicU64::new(0));
        let writing = tokio::spawn(write(RedisCache::new("hot").near(near).on(&other), Arc::clone(&writes)));
        keep(&counts).await;
        let before = counts.near_stats();
        let least = read(&counts, &writes, time).await;
        writing.abort();
        let after = counts.near_stats();
        Self { hits: after.hits() - before.hits(), misses: after.misses() - before.misses(), least }
    }
}

async fn write(counts: Counts, writes: Arc<AtomicU64>) {
    for key in 0.. {
        tokio::time::sleep(PAUSE).await;
        counts.set(key, key).await.unwrap();
        writes.fetch_add(1, Ordering::AcqRel);
    }
}

/// Reads one key after the other; how many of the reads were the first of their key after a write.
async fn read(counts: &Counts, writes: &AtomicU64, time: Duration) -> u64 {
    let mut pace = tokio::time::interval(PACE);
    pace.set_missed_tick_behavior(MissedTickBehavior::Burst);
    let mut seen = vec![writes.load(Ordering::Acquire); usize::try_from(HOT).unwrap()];
    let (start, mut key, mut least) = (Instant::now(), 0, 0);
    while start.elapsed() < time {
        pace.tick().await;
        for _ in 0..PART {
            key = (key + 1) % seen.len();
            let now = writes.load(Ordering::Acquire);
            least += u64::from(std::mem::replace(&mut seen[key], now) != now);
            counts.get(key as u64).await.unwrap();
        }
    }
    least
}
