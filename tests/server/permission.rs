//! Users whom the server's ACL restricts.

use futures_util::StreamExt;
use futures_util::future::join_all;
use redis::cmd;
use rediscache::inspect::{Part, Window};
use rediscache::{ErrorKind, Json, RedisCache, RedisNamespaced, RedisQueue, RedisSession};
use support::Server;

use crate::{eventually_async, names};

async fn session_of(server: &Server, rules: &[&str]) -> RedisSession {
    let user = ["SETUSER", "bot", "reset", "on", ">pass"];
    cmd("ACL").arg(&user).arg(rules).exec(&mut server.raw()).unwrap();
    RedisSession::connect(&server.url().replace("redis://", "redis://bot:pass@")).await.unwrap()
}

#[tokio::test]
async fn a_user_of_some_keys_uses_them_with_every_method() {
    let server = Server::start();
    let session = session_of(&server, &["~names", "+@all", "-@dangerous"]).await;
    let names = names(&session);
    names.update([(1, "one"), (2, "two")]).await.unwrap();
    names.replace_all([(1, "one"), (2, "two")]).await.unwrap();
    assert_eq!(names.replace(1, "uno").await.unwrap().as_deref(), Some("one"));
    assert!(names.compare_and_set(1, "uno", "eins").await.unwrap());
    assert_eq!(names.pop(1).await.unwrap().as_deref(), Some("eins"));
    assert!(names.set_expiry(std::time::Duration::from_secs(60)).await.unwrap());
    assert!(names.expiry().await.unwrap().is_some());
    assert!(names.persist().await.unwrap());
    assert_eq!(names.scan().count().await, 1);
    names.clear().await.unwrap();
    let counts = RedisCache::<u64, u64>::new("names").on(&session);
    assert_eq!(counts.increment(1, 1).await.unwrap(), 1);
}

#[tokio::test]
async fn what_the_user_may_not_is_refused_by_the_server() {
    let server = Server::start();
    let session = session_of(&server, &["~names", "+@all", "-hdel", "-evalsha", "-eval"]).await;
    let others = RedisCache::<u64, String>::new("others").on(&session);
    let counts = RedisCache::<u64, u64>::new("names").on(&session);
    names(&session).set(1, "one").await.unwrap();
    for error in [
        others.get(1).await.unwrap_err(),
        others.set(1, "one").await.unwrap_err(),
        others.scan().next().await.unwrap().unwrap_err(),
        names(&session).delete(1).await.unwrap_err(),
        counts.increment(2, 1).await.unwrap_err(),
        names(&session).clear().await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Server, "{error:?}");
        assert!(!error.is_retryable(), "{error:?}");
    }
    assert_eq!(names(&session).get(1).await.unwrap().as_deref(), Some("one"));
}

#[tokio::test]
async fn who_may_not_ask_for_the_memory_of_an_object_sees_all_else() {
    #[derive(RedisNamespaced)]
    struct Shop {
        names: RedisCache<u64, String>,
    }

    let server = Server::start();
    for (rules, may) in [("+@all", true), ("-memory", false)] {
        let session = session_of(&server, &["~Shop.names", "+@all", rules]).await;
        Shop::on(&session).names().set(1, "one").await.unwrap();
        let mut windows: Vec<Box<dyn Window>> = Vec::new();
        Shop::inspect(&session, &mut windows);
        let summary = windows[0].summary().await.unwrap();
        assert_eq!((summary.memory.is_some(), summary.counts), (may, vec![(Part::Entries, 1)]), "{rules}");
    }
}

