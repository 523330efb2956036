//! Loads on a cluster of which one node is away, or whose slots move.

use std::convert::Infallible;
use std::time::Duration;

use rediscache::{RedisSession, RedisTtlCache};
use support::Cluster;

use crate::{soon, until};

const HOUR: Duration = Duration::from_secs(3600);

type Pages = RedisTtlCache<u64, u64>;

/// As long as nobody could wait for each of so many calls.
const TIMEOUT: Duration = Duration::from_secs(1);
const CALLS: usize = 200;

async fn load(pages: &Pages, key: u64) -> u64 {
    pages.get_or_load(key, move || async move { Ok::<_, Infallible>(key + 1) }).await.unwrap()
}

/// Keys whose entries lie at node 0, and others.
fn keys(cluster: &Cluster, pages: &Pages) -> [Vec<u64>; 2] {
    let is_there = |key: &u64| cluster.owner(cluster.slot(&format!("{}:i|{key}", pages.namespace()))) == 0;
    let (there, elsewhere): (Vec<u64>, Vec<u64>) = (0..60).partition(is_there);
    assert!(there.len() > 5 && elsewhere.len() > 5);
    [there, elsewhere]
}

async fn goes_on_without_a_node(harm: fn(&mut Cluster)) -> (Cluster, Pages, [Vec<u64>; 2]) {
    let mut cluster = Cluster::of_masters(&["--cluster-require-full-coverage", "no"]);
    let session = RedisSession::connect(&cluster.url()).await.unwrap();
    let pages = Pages::new("pages", HOUR).timeout(TIMEOUT).on(&session);
    let [there, elsewhere] = keys(&cluster, &pages);
    load(&pages, there[0]).await;
    harm(&mut cluster);
    soon(async {
        // The first ones find out, and nobody after them waits.
        for key in there.iter().cycle().take(CALLS) {
            assert_eq!(load(&pages, *key).await, key + 1);
        }
    })
    .await;
    assert!(pages.get(there[1]).await.is_err(), "the node is away");
    // Those of other nodes are stored, and found.
    for &key in &elsewhere {
        until(async || {
            load(&pages, key).await;
            pages.get(key).await.is_ok_and(|page| page == Some(key + 1))
        })
        .await;
    }
    let before = pages.stats();
    for &key in &elsewhere {
        assert_eq!(load(&pages, key).await, key + 1);
    }
    assert_eq!(pages.stats().loads(), before.loads());
    (cluster, pages, [there, elsewhere])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn loads_go_on_at_once_without_a_node_that_died_and_use_the_others() {
    goes_on_without_a_node(|cluster| cluster.kill(0)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn loads_go_on_at_once_without_a_node_that_says_nothing_and_use_it_when_it_does() {
    let (mut cluster, pages, [there, _]) = goes_on_without_a_node(|cluster| cluster.pause(0)).await;
    cluster.resume(0);
    for key in there {
        until(async || {
            assert_eq!(load(&pages, key).await, key + 1);
            pages.get(key).await.is_ok_and(|page| page.is_some())
        })
        .await;
    }
}

/// A load whose lease lies in the place of the value names one key, which is at one node or the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_loaded_while_its_slot_moves_is_stored() {
    let cluster = Cluster::of_masters(&[]);
    let session = RedisSession::connect(&cluster.url()).await.unwrap();
    for (namespace, stale) in [("plain", Duration::ZERO), ("stale", HOUR)] {
        let pages = Pages::with_namespace(namespace.to_owned(), HOUR).stale(stale).on(&session);
        let slot = cluster.slot(&format!("{namespace}:i|1"));
        let to = (cluster.owner(slot) + 1) % 3;
        cluster.begin_move(slot, to);
        // It is neither here nor there, and is stored where it goes.
        assert_eq!(load(&pages, 1).await, 2);
        assert_eq!(pages.get(1).await.unwrap(), Some(2));
        cluster.move_keys(slot, to, 1_000);
        cluster.end_move(slot, to);
        assert_eq!(pages.get(1).await.unwrap(), Some(2));
        assert_eq!(pages.stats().loads(), 1);
    }
}
