//! What each method sends: as its documentation says, and nothing else.

use std::time::{Duration, SystemTime};

use futures_util::StreamExt;
use rediscache::{Json, RedisCache, RedisSession};
use support::Server;

use crate::monitor::Monitor;

/// Each call, on entries 1 and 2 stored as 10 and 20, with the commands that it takes.
macro_rules! assert_commands {
    ($cache:ident, $monitor:ident: $($method:ident($($argument:expr),*) => [$($command:literal),*];)*) => {$(
        $cache.replace_all([(1, 10), (2, 20)]).await.unwrap();
        $monitor.commands();
        $cache.$method($($argument),*).await.unwrap();
        let expected: &[&str] = &[$($command),*];
        assert_eq!($monitor.names(), expected, "of {}", stringify!($method($($argument),*)));
    )*};
}

/// Makes the server know all scripts.
async fn load_scripts(cache: &RedisCache<u64, u64>) {
    cache.replace_all([(1, 1)]).await.unwrap();
    cache.compare_and_set(1, 1, 2).await.unwrap();
    cache.increment(1, 1).await.unwrap();
    cache.clear().await.unwrap();
}

#[tokio::test]
async fn every_method_takes_the_round_trips_it_says() {
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let cache = RedisCache::<u64, u64>::new("numbers").on(&session);
    load_scripts(&cache).await;
    let mut monitor = Monitor::on(&server);
    let soon = SystemTime::now() + Duration::from_secs(600);
    let nothing = Vec::<(u64, u64)>::new;
    assert_commands! { cache, monitor:
        set(1, 1) => ["HSET"];
        get(1) => ["HGET"];
        get(9) => ["HGET"];
        get_or(9, 1) => ["HGET"];
        contains(1) => ["HEXISTS"];
        delete(1) => ["HDEL"];
        pop(1) => ["HGET", "EVALSHA"];
        pop(9) => ["HGET"];
        pop_or(1, 1) => ["HGET", "EVALSHA"];
        set_if_absent(1, 1) => ["HSETNX"];
        replace(1, 1) => ["HGET", "EVALSHA"];
        compare_and_set(1, 10, 11) => ["EVALSHA"];
        compare_and_set(1, 11, 12) => ["EVALSHA"];
        compare_and_delete(1, 10) => ["EVALSHA"];
        increment(1, 1) => ["EVALSHA"];
        decrement(9, 0) => ["EVALSHA"];
        update([(1, 1), (2, 2), (3, 3)]) => ["HSET"];
        update((0..10_000).map(|n| (n, n))) => ["HSET"];
        update(nothing()) => [];
        get_many([1, 2, 3]) => ["HMGET"];
        get_many(Vec::<u64>::new()) => [];
        delete_many([1, 2, 3]) => ["HDEL"];
        delete_many(Vec::<u64>::new()) => [];
        replace_all([(1, 1), (2, 2)]) => ["EVALSHA"];
        replace_all((0..10_000).map(|n| (n, n))) => ["EVALSHA"];
        replace_all(nothing()) => ["EVALSHA"];
        items() => ["HGETALL"];
        keys() => ["HKEYS"];
        values() => ["HVALS"];
        to_map() => ["HGETALL"];
        len() => ["HLEN"];
        is_empty() => ["HLEN"];
        clear() => ["EVALSHA"];
        set_expiry(Duration::from_secs(600)) => ["EVALSHA"];
        set_expiry_at(soon) => ["EVALSHA"];
        expiry() => ["EVALSHA"];
        persist() => ["EVALSHA"];
    }
    let section = cache.section().await.unwrap();
    assert!(monitor.commands().is_empty());
    drop(section);
    // Plain digits in the range of `i64`, and what the server does not add to by itself.
    let digits = RedisCache::<u64, i64, Json>::new("digits").on(&session);
    assert_commands! { digits, monitor:
        increment(1, 1) => ["HINCRBY"];
        decrement(9, i64::MAX) => ["HINCRBY"];
        decrement(9, i64::MIN + 1) => ["HINCRBY"];
    }
    let small = RedisCache::<u64, i32, Json>::new("digits").on(&session);
    let unsigned = RedisCache::<u64, u64, Json>::new("digits").on(&session);
    assert_commands! { small, monitor: increment(1, 1) => ["EVALSHA"]; }
    assert_commands! { unsigned, monitor: increment(1, 1) => ["EVALSHA"]; }
}

#[tokio::test]
async fn a_scan_sends_one_command_for_each_page_and_only_when_it_is_used_up() {
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let cache = RedisCache::<u64, u64>::new("numbers").on(&session);
    cache.update((0..2_000).map(|n| (n, n))).await.unwrap();
    let mut monitor = Monitor::on(&server);
    let mut scan = cache.scan();
    assert!(monitor.commands().is_empty(), "nothing is sent before it is polled");
    scan.next().await.unwrap().unwrap();
    assert_eq!(monitor.commands(), [r#""HSCAN" "numbers" "0" "COUNT" "500""#]);
    assert_eq!(scan.by_ref().take(100).count().await, 100);
    assert!(monitor.commands().is_empty(), "the first page is not used up");
    assert_eq!(scan.count().await, 2_000 - 101);
    assert!(monitor.names().iter().all(|name| name == "HSCAN"));
}

/// On a cluster each script must name its key, and use no other.
#[tokio::test]
async fn scripts_name_the_hash_as_their_only_key() {
    let server = Server::start();
    let session = RedisSession::builder(server.url()).global_namespace("bot").connect().await.unwrap();
    let cache = RedisCache::<u64, u64>::new("numbers").on(&session);
    load_scripts(&cache).await;
    let mut monitor = Monitor::on(&server);
    load_scripts(&cache).await;
    cache.set_expiry(Duration::from_secs(1)).await.unwrap();
    let scripts = monitor.commands();
    assert_eq!(scripts.len(), 5);
    for script in scripts {
        let arguments: Vec<_> = script.split("\" \"").collect();
        assert_eq!((arguments[0], arguments[2]), ("\"EVALSHA", "1"), "{script}");
        assert_eq!(arguments[3].trim_matches('"'), "bot.numbers", "{script}");
    }
}

#[tokio::test]
async fn a_refused_call_sends_nothing() {
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let mut monitor = Monitor::on(&server);
    let unnamed = RedisCache::<u64, u64>::new("").on(&session);
    unnamed.set(1, 1).await.unwrap_err();
    unnamed.clear().await.unwrap_err();
    let floats = RedisCache::<u64, f64>::new("floats").on(&session);
    floats.increment(1, f64::NAN).await.unwrap_err();
    drop(floats.set(1, 1.0));
    session.close().await.unwrap();
    floats.get(1).await.unwrap_err();
    assert!(monitor.commands().is_empty());
}
