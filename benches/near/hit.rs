//! Reads that are served from this process, by one thread.

use std::hint::black_box;
use std::time::{Duration, Instant};

use bench_support::{Spread, Target};
use quick_cache::UnitWeighter;
use quick_cache::sync::Cache;
use rediscache::{Near, RedisCache};

use crate::{Counts, HOT, connect, keep};

/// How many reads are made without a look at the clock.
const PART: u64 = 1_000;

/// Prime to the number of keys, so that all of them come, and no two that are neighbors.
const STRIDE: u64 = 7_919;

/// With the hasher that the library gives it.
type Bare = Cache<u64, u64, UnitWeighter, foldhash::quality::RandomState>;

/// As programs declare it, for the session that is installed.
static NEAR: Counts = RedisCache::new("hot").near(Near::tracking().capacity(2 * 10_000));

pub(crate) async fn measure(url: &str, quick: bool) {
    let (rounds, time) = if quick { (5, Duration::from_millis(40)) } else { (15, Duration::from_millis(150)) };
    let session = connect(url).await.install();
    let (near, far): (Counts, Counts) = (NEAR.on(&session), RedisCache::new("hot").on(&session));
    far.replace_all((0..HOT).map(|key| (key, key))).await.unwrap();
    keep(&NEAR).await;
    let bare = Bare::with(2 * 10_000, 2 * 10_000, UnitWeighter, Default::default(), Default::default());
    (0..HOT).for_each(|key| bare.insert(key, key));
    let (mut hits, mut to_bare, mut bound_to_bare, mut to_network) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    // The first round only warms up.
    for _ in 0..=rounds {
        let before = NEAR.near_stats();
        let ours = rate_of(&NEAR, time, PART).await;
        let bound = rate_of(&near, time, PART).await;
        assert_eq!(NEAR.near_stats().misses(), before.misses(), "all of them are hits");
        let bare = rate_of_bare(&bare, time);
        hits.push(ours / 1e6);
        to_bare.push(ours / bare);
        bound_to_bare.push(bound / bare);
        to_network.push(ours / rate_of(&far, time, 1).await);
    }
    let spread = |figures: Vec<f64>| Spread::of(figures.into_iter().skip(1));
    Target::at_least("hits, millions a second on one core", 5.0).tell(spread(hits));
    Target::at_least("hits to the bare cache's", 0.5).tell(spread(to_bare));
    Target::at_least("hits to the bare cache's, bound by `on`", 0.5).tell(spread(bound_to_bare));
    Target::at_least("hits to reads of one caller from the server", 100.0).tell(spread(to_network));
}

/// Reads in a second.
async fn rate_of(counts: &Counts, time: Duration, part: u64) -> f64 {
    let (start, mut key, mut made) = (Instant::now(), 0, 0);
    while start.elapsed() < time {
        for _ in 0..part {
            key = (key + STRIDE) % HOT;
            assert_eq!(black_box(counts.get(black_box(key)).await).unwrap(), Some(key));
        }
        made += part;
    }
    made as f64 / start.elapsed().as_secs_f64()
}

fn rate_of_bare(cache: &Bare, time: Duration) -> f64 {
    let (start, mut key, mut made) = (Instant::now(), 0, 0);
    while start.elapsed() < time {
        for _ in 0..PART {
            key = (key + STRIDE) % HOT;
            assert_eq!(black_box(cache.get(&black_box(key))), Some(key));
        }
        made += PART;
    }
    made as f64 / start.elapsed().as_secs_f64()
}
