//! Near caches while masters are replaced.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use redis::cmd;
use rediscache::{RedisCache, RedisSession};
use support::{Cluster, Sentinels, Server};

use crate::near::{BOUND, Lane, Trial, assert_kept, both, two};
use crate::until;

/// Longer than a master that was replaced takes to hear of it.
const SLACK: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_read_is_never_older_than_it_may_be_when_replicas_take_over() {
    let mut cluster = Cluster::start();
    let (reads, writes) = two(&cluster.url()).await;
    let at = |node| {
        let lane = |(name, near)| Lane::new(cluster.name_at(node, name), near, &reads, &writes, BOUND + SLACK);
        both().map(lane)
    };
    let trial = Trial::start([0, 1].map(at).into_iter().flatten());
    trial.write(9).await;
    // In peace, under traffic.
    tokio::join!(async { tokio::task::block_in_place(|| cluster.fail_over(3)) }, async {
        for _ in 0..20 {
            join_all(trial.lanes.iter().map(|lane| lane.write())).await;
        }
    });
    trial.write(9).await;
    // Dead, with all that was written at its replica.
    tokio::task::block_in_place(|| {
        cluster.replicate(1);
        cluster.kill(1);
        cluster.promote(4);
    });
    trial.write(9).await;
    trial.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_read_is_never_older_than_it_may_be_when_sentinels_choose_another_master() {
    let mut trio = Sentinels::start();
    let (reads, writes) = two(&trio.url()).await;
    let lanes = both().map(|(name, near)| Lane::new(name.to_owned(), near, &reads, &writes, BOUND + SLACK));
    let trial = Trial::start(lanes);
    trial.write(9).await;
    tokio::task::block_in_place(|| {
        trio.master().replicate();
        trio.kill_master();
    });
    trial.write(9).await;
    trial.end().await;
}

/// It goes on as a master, for ever here, since it does not let Sentinels tell it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_master_that_is_none_any_more_is_not_believed() {
    let mut trio = Sentinels::start();
    let session = RedisSession::connect(&trio.url()).await.unwrap();
    let caches = both().map(|(name, near)| RedisCache::<u64, u64>::new(name).near(near).on(&session));
    for counts in &caches {
        assert_kept(counts).await;
    }
    cmd("ACL").arg(&["SETUSER", "default", "-slaveof", "-replicaof"]).exec(&mut trio.master().raw()).unwrap();
    let over = AtomicBool::new(false);
    // It reads its own writes at once, unless they were lost with the master of before.
    let own = async {
        let mut round = 0;
        while !over.load(Ordering::Relaxed) {
            round += 1;
            for counts in &caches {
                counts.set(2, round).await.unwrap();
                if counts.get(2).await.unwrap() != Some(round) {
                    let far = RedisCache::<u64, u64>::with_namespace(counts.namespace()).on(&session);
                    assert_ne!(far.get(2).await.unwrap(), Some(round), "{}", counts.namespace());
                }
            }
        }
    };
    let failover = async {
        let sentinels = trio.sentinels().iter().map(Server::url).collect();
        let deafening = Deafening::begin(sentinels);
        let done = tokio::task::spawn_blocking(move || {
            trio.fail_over();
            trio
        });
        let trio = done.await.unwrap();
        // What is written at the new one is seen.
        let mut next = trio.master().raw();
        for counts in &caches {
            cmd("HSET").arg(counts.namespace()).arg("i|1").arg("i|9").exec(&mut next).unwrap();
            until(async || counts.get(1).await.unwrap() == Some(9)).await;
        }
        deafening.end();
        over.store(true, Ordering::Relaxed);
        trio
    };
    let ((), _trio) = tokio::join!(own, failover);
}

/// Keeps all connections of a session but the first from hearing what Sentinels tell, so that one knows more than others.
struct Deafening {
    over: Arc<AtomicBool>,
    thread: std::thread::JoinHandle<()>,
}

impl Deafening {
    fn begin(sentinels: Vec<String>) -> Self {
        let over = Arc::<AtomicBool>::default();
        let ended = Arc::clone(&over);
        let thread = std::thread::spawn(move || {
            let clients = sentinels.iter().map(|url| redis::Client::open(&**url).unwrap());
            let mut raws: Vec<_> = clients.map(|client| client.get_connection().unwrap()).collect();
            while !ended.load(Ordering::Relaxed) {
                for (n, raw) in raws.iter_mut().enumerate() {
                    let clients: String = cmd("CLIENT").arg("LIST").query(raw).unwrap();
                    let listening = clients.lines().filter(|client| client.contains(" sub=1 "));
                    let ids = listening.filter_map(|client| client.strip_prefix("id=")?.split(' ').next());
                    let mut ids: Vec<u64> = ids.filter_map(|id| id.parse().ok()).collect();
                    ids.sort_unstable();
                    for id in ids.iter().skip(usize::from(n == 0)) {
                        let _ = cmd("CLIENT").arg("KILL").arg("ID").arg(id).query::<u64>(raw);
                    }
                }
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        Self { over, thread }
    }

    fn end(self) {
        self.over.store(true, Ordering::Relaxed);
        self.thread.join().unwrap();
    }
}
