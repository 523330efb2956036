//! Servers that are there, and let nobody in who comes like this: the error says why, and what to write or to do.

use std::fmt::Debug;
use std::io::{Read, Write};

use redis::cmd;
use rediscache::{Error, ErrorKind, Near, RedisCache, RedisQueue, RedisSession};
use support::Server;

use crate::refusal::listener;
use crate::{PATIENCE, names};

/// What comes of this URL; told without waiting for a timeout.
async fn refused(url: &str) -> Error {
    // Told before its time is up, however busy the machine is.
    let connect = RedisSession::builder(url).connect_timeout(20 * PATIENCE).connect();
    let connected = tokio::time::timeout(10 * PATIENCE, connect).await;
    let error = connected.unwrap_or_else(|_| panic!("{url}: nothing is told")).expect_err(url);
    assert!(!error.is_outcome_unknown(), "{url}: {error}");
    error
}

#[track_caller]
fn assert_says(error: &Error, kind: ErrorKind, hints: &[&str]) {
    assert_eq!(error.kind(), kind, "{error:?}");
    let text = error.to_string();
    assert!(hints.iter().all(|hint| text.contains(hint)), "{text}");
}

fn with_scheme(server: &Server, scheme: &str) -> String {
    server.url().replace("redis://", scheme)
}

#[tokio::test]
async fn hello_that_was_renamed_is_named_with_the_way_around_it() {
    let server = Server::options().args(["--rename-command", "HELLO", ""]).start();
    for url in [server.url(), server.socket_url()] {
        assert_says(&refused(&url).await, ErrorKind::Unsupported, &["`HELLO`", "renamed", "?protocol=resp2"]);
        let session = RedisSession::connect(&format!("{url}?protocol=resp2")).await.unwrap();
        names(&session).set(1, "one").await.unwrap();
    }
}

#[tokio::test]
async fn a_command_that_was_renamed_is_named() {
    for (name, scheme, path) in
        [("PING", "redis://", ""), ("SELECT", "redis://", "/2"), ("AUTH", "redis://:secret@", "")]
    {
        let server = Server::options().args(["--rename-command", name, ""]).start();
        let error = refused(&(with_scheme(&server, scheme) + path)).await;
        assert_says(&error, ErrorKind::Unsupported, &[&format!("`{name}`"), "`rename-command`"]);
    }
    let renamed = ["HSET", "EVALSHA", "LPUSH"].map(|name| ["--rename-command", name, ""]);
    let server = Server::options().args(renamed.as_flattened().iter().copied()).start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let jobs = RedisQueue::<u64>::new("jobs").on(&session);
    let counts = RedisCache::<u64, u64>::new("counts").on(&session);
    for (name, error) in [
        ("HSET", names(&session).set(1, "one").await.unwrap_err()),
        ("EVALSHA", counts.increment(1, 1).await.unwrap_err()),
        ("LPUSH", jobs.put(1).await.unwrap_err()),
    ] {
        assert_says(&error, ErrorKind::Unsupported, &[&format!("`{name}`"), "`rename-command`"]);
    }
}

#[tokio::test]
async fn a_command_that_is_forbidden_while_connecting_is_named() {
    let server = Server::start();
    let rights = ["SETUSER", "limited", "on", ">secret", "~*", "&*", "+@all", "-select"];
    cmd("ACL").arg(&rights).exec(&mut server.raw()).unwrap();
    let error = refused(&(with_scheme(&server, "redis://limited:secret@") + "/2")).await;
    assert_says(&error, ErrorKind::Config, &["`select`", "`+select`"]);
}

#[tokio::test]
async fn a_server_with_too_many_clients_is_waited_for_or_enlarged() {
    let server = Server::start();
    let mut raw = server.raw();
    let mut allow = |clients: u32| cmd("CONFIG").arg("SET").arg("maxclients").arg(clients).exec(&mut raw).unwrap();
    allow(1);
    let url = server.url();
    for url in [&*url, &format!("{url}/2"), &format!("{url}?protocol=resp2"), &server.socket_url()] {
        let error = refused(url).await;
        assert_says(&error, ErrorKind::Server, &["as many clients as it takes", "`maxclients`"]);
        assert!(error.is_retryable(), "{error}");
    }
    allow(100);
    RedisSession::connect(&url).await.unwrap();
}

