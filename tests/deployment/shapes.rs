//! Programs of two versions share their values on a cluster.

use rediscache::{RedisCache, RedisQueue, RedisSession, RedisTaskQueue};
use serde::{Deserialize, Serialize};
use support::Cluster;

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Old {
    level: u8,
    name: String,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct New {
    name: String,
    #[serde(default)]
    points: u64,
    level: u32,
}

fn old(level: u8) -> Old {
    Old { level, name: "ada".to_owned() }
}

fn new(level: u32) -> New {
    New { name: "ada".to_owned(), points: 0, level }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_versions_of_a_program_read_each_other_wherever_keys_are() {
    let cluster = Cluster::of_masters(&[]);
    let connect = async || RedisSession::builder(cluster.url()).global_namespace("bot").connect().await.unwrap();
    let (one, other) = (connect().await, connect().await);
    for node in 0..3 {
        let name = cluster.name_at(node, "bot.values").replacen("bot.", "", 1);
        let olds = RedisCache::<u64, Old>::with_namespace(&name).on(&one);
        let news = RedisCache::<u64, New>::with_namespace(&name).on(&other);
        olds.update([(1, old(1)), (2, old(2))]).await.unwrap();
        news.set(3, new(3)).await.unwrap();
        assert_eq!(news.get_many([1, 2, 3]).await.unwrap(), [Some(new(1)), Some(new(2)), Some(new(3))]);
        assert_eq!(olds.get(3).await.unwrap(), Some(old(3)));
        assert!(news.compare_and_set(1, new(1), new(300)).await.unwrap());
        assert!(!olds.compare_and_delete(1, old(1)).await.unwrap());
        let done = news.rewrite().await.unwrap();
        assert_eq!((done.read, done.rewritten), (3, 1));
        assert_eq!(olds.pop(2).await.unwrap(), Some(old(2)));
    }
    RedisQueue::<Old>::new("queue").on(&one).put(old(1)).await.unwrap();
    assert_eq!(RedisQueue::<New>::new("queue").on(&other).get().await.unwrap(), new(1));
    RedisTaskQueue::<New>::new("tasks").on(&other).put(new(1)).await.unwrap();
    assert_eq!(*RedisTaskQueue::<Old>::new("tasks").on(&one).get().await.unwrap(), old(1));
    let hash = cluster.owner(cluster.slot("bot.$shapes"));
    let kept: u64 = redis::cmd("HLEN").arg("bot.$shapes").query(&mut cluster.node(hash).raw()).unwrap();
    assert_eq!(kept, 2);
}

/// The hash of shapes moves under those who write.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn shapes_are_kept_while_their_slot_moves() {
    let cluster = Cluster::of_masters(&[]);
    let slot = cluster.slot("bot.$shapes");
    for to in [0, 1, 2, 0] {
        let session = RedisSession::builder(cluster.url()).global_namespace("bot").connect().await.unwrap();
        let version = u32::try_from(to).unwrap() + 2;
        let olds = RedisCache::<u64, Old>::new("moving").version(version).on(&session);
        cluster.move_slot(slot, to);
        olds.set(1, old(1)).await.unwrap();
        assert_eq!(olds.get(1).await.unwrap(), Some(old(1)));
        let kept: u64 = redis::cmd("HLEN").arg("bot.$shapes").query(&mut cluster.node(to).raw()).unwrap();
        assert!(kept > 0);
    }
}