/// An older version did without `HINCRBY`.
#[tokio::test]
async fn who_may_not_count_with_the_command_for_it_counts_with_a_script_and_does_not_ask_again() {
    let server = Server::start();
    let session = session_of(&server, &["~counts", "+@all", "-hincrby"]).await;
    let counts = RedisCache::<u64, i64, Json>::new("counts").on(&session);
    let sums = join_all((0..40).map(|n| counts.increment(n % 4, 1))).await;
    let mut sums: Vec<i64> = sums.into_iter().map(Result::unwrap).collect();
    sums.sort_unstable();
    assert!(sums.into_iter().eq((4..44).map(|n| n / 4)));
    cmd("ACL").arg(&["LOG", "RESET"]).exec(&mut server.raw()).unwrap();
    assert_eq!(counts.increment(1, 1).await.unwrap(), 11);
    assert_eq!(counts.decrement(1, 1).await.unwrap(), 10);
    let refused: Vec<redis::Value> = cmd("ACL").arg("LOG").query(&mut server.raw()).unwrap();
    assert!(!format!("{refused:?}").contains("hincrby"), "{refused:?}");
}

/// Within a script the server checks commands and keys again.
#[tokio::test]
async fn what_a_script_may_not_is_refused_by_the_server() {
    let server = Server::start();
    let session = session_of(&server, &["~names", "+@all", "-unlink", "-hset"]).await;
    let mut raw = server.raw();
    cmd("HSET").arg("names").arg("i|1").arg("i|1").exec(&mut raw).unwrap();
    let counts = RedisCache::<u64, u64>::new("names").on(&session);
    for error in [counts.increment(1, 1).await.unwrap_err(), counts.clear().await.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::Server, "{error:?}");
    }
    assert_eq!(counts.get(1).await.unwrap(), Some(1));
}

/// What would be refused at the end is asked for first.
#[tokio::test]
async fn what_would_be_done_half_to_dead_letters_is_not_begun() {
    let server = Server::start();
    let mut raw = server.raw();
    cmd("RPUSH").arg("jobs$dead").arg("i|2").arg("i|1").exec(&mut raw).unwrap();
    for (name, needed) in [
        ("requeue_one", &["llen", "lrem", "lpush"][..]),
        ("requeue_dead", &["llen", "lmove"]),
        ("clear_dead", &["llen", "unlink"]),
        ("delete_one", &["lrem"]),
    ] {
        for command in needed {
            let session = session_of(&server, &["~*", "+@all", &format!("-{command}")]).await;
            let jobs = RedisQueue::<u64>::new("jobs").on(&session);
            let letter = jobs.dead().next().await.unwrap().unwrap();
            let refused = match name {
                "requeue_one" => jobs.requeue_one(&letter).await.map(drop),
                "requeue_dead" => jobs.requeue_dead().await.map(drop),
                "clear_dead" => jobs.clear_dead().await.map(drop),
                _ => jobs.delete_one(&letter).await.map(drop),
            };
            let error = refused.expect_err(command);
            assert_eq!((error.kind(), error.operation()), (ErrorKind::Server, name), "{command}: {error:?}");
            let left: Vec<String> = cmd("LRANGE").arg("jobs$dead").arg(0).arg(-1).query(&mut raw).unwrap();
            let waits: usize = cmd("LLEN").arg("jobs").query(&mut raw).unwrap();
            assert_eq!((left, waits), (vec!["i|2".to_owned(), "i|1".to_owned()], 0), "{name} without {command}");
        }
    }
}

#[tokio::test]
async fn who_may_not_keep_records_does_without_and_asks_once() {
    let server = Server::start();
    let session = session_of(&server, &["~names", "~counts", "+@all", "-@dangerous"]).await;
    let refused = || cmd("ACL").arg("LOG").query::<Vec<redis::Value>>(&mut server.raw()).unwrap();
    names(&session).set(1, "one").await.unwrap();
    eventually_async("a refusal", || !refused().is_empty()).await;
    RedisCache::<u64, u64>::new("counts").on(&session).increment(1, 1).await.unwrap();
    names(&session).update([(1, "one"), (2, "two")]).await.unwrap();
    assert_eq!(names(&session).len().await.unwrap(), 2);
    let log = format!("{:?}", refused());
    assert!(refused().len() == 1 && log.contains("$objects") && log.contains("int(1)"), "{log}");
    assert_eq!(session.verify::<Named>().await.unwrap(), []);
}

#[derive(RedisNamespaced)]
struct Named {
    #[rediscache(namespace = "names")]
    names: RedisCache<u64, String>,
}
