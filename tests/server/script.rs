use std::time::Duration;

use redis::cmd;
use rediscache::{RedisCache, RedisSession};
use support::Server;

use crate::monitor::Monitor;

fn forget(server: &Server) {
    cmd("SCRIPT").arg("FLUSH").exec(&mut server.raw()).unwrap();
}

#[tokio::test]
async fn a_server_that_forgot_the_scripts_is_told_again() {
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let cache = RedisCache::<u64, u64>::new("numbers").on(&session);
    for round in 0..5 {
        forget(&server);
        cache.replace_all([(1, 10)]).await.unwrap();
        forget(&server);
        assert_eq!(cache.increment(1, 5).await.unwrap(), 15, "in round {round}");
        forget(&server);
        assert!(cache.compare_and_set(1, 15, 16).await.unwrap());
        forget(&server);
        assert_eq!(cache.pop(1).await.unwrap(), Some(16));
        forget(&server);
        assert!(!cache.set_expiry(Duration::from_secs(1)).await.unwrap());
        forget(&server);
        cache.clear().await.unwrap();
    }
}

#[tokio::test]
async fn a_script_is_sent_once_and_then_named() {
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let cache = RedisCache::<u64, u64>::new("numbers").on(&session);
    let mut monitor = Monitor::on(&server);
    for _ in 0..2 {
        cache.increment(1, 1).await.unwrap();
        let first = monitor.names();
        assert_eq!(first[0], "EVALSHA");
        assert!((2..=3).contains(&first.len()), "{first:?}");
        for _ in 0..3 {
            cache.increment(1, 1).await.unwrap();
            assert_eq!(monitor.names(), ["EVALSHA"]);
        }
        forget(&server);
        monitor.commands();
    }
    assert_eq!(cache.get(1).await.unwrap(), Some(8));
}

#[tokio::test]
async fn no_increment_is_lost_or_doubled_while_scripts_are_forgotten() {
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let cache = RedisCache::<u64, u64>::new("numbers").on(&session);
    let mut callers = Vec::new();
    for _ in 0..20 {
        callers.extend((0..20).map(|_| tokio::spawn(cache.increment(1, 1))));
        tokio::task::yield_now().await;
        forget(&server);
    }
    for caller in callers {
        caller.await.unwrap().unwrap();
    }
    assert_eq!(cache.get(1).await.unwrap(), Some(400));
}
