//! Caches of entries that end, and that keep what was read, while others write and connections break.

use std::time::{Duration, Instant};

use redis::cmd;
use rediscache::{Near, RedisSession, RedisTtlCache};
use support::{Direction, Proxy, Server};

use crate::PATIENCE;

type Pages = RedisTtlCache<u64, String>;

const LONG: Duration = Duration::from_secs(600);
const BOUND: Duration = Duration::from_millis(300);

async fn pages(url: &str) -> Pages {
    pages_within(BOUND, url).await
}

async fn pages_within(staleness: Duration, url: &str) -> Pages {
    let session = RedisSession::connect(url).await.unwrap();
    Pages::new("pages", LONG).near(Near::tracking().staleness(staleness)).on(&session)
}

/// Reads until it is served from this process.
async fn keep(pages: &Pages, key: u64) -> Option<String> {
    let started = Instant::now();
    loop {
        let hits = pages.near_stats().hits();
        let read = pages.get(key).await.unwrap();
        if pages.near_stats().hits() > hits {
            return read;
        }
        assert!(started.elapsed() < PATIENCE, "{key} is not kept: {:?}", pages.near_stats());
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

/// Reads until this is what is read.
async fn see(pages: &Pages, key: u64, expected: Option<&str>) {
    let started = Instant::now();
    while pages.get(key).await.unwrap().as_deref() != expected {
        assert!(started.elapsed() < PATIENCE, "{expected:?} is not seen");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}

fn set(server: &Server, key: u64, value: &str) {
    cmd("SET").arg(format!("pages:i|{key}")).arg(format!("s|{value}")).exec(&mut server.raw()).unwrap();
}

#[tokio::test]
async fn a_write_of_anyone_is_seen_and_drops_no_other_entry() {
    let server = Server::start();
    // A machine that stands still for a moment drops nothing.
    let pages = pages_within(LONG, &server.url()).await;
    for n in 0..10 {
        set(&server, n, "old");
        keep(&pages, n).await;
    }
    for n in 0..5 {
        set(&server, n, "new");
        see(&pages, n, Some("new")).await;
        assert_eq!(keep(&pages, n).await.as_deref(), Some("new"));
    }
    let misses = pages.near_stats().misses();
    for n in 0..10 {
        assert_eq!(pages.get(n).await.unwrap().as_deref(), Some(if n < 5 { "new" } else { "old" }));
    }
    assert_eq!(pages.near_stats().misses(), misses, "all others are still kept");
}

#[tokio::test]
async fn what_is_absent_is_kept_until_it_is_there() {
    let server = Server::start();
    let pages = pages(&server.url()).await;
    assert_eq!(keep(&pages, 1).await, None);
    set(&server, 1, "one");
    see(&pages, 1, Some("one")).await;
    cmd("FLUSHALL").exec(&mut server.raw()).unwrap();
    see(&pages, 1, None).await;
}

/// Whoever loads an entry puts a lease into its place, which is no value, and is replaced by one.
#[tokio::test]
async fn what_another_process_loads_is_seen() {
    let server = Server::start();
    let (pages, other) = (pages(&server.url()).await, pages(&server.url()).await);
    assert_eq!(keep(&pages, 1).await, None);
    let load = || async { Ok::<_, std::convert::Infallible>("one".to_owned()) };
    assert_eq!(other.get_or_load(1, load).await.unwrap(), "one");
    see(&pages, 1, Some("one")).await;
}

/// Nothing is served when nobody can tell of changes any more.
#[tokio::test]
async fn nothing_old_is_served_after_the_connection_was_lost_or_fell_silent() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let pages = pages(&proxy.url()).await;
    for cut in [true, false] {
        set(&server, 1, "old");
        see(&pages, 1, Some("old")).await;
        keep(&pages, 1).await;
        if cut {
            proxy.cut();
        } else {
            proxy.hold(Direction::Replies);
        }
        set(&server, 1, "new");
        let since = Instant::now();
        while since.elapsed() < BOUND + Duration::from_millis(100) {
            // While it is held, an answer may be long in coming.
            let _ = tokio::time::timeout(Duration::from_millis(10), pages.get(1)).await;
        }
        proxy.heal();
        assert_eq!(pages.get(1).await.unwrap().as_deref(), Some("new"));
    }
}

/// The server tells of it when it ends, and this process knows without.
#[tokio::test]
async fn an_entry_ends_though_nobody_tells() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let session = RedisSession::builder(proxy.url()).response_timeout(Duration::from_secs(1)).connect().await.unwrap();
    let patient = Near::tracking().staleness(LONG);
    let pages = Pages::new("pages", LONG).near(patient).on(&session);
    let life = Duration::from_secs(1);
    pages.set_for(1, "one", life).await.unwrap();
    let set = Instant::now();
    assert_eq!(keep(&pages, 1).await.as_deref(), Some("one"));
    proxy.hold(Direction::Replies);
    let mut hits = 0;
    loop {
        let (before, asked) = (pages.near_stats().hits(), set.elapsed());
        let read = tokio::time::timeout(Duration::from_millis(5), pages.get(1)).await;
        if pages.near_stats().hits() == before {
            break;
        }
        assert!(matches!(read, Ok(Ok(Some(_)))) && asked < life, "{asked:?}");
        hits += 1;
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert!(hits > 10, "{hits}");
    proxy.heal();
}
