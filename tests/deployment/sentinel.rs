//! Masters that Sentinels watch.

use std::time::Duration;

use redis::cmd;
use rediscache::{ErrorKind, RedisCache, RedisLock, RedisQueue, RedisSession, RedisTaskQueue};
use support::{Sentinels, Server};

use crate::every::every_operation;
use crate::{soon, until};

const PASSWORD: &str = "hunter2";
const SENTINELS_PASSWORD: &str = "correct-horse";

fn cache(session: &RedisSession) -> RedisCache<u64, u64> {
    RedisCache::new("cache").on(session)
}

async fn until_someone_waits(trio: &Sentinels, count: usize) {
    let blocked = || {
        let info: String = cmd("INFO").arg("clients").query(&mut trio.master().raw()).unwrap();
        info.contains(&format!("blocked_clients:{count}\r"))
    };
    until(async || blocked()).await;
}

/// The URL's credentials are the server's; those of the Sentinels are given apart.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_works_with_passwords_for_both() {
    let trio = Sentinels::with(Server::options().password(PASSWORD), Some(SENTINELS_PASSWORD));
    let url = trio.url().replace("://", &format!("://:{PASSWORD}@"));
    let session = RedisSession::builder(&url).sentinel_credentials("", SENTINELS_PASSWORD).connect().await.unwrap();
    every_operation(&session, "a").await.unwrap();

    let elsewhere = url.replace("main-1", "other");
    for (url, password, kind) in [
        (&*url, "wrong", ErrorKind::Config),
        (&*trio.url(), SENTINELS_PASSWORD, ErrorKind::Config),
        (&*elsewhere, SENTINELS_PASSWORD, ErrorKind::Config),
    ] {
        let builder = RedisSession::builder(url).sentinel_credentials("", password);
        let shown = format!("{builder:?}");
        let error = builder.connect().await.unwrap_err();
        assert_eq!(error.kind(), kind, "{error:?}");
        let shown = format!("{shown} {error} {error:?} {session:?}");
        assert!(![PASSWORD, SENTINELS_PASSWORD, "wrong"].iter().any(|secret| shown.contains(secret)), "{shown}");
    }
}

#[tokio::test]
async fn the_url_of_a_sentinel_alone_is_a_mistake_that_says_what_to_write() {
    let mut trio = Sentinels::start();
    let session = RedisSession::connect(&trio.sentinels()[0].url()).await.unwrap();
    let error = cache(&session).set(1, 1).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error:?}");
    assert!(error.to_string().contains("`redis-sentinel://host:port/service`"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_replica_takes_the_place_of_a_master_that_died() {
    let mut trio = Sentinels::start();
    // One that is gone before anything begins.
    trio.sentinels()[0].kill();
    let session = RedisSession::connect(&trio.url()).await.unwrap();
    let (queue, tasks) =
        (RedisQueue::<u64>::new("queue").on(&session), RedisTaskQueue::<u64>::new("tasks").on(&session));
    let (waiting, waiting_for_task) = (tokio::spawn(queue.get()), tokio::spawn(tasks.get()));
    cache(&session).set(1, 1).await.unwrap();
    until_someone_waits(&trio, 2).await;
    trio.master().replicate();
    tokio::task::block_in_place(|| trio.kill_master());
    until(async || cache(&session).set(2, 2).await.is_ok()).await;
    assert_eq!(cache(&session).get_many([1, 2]).await.unwrap(), [Some(1), Some(2)]);
    queue.put(7).await.unwrap();
    tasks.put_after(8, Duration::from_millis(20)).await.unwrap();
    assert_eq!(soon(waiting).await.unwrap().unwrap(), 7);
    soon(waiting_for_task).await.unwrap().unwrap().finalize().await.unwrap();
}

/// It would take writes for some seconds more, which are lost; here for ever, since it does not let Sentinels tell it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_master_that_is_none_any_more_is_left_though_it_does_not_know() {
    let trio = Sentinels::start();
    let session = RedisSession::connect(&trio.url()).await.unwrap();
    let queue = RedisQueue::<u64>::new("queue").on(&session);
    let waiting = tokio::spawn(queue.get());
    cache(&session).set(1, 1).await.unwrap();
    until_someone_waits(&trio, 1).await;
    let old = trio.master();
    let next = trio.replica();
    cmd("ACL").arg(&["SETUSER", "default", "-slaveof", "-replicaof"]).exec(&mut old.raw()).unwrap();
    tokio::task::block_in_place(|| trio.fail_over());
    let mut raw = next.raw();
    let mut round = 1;
    until(async || {
        round += 1;
        // It moves in between calls, which are neither refused nor interrupted.
        cache(&session).set(round, round).await.unwrap();
        cmd("HEXISTS").arg("cache").arg(format!("i|{round}")).query(&mut raw).unwrap()
    })
    .await;
    cmd("LPUSH").arg("queue").arg("i|7").exec(&mut raw).unwrap();
    assert_eq!(soon(waiting).await.unwrap().unwrap(), 7);
    let info: String = cmd("INFO").arg("replication").query(&mut old.raw()).unwrap();
    assert!(info.contains("role:master"), "it was told, so that this shows nothing: {info}");
}

/// A failover right after `acquire`: the replica never heard of the holder.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_holder_of_a_lock_that_a_failover_lost_has_a_greater_number() {
    let mut trio = Sentinels::start();
    let orders = RedisLock::<u64>::new("orders").lease(Duration::from_secs(6));
    let sessions =
        (RedisSession::connect(&trio.url()).await.unwrap(), RedisSession::connect(&trio.url()).await.unwrap());
    let (here, there) = (orders.on(&sessions.0), orders.on(&sessions.1));
    trio.replica().pause();
    cmd("CLIENT").arg(&["KILL", "TYPE", "replica"]).exec(&mut trio.master().raw()).unwrap();
    let lost = here.acquire(7).await.unwrap();
    // So that the replica does not come back to it.
    trio.master().pause();
    trio.replica().resume();
    tokio::task::block_in_place(|| trio.kill_master());
    let mut held = None;
    until(async || {
        held = there.try_acquire(7).await.ok().flatten();
        held.is_some()
    })
    .await;
    let held = held.unwrap();
    assert!(held.fence() > lost.fence(), "{} after {}", held.fence(), lost.fence());
    soon(lost.lost()).await;
    // Letting go of what was lost frees nobody else's.
    drop(lost);
    assert!(here.try_acquire(7).await.unwrap().is_none());
    let fence = held.fence();
    held.release().await.unwrap();
    assert!(soon(here.acquire(7)).await.unwrap().fence() > fence);
}

#[tokio::test]
async fn a_trio_that_cannot_be_reached_is_a_connection_error() {
    let mut trio = Sentinels::start();
    trio.sentinels().iter_mut().for_each(Server::kill);
    let error = RedisSession::connect(&trio.url()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connection, "{error:?}");
    assert!(error.is_retryable());
}
