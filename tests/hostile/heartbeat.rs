//! What a task queue keeps beside its items on a server, written by someone else.

use std::time::Duration;

use futures_util::StreamExt;
use redis::aio::MultiplexedConnection;
use redis::{Client, Cmd, Pipeline, cmd};
use rediscache::{ErrorKind, RedisSession, RedisTaskQueue, Result, TaskError};
use support::{Random, Server, hostile_bytes, namespace};
use tokio::task::JoinSet;

use crate::{report, soon};

const ROUNDS: u64 = 1_500;

/// How many rounds run side by side.
const AT_ONCE: u64 = 4;

/// The instance of a worker that does not exist.
const STRANGER: &str = "0123456789abcdef$pending";

/// What may become of a call on things like these. Where they make a script fail, that is an error of the server.
fn check<T>(outcome: Result<T>) {
    if let Err(error) = outcome {
        use ErrorKind::{Decode, Server, TaskNotPending, WrongType};
        assert!(matches!(error.kind(), Decode | Server | TaskNotPending | WrongType), "{error:?}");
    }
}

/// Commands that leave something at the keys beside `key`, each in a form that has to do with it or in none.
fn spoil(key: &str, random: &mut Random) -> Pipeline {
    let mut commands = redis::pipe();
    for _ in 0..random.within(1..6) {
        commands.add_command(one(key, random)).ignore();
    }
    commands
}

fn one(key: &str, random: &mut Random) -> Cmd {
    let (bytes, other) = (hostile_bytes(random), hostile_bytes(random));
    let score = ["-inf", "inf", "0", "1", "1e300", "-1e300", "9007199254740993", "1e15"][random.place(8)];
    let count = ["0x0,", "1x1,", "999999999999x1,", "1x999999999999999999999,", "x", "1x1", "-1x1,"][random.place(7)];
    let lease = ["1:", "0:", "99999999999999999999:", ":", "-1:", "1", "1.7:", "1.99999999999999999999:"];
    let lease = lease[random.place(8)].as_bytes();
    let number = ["1", "0", "-1", "99999999999999999999999", "nan", "inf", "0x10", "x", ""][random.place(9)];
    let worker =
        [STRANGER.as_bytes(), b"", b"0", b"0123456789abcdef", b"0123456789abcdef$clients", &bytes][random.place(6)];
    match random.within(0..12) {
        0 | 1 => cmd("ZADD").arg(format!("{key}$clients")).arg(score).arg(worker).take(),
        2 | 3 => {
            cmd("HSET").arg(format!("{key}$leases:0123456789abcdef")).arg(number).arg([lease, &bytes].concat()).take()
        }
        4 => cmd("HSET").arg(format!("{key}$leases:0123456789abcdef")).arg(&bytes).arg(&other).take(),
        5 => cmd("HSET").arg(format!("{key}$attempts")).arg(digest(b"i|7")).arg(count).take(),
        6 => cmd("HSET").arg(format!("{key}$attempts")).arg(digest(b"i|7")).arg(&bytes).take(),
        7 => cmd("ZADD").arg(format!("{key}$delayed")).arg(score).arg(&bytes).take(),
        8 => cmd("LPUSH").arg(key).arg("i|7").arg(&bytes).take(),
        9 => cmd("LPUSH").arg(format!("{key}$pending")).arg(&bytes).arg("i|7").take(),
        10 => cmd("LPUSH").arg(format!("{key}$dead")).arg(&bytes).take(),
        // Another type.
        _ => {
            let suffix = ["", "$clients", "$attempts", "$delayed", "$pending", "$dead"][random.place(6)];
            cmd("SET").arg(format!("{key}{suffix}")).arg(&bytes).take()
        }
    }
}

/// What `redis.sha1hex` makes of an item.
fn digest(item: &[u8]) -> String {
    redis::Script::new(std::str::from_utf8(item).unwrap()).get_hash().to_owned()
}

async fn round(session: &RedisSession, raw: &mut MultiplexedConnection, name: String, random: &mut Random) {
    let queue = RedisTaskQueue::<u64>::with_namespace(name).max_attempts(3).on(session);
    // Some find a key of another type.
    let _ = spoil(&queue.key().unwrap(), random).query_async::<()>(raw).await;
    check(queue.put(7).await);
    check(queue.len().await);
    check(queue.delayed_len().await);
    for _ in 0..3 {
        match queue.get_timeout(Duration::from_millis(1)).await {
            Ok(Some(task)) if random.percent(50) => check(task.finalize().await.map_err(TaskError::into_error)),
            Ok(Some(task)) => check(task.reschedule().await.map_err(TaskError::into_error)),
            other => check(other),
        }
    }
    check(queue.put_after(7, Duration::from_millis(random.within(0..3))).await);
    check(queue.pending().await);
    check(queue.reschedule_pending(7).await);
    check(queue.reschedule_all_pending().await);
    check(queue.stats().await);
    check(queue.dead_len().await);
    check(queue.pending_len().await);
    queue.dead().for_each(async |letter| check(letter)).await;
    check(queue.requeue_dead().await);
    check(queue.clear_dead().await);
    check(queue.clear().await);
}

async fn rounds(url: String, count: u64, mut random: Random) {
    let session = RedisSession::connect(&url).await.unwrap();
    let mut raw = Client::open(url).unwrap().get_multiplexed_async_connection().await.unwrap();
    for number in 0..count {
        let name = namespace("heartbeat");
        soon(format!("round {number}"), round(&session, &mut raw, name, &mut random)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn anything_beside_a_task_queue_is_read_or_refused() {
    let (mut random, seed) = Random::seeded_by("REDISCACHE_HOSTILE_SEED");
    let server = Server::start();
    let mut all = JoinSet::new();
    for _ in 0..AT_ONCE {
        all.spawn(rounds(server.url(), ROUNDS / AT_ONCE, random.fork()));
    }
    while let Some(ended) = all.join_next().await {
        ended.unwrap_or_else(|error| panic!("{error} (seed {seed})"));
    }
    report(&format!("heartbeats={ROUNDS} seed={seed}"));
}

/// A worker that wrote nonsense is dead as any other: what it held comes back as far as it can be read, and the queue goes
/// on.
#[tokio::test]
async fn a_queue_goes_on_whatever_a_dead_worker_left() {
    let server = Server::start();
    let session = RedisSession::connect(&server.url()).await.unwrap();
    let queue = RedisTaskQueue::<u64>::new("jobs").on(&session);
    let mut raw = server.raw();
    let mut left = redis::pipe();
    left.cmd("ZADD").arg("jobs$clients").arg(1).arg(STRANGER);
    left.cmd("HSET").arg("jobs$leases:0123456789abcdef");
    for number in ["x", "", "nan", "-1", "1e309", "0x10", "2"] {
        left.arg(number).arg("1:i|8");
    }
    left.cmd("LPUSH").arg("jobs$pending").arg("i|8");
    left.cmd("HSET").arg("jobs$attempts").arg(digest(b"i|7")).arg("999999999999999999999x1,");
    left.exec(&mut raw).unwrap();
    queue.put(7).await.unwrap();
    let mut came = Vec::new();
    while let Some(task) = soon("the queue", queue.try_get()).await.unwrap() {
        came.push(*task);
        task.finalize().await.unwrap();
    }
    came.sort_unstable();
    assert_eq!(came, [7, 8]);
    let mut keys: Vec<String> = cmd("KEYS").arg("*").query(&mut raw).unwrap();
    keys.retain(|key| !key.ends_with("$objects"));
    assert_eq!(keys, [""; 0]);
}
