//! Hits of `get_or_load` in what this process keeps, by one thread.

use std::convert::Infallible;
use std::hint::black_box;
use std::time::{Duration, Instant};

use bench_support::{Spread, Target};
use rediscache::{Near, RedisSession, RedisTtlCache};

use crate::TTL;

/// How many entries are kept.
const HOT: u64 = 10_000;

/// How many reads are made without a look at the clock.
const PART: u64 = 1_000;

type Counts = RedisTtlCache<u64, u64>;

pub(crate) async fn measure(url: &str, quick: bool) {
    let (rounds, time) = if quick { (5, Duration::from_millis(40)) } else { (15, Duration::from_millis(150)) };
    let session = RedisSession::connect(url).await.unwrap();
    let near = Near::tracking().capacity(2 * 10_000);
    let counts: Counts = RedisTtlCache::new("near", TTL).near(near).on(&session);
    counts.set_many((0..HOT).map(|key| (key, key))).await.unwrap();
    keep(&counts).await;
    let before = counts.near_stats();
    let mut rates = Vec::new();
    // The first round only warms up.
    for _ in 0..=rounds {
        rates.push(rate_of(&counts, time).await / 1e6);
    }
    assert_eq!(counts.near_stats().misses(), before.misses(), "all of them are hits");
    let target = Target::at_least("near hits, millions a second on one core", 5.0);
    target.tell(Spread::of(rates.into_iter().skip(1)));
}

/// Reads until all are served from this process.
async fn keep(counts: &Counts) {
    loop {
        let before = counts.near_stats();
        counts.get_many(0..HOT).await.unwrap();
        if counts.near_stats().hits() - before.hits() == HOT {
            return;
        }
    }
}

/// Reads in a second.
async fn rate_of(counts: &Counts, time: Duration) -> f64 {
    let (start, mut key, mut made) = (Instant::now(), 0, 0);
    while start.elapsed() < time {
        for _ in 0..PART {
            key = (key + 7_919) % HOT;
            let read = counts.get_or_load(black_box(key), || async { Ok::<u64, Infallible>(0) }).await;
            assert_eq!(black_box(read).unwrap(), key);
        }
        made += PART;
        // The answers of the server are to be read meanwhile, or nothing is served any more.
        tokio::task::yield_now().await;
    }
    made as f64 / start.elapsed().as_secs_f64()
}
