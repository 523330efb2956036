//! Connections that the server, or a proxy on the way, closes since nothing was said over them.

use std::time::Duration;

use redis::{Connection, cmd};
use rediscache::{RedisCache, RedisQueue, RedisSession, RedisTaskQueue};
use support::{Proxy, Server};

use crate::{PATIENCE, eventually_async};

/// How many connections of the library there are.
fn connections(raw: &mut Connection) -> usize {
    let clients: String = cmd("CLIENT").arg("LIST").query(raw).unwrap();
    clients.lines().filter(|client| client.contains("name=rediscache")).count()
}

/// Waits until the server has closed all of them, and until that is known here.
async fn closed(server: &Server) {
    // Asked by one that is fresh each time, since it is closed, too.
    eventually_async("no connection", || connections(&mut server.raw()) == 0).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
}

/// Waits until both waits stand, and nothing else was asked for a second: a look that is cut off half way may have taken
/// something.
async fn only_waits(server: &Server) {
    let stand = || {
        let clients: String = cmd("CLIENT").arg("LIST").query(&mut server.raw()).unwrap();
        let ours = || clients.lines().filter(|client| client.contains("name=rediscache"));
        let waits = |client: &str| client.contains("cmd=blmove");
        let (waiting, idle) = (ours().filter(|client| waits(client)).count(), ours().filter(|client| !waits(client)));
        waiting == 2 && idle.map(|client| !client.contains(" idle=0 ")).eq([true])
    };
    eventually_async("nothing but both waits", stand).await;
}

fn urls(url: &str) -> [String; 2] {
    [url.to_owned(), format!("{url}?protocol=resp2")]
}

fn counts(session: &RedisSession) -> RedisCache<u64, u64> {
    RedisCache::new("counts").on(session)
}

#[tokio::test]
async fn a_change_after_an_idle_connection_was_closed_is_made_once() {
    let server = Server::options().args(["--timeout", "1"]).start();
    for (before, url) in (0..).zip(urls(&server.url())) {
        let session = RedisSession::connect(&url).await.unwrap();
        let counts = counts(&session);
        assert_eq!(counts.increment(1, 1).await.unwrap(), 2 * before + 1);
        closed(&server).await;
        assert_eq!(counts.increment(1, 1).await.unwrap(), 2 * before + 2, "{url}");
    }
}

/// As fast as it can be known.
#[tokio::test]
async fn a_change_after_the_connection_was_closed_is_made_once() {
    let server = Server::start();
    for (round, url) in (0..).zip(urls("")) {
        let proxy = Proxy::before(&server);
        let session = RedisSession::connect(&format!("{}{url}", proxy.url())).await.unwrap();
        let counts = counts(&session);
        for n in 1..=20 {
            assert_eq!(counts.increment(round, 1).await.unwrap(), n);
            let before = tokio::runtime::Handle::current().metrics().num_alive_tasks();
            proxy.cut();
            let tasks = || tokio::runtime::Handle::current().metrics().num_alive_tasks();
            eventually_async("the end", || tasks() < before).await;
        }
    }
}

/// It says nothing and does not end, as where a machine on the way forgot of it.
#[tokio::test]
async fn a_change_after_silence_is_not_sent_over_a_connection_that_leads_nowhere() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let session = RedisSession::connect(&format!("{}?protocol=resp2", proxy.url())).await.unwrap();
    let counts = counts(&session);
    assert_eq!(counts.increment(1, 1).await.unwrap(), 1);
    tokio::time::sleep(Duration::from_millis(1100)).await;
    proxy.strike("PING", support::Strike::Vanish);
    assert_eq!(counts.increment(1, 1).await.unwrap(), 2);
    assert_eq!((proxy.struck(), counts.get(1).await.unwrap()), (1, Some(2)));
}

#[tokio::test]
async fn no_more_is_sent_where_calls_follow_each_other() {
    let server = Server::start();
    for url in urls("") {
        let proxy = Proxy::before(&server);
        let session = RedisSession::connect(&format!("{}{url}", proxy.url())).await.unwrap();
        let counts = counts(&session);
        counts.increment(1, 1).await.unwrap();
        let before = proxy.requests("EVALSHA");
        for _ in 0..50 {
            counts.increment(1, 1).await.unwrap();
        }
        assert_eq!(proxy.requests("EVALSHA") - before, 50);
        // The one of connecting.
        assert_eq!(proxy.requests("PING"), 1, "{url}");
    }
}

#[tokio::test]
async fn a_wait_goes_on_after_its_connection_was_closed() {
    let server = Server::start();
    for url in urls(&server.url()) {
        let session = RedisSession::connect(&url).await.unwrap();
        let (queue, tasks) =
            (RedisQueue::<u64>::new("queue").on(&session), RedisTaskQueue::<u64>::new("tasks").on(&session));
        let (item, task) = (tokio::spawn(queue.get()), tokio::spawn(tasks.get()));
        only_waits(&server).await;
        for _ in 0..3 {
            cmd("CLIENT").arg("KILL").arg("TYPE").arg("normal").exec(&mut server.raw()).unwrap();
            only_waits(&server).await;
        }
        queue.put(7).await.unwrap();
        tasks.put(8).await.unwrap();
        let both = async { (item.await.unwrap(), task.await.unwrap()) };
        let (item, task) = tokio::time::timeout(PATIENCE, both).await.expect("they wait for ever");
        assert_eq!((item.unwrap(), **task.as_ref().unwrap()), (7, 8), "{url}");
        task.unwrap().finalize().await.unwrap();
    }
}

/// The waits of before are over, and their connections were closed meanwhile.
#[tokio::test]
async fn the_next_wait_after_idleness_is_as_the_first() {
    let server = Server::options().args(["--timeout", "1"]).start();
    for url in urls(&server.url()) {
        let session = RedisSession::connect(&url).await.unwrap();
        let queue = RedisQueue::<u64>::new("queue").on(&session);
        for n in 0..2 {
            let waiting = tokio::spawn(queue.get());
            tokio::time::sleep(Duration::from_millis(50)).await;
            queue.put(n).await.unwrap();
            assert_eq!(waiting.await.unwrap().unwrap(), n, "{url}");
            closed(&server).await;
        }
    }
}
