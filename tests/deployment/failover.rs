//! Clusters that lose masters.

use std::time::Duration;

use futures_util::future::join_all;
use rediscache::{RedisCache, RedisQueue, RedisSession, RedisTask, RedisTaskQueue, Result};
use support::Cluster;
use tokio::task::JoinHandle;

use crate::{soon, until};

/// Objects whose keys are at one node, and those who wait for them.
struct Scene {
    cache: RedisCache<u64, u64>,
    queue: RedisQueue<u64>,
    tasks: RedisTaskQueue<u64>,
    waiting: JoinHandle<Result<u64>>,
    waiting_for_task: JoinHandle<Result<RedisTask<u64>>>,
}

impl Scene {
    async fn at(node: usize, cluster: &Cluster, session: &RedisSession) -> Self {
        let cache = RedisCache::with_namespace(cluster.name_at(node, "cache")).on(session);
        let queue = RedisQueue::with_namespace(cluster.name_at(node, "queue")).on(session);
        let tasks = RedisTaskQueue::with_namespace(cluster.name_at(node, "tasks")).on(session);
        cache.set(1, 1).await.unwrap();
        let (waiting, waiting_for_task) = (tokio::spawn(queue.get()), tokio::spawn(tasks.get()));
        let blocked = || {
            let info: String = redis::cmd("INFO").arg("clients").query(&mut cluster.node(node).raw()).unwrap();
            info.contains("blocked_clients:2")
        };
        until(async || blocked()).await;
        cluster.replicate(node);
        Self { cache, queue, tasks, waiting, waiting_for_task }
    }

    /// What was there is there, and what is put now comes to those who waited all the while.
    async fn goes_on(self) {
        let Self { cache, queue, tasks, waiting, waiting_for_task } = self;
        until(async || cache.set(2, 2).await.is_ok()).await;
        assert_eq!(cache.get_many([1, 2]).await.unwrap(), [Some(1), Some(2)]);
        queue.put(7).await.unwrap();
        tasks.put_after(8, Duration::from_millis(20)).await.unwrap();
        assert_eq!(soon(waiting).await.unwrap().unwrap(), 7);
        let task = soon(waiting_for_task).await.unwrap().unwrap();
        assert_eq!((*task, task.attempt()), (8, 1));
        task.finalize().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_takes_the_place_of_a_master_that_died() {
    let mut cluster = Cluster::start();
    let session = RedisSession::connect(&cluster.url()).await.unwrap();
    let scene = Scene::at(0, &cluster, &session).await;
    cluster.kill(0);
    // By itself, as the nodes agree.
    let slot = cluster.slot(scene.cache.namespace());
    cluster.agree(slot, 3);
    scene.goes_on().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_takes_the_place_of_a_master_that_says_nothing() {
    let mut cluster = Cluster::start();
    let session =
        RedisSession::builder(cluster.url()).response_timeout(Duration::from_secs(2)).connect().await.unwrap();
    let scene = Scene::at(1, &cluster, &session).await;
    cluster.pause(1);
    cluster.promote(4);
    scene.goes_on().await;
    cluster.resume(1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_doubled_when_a_replica_takes_over_in_peace() {
    let cluster = Cluster::start();
    let session = RedisSession::connect(&cluster.url()).await.unwrap();
    let scene = Scene::at(2, &cluster, &session).await;
    let counting = tokio::spawn({
        let cache = scene.cache.clone();
        async move {
            let mut rounds = 0;
            while !cache.contains(1_000).await.unwrap() {
                rounds += 1;
                for sum in join_all((10..20).map(|n| cache.increment(n, 1))).await {
                    assert_eq!(sum.unwrap(), rounds);
                }
            }
        }
    });
    until(async || scene.cache.get(10).await.unwrap() > Some(5)).await;
    tokio::task::block_in_place(|| cluster.fail_over(5));
    let then = scene.cache.get(10).await.unwrap();
    until(async || scene.cache.get(10).await.unwrap() > then.map(|count| count + 5)).await;
    scene.cache.set(1_000, 0).await.unwrap();
    soon(counting).await.unwrap();
    scene.goes_on().await;
}
