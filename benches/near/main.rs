//! What near caches cost and spare, beside the cache crate that holds what they keep, and beside reads without them.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and stops at the first error")]
#![expect(clippy::cast_precision_loss, reason = "counts are small")]

mod hit;
mod memory;
mod miss;
mod rate;

use bench_support::{Machine, Options, Server};
use rediscache::{Near, RedisCache, RedisSession};

/// How many keys are read again and again.
const HOT: u64 = 10_000;

type Counts = RedisCache<u64, u64>;

fn main() {
    let options = Options::read();
    let quick = options.quick;
    let server = Server::start();
    println!("{}", Machine::with(&server));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if options.wants("hit") {
        runtime.block_on(hit::measure(server.url(), quick));
    }
    if options.wants("miss") {
        // Not on the main thread, which is none of the runtime's.
        let url = server.url().to_owned();
        runtime.block_on(runtime.spawn(async move { miss::measure(&url, quick).await })).unwrap();
    }
    if options.wants("memory") {
        memory::measure(server.url());
    }
    if options.wants("rate") {
        runtime.block_on(rate::measure(server.url(), quick));
    }
}

async fn connect(url: &str) -> RedisSession {
    RedisSession::connect(url).await.unwrap()
}

/// The hot keys, stored and kept.
async fn hot(session: &RedisSession, near: Near) -> Counts {
    let counts = RedisCache::new("hot").near(near).on(session);
    counts.replace_all((0..HOT).map(|key| (key, key))).await.unwrap();
    keep(&counts).await;
    counts
}

/// Reads until all are served from this process.
async fn keep(counts: &Counts) {
    loop {
        let before = counts.near_stats();
        for first in (0..HOT).step_by(1_000) {
            counts.get_many(first..first + 1_000).await.unwrap();
        }
        if counts.near_stats().hits() - before.hits() == HOT {
            return;
        }
    }
}
