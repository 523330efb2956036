//! What the library costs by itself: the codec, the embedded store, and the memory of calls that wait.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints, and stops at the first error")]
#![expect(clippy::cast_precision_loss, reason = "counts are small")]

use std::future::{Future, poll_fn};
use std::hint::black_box;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Instant;

use bench_support::{Machine, Options, Server, Spread};
use redis::AsyncCommands;
use redis::aio::MultiplexedConnection;
use rediscache::{Codec, RedisCache, RedisQueue, RedisSession, Typestring};
use tokio::runtime::Runtime;

const VALUE: &str = "a topic of usual length";

/// How many calls wait at once.
const CALLERS: u16 = 1_024;

/// What a call may allocate, and take while it waits.
const MOST_ALLOCATIONS: f64 = 4.0;
const MOST_BYTES: f64 = 1_536.0;

fn main() {
    let rounds = if Options::read().quick { 5 } else { 15 };
    let server = Server::start();
    println!("{}", Machine::with(&server));
    codec(rounds);
    // On one thread, so that what a connection's task allocates counts too.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    embedded(rounds, &runtime);
    memory(&server, &runtime);
}

/// A `u64` key and a `String` value, written into one buffer and read back, as `set` and `get` do.
fn codec(rounds: usize) {
    let key = 267_624_335_836_053_506_u64;
    let pair = || {
        let mut stored = Vec::with_capacity(64);
        Typestring::encode(black_box(&key), &mut stored).unwrap();
        let split = stored.len();
        Typestring::encode(black_box(VALUE), &mut stored).unwrap();
        let read: (u64, String) =
            (Typestring::decode(&stored[..split]).unwrap(), Typestring::decode(&stored[split..]).unwrap());
        black_box(read)
    };
    let allocations = allocation_counter::measure(|| drop(pair())).count_total;
    let nanoseconds = nanoseconds(rounds, || drop(pair()));
    println!("codec u64 -> String, both ways: {:.0} ns, {allocations} allocations", nanoseconds.median);
}

fn embedded(rounds: usize, runtime: &Runtime) {
    let session = RedisSession::in_memory();
    let names = RedisCache::<u64, String>::new("names").on(&session);
    runtime.block_on(names.update((0..10_000).map(|key| (key, VALUE)))).unwrap();
    let mut key = 0;
    let each = runtime.block_on(async {
        nanoseconds(rounds, || {
            key = (key + 1) % 10_000;
            let mut get = names.get(key);
            let answer = Pin::new(&mut get).poll(&mut Context::from_waker(Waker::noop()));
            assert!(black_box(answer).is_ready());
        })
    });
    println!("embedded get, one core: {:.0} ns", each.median);
}

/// What calls take that wait for the server together.
fn memory(server: &Server, runtime: &Runtime) {
    let session = runtime.block_on(RedisSession::connect(server.url())).unwrap();
    let client = redis::Client::open(server.url()).unwrap();
    let hand = runtime.block_on(client.get_multiplexed_async_connection()).unwrap();
    one_entry(runtime, &RedisCache::new("names").on(&session), &hand);
    increment(runtime, &RedisCache::new("counts").on(&session), &hand);
    put(runtime, &RedisQueue::new("queue").on(&session), &hand);
    waiting_for_items(runtime, &RedisQueue::new("empty").on(&session));
}

fn one_entry(runtime: &Runtime, names: &RedisCache<u64, String>, hand: &MultiplexedConnection) {
    let ours = cost(runtime, |key| {
        let names = names.clone();
        async move { names.set(key, VALUE).await.unwrap() }
    });
    let theirs = cost(runtime, |key| {
        let mut hand = hand.clone();
        async move { hand.hset("names", format!("i|{key}"), format!("s|{VALUE}")).await.unwrap() }
    });
    print("set", &ours, &theirs);
    let ours = cost(runtime, |key| {
        let names = names.clone();
        async move { assert!(names.get(key).await.unwrap().is_some()) }
    });
    let theirs = cost(runtime, |key| {
        let mut hand = hand.clone();
        async move {
            let mut stored: String = hand.hget("names", format!("i|{key}")).await.unwrap();
            stored.drain(..2);
        }
    });
    print("get", &ours, &theirs);
}

