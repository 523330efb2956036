use std::time::{Duration, Instant};

use futures_util::future::{BoxFuture, join_all};
use redis::{Connection, cmd};
use rediscache::{RedisCache, RedisSession, Result};
use support::{Server, within_polls};

use crate::{PATIENCE, eventually, names};

type Call = fn(&RedisSession) -> BoxFuture<'static, Result<()>>;

/// How many connections there are beside this one.
fn others(raw: &mut Connection) -> usize {
    cmd("CLIENT").arg("LIST").query::<String>(raw).unwrap().lines().count() - 1
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_connection_serves_all_callers() {
    let server = Server::start();
    let mut raw = server.raw();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    eventually("one connection", || others(&mut raw) == 1);
    let calls = (0..500).map(|n| tokio::spawn(names(&session.clone()).set(n, "x")));
    for call in join_all(calls).await {
        call.unwrap().unwrap();
    }
    let counts = RedisCache::<u64, u64>::new("counts").on(&session);
    join_all((0..100).map(|_| counts.increment(1, 1))).await;
    assert_eq!(others(&mut raw), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn close_ends_the_connection() {
    let server = Server::start();
    let mut raw = server.raw();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let (clone, cache) = (session.clone(), names(&session));
    cache.set(1, "one").await.unwrap();
    session.close().await.unwrap();
    eventually("no connection", || others(&mut raw) == 0);
    drop((clone, cache));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_last_clone_ends_the_connection() {
    let server = Server::start();
    let mut raw = server.raw();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let (clone, cache) = (session.clone(), names(&session));
    cache.set(1, "one").await.unwrap();
    drop(session);
    drop(cache);
    assert_eq!(names(&clone).get(1).await.unwrap().as_deref(), Some("one"));
    drop(clone);
    eventually("no connection", || others(&mut raw) == 0);
}

/// A cache that is bound to a session is a clone of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bound_cache_keeps_the_connection() {
    let server = Server::start();
    let mut raw = server.raw();
    let cache = names(&RedisSession::connect(&server.url()).await.unwrap());
    cache.set(1, "one").await.unwrap();
    eventually("one connection", || others(&mut raw) == 1);
    drop(cache);
    eventually("no connection", || others(&mut raw) == 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_session_has_a_connection_of_its_own() {
    let server = Server::start();
    let mut raw = server.raw();
    let sessions = join_all((0..3).map(|_| async { RedisSession::connect(&server.url()).await.unwrap() })).await;
    eventually("three connections", || others(&mut raw) == 3);
    sessions[0].close().await.unwrap();
    eventually("two connections", || others(&mut raw) == 2);
    names(&sessions[1]).set(1, "one").await.unwrap();
}

/// One of which has made its call and goes on to other things.
#[test]
fn a_session_is_used_from_several_runtimes() {
    use std::task::{Context, Waker};

    let server = Server::start();
    let home = tokio::runtime::Runtime::new().unwrap();
    let session = home.block_on(RedisSession::connect(&server.url())).unwrap();
    let [one, other] = [(); 2].map(|()| tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap());
    let calls: [Call; 2] = [
        |session| Box::pin(names(session).set(1, "x")),
        |session| {
            let get = names(session).get(1);
            Box::pin(async { get.await.map(drop) })
        },
    ];
    let noop = &mut Context::from_waker(Waker::noop());
    for call in calls {
        let (first, second) = loop {
            let (mut first, mut second) = (call(&session), call(&session));
            let first_waits = one.block_on(async { first.as_mut().poll(noop).is_pending() });
            let second_waits = other.block_on(async { second.as_mut().poll(noop).is_pending() });
            // Where the answer was quicker than that, once more.
            if first_waits && second_waits {
                break (first, second);
            }
        };
        one.block_on(first).unwrap();
        // Nobody runs the first runtime now.
        let answer = other.block_on(async { tokio::time::timeout(PATIENCE, second).await });
        answer.expect("the call of the other runtime is held up").unwrap();
    }
}

/// As in a program of threads that each block on a runtime of their own, now and then.
#[test]
fn a_runtime_that_nobody_runs_holds_up_no_other() {
    let server = Server::start();
    let home = tokio::runtime::Runtime::new().unwrap();
    let session = home.block_on(RedisSession::connect(&server.url())).unwrap();
    let [one, other] = [(); 2].map(|()| tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap());
    let names = names(&session);
    for round in 0..50 {
        let (set, again) = one.block_on(async { tokio::join!(names.set(round, "x"), names.set(round, "y")) });
        set.and(again).unwrap();
        let call = other.block_on(async { tokio::time::timeout(PATIENCE, names.set(round, "z")).await });
        call.expect("it is held up").unwrap();
    }
    assert_eq!(home.block_on(names.len()).unwrap(), 50);
}

/// On one thread, so that nothing is answered during a poll.
#[tokio::test]
async fn connecting_dropped_at_any_poll_leaves_nothing_behind() -> Result<()> {
    let server = Server::start();
    let mut raw = server.raw();
    for polls in 0..200 {
        let connected = within_polls(polls, RedisSession::connect(&server.url())).await;
        let ended = connected.transpose()?.is_some();
        let started = Instant::now();
        while others(&mut raw) > 0 {
            assert!(started.elapsed() < PATIENCE, "a connection is left after {polls} polls");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        if ended {
            assert!(polls > 1, "nothing was dropped half way");
            return Ok(());
        }
    }
    panic!("it never connects");
}
