//! When the shapes of values are sent, and what becomes of them when the server or its data is gone.

use std::time::Duration;

use futures_util::future::{join_all, try_join_all};
use redis::cmd;
use rediscache::{ErrorKind, RedisCache, RedisQueue, RedisSession};
use serde::{Deserialize, Serialize};
use support::{Direction, Proxy, Server, within_polls};

use crate::monitor::Monitor;
use crate::{eventually, eventually_async};

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub(crate) struct Level {
    pub(crate) level: u8,
}

pub(crate) const LEVEL: Level = Level { level: 7 };

/// The field of its shape, the CRC-32 of `{level: u8}`.
pub(crate) const FIELD: &str = "879e64e2";

pub(crate) async fn bot(server: &Server) -> RedisSession {
    RedisSession::builder(server.url()).global_namespace("bot").connect().await.unwrap()
}

pub(crate) fn levels(session: &RedisSession) -> RedisCache<u64, Level> {
    RedisCache::new("levels").on(session)
}

/// Whether the shape is kept.
pub(crate) fn is_kept(server: &Server) -> bool {
    cmd("HEXISTS").arg("bot.$shapes").arg(FIELD).query(&mut server.raw()).unwrap()
}

fn names_and_keys(monitor: &mut Monitor) -> Vec<String> {
    let name_and_key = |command: String| {
        let mut parts = command.split('"');
        format!("{} {}", parts.nth(1).unwrap(), parts.nth(1).unwrap_or_default())
    };
    monitor.commands().into_iter().map(name_and_key).collect()
}

/// Those of sessions, and no others.
fn kill_connections(server: &Server) {
    let clients: String = cmd("CLIENT").arg("LIST").query(&mut server.raw()).unwrap();
    for client in clients.lines().filter(|client| client.contains(" name=rediscache ")) {
        let id = client.split(' ').find_map(|part| part.strip_prefix("id=")).unwrap();
        cmd("CLIENT").arg("KILL").arg("ID").arg(id).exec(&mut server.raw()).unwrap();
    }
}

const LOOK: &str = "HGET bot.$shapes";
const KEEP: &str = "HSETNX bot.$shapes";
const SET: &str = "HSET bot.levels";

#[tokio::test]
async fn the_shape_is_sent_before_the_first_value_and_not_again() {
    let server = Server::start();
    let (session, other) = (bot(&server).await, bot(&server).await);
    let mut monitor = Monitor::on(&server);
    levels(&session).set(1, LEVEL).await.unwrap();
    assert_eq!(names_and_keys(&mut monitor), [LOOK, KEEP, SET]);
    levels(&session).set(2, LEVEL).await.unwrap();
    RedisQueue::<Level>::new("queue").on(&session).put(LEVEL).await.unwrap();
    levels(&session).update([(3, LEVEL), (4, LEVEL)]).await.unwrap();
    assert_eq!(names_and_keys(&mut monitor), [SET, "LPUSH bot.queue", SET]);
    levels(&other).set(1, LEVEL).await.unwrap();
    levels(&other).set(2, LEVEL).await.unwrap();
    assert_eq!(names_and_keys(&mut monitor), [LOOK, SET, SET]);
}

#[tokio::test]
async fn who_only_reads_looks_once() {
    let server = Server::start();
    let (session, other) = (bot(&server).await, bot(&server).await);
    levels(&session).update((0..9).map(|n| (n, LEVEL))).await.unwrap();
    let mut monitor = Monitor::on(&server);
    levels(&other).get(1).await.unwrap();
    assert_eq!(names_and_keys(&mut monitor), ["HGET bot.levels", "HMGET bot.$shapes"]);
    levels(&other).get(2).await.unwrap();
    levels(&other).values().await.unwrap();
    levels(&other).pop(3).await.unwrap();
    let names = names_and_keys(&mut monitor);
    assert!(names.iter().all(|name| !name.contains("$shapes")), "{names:?}");
    // What was just looked up is known to be kept.
    levels(&other).set(1, LEVEL).await.unwrap();
    assert_eq!(names_and_keys(&mut monitor), [SET]);
}

#[tokio::test]
async fn scalars_ask_for_no_shape() {
    let server = Server::start();
    let session = bot(&server).await;
    let mut monitor = Monitor::on(&server);
    let texts = RedisCache::<u64, String>::new("texts").on(&session);
    texts.update([(1, "one"), (2, "two")]).await.unwrap();
    texts.values().await.unwrap();
    texts.pop(1).await.unwrap();
    RedisQueue::<u64>::new("queue").on(&session).put(7).await.unwrap();
    RedisQueue::<u64>::new("queue").on(&session).get().await.unwrap();
    let commands = monitor.commands();
    assert!(commands.iter().all(|command| !command.contains("$shapes")), "{commands:?}");
}