fn increment(runtime: &Runtime, counts: &RedisCache<u64, i64>, hand: &MultiplexedConnection) {
    let ours = cost(runtime, |key| {
        let counts = counts.clone();
        async move { assert!(counts.increment(key, 1).await.unwrap() > 0) }
    });
    let theirs = cost(runtime, |key| {
        let mut hand = hand.clone();
        async move { hand.hincr("hand.counts", format!("i|{key}"), 1).await.unwrap() }
    });
    print("increment", &ours, &theirs);
}

fn put(runtime: &Runtime, queue: &RedisQueue<u64>, hand: &MultiplexedConnection) {
    let ours = cost(runtime, |item| {
        let queue = queue.clone();
        async move { queue.put(item).await.unwrap() }
    });
    let theirs = cost(runtime, |item| {
        let mut hand = hand.clone();
        async move { hand.lpush("hand.queue", format!("i|{item}")).await.unwrap() }
    });
    print("put", &ours, &theirs);
}

/// What one more `get` takes that waits for an item to come, its place in the line included.
fn waiting_for_items(runtime: &Runtime, empty: &RedisQueue<u64>) {
    let mut waiting = Vec::with_capacity(CALLERS.into());
    let measured = allocation_counter::measure(|| {
        runtime.block_on(async {
            let mut context = Context::from_waker(Waker::noop());
            for _ in 0..CALLERS {
                let mut get = empty.get();
                assert!(Pin::new(&mut get).poll(&mut context).is_pending());
                waiting.push(get);
            }
        });
    });
    println!("a get that waits for an item: {} bytes", measured.bytes_current / i64::from(CALLERS));
}

/// Per call.
struct Cost {
    allocations: f64,
    /// While it waits, its future included.
    waiting: f64,
    /// At the peak of all, with what the connection buffers.
    peak: f64,
}

/// Makes so many calls at once, on this thread alone.
fn cost<F: Future<Output = ()>>(runtime: &Runtime, call: impl Fn(u64) -> F) -> Cost {
    let calls = || -> Vec<Pin<Box<F>>> { (0..CALLERS.into()).map(|key| Box::pin(call(key))).collect() };
    // Warms up buffers that stay.
    runtime.block_on(all(calls()));
    let mut waiting = calls();
    let future = waiting.first().map_or(0, |call| size_of_val(&**call)) as f64;
    let first_polls = runtime.block_on(async {
        let measured = allocation_counter::measure(|| {
            let mut context = Context::from_waker(Waker::noop());
            waiting.iter_mut().for_each(|call| assert!(call.as_mut().poll(&mut context).is_pending()));
        });
        all(waiting).await;
        measured
    });
    let calls = calls();
    let measured = allocation_counter::measure(|| runtime.block_on(all(calls)));
    let callers = f64::from(CALLERS);
    Cost {
        allocations: measured.count_total as f64 / callers,
        waiting: first_polls.bytes_current as f64 / callers + future,
        peak: measured.bytes_max as f64 / callers + future,
    }
}

/// Awaits all, without allocating.
async fn all<F: Future<Output = ()>>(mut calls: Vec<Pin<Box<F>>>) {
    poll_fn(|context| {
        calls.retain_mut(|call| call.as_mut().poll(context).is_pending());
        if calls.is_empty() { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

fn print(name: &str, ours: &Cost, theirs: &Cost) {
    let line = |what: &str, ours: f64, theirs: f64| {
        format!("{name:<9} callers={CALLERS} {what:<13} ours={ours:<6.1} theirs={theirs:<6.1}")
    };
    let verdict = |reached: f64, most: f64| if reached <= most { "reached" } else { "missed" };
    let allocations = line("allocations", ours.allocations, theirs.allocations);
    println!("{allocations} target ≤ {MOST_ALLOCATIONS} {}", verdict(ours.allocations, MOST_ALLOCATIONS));
    let waiting = line("waiting_bytes", ours.waiting, theirs.waiting);
    println!("{waiting} target ≤ {MOST_BYTES} {}", verdict(ours.waiting, MOST_BYTES));
    println!("{}", line("peak_bytes", ours.peak, theirs.peak));
}

/// Nanoseconds that one call takes.
fn nanoseconds(rounds: usize, mut call: impl FnMut()) -> Spread {
    const CALLS: u32 = 50_000;
    Spread::of((0..rounds).map(|_| {
        let start = Instant::now();
        (0..CALLS).for_each(|_| call());
        start.elapsed().as_nanos() as f64 / f64::from(CALLS)
    }))
}
