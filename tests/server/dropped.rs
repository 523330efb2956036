//! Sessions whose last clone was dropped, whatever was done with them: nothing of them is left.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use futures_util::{FutureExt, StreamExt};
use redis::{Connection, cmd};
use rediscache::{Near, RedisCache, RedisQueue, RedisSession, RedisTaskQueue};
use support::{Cluster, Direction, Proxy, Sentinels, Server};
use tokio::runtime::Handle;

use crate::names;
use crate::near::keep;

/// How long something may be left.
const SOON: Duration = Duration::from_secs(1);

/// How many connections of the library there are.
fn connections(raw: &mut Connection) -> usize {
    let clients: String = cmd("CLIENT").arg("LIST").query(raw).unwrap();
    clients.lines().filter(|client| client.contains("name=rediscache")).count()
}

fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

/// Waits for a second at the most until nothing is left.
async fn nothing_is_left(what: &str, servers: &mut [Connection], before: usize) {
    let dropped = Instant::now();
    loop {
        let left: usize = servers.iter_mut().map(connections).sum();
        let tasks = tasks() - before;
        if (left, tasks) == (0, 0) {
            return;
        }
        assert!(dropped.elapsed() < SOON, "{what}: {left} connections and {tasks} tasks are left");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

type Use = fn(RedisSession) -> Pin<Box<dyn Future<Output = ()>>>;

/// Every kind of use there is.
const USES: [(&str, Use); 10] = [
    ("no use", |_| Box::pin(async {})),
    ("calls side by side", |session| {
        Box::pin(async move {
            join_all((0..50).map(|n| names(&session).set(n, "x"))).await.into_iter().for_each(Result::unwrap);
        })
    }),
    ("calls dropped half way", |session| {
        Box::pin(async move {
            let calls = (0..50).map(|n| names(&session).get(n));
            // The embedded store answers at once.
            let _ = join_all(calls).now_or_never();
        })
    }),
    ("a near cache that tracks", |session| Box::pin(read_near(session, Near::tracking()))),
    ("a near cache of fields", |session| Box::pin(read_near(session, Near::fields()))),
    ("a queue that was waited for", |session| {
        Box::pin(async move {
            let queue = RedisQueue::<u64>::new("queue").on(&session);
            let waited = queue.get_timeout(Duration::from_millis(30)).await.unwrap();
            assert_eq!(waited, None);
        })
    }),
    ("a wait that was dropped", |session| {
        Box::pin(async move {
            let queue = RedisQueue::<u64>::new("queue").on(&session);
            assert!(tokio::time::timeout(Duration::from_millis(30), queue.get()).await.is_err());
        })
    }),
    ("tasks that were taken and settled", |session| {
        Box::pin(async move {
            let tasks = RedisTaskQueue::<u64>::new("tasks").on(&session);
            tasks.put(1).await.unwrap();
            tasks.get().await.unwrap().finalize().await.unwrap();
            assert!(tasks.get_timeout(Duration::from_millis(30)).await.unwrap().is_none());
        })
    }),
    ("streams", |session| {
        Box::pin(async move {
            let queue = RedisQueue::<u64>::new("queue").on(&session);
            queue.put(1).await.unwrap();
            let mut items = queue.stream();
            assert_eq!(items.next().await.unwrap().unwrap(), 1);
            assert!(tokio::time::timeout(Duration::from_millis(30), items.next()).await.is_err());
            let mut scanned = names(&session).scan();
            scanned.next().await;
        })
    }),
    ("a session that was installed and replaced", |session| {
        Box::pin(async move {
            let session = session.install();
            RedisCache::<u64, u64>::new("numbers").set(1, 1).await.unwrap();
            drop(session);
            RedisSession::in_memory().install();
        })
    }),
];

async fn read_near(session: RedisSession, near: Near) {
    let names = RedisCache::new("names").near(near).on(&session);
    names.set(1, "one").await.unwrap();
    keep(&names, 1).await;
}

#[tokio::test]
async fn the_last_clone_leaves_nothing_whatever_was_done() {
    let server = Server::start();
    let mut raw = [server.raw()];
    let before = tasks();
    for (what, done) in USES {
        for url in [server.url(), format!("{}?protocol=resp2", server.url())] {
            if !(url.contains("resp2") && what.contains("near cache")) {
                done(RedisSession::connect(&url).await.unwrap()).await;
                nothing_is_left(what, &mut raw, before).await;
            }
        }
        done(RedisSession::in_memory()).await;
        nothing_is_left(what, &mut raw, before).await;
    }
}

/// A hundred of them, one after another, as where each request has one.
#[tokio::test]
async fn sessions_that_read_through_a_near_cache_do_not_pile_up() {
    let server = Server::start();
    let mut raw = [server.raw()];
    let before = tasks();
    for n in 0..100 {
        let near = if n % 2 == 0 { Near::tracking() } else { Near::fields() };
        read_near(RedisSession::connect(&server.url()).await.unwrap(), near).await;
    }
    nothing_is_left("near caches", &mut raw, before).await;
}

#[tokio::test]
async fn the_last_clone_leaves_nothing_on_a_cluster() {
    let cluster = Cluster::start();
    let mut raw: Vec<_> = (0..3).map(|node| cluster.node(node).raw()).collect();
    let before = tasks();
    for (what, done) in USES {
        done(RedisSession::connect(&cluster.url()).await.unwrap()).await;
        nothing_is_left(what, &mut raw, before).await;
    }
}

#[tokio::test]
async fn the_last_clone_leaves_nothing_under_sentinels() {
    let mut deployment = Sentinels::start();
    let mut raw = vec![deployment.master().raw(), deployment.replica().raw()];
    raw.extend(deployment.sentinels().iter().map(Server::raw));
    let before = tasks();
    for (what, done) in USES {
        done(RedisSession::connect(&deployment.url()).await.unwrap()).await;
        nothing_is_left(what, &mut raw, before).await;
    }
}

/// What was sent to it and is not answered holds nothing, either.
#[tokio::test]
async fn the_last_clone_leaves_nothing_though_the_server_says_nothing() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let before = tasks();
    for near in [Near::tracking(), Near::fields()].map(|near| near.staleness(Duration::from_secs(30))) {
        let session = RedisSession::connect(&proxy.url()).await.unwrap();
        read_near(session.clone(), near).await;
        proxy.hold(Direction::Replies);
        let names = names(&session);
        let calls = join_all((0..50).map(|n| names.set(n, "x")));
        assert!(tokio::time::timeout(Duration::from_millis(50), calls).await.is_err());
        drop((session, names));
        nothing_is_left("silence", &mut [], before).await;
        proxy.heal();
        proxy.cut();
    }
}

/// Its attempts, too.
#[tokio::test]
async fn connecting_that_is_dropped_leaves_nothing() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let before = tasks();
    proxy.hold(Direction::Replies);
    for scheme in ["redis://", "redis-cluster://"] {
        let url = proxy.url().replace("redis://", scheme);
        let connecting = RedisSession::builder(url).connect();
        assert!(tokio::time::timeout(Duration::from_millis(50), connecting).await.is_err());
        nothing_is_left(scheme, &mut [server.raw()], before).await;
    }
}
