//! The figures of the typed layer itself: what the codec costs, what the embedded store does, and what one caller pays
//! over the `redis` crate by hand. Ratios come from one run, with the two sides in turn.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and stops at the first error")]

mod side;

use std::hint::black_box;
use std::time::Instant;

use redis::AsyncCommands;
use redis::aio::MultiplexedConnection;
use rediscache::{Codec, RedisCache, RedisSession, Typestring};
use side::{Server, median, print_ratios};

const ROUNDS: usize = 15;
const CALLS: u32 = 4_000;

fn main() {
    codec();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        embedded().await;
        let server = Server::start();
        let session = server.connect().await;
        let client = redis::Client::open(server.url.as_str()).unwrap();
        let by_hand = client.get_multiplexed_async_connection().await.unwrap();
        one_caller(&session, by_hand).await;
    });
}

/// A `u64` key and a `String` value, written into one buffer and read back, as `set` and `get` do.
fn codec() {
    let (key, value) = (267_624_335_836_053_506_u64, "a topic of usual length");
    let pair = || {
        let mut stored = Vec::with_capacity(64);
        Typestring::encode(black_box(&key), &mut stored).unwrap();
        let split = stored.len();
        Typestring::encode(black_box(value), &mut stored).unwrap();
        let read: (u64, String) =
            (Typestring::decode(&stored[..split]).unwrap(), Typestring::decode(&stored[split..]).unwrap());
        black_box(read)
    };
    let allocations = allocation_counter::measure(|| drop(pair())).count_total;
    let nanoseconds = median((0..ROUNDS).map(|_| nanoseconds_each(100_000, pair)).collect());
    println!("codec u64 -> String, both ways: {nanoseconds:.0} ns, {allocations} allocations");
}

async fn embedded() {
    let session = RedisSession::in_memory();
    let names = RedisCache::<u64, String>::new("names").on(&session);
    names.update((0..10_000).map(|key| (key, "a topic of usual length"))).await.unwrap();
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let start = Instant::now();
        for key in 0..100_000_u64 {
            black_box(names.get(key % 10_000).await.unwrap());
        }
        rounds.push(start.elapsed().as_nanos() as f64 / 100_000.0);
    }
    let each = median(rounds);
    println!("embedded get, one core: {:.2} million/s ({each:.0} ns)", 1_000.0 / each);
}

async fn one_caller(session: &RedisSession, mut by_hand: MultiplexedConnection) {
    let names = RedisCache::<u64, String>::new("bench").on(session);
    let (mut get, mut set) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let ours = timed(async || {
            names.set(black_box(42), "a topic of usual length").await.unwrap();
        })
        .await;
        let theirs = timed(async || {
            let _: () =
                by_hand.hset("bench", format!("i|{}", black_box(42)), "s|a topic of usual length").await.unwrap();
        })
        .await;
        set.push(theirs / ours);
        let ours = timed(async || {
            black_box(names.get(black_box(42)).await.unwrap().unwrap());
        })
        .await;
        let theirs = timed(async || {
            let stored: Option<String> = by_hand.hget("bench", format!("i|{}", black_box(42))).await.unwrap();
            black_box(stored.unwrap().strip_prefix("s|").unwrap().to_owned());
        })
        .await;
        get.push(theirs / ours);
    }
    print_ratios("get, to HGET by hand", 1, get);
    print_ratios("set, to HSET by hand", 1, set);
}

/// Microseconds for one of `CALLS` calls, one after another.
async fn timed(mut call: impl AsyncFnMut()) -> f64 {
    let start = Instant::now();
    for _ in 0..CALLS {
        call().await;
    }
    start.elapsed().as_secs_f64() * 1e6 / f64::from(CALLS)
}

fn nanoseconds_each<T>(times: u32, mut call: impl FnMut() -> T) -> f64 {
    let start = Instant::now();
    for _ in 0..times {
        call();
    }
    start.elapsed().as_nanos() as f64 / f64::from(times)
}
