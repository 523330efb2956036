//! The keys that a task queue has in Redis, and that nothing stays.

use std::time::Duration;

use futures_util::future::try_join_all;
use redis::{Client, Connection, cmd};
use rediscache::{RedisSession, RedisTask, RedisTaskQueue};
use support::{redis_session, url, values};

use crate::queue::kind::{soon, until};

type Failure = Box<dyn std::error::Error>;

/// The keys of a session, without its namespace, and their types; but for what is on record beside all data.
fn keys(session: &RedisSession, raw: &mut Connection) -> Vec<(String, String)> {
    let prefix = format!("{}.", session.global_namespace());
    let keys: Vec<String> = cmd("KEYS").arg(format!("{prefix}*")).query(raw).unwrap();
    let mut keys: Vec<_> = keys
        .iter()
        .filter(|key| !key.ends_with(".$objects"))
        .map(|key| (key.strip_prefix(&prefix).unwrap().to_owned(), cmd("TYPE").arg(key).query(raw).unwrap()))
        .collect();
    keys.sort_unstable();
    keys
}

fn raw() -> Connection {
    Client::open(url()).unwrap().get_connection().unwrap()
}

#[tokio::test]
async fn they_are_those_that_are_documented() -> Result<(), Failure> {
    let (session, mut raw) = (redis_session("keys").await, raw());
    let jobs = RedisTaskQueue::<u64>::new("jobs").client_identifier("w").max_attempts(2).on(&session);
    jobs.put_many(0..4).await?;
    let dying = jobs.get().await?;
    dying.reschedule().await?;
    jobs.put_after(9, Duration::from_secs(3600)).await?;
    let (held, again) = (jobs.get().await?, jobs.get().await?);
    again.reschedule().await?;

    let found = keys(&session, &mut raw);
    let lease = found.iter().find(|(key, _)| key.starts_with("jobs$leases:")).expect("something is held");
    let instance = lease.0.strip_prefix("jobs$leases:").unwrap();
    assert!(instance.len() == 16 && instance.bytes().all(|digit| digit.is_ascii_hexdigit()), "{instance}");
    let expected = [
        ("jobs", "list"),
        ("jobs$attempts", "hash"),
        ("jobs$clients", "zset"),
        ("jobs$delayed", "zset"),
        (&*lease.0, "hash"),
        ("jobs$w_pending", "list"),
    ];
    assert_eq!(found, expected.map(|(key, kind)| (key.to_owned(), kind.to_owned())));

    let key = jobs.key()?;
    let leases: Vec<(u64, String)> = cmd("HGETALL").arg(format!("{key}$leases:{instance}")).query(&mut raw)?;
    let [(_, lease)] = &leases[..] else { panic!("{leases:?}") };
    assert!(lease.starts_with("1.") && lease.ends_with(":i|1"), "{lease}");
    let clients: Vec<String> = cmd("ZRANGE").arg(format!("{key}$clients")).arg(0).arg(-1).query(&mut raw)?;
    assert_eq!(clients, [format!("{instance}$w_pending")]);
    let week: i64 = cmd("PTTL").arg(format!("{key}$attempts")).query(&mut raw)?;
    assert!((1..=7 * 24 * 3_600_000).contains(&week), "{week}");

    held.finalize().await?;
    for _ in 0..3 {
        jobs.get().await?.reschedule().await?;
    }
    assert!(keys(&session, &mut raw).contains(&("jobs$dead".to_owned(), "list".to_owned())));
    Ok(())
}

#[tokio::test]
async fn none_is_left_when_everything_is_done() -> Result<(), Failure> {
    let (session, mut raw) = (redis_session("keys").await, raw());
    let plain = RedisTaskQueue::<u64>::new("jobs").recover_after(Duration::from_millis(200)).on(&session);
    let jobs = plain.clone().client_identifier("w").max_attempts(3);
    jobs.put_many(0..100).await?;
    for item in 0..20 {
        jobs.put_after(item, Duration::from_millis(item)).await?;
    }
    // Fail a good part of them, by all means; on a busy machine some are lost meanwhile, too.
    for round in 0..60_u64 {
        let task = if round % 2 == 0 { soon(jobs.get()).await? } else { soon(plain.get()).await? };
        match round % 5 {
            0 => drop(task.reschedule().await),
            1 => drop(task.finalize().await),
            2 => drop(jobs.reschedule_all_pending().await?),
            3 => drop(plain.reschedule_all_pending().await?),
            _ => drop(task),
        }
    }
    // A worker that dies.
    let (url, key) = (url(), jobs.key()?);
    let die = move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let session = RedisSession::connect(&url).await.unwrap();
            let jobs =
                RedisTaskQueue::<u64>::with_namespace(key).recover_after(Duration::from_millis(200)).on(&session);
            for _ in 0..10 {
                drop(jobs.get().await.unwrap());
            }
        });
    };
    tokio::task::spawn_blocking(die).await?;

    let everything = async || {
        jobs.reschedule_all_pending().await?;
        plain.reschedule_all_pending().await?;
        jobs.requeue_dead().await?;
        while let Some(task) = plain.try_get().await? {
            drop(task.finalize().await);
        }
        Ok::<_, Failure>(keys(&session, &mut raw).is_empty())
    };
    let mut everything = everything;
    until(async || everything().await.unwrap()).await;
    Ok(())
}

