//! What waiting costs a server: connections and commands.

#[path = "../contract/queue_kind.rs"]
pub(crate) mod kind;

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use redis::{Connection, cmd};
use rediscache::{RedisCache, RedisQueue, RedisSession, RedisTaskQueue};
use support::Server;

use crate::monitor::Monitor;
use kind::{Queue, Way, soon, turns, until};

/// Less than one slice of a wait, which is 5 s.
const SOON: Duration = Duration::from_secs(4);

/// The clients but the one that asks, as `CLIENT LIST` shows them.
pub(crate) fn clients(raw: &mut Connection) -> Vec<String> {
    let own: u64 = cmd("CLIENT").arg("ID").query(raw).unwrap();
    let list: String = cmd("CLIENT").arg("LIST").query(raw).unwrap();
    list.lines().filter(|line| !line.starts_with(&format!("id={own} "))).map(str::to_owned).collect()
}

/// Those that wait for a list.
pub(crate) fn blocked(raw: &mut Connection) -> Vec<String> {
    let waits = |client: &String| {
        client.split(' ').any(|part| part.strip_prefix("flags=").is_some_and(|flags| flags.contains('b')))
    };
    clients(raw).into_iter().filter(waits).collect()
}

/// Ten of each kind.
fn queues(session: &RedisSession) -> [Vec<Queue>; 2] {
    let name = |n| format!("queue.{n}");
    [
        (0..10).map(|n| Queue::Plain(RedisQueue::with_namespace(name(n)).on(session))).collect(),
        (0..10).map(|n| Queue::Task(RedisTaskQueue::with_namespace(name(n)).on(session))).collect(),
    ]
}

#[tokio::test]
async fn a_thousand_who_wait_for_ten_queues_take_eleven_connections() {
    let server = Server::start();
    let mut raw = server.raw();
    for kind in [0, 1] {
        let session = RedisSession::connect(&server.url()).await.unwrap();
        let queues = &queues(&session)[kind];
        let waiting: Vec<_> = (0..1_000).map(|n| tokio::spawn(queues[n % 10].ask(Way::Get))).collect();
        until(async || blocked(&mut raw).len() == 10).await;
        turns(1_000).await;
        assert_eq!(clients(&mut raw).len(), 11, "{:#?}", clients(&mut raw));
        for queue in queues {
            queue.put_many(0..100).await;
        }
        for one in waiting {
            assert!(soon(one).await.unwrap().unwrap().unwrap().settle().await < 100);
        }
        assert!(clients(&mut raw).len() <= 11);
        session.close().await.unwrap();
        until(async || clients(&mut raw).is_empty()).await;
    }
}

#[tokio::test]
async fn who_does_not_wait_takes_no_connection_more() {
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    for queue in Queue::both(&session) {
        queue.put_many([1, 2, 3]).await;
        for way in Way::ALL.into_iter().take(3) {
            soon(queue.ask(way)).await.unwrap().unwrap().settle().await;
        }
        assert!(queue.ask(Way::TryGet).await.unwrap().is_none());
        assert!(queue.ask(Way::Drain).await.unwrap().is_none());
    }
    assert_eq!(clients(&mut server.raw()).len(), 1);
}

#[tokio::test]
async fn closing_leaves_no_connection() {
    let server = Server::start();
    let mut raw = server.raw();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let waiting: Vec<_> = Queue::both(&session).iter().map(|queue| tokio::spawn(queue.ask(Way::Stream))).collect();
    until(async || blocked(&mut raw).len() == 2).await;
    session.close().await.unwrap();
    for one in waiting {
        soon(one).await.unwrap().unwrap_err();
    }
    until(async || clients(&mut raw).is_empty()).await;
}

#[tokio::test]
async fn dropping_the_last_handle_leaves_no_connection() {
    let server = Server::start();
    let mut raw = server.raw();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let waiting = Queue::both(&session).map(|queue| tokio::spawn(queue.ask(Way::Get)));
    until(async || blocked(&mut raw).len() == 2).await;
    drop(session);
    turns(100).await;
    assert_eq!(blocked(&mut raw).len(), 2, "those who wait keep the session");
    for one in waiting {
        one.abort();
        assert!(soon(one).await.unwrap_err().is_cancelled());
    }
    until(async || clients(&mut raw).is_empty()).await;
}

#[tokio::test]
async fn other_calls_do_not_wait_for_those_who_do() {
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let [plain, task] = Queue::both(&session);
    let waiting = [&plain, &task].map(|queue| tokio::spawn(queue.ask(Way::Get)));
    until(async || blocked(&mut server.raw()).len() == 2).await;
    let started = Instant::now();
    let cache = RedisCache::<u64, u64>::new("cache").on(&session);
    for round in 0..50 {
        join_all((0..20).map(|n| cache.set(n, round))).await;
        assert_eq!(cache.get(7).await.unwrap(), Some(round));
    }
    assert!(started.elapsed() < SOON);
    for queue in [plain, task] {
        queue.put_many([1]).await;
    }
    for one in waiting {
        assert_eq!(soon(one).await.unwrap().unwrap().unwrap().settle().await, 1);
    }
}

/// A server that is asked again and again would see hundreds of commands.
#[tokio::test]
async fn a_wait_is_one_command() {
    for kind in [0, 1] {
        let server = Server::start();
        let session = RedisSession::connect(&server.url()).await.unwrap();
        let queue = &Queue::both(&session)[kind];
        let waiting: Vec<_> = (0..100).map(|_| tokio::spawn(queue.ask(Way::Get))).collect();
        until(async || blocked(&mut server.raw()).len() == 1).await;
        let mut monitor = Monitor::on(&server);
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        let commands = monitor.names();
        assert!(commands.len() <= 3, "{commands:?}");
        let (started, mut pushed) = (Instant::now(), Vec::new());
        queue.put_many(0..100).await;
        for one in waiting {
            pushed.push(soon(one).await.unwrap().unwrap().unwrap().settle().await);
        }
        assert!(started.elapsed() < SOON, "it was not told");
        assert_eq!(pushed, (0..100).collect::<Vec<u32>>());
    }
}
