//! How many items of a queue are in which state.

use std::time::Duration;

use rediscache::{ErrorKind, RedisCache, RedisQueue, RedisSession, RedisTaskQueue};
use support::contract;

use crate::kind;
use crate::queue_kind::until;
use crate::task_worker::{Jobs, die_with, take};

const HOUR: Duration = Duration::from_secs(3600);

fn jobs(session: &RedisSession) -> Jobs {
    RedisTaskQueue::new("jobs").max_attempts(1).on(session)
}

fn list(session: &RedisSession, name: &'static str) -> RedisQueue<u64> {
    RedisQueue::new(name).on(session)
}

/// Waiting, delayed, pending, dead, clients.
async fn numbers(jobs: &Jobs) -> rediscache::Result<(u64, u64, u64, u64, u64)> {
    let stats = jobs.stats().await?;
    Ok((stats.waiting(), stats.delayed(), stats.pending(), stats.dead(), stats.clients()))
}

contract! {
    async fn nothing_is_zero_of_everything(session: RedisSession) -> rediscache::Result<()> {
        assert_eq!(numbers(&jobs(&session)).await?, (0, 0, 0, 0, 0));
        assert_eq!((jobs(&session).pending_len().await?, jobs(&session).dead_len().await?), (0, 0));
        let stats = list(&session, "plain").stats().await?;
        assert_eq!((stats.waiting(), stats.dead()), (0, 0));
        Ok(())
    }

    async fn each_state_is_counted(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put_many(0..10).await?;
        jobs.put_after(10, HOUR).await?;
        let mut tasks = take(&jobs, 4).await;
        tasks.remove(0).reschedule().await?;
        assert_eq!(numbers(&jobs).await?, (6, 1, 3, 1, 1));
        let shown = "TaskQueueStats { waiting: 6, delayed: 1, pending: 3, dead: 1, clients: 1 }";
        assert_eq!(format!("{:?}", jobs.stats().await?), shown);
        assert_eq!((jobs.len().await?, jobs.delayed_len().await?, jobs.dead_len().await?), (6, 1, 1));
        assert_eq!(jobs.pending_len().await?, jobs.pending().await?.len() as u64);
        for task in tasks {
            task.finalize().await?;
        }
        assert_eq!(numbers(&jobs).await?, (6, 1, 0, 1, 0));
        Ok(())
    }

    async fn a_task_that_is_due_can_be_taken(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        jobs.put_after(1, Duration::from_millis(1)).await?;
        until(async || numbers(&jobs).await.unwrap() == (1, 0, 0, 0, 0)).await;
        Ok(())
    }

    async fn other_clients_are_counted_by_each(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        let other = jobs.clone().client_identifier("other");
        jobs.put_many(0..5).await?;
        let (one, two) = (take(&jobs, 1).await, take(&other, 2).await);
        for each in [&jobs, &other] {
            assert_eq!(numbers(each).await?, (2, 0, 3, 0, 2));
        }
        assert_eq!((jobs.pending_len().await?, other.pending_len().await?), (1, 2));
        drop((one, two));
        Ok(())
    }

    /// A Python client leaves no more than the list.
    async fn what_has_no_lease_is_pending(session: RedisSession) -> rediscache::Result<()> {
        list(&session, "jobs$pending").put_many([1, 2]).await?;
        list(&session, "jobs$python_pending").put(3).await?;
        assert_eq!(numbers(&jobs(&session)).await?, (0, 0, 2, 0, 0));
        let python = jobs(&session).client_identifier("python");
        assert_eq!(numbers(&python).await?, (0, 0, 1, 0, 0), "a client that nobody knows of is not counted");
        assert_eq!((jobs(&session).pending_len().await?, python.pending_len().await?), (2, 1));
        Ok(())
    }

    async fn a_client_that_died_is_not_counted(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session).recover_after(Duration::from_millis(200));
        jobs.put(1).await?;
        die_with(&session, &jobs, 1).await;
        // Nobody takes, so that nothing is brought back.
        until(async || numbers(&jobs).await.unwrap() == (0, 0, 1, 0, 0)).await;
        Ok(())
    }

    async fn a_plain_queue_counts_what_waits_and_what_is_dead(session: RedisSession) -> rediscache::Result<()> {
        let plain = list(&session, "plain");
        plain.put_many([1, 2, 3]).await?;
        RedisQueue::<String>::new("plain").on(&session).put("four").await?;
        assert_eq!((plain.get().await?, plain.get().await?, plain.get().await?), (1, 2, 3));
        assert_eq!(kind(plain.get().await), ErrorKind::Decode);
        plain.put(5).await?;
        until(async || plain.dead_len().await.unwrap() == 1).await;
        let stats = plain.stats().await?;
        assert_eq!((stats.waiting(), stats.dead()), (1, 1));
        Ok(())
    }

    async fn a_key_of_another_type_is_told(session: RedisSession) -> rediscache::Result<()> {
        for name in ["jobs", "jobs$pending", "jobs$dead"] {
            let hash = RedisCache::<u64, u64>::new(name).on(&session);
            hash.set(1, 1).await?;
            assert_eq!(kind(jobs(&session).stats().await), ErrorKind::WrongType, "{name}");
            if name != "jobs$pending" {
                assert_eq!(kind(list(&session, "jobs").stats().await), ErrorKind::WrongType, "{name}");
            }
            hash.clear().await?;
        }
        RedisCache::<u64, u64>::new("jobs$dead").on(&session).set(1, 1).await?;
        assert_eq!(kind(jobs(&session).dead_len().await), ErrorKind::WrongType);
        RedisCache::<u64, u64>::new("jobs$pending").on(&session).set(1, 1).await?;
        let error = jobs(&session).pending_len().await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::WrongType, "pending_len"));
        assert_eq!(error.namespace(), Some("jobs"));
        Ok(())
    }
}