#[tokio::test]
async fn those_without_the_global_namespace_have_their_shapes_at_the_bare_key() {
    let server = Server::start();
    let session = bot(&server).await;
    RedisCache::<u64, Level>::new("levels").without_global_namespace().on(&session).set(1, LEVEL).await.unwrap();
    let fields: Vec<String> = cmd("HKEYS").arg("$shapes").query(&mut server.raw()).unwrap();
    assert_eq!((fields, is_kept(&server)), (vec![FIELD.to_owned()], false));
    let plain = RedisSession::connect(&server.url()).await.unwrap();
    assert_eq!(levels(&plain).get(1).await.unwrap(), Some(LEVEL));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_hundred_first_values_send_the_shape_once() {
    let server = Server::start();
    let session = bot(&server).await;
    let mut monitor = Monitor::on(&server);
    let sets = (0..100).map(|n| tokio::spawn(levels(&session).set(n, LEVEL)));
    for set in sets.collect::<Vec<_>>() {
        set.await.unwrap().unwrap();
    }
    let sent = names_and_keys(&mut monitor);
    assert_eq!(sent[..2], [LOOK, KEEP]);
    assert!(sent[2..].iter().all(|line| !line.contains("$shapes")), "{sent:?}");
    assert_eq!(levels(&session).len().await.unwrap(), 100);
}

#[tokio::test]
async fn whoever_waits_goes_on_when_the_one_who_keeps_it_is_dropped() {
    let server = Server::start();
    for polls in 1..12 {
        cmd("FLUSHALL").exec(&mut server.raw()).unwrap();
        let session = bot(&server).await;
        let first = within_polls(polls, levels(&session).set(0, LEVEL));
        let others = try_join_all((1..20).map(|n| levels(&session).set(n, LEVEL)));
        let (_, others) = tokio::time::timeout(crate::PATIENCE, async { tokio::join!(first, others) }).await.unwrap();
        others.unwrap();
        assert!(is_kept(&server));
        assert!(levels(&session).len().await.unwrap() >= 19);
    }
}

/// One after another, they would wait for many times as long.
#[tokio::test]
async fn all_who_wait_fail_at_once_when_the_server_is_silent() {
    let server = Server::start();
    let proxy = Proxy::before(&server);
    let url = proxy.url();
    let session = RedisSession::builder(url).response_timeout(Duration::from_millis(400)).connect().await.unwrap();
    proxy.swallow(Direction::Both);
    let started = std::time::Instant::now();
    let failed = join_all((0..100).map(|n| levels(&session).set(n, LEVEL))).await;
    for error in failed.into_iter().map(Result::unwrap_err) {
        assert!(error.is_retryable() && !error.is_outcome_unknown(), "{error:?}");
        assert!(error.to_string().contains("`$shapes`"), "{error}");
    }
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    proxy.heal();
    let started = std::time::Instant::now();
    while levels(&session).set(1, LEVEL).await.is_err() {
        assert!(started.elapsed() < crate::PATIENCE);
    }
    assert_eq!(levels(&session).get(1).await.unwrap(), Some(LEVEL));
}

#[tokio::test]
async fn it_is_confirmed_after_a_connection_was_made() {
    let server = Server::start();
    let session = bot(&server).await;
    levels(&session).set(1, LEVEL).await.unwrap();
    let mut monitor = Monitor::on(&server);
    kill_connections(&server);
    // By the time of the first one, nobody may have noticed yet: then it is confirmed behind it.
    levels(&session).set(2, LEVEL).await.unwrap();
    eventually_async("a look", || names_and_keys(&mut monitor).contains(&LOOK.to_owned())).await;
    levels(&session).set(3, LEVEL).await.unwrap();
    assert_eq!(names_and_keys(&mut monitor), [SET]);
}

#[tokio::test]
async fn it_is_kept_again_when_all_data_was_lost() {
    let mut server = Server::start();
    let session = bot(&server).await;
    levels(&session).set(1, LEVEL).await.unwrap();
    cmd("FLUSHALL").exec(&mut server.raw()).unwrap();
    kill_connections(&server);
    levels(&session).set(2, LEVEL).await.unwrap();
    eventually_async("the shape", || is_kept(&server)).await;
    server.restart();
    let started = std::time::Instant::now();
    while levels(&session).set(3, LEVEL).await.is_err() {
        assert!(started.elapsed() < crate::PATIENCE);
    }
    eventually_async("the shape", || is_kept(&server)).await;
    assert_eq!(levels(&bot(&server).await).get(3).await.unwrap(), Some(LEVEL));
}

#[tokio::test]
async fn nothing_is_stored_while_the_server_takes_no_writes() {
    let server = Server::start();
    let session = bot(&server).await;
    let limit = |bytes: u8| cmd("CONFIG").arg("SET").arg("maxmemory").arg(bytes).exec(&mut server.raw()).unwrap();
    limit(1);
    let queue = RedisQueue::<Level>::new("queue").on(&session);
    for error in [levels(&session).set(1, LEVEL).await.unwrap_err(), queue.put(LEVEL).await.unwrap_err()] {
        assert_eq!(error.kind(), ErrorKind::Server);
        assert!(error.is_retryable() && error.to_string().contains("`bot.$shapes`"), "{error:?}");
    }
    assert_eq!((levels(&session).len().await.unwrap(), queue.len().await.unwrap()), (0, 0));
    limit(0);
    levels(&session).set(1, LEVEL).await.unwrap();
    assert!(is_kept(&server));
    let stored: Vec<u8> = cmd("HGET").arg("bot.levels").arg("i|1").query(&mut server.raw()).unwrap();
    assert_eq!(stored, b"c|\x02\x87\x9e\x64\xe2\x07");
}

#[test]
fn it_is_confirmed_every_ten_minutes() {
    let server = Server::start();
    let mut monitor = Monitor::on(&server);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let session = bot(&server).await;
        levels(&session).set(1, LEVEL).await.unwrap();
        cmd("DEL").arg("bot.$shapes").exec(&mut server.raw()).unwrap();
        names_and_keys(&mut monitor);
        for (minutes, expected) in [(9, &[SET][..]), (2, &[LOOK, KEEP, SET]), (9, &[SET])] {
            tokio::time::pause();
            tokio::time::advance(Duration::from_secs(60 * minutes)).await;
            tokio::time::resume();
            levels(&session).set(1, LEVEL).await.unwrap();
            let sent: Vec<_> =
                names_and_keys(&mut monitor).into_iter().filter(|line| !line.starts_with("PING")).collect();
            assert_eq!(sent, expected, "after {minutes} minutes");
        }
    });
    eventually("the shape", || is_kept(&server));
}
