use std::time::{Duration, Instant};

use futures_util::future::join_all;
use rediscache::{Error, ErrorKind, RedisCache, RedisSession};
use support::Server;

use crate::{PATIENCE, names};

#[track_caller]
fn assert_broken(error: &Error) {
    assert!(matches!(error.kind(), ErrorKind::Connection | ErrorKind::Timeout), "{error:?}");
    assert!(error.is_retryable(), "{error:?}");
    assert_eq!(error.namespace(), Some("names"));
}

/// Repeats a call until the connection is back.
async fn set_at_last(session: &RedisSession, key: u64) {
    let started = Instant::now();
    while let Err(error) = names(session).set(key, "back").await {
        assert_broken(&error);
        assert!(started.elapsed() < PATIENCE, "it does not come back: {error:?}");
    }
}

#[tokio::test]
async fn calls_go_on_after_a_restart() {
    let mut server = Server::start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    names(&session).set(1, "one").await.unwrap();
    for round in 0..3 {
        server.restart();
        set_at_last(&session, round).await;
        assert_eq!(names(&session).keys().await.unwrap(), [round], "the server was empty");
    }
}

#[tokio::test]
async fn scripts_go_on_after_a_restart() {
    let mut server = Server::start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let counts = RedisCache::<u64, u64>::new("counts").on(&session);
    assert_eq!(counts.increment(1, 5).await.unwrap(), 5);
    server.restart();
    set_at_last(&session, 1).await;
    assert_eq!(counts.increment(1, 5).await.unwrap(), 5);
    counts.clear().await.unwrap();
}

#[tokio::test]
async fn while_nothing_listens_calls_fail_in_time() {
    let mut server = Server::start();
    let timeout = Duration::from_millis(300);
    let session = RedisSession::builder(server.url()).response_timeout(timeout).connect().await.unwrap();
    server.kill();
    for _ in 0..5 {
        let started = Instant::now();
        assert_broken(&names(&session).get(1).await.unwrap_err());
        assert!(started.elapsed() < timeout + Duration::from_secs(5));
    }
    server.restart();
    set_at_last(&session, 1).await;
}

/// However long the server was away, and whoever gave up meanwhile.
#[tokio::test]
async fn a_long_absence_is_survived() {
    let mut server = Server::start();
    let builder = RedisSession::builder(server.url()).response_timeout(Duration::from_millis(50));
    let session = builder.connect().await.unwrap();
    server.kill();
    // More attempts than the driver makes on its own, spread over more time than it waits.
    let started = Instant::now();
    while started.elapsed() < Duration::from_secs(4) {
        assert_broken(&names(&session).get(1).await.unwrap_err());
    }
    server.restart();
    set_at_last(&session, 1).await;
}

#[tokio::test]
async fn calls_under_way_when_the_server_dies_all_end() {
    let mut server = Server::start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let names = names(&session);
    server.pause();
    let calls: Vec<_> = (0..200).map(|n| tokio::spawn(names.set(n, "x"))).collect();
    tokio::task::yield_now().await;
    server.kill();
    for call in tokio::time::timeout(PATIENCE, join_all(calls)).await.unwrap() {
        assert_broken(&call.unwrap().unwrap_err());
    }
}

#[tokio::test]
async fn a_connection_that_the_server_closed_is_made_anew() {
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    for round in 0..5 {
        let killed: u64 = redis::cmd("CLIENT").arg("KILL").arg("TYPE").arg("normal").query(&mut server.raw()).unwrap();
        assert!(killed > 0, "there was no connection in round {round}");
        set_at_last(&session, round).await;
    }
    assert_eq!(names(&session).len().await.unwrap(), 5);
}

#[tokio::test]
async fn a_session_is_closed_while_the_server_is_away() {
    let mut server = Server::start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    server.kill();
    let waiting = tokio::spawn(names(&session).get(1));
    tokio::task::yield_now().await;
    session.close().await.unwrap();
    assert_eq!(names(&session).get(1).await.unwrap_err().kind(), ErrorKind::Closed);
    tokio::time::timeout(PATIENCE, waiting).await.unwrap().unwrap().unwrap_err();
}
