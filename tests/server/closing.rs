//! What closing leaves behind: nothing.

use std::time::Duration;

use futures_util::future::join_all;
use redis::{Connection, cmd};
use rediscache::{ErrorKind, RedisCache, RedisQueue, RedisSession, RedisTaskQueue};
use support::{Direction, Proxy, Server, Strike};
use tokio::runtime::Handle;

use crate::{PATIENCE, eventually_async, names};

/// How many connections there are beside this one.
fn others(raw: &mut Connection) -> usize {
    cmd("CLIENT").arg("LIST").query::<String>(raw).unwrap().lines().count() - 1
}

fn tasks() -> usize {
    Handle::current().metrics().num_alive_tasks()
}

/// Everything that has a connection or a task of its own.
async fn use_all(session: &RedisSession) {
    let plain = RedisQueue::<u64>::new("plain").on(session);
    let jobs = RedisTaskQueue::<u64>::new("jobs").on(session);
    join_all((0..50).map(|n| names(session).set(n, "x"))).await.into_iter().for_each(Result::unwrap);
    jobs.put(1).await.unwrap();
    let held = jobs.get().await.unwrap();
    for waiting in [plain.get_timeout(Duration::from_millis(1)), plain.try_get()] {
        assert_eq!(waiting.await.unwrap(), None);
    }
    assert!(jobs.get_timeout(Duration::from_millis(1)).await.unwrap().is_none());
    held.finalize().await.unwrap();
}

async fn nothing_is_left(session: RedisSession, end: impl AsyncFnOnce(RedisSession), before: usize) {
    use_all(&session).await;
    assert!(tasks() > before);
    end(session).await;
    eventually_async("no task", || tasks() == before).await;
}

async fn close(session: RedisSession) {
    session.close().await.unwrap();
    // Kept, so that it is not the drop that does it.
    let kept = Box::new(session);
    Box::leak(kept);
}

#[tokio::test]
async fn close_leaves_no_task_and_no_connection() {
    let server = Server::start();
    let mut raw = server.raw();
    let before = tasks();
    nothing_is_left(RedisSession::connect(&server.url()).await.unwrap(), close, before).await;
    eventually_async("no connection", || others(&mut raw) == 0).await;
    nothing_is_left(RedisSession::in_memory(), close, before).await;
}

#[tokio::test]
async fn the_last_clone_leaves_no_task_and_no_connection() {
    let server = Server::start();
    let mut raw = server.raw();
    let before = tasks();
    nothing_is_left(RedisSession::connect(&server.url()).await.unwrap(), async |session| drop(session), before).await;
    eventually_async("no connection", || others(&mut raw) == 0).await;
    nothing_is_left(RedisSession::in_memory(), async |session| drop(session), before).await;
}

#[tokio::test]
async fn those_who_wait_for_a_queue_leave_nothing() {
    let server = Server::start();
    let mut raw = server.raw();
    let before = tasks();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let plain = RedisQueue::<u64>::new("plain").on(&session);
    let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
    let (waiting, other) = (tokio::spawn(plain.get()), tokio::spawn(jobs.get()));
    eventually_async("a connection for each", || others(&mut raw) == 3).await;
    session.close().await.unwrap();
    assert_eq!(waiting.await.unwrap().unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(other.await.unwrap().unwrap_err().kind(), ErrorKind::Closed);
    eventually_async("no task", || tasks() == before).await;
    eventually_async("no connection", || others(&mut raw) == 0).await;
}

/// Those too that were gathered, and wait for their turn.
#[tokio::test]
async fn calls_under_way_are_waited_for() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let session = RedisSession::connect(&proxy.url()).await.unwrap();
    let counts = RedisCache::<u64, u64>::new("counts").on(&session);
    proxy.hold(Direction::Replies);
    let names = names(&session);
    let sets: Vec<_> = (0..2_000).map(|n| tokio::spawn(names.set(n, "x"))).collect();
    let increments: Vec<_> = (0..2_000).map(|_| tokio::spawn(counts.increment(1, 1))).collect();
    eventually_async("calls that wait", || proxy.requests("HSET") > 0 && proxy.requests("EVALSHA") > 0).await;
    let closing = tokio::spawn({
        let session = session.clone();
        async move { session.close().await }
    });
    eventually_async("the close", || session.is_closed()).await;
    assert_eq!(names.get(1).await.unwrap_err().kind(), ErrorKind::Closed);
    assert!(!closing.is_finished());
    proxy.heal();
    for set in sets {
        set.await.unwrap().unwrap();
    }
    for increment in increments {
        increment.await.unwrap().unwrap();
    }
    closing.await.unwrap().unwrap();
    eventually_async("no connection", || proxy.open() == 0).await;
    let fresh = RedisSession::connect(&server.url()).await.unwrap();
    assert_eq!(crate::names(&fresh).len().await.unwrap(), 2_000);
    assert_eq!(RedisCache::<u64, u64>::new("counts").on(&fresh).get(1).await.unwrap(), Some(2_000));
}

