//! What the queues cost beside the same commands through the `redis` crate by hand. Ratios of calls per second, ours to
//! theirs, from one run with the two sides in turn.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and stops at the first error")]

mod side;

use std::time::Instant;

use redis::aio::MultiplexedConnection;
use redis::cmd;
use rediscache::{RedisQueue, RedisSession, RedisTaskQueue};
use side::{Server, print_ratios};

const ROUNDS: usize = 9;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let server = Server::start();
        let session = server.connect().await;
        let client = redis::Client::open(server.url.as_str()).unwrap();
        let by_hand = client.get_multiplexed_async_connection().await.unwrap();
        for callers in [1, 64] {
            put_and_get(&session, &by_hand, callers).await;
            get_and_finalize(&session, &by_hand, callers).await;
        }
        put_many(&session, &by_hand).await;
        waiting(&session).await;
    });
}

async fn put_and_get(session: &RedisSession, by_hand: &MultiplexedConnection, callers: usize) {
    let queue = RedisQueue::<u64>::new("bench").on(session);
    let ratios = rounds(
        callers,
        async |number| {
            queue.put(number).await.unwrap();
            queue.get().await.unwrap();
        },
        async |number| {
            let mut by_hand = by_hand.clone();
            cmd("LPUSH").arg("hand").arg(number).exec_async(&mut by_hand).await.unwrap();
            let _: Option<Vec<u8>> = cmd("RPOP").arg("hand").query_async(&mut by_hand).await.unwrap();
        },
    );
    print_ratios("put + get, to LPUSH + RPOP by hand", callers, ratios.await);
}

async fn get_and_finalize(session: &RedisSession, by_hand: &MultiplexedConnection, callers: usize) {
    let queue = RedisTaskQueue::<u64>::new("tasks").on(session);
    let total = (calls(callers) * callers) as u64 * ROUNDS as u64;
    queue.put_many(0..total).await.unwrap();
    let mut hand = by_hand.clone();
    for number in 0..total {
        cmd("LPUSH").arg("left").arg(number).exec_async(&mut hand).await.unwrap();
    }
    let ratios = rounds(
        callers,
        async |_| queue.get().await.unwrap().finalize().await.unwrap(),
        async |_| {
            let mut by_hand = by_hand.clone();
            let mut take = cmd("LMOVE");
            take.arg("left").arg("pending").arg("RIGHT").arg("LEFT");
            let item: Vec<u8> = take.query_async(&mut by_hand).await.unwrap();
            cmd("LREM").arg("pending").arg(1).arg(item).exec_async(&mut by_hand).await.unwrap();
        },
    );
    print_ratios("task get + finalize, to LMOVE + LREM by hand", callers, ratios.await);
}

async fn put_many(session: &RedisSession, by_hand: &MultiplexedConnection) {
    let queue = RedisQueue::<u64>::new("bench").on(session);
    let ratios = rounds(
        1,
        async |_| queue.put_many(0..1_000).await.unwrap(),
        async |_| {
            let mut push = cmd("LPUSH");
            push.arg("hand");
            for number in 0..1_000 {
                push.arg(format!("i|{number}"));
            }
            push.exec_async(&mut by_hand.clone()).await.unwrap();
        },
    );
    print_ratios("put_many(1,000), to one LPUSH of 1,000 by hand", 1, ratios.await);
    queue.clear().await.unwrap();
}

/// What one more future that waits for an item takes, its place in the line included.
async fn waiting(session: &RedisSession) {
    const WAITING: u16 = 10_000;
    let queue = RedisQueue::<u64>::new("empty").on(session);
    let mut futures = Vec::with_capacity(WAITING.into());
    let measured = allocation_counter::measure(|| {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        for _ in 0..WAITING {
            let mut get = queue.get();
            assert!(get.as_mut().poll(&mut context).is_pending());
            futures.push(get);
        }
    });
    println!("memory of a waiting get: {} bytes", measured.bytes_current / i64::from(WAITING));
}

/// How many calls each caller makes in a round.
fn calls(callers: usize) -> usize {
    (20_000 / callers).min(2_000)
}

/// Calls per second of `ours` to those of `theirs`, by round.
async fn rounds(callers: usize, ours: impl AsyncFn(u64), theirs: impl AsyncFn(u64)) -> Vec<f64> {
    let mut ratios = Vec::new();
    for _ in 0..ROUNDS {
        let (ours, theirs) = (seconds(callers, &ours).await, seconds(callers, &theirs).await);
        ratios.push(theirs / ours);
    }
    ratios
}

async fn seconds(callers: usize, call: &impl AsyncFn(u64)) -> f64 {
    let start = Instant::now();
    let one = async |caller: usize| {
        for number in 0..calls(callers) {
            call((caller * calls(callers) + number) as u64).await;
        }
    };
    futures_util::future::join_all((0..callers).map(one)).await;
    start.elapsed().as_secs_f64()
}
