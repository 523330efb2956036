//! A server that takes connections and answers nothing.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use rediscache::{Error, ErrorKind, RedisSession};
use support::{Direction, Proxy, Server};

use crate::{PATIENCE, names};

const TIMEOUT: Duration = Duration::from_millis(150);
/// What a slow machine may add.
const SLACK: Duration = Duration::from_secs(5);

#[track_caller]
fn assert_timeout(error: &Error) {
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error:?}");
    assert!(error.is_timeout() && error.is_retryable());
}

async fn session(server: &Server) -> RedisSession {
    RedisSession::builder(server.url()).response_timeout(TIMEOUT).connect().await.unwrap()
}

#[tokio::test]
async fn every_call_ends_in_time() {
    let server = Server::start();
    let session = session(&server).await;
    server.pause();
    let started = Instant::now();
    let calls = (0..100).map(|n| names(&session).get(n));
    for answer in join_all(calls).await {
        let error = answer.unwrap_err();
        assert_timeout(&error);
        assert!(!error.is_outcome_unknown(), "{error:?}");
    }
    // All wait at the same time.
    assert!(started.elapsed() >= TIMEOUT && started.elapsed() < TIMEOUT + SLACK, "{:?}", started.elapsed());
    server.resume();
}

/// However many there are, and wherever they wait: none waits for the time of those before it too.
#[tokio::test]
async fn every_call_of_a_crowd_ends_in_time() {
    let server = Server::start();
    let timeout = Duration::from_secs(1);
    let session = RedisSession::builder(server.url()).response_timeout(timeout).connect().await.unwrap();
    server.pause();
    let started = Instant::now();
    let names = names(&session);
    let mut unknown = 0;
    for answer in join_all((0..6_000).map(|n| names.set(n, "x"))).await {
        let error = answer.unwrap_err();
        assert_timeout(&error);
        unknown += usize::from(error.is_outcome_unknown());
    }
    // Most never left.
    assert!((1..3_000).contains(&unknown), "{unknown}");
    assert!(started.elapsed() < timeout + 2 * SLACK, "{:?}", started.elapsed());
    server.resume();
}

/// It is not sent away with those who were there before, and whom it joined.
#[tokio::test]
async fn a_call_that_comes_later_has_time_of_its_own() {
    let server = Server::start();
    let timeout = Duration::from_secs(3);
    let session = RedisSession::builder(server.url()).response_timeout(timeout).connect().await.unwrap();
    server.pause();
    let calls = |range: std::ops::Range<u64>| join_all(range.map(|n| tokio::spawn(names(&session).get(n))));
    let first = tokio::spawn(calls(0..1_000));
    tokio::time::sleep(timeout / 2).await;
    let later = tokio::spawn(calls(1_000..2_000));
    for answer in first.await.unwrap() {
        assert_timeout(&answer.unwrap().unwrap_err());
    }
    server.resume();
    for answer in later.await.unwrap() {
        assert_eq!(answer.unwrap().unwrap(), None);
    }
}

/// Answers that come late belong to calls that gave up, and to no others.
#[tokio::test]
async fn late_answers_are_not_mistaken() {
    let server = Server::start();
    let session = session(&server).await;
    let names = names(&session);
    names.update((0..50).map(|n| (n, n.to_string()))).await.unwrap();
    for _ in 0..3 {
        server.pause();
        let given_up = join_all((0..20).map(|n| names.get(n))).await;
        given_up.iter().for_each(|answer| assert_timeout(answer.as_ref().unwrap_err()));
        server.resume();
        let started = Instant::now();
        for n in 20..50 {
            let value = loop {
                match names.get(n).await {
                    Ok(value) => break value,
                    Err(error) => assert!(started.elapsed() < PATIENCE, "{error:?}"),
                }
            };
            assert_eq!(value, Some(n.to_string()));
        }
    }
}

#[tokio::test]
async fn a_call_that_gave_up_may_still_take_effect_and_only_once() {
    let server = Server::start();
    let session = session(&server).await;
    let counts = rediscache::RedisCache::<u64, u64>::new("counts").on(&session);
    counts.increment(1, 1).await.unwrap();
    server.pause();
    assert_timeout(&counts.increment(1, 1).await.unwrap_err());
    server.resume();
    let started = Instant::now();
    let count = loop {
        match counts.get(1).await {
            Ok(count) => break count.unwrap(),
            Err(error) => assert!(started.elapsed() < PATIENCE, "{error:?}"),
        }
    };
    assert!(count == 1 || count == 2, "{count}");
    assert_eq!(counts.get(1).await.unwrap(), Some(count));
}

#[tokio::test]
async fn connecting_ends_in_time() {
    let server = Server::start();
    server.pause();
    let started = Instant::now();
    let error = RedisSession::builder(server.url()).connect_timeout(TIMEOUT).connect().await.unwrap_err();
    assert_timeout(&error);
    assert!(started.elapsed() < TIMEOUT + SLACK, "{:?}", started.elapsed());
    server.resume();
}

#[tokio::test]
async fn a_scan_ends_with_the_error() {
    use futures_util::StreamExt;

    let server = Server::start();
    let session = session(&server).await;
    let names = names(&session);
    names.update((0..2_000).map(|n| (n, "x"))).await.unwrap();
    let mut scan = names.scan();
    scan.next().await.unwrap().unwrap();
    server.pause();
    let last = loop {
        match scan.next().await.unwrap() {
            Ok(_) => {}
            Err(error) => break error,
        }
    };
    assert_timeout(&last);
    assert!(scan.next().await.is_none());
    server.resume();
}

/// A write that is held up on its way may arrive long after a later one was acknowledged, unless nobody says it was made.
#[tokio::test]
async fn a_write_that_was_acknowledged_is_not_undone_by_one_that_arrives_late() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let timeout = Duration::from_secs(2);
    let session = RedisSession::builder(proxy.url()).response_timeout(timeout).connect().await.unwrap();
    let names = names(&session);
    names.items().await.unwrap();
    proxy.aim("HGETALL");
    proxy.hold(Direction::Requests);
    let old = names.set(1, "old").await;
    names.set(1, "new").await.unwrap();
    proxy.heal();
    match old {
        Ok(()) => assert_eq!(names.get(1).await.unwrap().as_deref(), Some("new")),
        Err(error) => assert!(error.is_outcome_unknown(), "{error:?}"),
    }
}