#[tokio::test]
async fn many_leases_are_not_searched_and_nothing_else_is_among_them() -> Result<(), Failure> {
    let (session, mut raw) = (redis_session("keys").await, raw());
    let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
    jobs.put_many(0..600).await?;
    let first = try_join_all((0..300).map(|_| jobs.get())).await?;
    let held =
        try_join_all(first.into_iter().map(RedisTask::finalize_and_get)).await.map_err(|error| error.to_string())?;
    let leases = keys(&session, &mut raw).into_iter().find(|(key, _)| key.starts_with("jobs$leases:"));
    let key = format!("{}.{}", session.global_namespace(), leases.expect("some are held").0);
    let numbers: Vec<u64> = cmd("HKEYS").arg(&key).query(&mut raw)?;
    assert_eq!(numbers.len(), held.len());
    assert_eq!(cmd("OBJECT").arg("ENCODING").arg(&key).query::<String>(&mut raw)?, "hashtable");
    Ok(())
}

#[tokio::test]
async fn a_queue_that_nobody_put_into_has_none() -> Result<(), Failure> {
    let (session, mut raw) = (redis_session("keys").await, raw());
    let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
    assert!(jobs.try_get().await?.is_none());
    assert!(jobs.get_timeout(Duration::from_millis(20)).await?.is_none());
    jobs.reschedule_all_pending().await?;
    jobs.requeue_dead().await?;
    jobs.clear_dead().await?;
    assert_eq!(
        (jobs.len().await?, jobs.delayed_len().await?, jobs.pending().await?, values(jobs.dead()).await?),
        (0, 0, vec![], vec![])
    );
    assert_eq!(keys(&session, &mut raw), []);
    Ok(())
}

#[tokio::test]
async fn what_is_returned_to_nobody_leaves_none() -> Result<(), Failure> {
    let (session, mut raw) = (redis_session("keys").await, raw());
    let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
    for _ in 0..50 {
        jobs.put(7).await?;
        let mut gone = crate::queue::kind::ByHand::new(jobs.get());
        assert!(gone.poll().is_pending());
        gone.woken().await;
        drop(gone);
        let task = soon(jobs.get()).await?;
        assert_eq!(task.attempt(), 1);
        task.finalize().await?;
    }
    assert_eq!(keys(&session, &mut raw), []);
    Ok(())
}

/// As an older version of this crate, and other programs, wrote them.
#[tokio::test]
async fn what_others_put_off_is_read() -> Result<(), Failure> {
    let (session, mut raw) = (redis_session("keys").await, raw());
    let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
    let key = format!("{}$delayed", jobs.key()?);
    for (member, attempt) in
        [("0123456789abcdef:i|7", 1), ("i|7", 1), ("0123456789abcdef-1.2:i|7", 3), ("a.1.5.9:i|7", 2)]
    {
        cmd("ZADD").arg(&key).arg(1).arg(member).exec(&mut raw)?;
        let task = soon(jobs.get()).await?;
        assert_eq!((*task, task.attempt()), (7, attempt), "{member}");
        task.finalize().await?;
    }
    assert_eq!(keys(&session, &mut raw), []);
    Ok(())
}

#[tokio::test]
async fn what_is_put_off_is_one_member_with_what_is_known_of_it() -> Result<(), Failure> {
    let (session, mut raw) = (redis_session("keys").await, raw());
    let jobs = RedisTaskQueue::<u64>::new("jobs").on(&session);
    let key = format!("{}$delayed", jobs.key()?);
    jobs.put(7).await?;
    jobs.get().await?.retry_after(Duration::from_secs(3600)).await?;
    let members: Vec<String> = cmd("ZRANGE").arg(&key).arg(0).arg(-1).query(&mut raw)?;
    assert!(members.len() == 1 && members[0].ends_with(".1:i|7"), "{members:?}");
    cmd("ZREM").arg(&key).arg(&members).exec(&mut raw)?;
    assert_eq!(keys(&session, &mut raw), []);
    Ok(())
}
