//! What a session counts of its connections, and of what it sends over them.

use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use rediscache::{ErrorKind, RedisCache, RedisSession};
use support::Server;

use crate::PATIENCE;

fn numbers(session: &RedisSession) -> RedisCache<u64, u64> {
    RedisCache::new("numbers").on(session)
}

#[tokio::test]
async fn connections_that_take_the_place_of_lost_ones_are_counted() -> rediscache::Result<()> {
    let mut server = Server::start();
    let session = RedisSession::connect(&server.url()).await?;
    let numbers = numbers(&session);
    numbers.set(1, 1).await?;
    let stats = session.stats();
    assert_eq!((stats.connections(), stats.reconnects()), (1, 0));
    server.kill();
    server.restart();
    let started = Instant::now();
    while numbers.get(1).await.is_err() {
        assert!(started.elapsed() < PATIENCE, "it is not reached again");
    }
    let stats = session.stats();
    assert_eq!((stats.connections(), stats.reconnects()), (2, 1));
    Ok(())
}

#[tokio::test]
async fn calls_that_leave_together_are_batches_and_fewer_requests() -> rediscache::Result<()> {
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await?;
    let numbers = numbers(&session);
    for key in 0..10 {
        numbers.get(key).await?;
    }
    let alone = session.stats();
    assert_eq!((alone.batches().count(), alone.calls()), (0, 10));
    assert!(alone.requests() >= 10, "{alone:?}");

    try_join_all((0..1000).map(|key| numbers.get(key))).await?;
    let stats = session.stats();
    let batches = stats.batches().since(alone.batches());
    assert_eq!(stats.calls() - alone.calls(), 1000);
    assert!((900..=1000).contains(&batches.calls()), "{batches:?}");
    assert!(batches.mean().is_some_and(|mean| mean > 2.0), "{batches:?}");
    assert_eq!(batches.buckets().map(|(_, count)| count).sum::<u64>(), batches.count());
    assert!(stats.requests() - alone.requests() < 500, "{stats:?}");
    Ok(())
}

#[tokio::test]
async fn a_call_that_its_own_timeout_ends_is_one_call_and_one_error() -> rediscache::Result<()> {
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await?;
    numbers(&session).get(1).await?;
    let numbers = numbers(&session).timeout(Duration::from_millis(50));
    server.pause();
    assert_eq!(numbers.get(1).await.unwrap_err().kind(), ErrorKind::Timeout);
    server.resume();
    let stats = session.stats();
    let stats = stats.object("numbers").unwrap();
    assert_eq!((stats.calls(), stats.errors(), stats.errors_of(ErrorKind::Timeout)), (2, 1, 1));
    Ok(())
}
