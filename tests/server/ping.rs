//! Asking a server whether it answers.

use std::time::{Duration, Instant};

use redis::cmd;
use rediscache::{ErrorKind, RedisSession};
use support::{Direction, Proxy, Server};

use crate::eventually_async;

/// Of a session that was connected, and has this much time.
async fn session(url: String, time: Duration) -> RedisSession {
    RedisSession::builder(url).response_timeout(time).connect().await.unwrap()
}

const LONG: Duration = Duration::from_secs(10);

#[tokio::test]
async fn one_request_is_sent() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let session = session(proxy.url(), LONG).await;
    // The empty string is all but what is sent while connecting, such as this.
    let before = (proxy.requests(""), proxy.requests("PING"));
    session.ping().await.unwrap();
    assert_eq!((proxy.requests(""), proxy.requests("PING")), (before.0, before.1 + 1));
}

#[tokio::test]
async fn a_connection_that_ended_meanwhile_is_made_anew() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let session = session(proxy.url(), LONG).await;
    for _ in 0..3 {
        proxy.cut();
        session.ping().await.unwrap();
    }
}

#[tokio::test]
async fn a_server_that_is_away_is_told_and_found_again() {
    let mut server = Server::start();
    let session = session(server.url(), Duration::from_secs(1)).await;
    server.kill();
    let error = session.ping().await.unwrap_err();
    assert_eq!((error.kind(), error.operation(), error.namespace()), (ErrorKind::Connection, "ping", None));
    assert!(error.is_retryable() && !error.is_outcome_unknown());
    server.restart();
    session.ping().await.unwrap();
}

#[tokio::test]
async fn a_silent_one_takes_no_longer_than_the_response_timeout() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let session = session(proxy.url(), Duration::from_millis(600)).await;
    proxy.swallow(Direction::Both);
    let started = Instant::now();
    let error = session.ping().await.unwrap_err();
    assert!(error.is_timeout() && error.is_retryable() && !error.is_outcome_unknown(), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

/// It refuses a `PING`, too.
#[tokio::test]
async fn a_server_that_cannot_save_says_so() {
    let server = Server::options().args(["--save", "3600 1", "--dbfilename", "blocked"]).start();
    let session = session(server.url(), LONG).await;
    let folder = server.socket().parent().unwrap().to_owned();
    std::fs::create_dir_all(folder.join("blocked/file")).unwrap();
    let mut raw = server.raw();
    cmd("BGSAVE").exec(&mut raw).unwrap();
    let failed = |info: String| info.contains("rdb_last_bgsave_status:err");
    eventually_async("a save that failed", || cmd("INFO").query(&mut raw).is_ok_and(failed)).await;
    assert_eq!(session.ping().await.unwrap_err().kind(), ErrorKind::Server);
}
