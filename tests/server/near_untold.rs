//! Near caches while keys change in other ways than by writes, some of which the server tells nobody of.

use std::time::{Duration, Instant};

use redis::{Connection, cmd};
use rediscache::{RedisCache, RedisSession};
use support::Server;

use crate::near::{both, keep, names, see};

/// What a busy machine may add to the bound.
const SLACK: Duration = Duration::from_secs(2);

type Change = fn(&mut Connection, &Server) -> Option<&'static str>;

fn exec(raw: &mut Connection, command: &str) {
    let mut words = command.split(' ');
    let mut parts = cmd(words.next().unwrap());
    for word in words {
        parts.arg(word);
    }
    parts.exec(raw).unwrap_or_else(|error| panic!("{command}: {error}"));
}

/// Each leaves another value, or none, where `old` was.
const CHANGES: [(&str, Change); 13] = [
    ("SWAPDB", |raw, _| {
        exec(raw, "SWAPDB 0 1");
        None
    }),
    ("SWAPDB with other data", |raw, _| {
        exec(raw, "SELECT 1");
        exec(raw, "HSET names i|1 s|new");
        exec(raw, "SELECT 0");
        exec(raw, "SWAPDB 1 0");
        Some("new")
    }),
    ("SWAPDB twice", |raw, _| {
        exec(raw, "SWAPDB 0 1");
        exec(raw, "SWAPDB 0 2");
        exec(raw, "HSET names i|1 s|new");
        Some("new")
    }),
    ("FLUSHALL ASYNC", |raw, _| {
        exec(raw, "FLUSHALL ASYNC");
        None
    }),
    ("FLUSHDB", |raw, _| {
        exec(raw, "FLUSHDB");
        None
    }),
    ("MOVE", |raw, _| {
        exec(raw, "MOVE names 3");
        None
    }),
    ("COPY", |raw, _| {
        exec(raw, "HSET fresh i|1 s|new");
        exec(raw, "COPY fresh names REPLACE");
        Some("new")
    }),
    ("RENAME", |raw, _| {
        exec(raw, "HSET fresh i|1 s|new");
        exec(raw, "RENAME fresh names");
        Some("new")
    }),
    ("RESTORE", |raw, _| {
        exec(raw, "HSET fresh i|1 s|new");
        let dump: Vec<u8> = cmd("DUMP").arg("fresh").query(raw).unwrap();
        cmd("RESTORE").arg("names").arg(0).arg(dump).arg("REPLACE").exec(raw).unwrap();
        Some("new")
    }),
    ("an expiry", |raw, _| {
        exec(raw, "PEXPIRE names 20");
        None
    }),
    ("an eviction", |raw, _| {
        exec(raw, "CONFIG SET maxmemory-policy allkeys-random");
        exec(raw, "CONFIG SET maxmemory 1");
        // Refused when all is gone.
        let _ = cmd("SET").arg("more").arg("x").exec(raw);
        exec(raw, "CONFIG SET maxmemory 0");
        None
    }),
    ("a script", |raw, _| {
        cmd("EVAL").arg("redis.call('HSET', 'names', 'i|1', 's|new')").arg(0).exec(raw).unwrap();
        Some("new")
    }),
    ("DEBUG RELOAD", |raw, _| {
        exec(raw, "HSET names i|1 s|new");
        exec(raw, "DEBUG RELOAD");
        Some("new")
    }),
];

/// One expires its field where the server can.
fn expire_field(raw: &mut Connection) -> bool {
    let known = cmd("HPEXPIRE").arg("names").arg(20).arg("FIELDS").arg(1).arg("i|1").exec(raw);
    known.is_ok()
}

fn server() -> Server {
    Server::options().args(["--enable-debug-command", "yes", "--repl-diskless-sync-delay", "0"]).start()
}

async fn sees(names: &RedisCache<u64, String>, what: &str, expected: Option<&str>) {
    let changed = Instant::now();
    see(names, 1, expected).await;
    let (bound, took) = (Duration::from_millis(400), changed.elapsed());
    assert!(took < bound + SLACK, "{what} is seen after {took:?}");
}

#[tokio::test]
async fn every_change_is_seen_within_the_bound() {
    for written in [true, false] {
        let server = server();
        let mut raw = server.raw();
        for near in both() {
            for (what, change) in CHANGES {
                exec(&mut raw, "FLUSHALL");
                let session = RedisSession::connect(&server.url()).await.unwrap();
                let names = names(&session, near);
                // By this library, which keeps on record what is there, or by another.
                if written {
                    RedisCache::<u64, String>::new("names").near(near).on(&session).set(1, "old").await.unwrap();
                } else {
                    exec(&mut raw, "HSET names i|1 s|old");
                }
                // So that it is watched.
                tokio::time::sleep(Duration::from_millis(250)).await;
                assert_eq!(keep(&names, 1).await.as_deref(), Some("old"), "{what}");
                if !written {
                    tokio::time::sleep(Duration::from_millis(250)).await;
                    assert_eq!(keep(&names, 1).await.as_deref(), Some("old"), "{what}");
                }
                let expected = change(&mut raw, &server);
                sees(&names, what, expected).await;
                // And all is kept as before.
                exec(&mut raw, "HSET names i|1 s|later");
                sees(&names, what, Some("later")).await;
                assert_eq!(keep(&names, 1).await.as_deref(), Some("later"), "{what}");
            }
        }
    }
}

#[tokio::test]
async fn a_field_that_expires_is_not_served_longer_than_the_bound() {
    let server = server();
    let mut raw = server.raw();
    for near in both() {
        let session = RedisSession::connect(&server.url()).await.unwrap();
        let names = names(&session, near);
        exec(&mut raw, "HSET names i|1 s|old i|2 s|other");
        assert_eq!(keep(&names, 1).await.as_deref(), Some("old"));
        if expire_field(&mut raw) {
            sees(&names, "the expiry of a field", None).await;
        }
    }
}

/// Another server's data, once they are there.
#[tokio::test]
async fn the_data_of_another_master_are_seen() {
    let (server, other) = (server(), server());
    let (mut raw, mut others) = (server.raw(), other.raw());
    exec(&mut others, "HSET names i|1 s|new");
    for near in both() {
        let session = RedisSession::connect(&server.url()).await.unwrap();
        let names = names(&session, near);
        exec(&mut raw, "HSET names i|1 s|old");
        assert_eq!(keep(&names, 1).await.as_deref(), Some("old"));
        exec(&mut raw, &format!("REPLICAOF 127.0.0.1 {}", other.port()));
        see(&names, 1, Some("new")).await;
        exec(&mut raw, "REPLICAOF NO ONE");
    }
}
