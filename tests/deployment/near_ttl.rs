//! Near caches of entries that lie on all nodes of a cluster, while others write, keys move and a node goes.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use redis::cmd;
use rediscache::{Near, RedisSession, RedisTtlCache};
use support::Cluster;

use crate::near::two;
use crate::until;

const LONG: Duration = Duration::from_secs(600);
const BOUND: Duration = Duration::from_millis(300);
/// So many that each node has some.
const KEYS: u64 = 60;

type Counts = RedisTtlCache<u64, u64>;

fn counts(session: &RedisSession) -> Counts {
    Counts::new("counts", LONG).near(Near::tracking().staleness(BOUND)).on(session)
}

/// Reads until all is served from this process.
async fn keep_all(counts: &Counts) {
    until(async || {
        let misses = counts.near_stats().misses();
        for read in join_all((0..KEYS).map(|n| counts.get(n))).await {
            read.unwrap();
        }
        counts.near_stats().misses() == misses
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_read_of_every_node_is_kept_and_what_others_write_is_seen() {
    let cluster = Cluster::of_masters(&[]);
    let (reads, writes) = two(&cluster.url()).await;
    let (near, writer) = (counts(&reads), Counts::new("counts", LONG).on(&writes));
    for round in 1..6 {
        writer.set_many((0..KEYS).map(|n| (n, round))).await.unwrap();
        until(async || near.get_many(0..KEYS).await.unwrap().into_iter().all(|read| read == Some(round))).await;
        keep_all(&near).await;
        let misses = near.near_stats().misses();
        writer.set(round, 100).await.unwrap();
        until(async || near.get(round).await.unwrap() == Some(100)).await;
        near.get_many(0..KEYS).await.unwrap();
        // The one that changed was asked for, and no other.
        let asked = near.near_stats().misses() - misses;
        assert!((1..KEYS / 2).contains(&asked), "{asked}");
    }
    for node in 0..3 {
        cmd("FLUSHALL").exec(&mut cluster.node(node).raw()).unwrap();
    }
    until(async || near.get_many(0..KEYS).await.unwrap().into_iter().all(|read| read.is_none())).await;
}

/// Nobody tells when it begins to be elsewhere.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_absent_and_what_moves_is_never_older_than_it_may_be() {
    let cluster = Cluster::of_masters(&[]);
    let (reads, writes) = two(&cluster.url()).await;
    let (near, writer) = (counts(&reads), Counts::new("counts", LONG).on(&writes));
    let moved = "counts:i|1";
    for round in 1..5 {
        assert_eq!(near.get(2).await.unwrap(), None);
        writer.set(1, round).await.unwrap();
        until(async || near.get(1).await.unwrap() == Some(round)).await;
        let slot = cluster.slot(moved);
        tokio::task::block_in_place(|| cluster.move_slot(slot, (cluster.owner(slot) + 1) % 3));
        writer.set(1, 10 * round).await.unwrap();
        let written = Instant::now();
        while near.get(1).await.unwrap() != Some(10 * round) {
            assert!(written.elapsed() < BOUND + Duration::from_secs(1), "an old value is served");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// Reads of the others go on, and their entries are kept again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_that_falls_silent_takes_nothing_with_it_for_good() {
    let mut cluster = Cluster::of_masters(&[]);
    let session =
        RedisSession::builder(cluster.url()).response_timeout(Duration::from_secs(2)).connect().await.unwrap();
    let near = counts(&session);
    near.set_many((0..KEYS).map(|n| (n, n))).await.unwrap();
    keep_all(&near).await;
    let silent = cluster.owner(cluster.slot("counts:i|0"));
    let there: Vec<u64> =
        (0..KEYS).filter(|n| cluster.owner(cluster.slot(&format!("counts:i|{n}"))) != silent).collect();
    cluster.pause(silent);
    until(async || {
        let misses = near.near_stats().misses();
        for read in join_all(there.iter().map(|n| near.get(n))).await {
            if read.is_err() {
                return false;
            }
        }
        near.near_stats().misses() == misses
    })
    .await;
    cluster.resume(silent);
}
