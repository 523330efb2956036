//! What each method of a cache whose entries live for a time sends: as its documentation says, and nothing else; and what lies in
//! Redis then.

use std::time::Duration;

use redis::cmd;
use rediscache::{RedisSession, RedisTtlCache};
use support::Server;

use crate::monitor::Monitor;

const MINUTE: Duration = Duration::from_secs(60);

/// Each call, on entries 1 and 2 stored as 10 and 20, with the commands that it takes.
macro_rules! assert_commands {
    ($cache:expr, $monitor:ident: $($method:ident($($argument:expr),*) => [$($command:literal),*];)*) => {$(
        $cache.set_many([(1, 10), (2, 20)]).await.unwrap();
        $cache.delete_many([3, 9]).await.unwrap();
        $monitor.commands();
        $cache.$method($($argument),*).await.unwrap();
        let expected: &[&str] = &[$($command),*];
        assert_eq!($monitor.names(), expected, "of {}", stringify!($method($($argument),*)));
    )*};
}

/// Makes the server know all scripts.
async fn load_scripts(cache: &RedisTtlCache<u64, u64>) {
    cache.set_if_absent(1, 1).await.unwrap();
    cache.compare_and_set(1, 1, 2).await.unwrap();
    cache.increment(1, 1).await.unwrap();
    cache.touch(1).await.unwrap();
    cache.expiry(1).await.unwrap();
    cache.delete(1).await.unwrap();
}

#[tokio::test]
async fn every_method_of_entries_takes_the_round_trips_it_says() {
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let cache = RedisTtlCache::<u64, u64>::new("numbers", MINUTE).on(&session);
    load_scripts(&cache).await;
    let mut monitor = Monitor::on(&server);
    assert_commands! { cache, monitor:
        get(1) => ["MGET"];
        get(9) => ["MGET"];
        get_or(9, 1) => ["MGET"];
        get_many([1, 2, 9]) => ["MGET"];
        get_many(Vec::<u64>::new()) => [];
        contains(1) => ["TYPE"];
        expiry(1) => ["EVALSHA"];
        set(1, 1) => ["SET"];
        set_for(1, 1, MINUTE) => ["SET"];
        set_many([(1, 1), (3, 3)]) => ["SET", "SET"];
        set_many(Vec::<(u64, u64)>::new()) => [];
        set_if_absent(1, 1) => ["EVALSHA"];
        replace(1, 1) => ["MGET", "EVALSHA"];
        compare_and_set(1, 10, 11) => ["EVALSHA"];
        compare_and_delete(1, 10) => ["EVALSHA"];
        pop(1) => ["MGET", "EVALSHA"];
        pop(9) => ["MGET", "EVALSHA"];
        delete(1) => ["EVALSHA"];
        delete_many([1, 2]) => ["EVALSHA", "EVALSHA"];
        delete_many(Vec::<u64>::new()) => [];
        increment(1, 1) => ["EVALSHA"];
        decrement(1, 1) => ["EVALSHA"];
        touch(1) => ["EVALSHA"];
        expire(1, MINUTE) => ["EVALSHA"];
        clear() => ["SCAN", "UNLINK"];
    }
    let stale = cache.clone().stale(MINUTE);
    assert_commands! { stale, monitor:
        get(1) => ["PTTL", "MGET"];
        get_many([1, 2]) => ["PTTL", "PTTL", "MGET"];
        contains(1) => ["EVALSHA"];
        set(1, 1) => ["SET"];
    }
    let idle = cache.idle(MINUTE);
    assert_commands! { idle, monitor:
        get(1) => ["GETEX"];
        get_many([1, 2]) => ["GETEX", "GETEX"];
        contains(1) => ["TYPE"];
    }
}

/// What Python, or whoever it is, finds there.
#[tokio::test]
async fn an_entry_is_a_string_with_an_end_and_nothing_else() {
    let server = Server::start();
    let session = RedisSession::builder(server.url()).global_namespace("bot").connect().await.unwrap();
    let pages = RedisTtlCache::<u64, String>::new("Shop.pages", MINUTE).stale(2 * MINUTE).on(&session);
    pages.set(42, "a page").await.unwrap();
    let mut raw = server.raw();
    let stored: String = cmd("GET").arg("bot.Shop.pages:i|42").query(&mut raw).unwrap();
    let left: u64 = cmd("PTTL").arg("bot.Shop.pages:i|42").query(&mut raw).unwrap();
    assert_eq!(stored, "s|a page");
    assert!(left <= 180_000 && left > 170_000, "{left}");
    let keys: Vec<String> = cmd("KEYS").arg("bot.Shop.pages*").query(&mut raw).unwrap();
    assert_eq!(keys, ["bot.Shop.pages:i|42"]);
    // And the other way: without an end, it stays.
    let () = cmd("SET").arg("bot.Shop.pages:i|43").arg("s|by hand").query(&mut raw).unwrap();
    assert_eq!(pages.get(43).await.unwrap().as_deref(), Some("by hand"));
    assert!(pages.expiry(43).await.unwrap() > Some(MINUTE));
}

/// On a cluster each script must name its key; only one that counts where someone may load has another, of the same slot.
#[tokio::test]
async fn scripts_name_the_entry_as_their_only_key() {
    let server = Server::start();
    let session = RedisSession::builder(server.url()).global_namespace("bot").connect().await.unwrap();
    let cache = RedisTtlCache::<u64, u64>::new("numbers", MINUTE).on(&session);
    load_scripts(&cache).await;
    let mut monitor = Monitor::on(&server);
    load_scripts(&cache).await;
    let scripts = monitor.commands();
    assert_eq!(scripts.len(), 6);
    for script in scripts {
        let arguments: Vec<_> = script.split("\" \"").collect();
        assert_eq!((arguments[0], arguments[2]), ("\"EVALSHA", "1"), "{script}");
        assert_eq!(arguments[3].trim_matches('"'), "bot.numbers:i|1", "{script}");
    }
}

/// Those who call while a call is under way.
#[tokio::test]
async fn callers_at_once_leave_together() {
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let cache = RedisTtlCache::<u64, u64>::new("numbers", MINUTE).on(&session);
    cache.set(1, 1).await.unwrap();
    let mut monitor = Monitor::on(&server);
    let found = futures_util::future::join_all((0..100).map(|n| cache.get(n % 10))).await;
    assert_eq!(found.into_iter().filter_map(|found| found.unwrap()).count(), 10);
    let reads = monitor.commands();
    assert!(reads.iter().all(|read| read.starts_with("\"MGET\"")) && reads.len() < 10, "{reads:?}");
}