#[tokio::test]
async fn a_server_in_protected_mode_says_how_to_let_us_in() {
    let url = listener(|mut stream| {
        // As Redis 7 and 8 have it, and Valkey but for its name.
        let denied = "-DENIED Redis is running in protected mode because protected mode is enabled and no password is set \
                      for the default user. In this mode connections are only accepted from the loopback interface.\r\n";
        let _ = stream.write_all(denied.as_bytes());
    });
    for url in [&*url, &format!("{url}/2"), &format!("{url}?protocol=resp2"), &url.replace("//", "//:secret@")] {
        assert_says(&refused(url).await, ErrorKind::Config, &["protected mode", "`requirepass`"]);
    }
}

#[tokio::test]
async fn a_server_alone_is_neither_a_cluster_nor_a_sentinel() {
    let server = Server::start();
    let cluster = refused(&with_scheme(&server, "redis-cluster://")).await;
    assert_says(&cluster, ErrorKind::Config, &["no node of a cluster", "`redis://host:port/db`"]);
    let sentinel = refused(&(with_scheme(&server, "redis-sentinel://") + "/service")).await;
    assert_says(&sentinel, ErrorKind::Unsupported, &["no Sentinel", "`redis://host:port/db`"]);
}

#[tokio::test]
async fn a_database_beyond_the_last_is_named() {
    let server = Server::options().args(["--databases", "4"]).start();
    let error = refused(&format!("{}/4", server.url())).await;
    assert_says(&error, ErrorKind::Config, &["no database of the number"]);
}

#[tokio::test]
async fn a_port_without_tls_is_told_soon() {
    let server = Server::start();
    for (scheme, path) in [("rediss://", ""), ("rediss-cluster://", ""), ("rediss-sentinel://", "/service")] {
        let error = refused(&(with_scheme(&server, scheme) + path)).await;
        assert_says(&error, ErrorKind::Config, &["no TLS", "`redis://`"]);
    }
}

/// A listener that reads first, and then says this.
fn answering(answer: &'static [u8]) -> String {
    listener(move |mut stream| {
        let _ = stream.read(&mut [0; 512]);
        let _ = stream.write_all(answer);
    })
}

#[tokio::test]
async fn a_port_for_tls_alone_is_told() {
    // What OpenSSL says to whoever does not begin as TLS does.
    let error = refused(&answering(b"\x15\x03\x01\0\x02\x02\x46")).await;
    assert_says(&error, ErrorKind::Config, &["speaks TLS", "`rediss://`"]);
}

#[tokio::test]
async fn a_host_without_an_address_is_told() {
    let error = RedisSession::connect("redis://no-such-host.invalid:6379").await.unwrap_err();
    // Where nobody resolves names, that takes its time.
    if error.kind() == ErrorKind::Connection {
        assert_says(&error, ErrorKind::Connection, &["has no address"]);
    }
}

/// The error of a call where no server is; who answered otherwise.
#[track_caller]
fn nobody<T: Debug>(server: &Server, answer: rediscache::Result<T>) -> Error {
    let Err(error) = answer else {
        let other: String = cmd("INFO").arg("server").query(&mut server.raw()).unwrap();
        panic!("{answer:?} came from another server at the same port: {other}");
    };
    error
}

#[tokio::test]
async fn an_outage_is_no_mistake_in_the_url() {
    let mut server = Server::start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let near = names(&session).near(Near::tracking());
    let (jobs, url) = (RedisQueue::<u64>::new("jobs").on(&session), server.url());
    names(&session).set(1, "one").await.unwrap();
    server.kill();
    for error in [
        nobody(&server, names(&session).get(1).await),
        nobody(&server, names(&session).set(1, "one").await),
        nobody(&server, near.get(1).await),
        nobody(&server, jobs.get_timeout(PATIENCE).await.map(drop)),
    ] {
        assert_eq!(error.kind(), ErrorKind::Connection, "{error}");
        let text = error.to_string();
        assert!(!text.contains("URL") && !text.contains("correct"), "{text}");
    }
    assert_says(&refused(&url).await, ErrorKind::Connection, &["correct the address"]);
}
