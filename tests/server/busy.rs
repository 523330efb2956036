//! Servers that answer, and refuse.

use std::time::Instant;

use redis::cmd;
use rediscache::{ErrorKind, RedisCache, RedisSession};
use support::Server;

use crate::{PATIENCE, names};

#[tokio::test]
async fn a_server_busy_with_a_script_is_worth_another_try() {
    let server = Server::options().args(["--busy-reply-threshold", "1"]).start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let mut raw = server.raw();
    let busy = std::thread::spawn(move || cmd("EVAL").arg("while true do end").arg(0).exec(&mut raw));
    let started = Instant::now();
    let error = loop {
        match names(&session).get(1).await {
            Ok(_) => assert!(started.elapsed() < PATIENCE, "the server is never busy"),
            Err(error) => break error,
        }
    };
    assert_eq!(error.kind(), ErrorKind::Server, "{error:?}");
    assert!(error.is_retryable(), "{error:?}");
    cmd("SCRIPT").arg("KILL").exec(&mut server.raw()).unwrap();
    busy.join().unwrap().unwrap_err();
    assert_eq!(names(&session).get(1).await.unwrap(), None);
}

#[tokio::test]
async fn a_server_without_memory_refuses_and_keeps_what_it_has() {
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    names(&session).set(1, "one").await.unwrap();
    let counts = RedisCache::<u64, u64>::new("counts").on(&session);
    counts.increment(1, 1).await.unwrap();
    cmd("CONFIG").arg("SET").arg("maxmemory").arg(1).exec(&mut server.raw()).unwrap();
    for error in [names(&session).set(2, "two").await.unwrap_err(), counts.increment(1, 1).await.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::Server, "{error:?}");
    }
    assert_eq!(names(&session).get(1).await.unwrap().as_deref(), Some("one"));
    assert_eq!(counts.get(1).await.unwrap(), Some(1));
}

#[tokio::test]
async fn a_replica_refuses_writes_and_answers_reads() {
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    names(&session).set(1, "one").await.unwrap();
    // Of a master that is not there.
    cmd("REPLICAOF").arg("127.0.0.1").arg(1).exec(&mut server.raw()).unwrap();
    let error = names(&session).set(1, "uno").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Server, "{error:?}");
    assert_eq!(names(&session).get(1).await.unwrap().as_deref(), Some("one"));
}
