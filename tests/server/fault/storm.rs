//! Many callers who lose the server at once.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use rediscache::{ErrorKind, Json, RedisCache, RedisSession};
use support::{Direction, Proxy, Server, Strike};

use crate::{PATIENCE, eventually_async};

const CALLERS: u64 = 1_000;

/// A cache for each caller, so that no calls are gathered.
fn caches(session: &RedisSession) -> impl Iterator<Item = RedisCache<u64, u64>> {
    (0..CALLERS).map(|n| RedisCache::with_namespace(format!("numbers-{n}")).on(session))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_callers_who_lost_the_connection_share_a_fresh_one() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let session = RedisSession::connect(&proxy.url()).await.unwrap();
    join_all(caches(&session).map(|cache| cache.set(1, 1))).await.into_iter().for_each(Result::unwrap);
    for round in 1..=3 {
        proxy.hold(Direction::Replies);
        let (before, accepted) = (proxy.requests("HGET"), proxy.accepted());
        let calls: Vec<_> = caches(&session).map(|cache| tokio::spawn(cache.get(1))).collect();
        eventually_async("all calls", || proxy.requests("HGET") == before + CALLERS).await;
        proxy.cut();
        proxy.heal();
        for call in calls {
            assert_eq!(call.await.unwrap().unwrap(), Some(1));
        }
        // An attempt that takes long is made again, so that on a busy machine there are a few.
        let attempts = proxy.accepted() - accepted;
        assert!((1..=5).contains(&attempts), "{attempts} attempts in round {round}");
    }
}

/// Each attempt that is refused comes to the proxy, which takes it and finds nobody behind.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_away_is_not_stormed() {
    let mut server = Server::start();
    let proxy = Proxy::before(&server);
    let builder = RedisSession::builder(proxy.url()).response_timeout(Duration::from_secs(10));
    let session = builder.connect().await.unwrap();
    server.kill();
    let (started, before) = (Instant::now(), proxy.accepted());
    let calls: Vec<_> = caches(&session).map(|cache| tokio::spawn(cache.increment(1, 1))).collect();
    for call in calls {
        // The first may have been on their way when the server died.
        let error = call.await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connection, "{error:?}");
    }
    let (attempts, took) = (proxy.accepted() - before, started.elapsed());
    // The pauses are 10 ms at the least, and soon 250 ms.
    let most = 6 + took.as_millis() / 250;
    assert!(attempts > 1 && u128::from(attempts) <= most, "{attempts} attempts in {took:?}");
    server.restart();
    let before = proxy.accepted();
    let recovered = Instant::now();
    let answers = join_all(caches(&session).map(|cache| cache.increment(1, 1))).await;
    assert!(recovered.elapsed() < PATIENCE);
    assert!(answers.into_iter().all(|answer| answer.unwrap() == 1));
    // All share one, or the next where that began before the server was back, as one in the background may.
    let attempts = proxy.accepted() - before;
    assert!(attempts <= 2, "{attempts} attempts");
}

/// An attempt that never ends does not hold up those after it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attempt_that_is_lost_on_the_way_is_made_again() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let builder = RedisSession::builder(proxy.url()).connect_timeout(Duration::from_secs(600));
    let session = builder.response_timeout(Duration::from_secs(600)).connect().await.unwrap();
    proxy.swallow(Direction::Both);
    proxy.cut();
    let call = tokio::spawn(RedisCache::<u64, u64>::new("numbers").on(&session).get(1));
    eventually_async("some attempts", || proxy.accepted() > 3).await;
    proxy.heal();
    let answer = tokio::time::timeout(PATIENCE, call).await.expect("it waits for one that is lost");
    assert_eq!(answer.unwrap().unwrap(), None);
}

/// So that calls which must not be made twice are the only ones that fail, and those once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_died_in_silence_is_replaced_while_calls_wait() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let builder = RedisSession::builder(proxy.url()).response_timeout(Duration::from_secs(600));
    let session = builder.connect().await.unwrap();
    let numbers = RedisCache::<u64, u64>::new("numbers").on(&session);
    proxy.swallow(Direction::Both);
    let lost = tokio::spawn(numbers.increment(1, 1));
    eventually_async("the call", || proxy.requests("EVALSHA") > 0).await;
    proxy.heal();
    let soon = |call| tokio::time::timeout(PATIENCE, call);
    // It dawns on the session as one of these waits, or before.
    assert_eq!(soon(numbers.get(1)).await.expect("it waits for ever").unwrap(), None);
    assert_eq!(soon(numbers.get(2)).await.expect("it waits for ever").unwrap(), None);
    assert_eq!(numbers.increment(2, 1).await.unwrap(), 1);
    assert!(!lost.is_finished());
    assert_eq!(proxy.accepted(), 2);
    lost.abort();
}

/// What is counted by a command of its own must not be sent twice, whoever goes with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn counts_without_an_answer_are_not_made_again() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let session = RedisSession::connect(&proxy.url()).await.unwrap();
    let counts = RedisCache::<u64, i64, Json>::new("counts").on(&session);
    for strike in [Strike::Before, Strike::After, Strike::InReply] {
        counts.increment(0, 1).await.unwrap();
        let (before, struck) = (counts.get(0).await.unwrap().unwrap(), proxy.struck());
        proxy.strike("HINCRBY", strike);
        let answers = join_all((0..40).map(|n| counts.increment(n % 4, 1))).await;
        assert_eq!(proxy.struck(), struck + 1);
        let after = counts.get(0).await.unwrap().unwrap();
        let answers: Vec<_> = answers.into_iter().step_by(4).collect();
        assert!(answers.iter().flatten().all(|sum| *sum <= after));
        let lost: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
        assert!(!lost.is_empty() && lost.iter().all(|error| error.is_outcome_unknown()), "{lost:?}");
        let told = 10 - i64::try_from(lost.len()).unwrap();
        assert!((told..=10).contains(&(after - before)), "{told} of 10 were told, and {} counted", after - before);
    }
}

/// A server that is slow, or busy, is not taken for dead.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_frozen_for_a_while_keeps_its_connection() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let builder = RedisSession::builder(proxy.url()).response_timeout(Duration::from_secs(600));
    let session = builder.connect().await.unwrap();
    let numbers = RedisCache::<u64, u64>::new("numbers").on(&session);
    server.pause();
    let calls: Vec<_> = (0..10).map(|_| tokio::spawn(numbers.increment(1, 1))).collect();
    eventually_async("doubt", || proxy.accepted() > 1).await;
    server.resume();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(numbers.get(1).await.unwrap(), Some(10));
}