#[tokio::test]
async fn a_call_that_is_never_answered_holds_close_up_no_longer_than_its_bound() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let before = tasks();
    let session = RedisSession::builder(proxy.url()).response_timeout(Duration::from_secs(60)).connect().await.unwrap();
    proxy.strike("EVALSHA", Strike::Vanish);
    let call = tokio::spawn(RedisCache::<u64, u64>::new("counts").on(&session).increment(1, 1));
    eventually_async("the call", || proxy.struck() == 1).await;
    tokio::time::pause();
    let started = tokio::time::Instant::now();
    session.close().await.unwrap();
    assert!((4..=6).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
    tokio::time::resume();
    assert!(!call.is_finished());
    call.abort();
    eventually_async("no task", || tasks() == before).await;
}

#[tokio::test]
async fn an_attempt_to_connect_ends_with_the_session() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let before = tasks();
    for closes in [true, false] {
        let builder = RedisSession::builder(proxy.url()).connect_timeout(Duration::from_secs(600));
        let session = builder.response_timeout(Duration::from_millis(50)).connect().await.unwrap();
        proxy.swallow(Direction::Both);
        proxy.cut();
        let accepted = proxy.accepted();
        names(&session).get(1).await.unwrap_err();
        eventually_async("an attempt", || proxy.accepted() > accepted).await;
        if closes {
            close(session).await;
        } else {
            drop(session);
        }
        eventually_async("no task", || tasks() == before).await;
        proxy.cut();
        proxy.heal();
        let accepted = proxy.accepted();
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert_eq!(proxy.accepted(), accepted, "it goes on connecting");
    }
}

#[tokio::test]
async fn closing_while_the_server_is_away_ends_soon() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let before = tasks();
    let session = RedisSession::connect(&proxy.url()).await.unwrap();
    let plain = RedisQueue::<u64>::new("plain").on(&session);
    let waiting = tokio::spawn(plain.get());
    eventually_async("a connection to wait on", || proxy.open() == 2).await;
    proxy.refuse();
    proxy.cut();
    let calls: Vec<_> = (0..100).map(|n| tokio::spawn(names(&session).set(n, "x"))).collect();
    tokio::task::yield_now().await;
    let closes = tokio::join!(session.close(), session.close());
    closes.0.and(closes.1).unwrap();
    for call in tokio::time::timeout(PATIENCE, join_all(calls)).await.unwrap() {
        // Some were not made yet when it was closed.
        let kind = call.unwrap().unwrap_err().kind();
        assert!(matches!(kind, ErrorKind::Connection | ErrorKind::Timeout | ErrorKind::Closed), "{kind:?}");
    }
    assert_eq!(waiting.await.unwrap().unwrap_err().kind(), ErrorKind::Closed);
    eventually_async("no task", || tasks() == before).await;
}
