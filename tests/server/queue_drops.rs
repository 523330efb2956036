//! Ten thousand futures dropped at random, with every item accounted for.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use redis::cmd;
use rediscache::RedisSession;
use support::{Direction, Proxy, Random, Server, namespace, url};

use crate::queue::kind::{ByHand, Queue, Way, abandon, soon, turns, until};

const DROPS: usize = 10_000;

/// How many items must come out meanwhile.
const ITEMS: usize = 1_000;

/// How many must come out in their order.
const ORDERED: u32 = 300;

const SEED: u64 = 0x5eed_0000;

/// Below `limit`, small numbers more often than large ones.
fn small(random: &mut Random, limit: u64) -> usize {
    let (a, b) = (random.within(0..limit), random.within(0..limit));
    usize::try_from(a * b / limit).unwrap()
}

#[derive(Default)]
struct Tally {
    drops: AtomicUsize,
    items: AtomicUsize,
    /// What was put and did not come out yet, about.
    open: AtomicUsize,
    done: AtomicBool,
}

async fn consume(queue: Queue, tally: Arc<Tally>, mut random: Random) -> Vec<u32> {
    let mut items = Vec::new();
    while !tally.done.load(Ordering::Relaxed) {
        let way = Way::ALL[small(&mut random, 5)];
        let (polls, steps) = (1 + small(&mut random, 4), small(&mut random, 60));
        match abandon(queue.ask(way), polls, steps).await {
            None => drop(tally.drops.fetch_add(1, Ordering::Relaxed)),
            Some(got) => {
                if let Some(got) = got.unwrap() {
                    items.push(got.settle().await);
                    tally.open.fetch_sub(1, Ordering::Relaxed);
                    tally.items.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
        turns(1).await;
    }
    items
}

/// Puts items in so that there are sometimes many and sometimes none; how many.
async fn produce(queue: &Queue, tally: &Tally, mut random: Random) -> u32 {
    let mut count = 0;
    while tally.drops.load(Ordering::Relaxed) < DROPS || tally.items.load(Ordering::Relaxed) < ITEMS {
        if tally.open.load(Ordering::Relaxed) < small(&mut random, 200) {
            let next = count + 1 + u32::try_from(small(&mut random, 40)).unwrap();
            tally.open.fetch_add((next - count) as usize, Ordering::Relaxed);
            queue.put_many(count..next).await;
            count = next;
        }
        turns(small(&mut random, 20)).await;
    }
    count
}

async fn every_item_comes_out_once(kind: usize) {
    let name = namespace("drops");
    let tally = Arc::new(Tally::default());
    let (mut queues, mut consumers) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        let session = RedisSession::builder(url()).global_namespace(&name).connect().await.unwrap();
        queues.push(Queue::both(&session)[kind].clone());
    }
    for (seed, queue) in (SEED..SEED + 24).zip(queues.iter().cycle()) {
        consumers.push(tokio::spawn(consume(queue.clone(), Arc::clone(&tally), Random::from_seed(seed))));
    }
    let count = produce(&queues[0], &tally, Random::from_seed(!SEED)).await;
    tally.done.store(true, Ordering::Relaxed);

    let mut times = BTreeMap::new();
    for consumer in consumers {
        for item in soon(consumer).await.unwrap() {
            *times.entry(item).or_insert(0) += 1;
        }
    }
    while times.len() < count as usize {
        let item = soon(queues[1].ask(Way::Get)).await.unwrap().unwrap().settle().await;
        *times.entry(item).or_insert(0) += 1;
    }
    for queue in &queues {
        queue.holds([], "all came out").await;
    }
    let odd: Vec<_> = times.iter().filter(|&(item, times)| *item >= count || *times != 1).collect();
    assert!(odd.is_empty(), "seed {SEED:#x}: doubled, or never put: {odd:?}");
}

/// One who gives many calls up gets what is there in its order, though answers to calls that are gone come meanwhile, on another
/// thread.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_who_gives_up_gets_them_in_order() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let session = RedisSession::connect(&proxy.url()).await.unwrap();
    proxy.delay(Direction::Replies, Duration::from_millis(1));
    for queue in Queue::both(&session) {
        let mut random = Random::from_seed(SEED);
        queue.put_many(0..ORDERED).await;
        for item in 0..ORDERED {
            let got = loop {
                let limit = Duration::from_micros(random.within(0..4_000));
                if let Ok(got) = tokio::time::timeout(limit, queue.ask(Way::Get)).await {
                    break got;
                }
            };
            assert_eq!(got.unwrap().unwrap().settle().await, item);
        }
        queue.holds([], "all came out").await;
    }
}

/// What comes to one who is gone goes back in front of what a look takes at that moment, for nobody either.
#[tokio::test]
async fn what_is_on_its_way_goes_back_behind_what_was_taken_before() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let session = RedisSession::connect(&proxy.url()).await.unwrap();
    for (queue, name) in Queue::both(&session).into_iter().zip(["plain", "task"]) {
        queue.put_many(0..5).await;
        // The server has the scripts then.
        assert_eq!(queue.ask(Way::Get).await.unwrap().unwrap().settle().await, 0);
        let mut gone = ByHand::new(queue.ask(Way::Get));
        assert!(gone.poll().is_pending());
        drop(gone);
        let mut next = ByHand::new(queue.ask(Way::Get));
        assert!(next.poll().is_pending());
        proxy.hold(Direction::Replies);
        until(async || cmd("LLEN").arg(name).query(&mut server.raw()) == Ok(3)).await;
        proxy.heal();
        proxy.hold(Direction::Requests);
        // It is given what comes for the one who is gone, and its own look leaves.
        next.woken().await;
        turns(20).await;
        drop(next);
        turns(20).await;
        proxy.heal();
        queue.holds(1..5, "all were dropped").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_item_comes_out_once_of_a_queue() {
    every_item_comes_out_once(0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_item_comes_out_once_of_a_task_queue() {
    every_item_comes_out_once(1).await;
}
