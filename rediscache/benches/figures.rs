//! The figures of the typed layer itself: what the codec costs, what the embedded store does, and what one caller pays
//! over the `redis` crate by hand. Ratios come from one run, with the two sides in turn.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and stops at the first error")]

use std::hint::black_box;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use redis::AsyncCommands;
use redis::aio::MultiplexedConnection;
use rediscache::{Codec, RedisCache, RedisSession, Typestring};

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
    for (name, mut ratios) in [("get", get), ("set", set)] {
        ratios.sort_by(f64::total_cmp);
        let (least, most) = (ratios[0], ratios[ROUNDS - 1]);
        println!("{name} callers=1 ratio={:.3} (min {least:.3}, max {most:.3}) to HGET/HSET by hand", median(ratios));
    }
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

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// A server of its own, ended with the benchmark.
struct Server {
    process: Child,
    url: String,
}

impl Server {
    fn start() -> Self {
        let program = std::env::var("REDISCACHE_SERVER").unwrap_or_else(|_| "redis-server".to_owned());
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Command::new(program)
            .args(["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--port", &port.to_string()])
            .stdout(Stdio::null())
            .spawn()
            .expect("a `redis-server` on the PATH, or its path in REDISCACHE_SERVER");
        Self { process, url: format!("redis://127.0.0.1:{port}") }
    }

    async fn connect(&self) -> RedisSession {
        loop {
            match RedisSession::connect(&self.url).await {
                Ok(session) => return session,
                Err(error) if error.is_retryable() => tokio::time::sleep(Duration::from_millis(10)).await,
                Err(error) => panic!("{error}"),
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
