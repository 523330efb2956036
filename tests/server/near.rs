//! Caches that keep what was read, while others write and connections break.

use std::time::{Duration, Instant};

use futures_util::FutureExt;
use redis::cmd;
use rediscache::{ErrorKind, Near, RedisCache, RedisSession};
use support::Server;

use crate::PATIENCE;

pub(crate) type Names = RedisCache<u64, String>;

const BOUND: Duration = Duration::from_millis(300);

pub(crate) async fn session(server: &Server) -> RedisSession {
    RedisSession::connect(&server.url()).await.unwrap()
}

pub(crate) fn names(session: &RedisSession, near: Near) -> Names {
    RedisCache::new("names").near(near).on(session)
}

pub(crate) fn both() -> [Near; 2] {
    [Near::tracking(), Near::fields()].map(|near| near.staleness(BOUND))
}

/// Reads until it is served from this process.
pub(crate) async fn keep(names: &Names, key: u64) -> Option<String> {
    let started = Instant::now();
    loop {
        let hits = names.near_stats().hits();
        let read = names.get(key).await.unwrap();
        if names.near_stats().hits() > hits {
            return read;
        }
        assert!(started.elapsed() < PATIENCE, "{key} is not kept: {:?}", names.near_stats());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Reads until this is what is read.
pub(crate) async fn see(names: &Names, key: u64, expected: Option<&str>) {
    let started = Instant::now();
    while names.get(key).await.unwrap().as_deref() != expected {
        assert!(started.elapsed() < PATIENCE, "{expected:?} is not seen");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

pub(crate) fn set(server: &Server, key: u64, value: &str) {
    let mut raw = server.raw();
    cmd("HSET").arg("names").arg(format!("i|{key}")).arg(format!("s|{value}")).exec(&mut raw).unwrap();
}

/// The connection that tells of changes.
fn kill_listener(server: &Server) {
    let mut raw = server.raw();
    let clients: String = cmd("CLIENT").arg("LIST").query(&mut raw).unwrap();
    for client in clients.lines() {
        let part = |name: &str| client.split(' ').find_map(|part| part.strip_prefix(name)).unwrap();
        if part("flags=").contains('t') {
            cmd("CLIENT").arg("KILL").arg("ID").arg(part("id=")).exec(&mut raw).unwrap();
        }
    }
}

#[tokio::test]
async fn a_write_of_anyone_is_seen() {
    let server = Server::start();
    let session = session(&server).await;
    for near in both() {
        let names = names(&session, near);
        for n in 0..20 {
            let value = n.to_string();
            set(&server, 1, &value);
            see(&names, 1, Some(&value)).await;
            assert_eq!(keep(&names, 1).await, Some(value));
        }
    }
}

#[tokio::test]
async fn what_is_absent_is_kept_too() {
    let server = Server::start();
    let session = session(&server).await;
    for near in both() {
        let names = names(&session, near);
        names.clear().await.unwrap();
        assert_eq!(keep(&names, 1).await, None);
        assert!(!names.contains(1).await.unwrap());
        set(&server, 1, "one");
        see(&names, 1, Some("one")).await;
    }
}

#[tokio::test]
async fn a_hit_allocates_nothing() {
    let server = Server::start();
    let session = session(&server).await;
    let counts = RedisCache::<u64, u64>::new("counts").near(Near::tracking().staleness(Duration::from_secs(3600)));
    let counts = counts.on(&session);
    counts.set(1, 10).await.unwrap();
    while counts.near_stats().hits() < 10 {
        counts.get(1).await.unwrap();
    }
    let measured = allocation_counter::measure(|| {
        for _ in 0..100 {
            assert_eq!(counts.get(1).now_or_never().unwrap().unwrap(), Some(10));
            assert!(counts.contains(1).now_or_never().unwrap().unwrap());
        }
    });
    assert_eq!(measured.count_total, 0);
    assert_eq!(counts.near_stats().hits(), 210);
}

#[tokio::test]
async fn what_is_kept_asks_no_server() {
    let server = Server::start();
    let session = session(&server).await;
    let near = Near::tracking().staleness(Duration::from_secs(3600));
    let names = names(&session, near);
    names.update([(1, "one"), (2, "two")]).await.unwrap();
    keep(&names, 1).await;
    keep(&names, 2).await;
    server.pause();
    for _ in 0..100 {
        assert_eq!(names.get(1).await.unwrap().as_deref(), Some("one"));
        assert!(names.contains(2).await.unwrap());
        assert_eq!(names.get_many([1, 2]).await.unwrap(), [Some("one".to_owned()), Some("two".to_owned())]);
        assert_eq!(names.get_or(2, "").await.unwrap(), "two");
    }
    server.resume();
}

/// Nothing is served that a silent server could have told of since.
#[tokio::test]
async fn nothing_is_served_beyond_the_bound_when_the_server_is_frozen() {
    let server = Server::start();
    let session =
        RedisSession::builder(server.url()).response_timeout(Duration::from_millis(200)).connect().await.unwrap();
    for near in both() {
        let names = names(&session, near);
        names.set(1, "one").await.unwrap();
        keep(&names, 1).await;
        server.pause();
        let silent = Instant::now();
        let mut refused = 0;
        while refused < 3 {
            let asked = silent.elapsed();
            match names.get(1).await {
                Ok(_) => assert!(asked <= BOUND, "served {asked:?} after the server fell silent"),
                Err(error) => {
                    assert!(error.is_retryable(), "{error:?}");
                    refused += 1;
                }
            }
            assert!(silent.elapsed() < PATIENCE);
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        server.resume();
        let started = Instant::now();
        while names.get(1).await.is_err() {
            assert!(started.elapsed() < PATIENCE);
        }
        keep(&names, 1).await;
    }
}

#[tokio::test]
async fn what_happens_while_the_connection_is_down_is_seen() {
    let server = Server::start();
    let session = session(&server).await;
    for near in both() {
        let names = names(&session, near);
        for n in 0..5 {
            let value = n.to_string();
            names.set(1, &value).await.unwrap();
            assert_eq!(keep(&names, 1).await, Some(value.clone()));
            kill_listener(&server);
            set(&server, 1, "new");
            see(&names, 1, Some("new")).await;
            assert_eq!(keep(&names, 1).await.as_deref(), Some("new"));
        }
    }
}

#[tokio::test]
async fn a_flush_and_a_new_name_and_an_end_are_seen() {
    let server = Server::start();
    let session = session(&server).await;
    let mut raw = server.raw();
    for near in both() {
        let names = names(&session, near);
        names.set(1, "one").await.unwrap();
        keep(&names, 1).await;
        cmd("FLUSHALL").exec(&mut raw).unwrap();
        see(&names, 1, None).await;

        keep(&names, 1).await;
        cmd("HSET").arg("other").arg("i|1").arg("s|other").exec(&mut raw).unwrap();
        cmd("RENAME").arg("other").arg("names").exec(&mut raw).unwrap();
        see(&names, 1, Some("other")).await;

        keep(&names, 1).await;
        cmd("SCRIPT").arg("FLUSH").exec(&mut raw).unwrap();
        assert!(names.compare_and_set(1, "other", "mine").await.unwrap());
        assert_eq!(names.get(1).await.unwrap().as_deref(), Some("mine"));

        keep(&names, 1).await;
        cmd("PEXPIRE").arg("names").arg(60_000).exec(&mut raw).unwrap();
        keep(&names, 1).await;
        cmd("PEXPIRE").arg("names").arg(30).exec(&mut raw).unwrap();
        see(&names, 1, None).await;
    }
}

/// Nothing is served beyond the time that the answer gave, whether the server says so or not.
#[tokio::test]
async fn the_end_of_a_namespace_is_known_beforehand() {
    let server = Server::start();
    let session = session(&server).await;
    for near in [Near::tracking(), Near::fields()] {
        let names = names(&session, near.staleness(Duration::from_secs(3600)));
        names.set(1, "one").await.unwrap();
        assert!(names.set_expiry(Duration::from_millis(500)).await.unwrap());
        let set = Instant::now();
        keep(&names, 1).await;
        server.pause();
        loop {
            let asked = set.elapsed();
            let read = tokio::time::timeout(Duration::from_millis(50), names.get(1)).await;
            match read {
                Ok(read) => assert!(read.unwrap().is_some() && asked <= Duration::from_millis(500)),
                Err(_) => break,
            }
        }
        server.resume();
        see(&names, 1, None).await;
    }
}

#[tokio::test]
async fn an_entry_lives_as_long_as_it_may() {
    let server = Server::start();
    let session = session(&server).await;
    for near in both() {
        let names = names(&session, near.ttl(Duration::from_millis(100)));
        names.set(1, "one").await.unwrap();
        keep(&names, 1).await;
        let misses = names.near_stats().misses();
        let started = Instant::now();
        while names.near_stats().misses() == misses {
            names.get(1).await.unwrap();
            assert!(started.elapsed() < PATIENCE);
        }
        names.clear().await.unwrap();
    }
}

/// Names that a program makes up as it goes push out none that is in use.
#[tokio::test]
async fn what_is_read_is_kept_however_many_namespaces_there_are() {
    let server = Server::start();
    let session = session(&server).await;
    let names = names(&session, Near::tracking());
    names.set(1, "one").await.unwrap();
    keep(&names, 1).await;
    let misses = names.near_stats().misses();
    for n in 0..2_500 {
        let other = Names::with_namespace(format!("names{n}")).near(Near::tracking()).on(&session);
        assert_eq!(other.get(1).await.unwrap(), None);
        assert_eq!(names.get(1).await.unwrap().as_deref(), Some("one"));
    }
    assert_eq!(names.near_stats().misses(), misses);
}

#[tokio::test]
async fn a_thread_that_found_what_is_kept_finds_nothing_after_the_end_of_the_session() {
    static NAMES: Names = RedisCache::new("names").near(Near::tracking());
    let server = Server::start();
    let (one, other) = (session(&server).await, session(&server).await);
    set(&server, 1, "one");
    for session in [&one, &other, &one] {
        assert_eq!(session.scope(keep(&NAMES, 1)).await.as_deref(), Some("one"));
    }
    let read = NAMES.on(&one).get(1);
    one.close().await.unwrap();
    assert_eq!(read.await.unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(one.scope(NAMES.get(1)).await.unwrap_err().kind(), ErrorKind::Closed);
    assert_eq!(one.scope(async { NAMES.near_stats().entries() }).await, 0);
    assert_eq!(other.scope(NAMES.get(1)).await.unwrap().as_deref(), Some("one"));
}

/// More than a thread remembers the places of.
#[tokio::test]
async fn each_of_many_namespaces_has_its_own() {
    let server = Server::start();
    let session = session(&server).await;
    let many: Vec<Names> =
        (0..50).map(|n| RedisCache::with_namespace(format!("names{n}")).near(Near::tracking()).on(&session)).collect();
    for (n, names) in many.iter().enumerate() {
        names.set(1, n.to_string()).await.unwrap();
        keep(names, 1).await;
    }
    let stats: Vec<_> = many.iter().map(RedisCache::near_stats).collect();
    for _ in 0..20 {
        for (n, names) in many.iter().enumerate() {
            assert_eq!(names.get(1).await.unwrap(), Some(n.to_string()));
        }
    }
    for (names, before) in many.iter().zip(stats) {
        let after = names.near_stats();
        assert_eq!((after.hits(), after.misses()), (before.hits() + 20, before.misses()));
    }
}

/// Two sessions are as two processes.
#[tokio::test]
async fn a_field_that_is_written_is_the_only_one_that_is_dropped() {
    let server = Server::start();
    let (one, other) = (session(&server).await, session(&server).await);
    let (one, other) = (names(&one, Near::fields()), names(&other, Near::fields()));
    one.update((0..100).map(|n| (n, "old"))).await.unwrap();
    for n in 0..100 {
        keep(&other, n).await;
    }
    for n in 0..50 {
        one.set(n, "new").await.unwrap();
        see(&other, n, Some("new")).await;
    }
    one.update((50..60).map(|n| (n, "new"))).await.unwrap();
    assert!(one.delete(60).await.unwrap());
    assert!(one.compare_and_set(61, "old", "new").await.unwrap());
    assert_eq!(one.replace(62, "new").await.unwrap().as_deref(), Some("old"));
    assert_eq!(one.delete_many([63, 1000]).await.unwrap(), 1);
    see(&other, 63, None).await;
    let misses = other.near_stats().misses();
    for n in 64..100 {
        assert_eq!(other.get(n).await.unwrap().as_deref(), Some("old"));
    }
    assert_eq!(other.near_stats().misses(), misses, "{:?}", other.near_stats());
    for n in 0..60 {
        assert_eq!(other.get(n).await.unwrap().as_deref(), Some("new"));
    }
    for (n, value) in [(60, None), (61, Some("new")), (62, Some("new"))] {
        assert_eq!(other.get(n).await.unwrap().as_deref(), value);
    }
    one.replace_all([(70, "all")]).await.unwrap();
    see(&other, 70, Some("all")).await;
    assert_eq!(other.get(71).await.unwrap(), None);
}
