//! What an entry takes that is kept.

use bench_support::{Spread, Target};
use quick_cache::sync::Cache;
use rediscache::{Near, RedisCache};

use crate::{Counts, connect};

const ENTRIES: u32 = 100_000;
const CHUNK: usize = 1_000;

pub(crate) fn measure(url: &str) {
    // On one thread, of which all allocations are counted.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let session = runtime.block_on(connect(url));
    let counts: Counts = RedisCache::new("memory").on(&session);
    let near = counts.clone().near(Near::tracking().capacity(2 * ENTRIES as usize));
    let chunks = || (0..u64::from(ENTRIES)).step_by(CHUNK).map(|first| first..first + CHUNK as u64);
    for keys in chunks() {
        runtime.block_on(counts.update(keys.map(|key| (key, key)))).unwrap();
    }
    // Makes the connection, and leaves the buffers as large as they get.
    runtime.block_on(async { counts.clone().near(Near::fields()).get_many(0..CHUNK as u64).await }).unwrap();
    let ours = allocation_counter::measure(|| {
        runtime.block_on(async {
            for keys in chunks() {
                near.get_many(keys).await.unwrap();
            }
        });
    });
    let kept = near.near_stats().entries();
    assert!(kept > u64::from(ENTRIES) / 100 * 99, "{kept} entries are kept");
    let mut bare = None;
    let theirs = allocation_counter::measure(|| {
        let cache = Cache::new(2 * ENTRIES as usize);
        (0..u64::from(ENTRIES)).for_each(|key| cache.insert(key, key));
        bare = Some(cache);
    });
    let (ours, theirs) = (ours.bytes_current as f64 / kept as f64, theirs.bytes_current as f64 / f64::from(ENTRIES));
    println!("an entry takes {ours:.0} bytes, {theirs:.0} in the bare cache");
    Target::at_most("memory of an entry to the bare cache's", 1.5).tell(Spread::of([ours / theirs]));
}
