//! What a worker held when it died returns to the front of the queue, by the action of any other.

use std::time::Duration;

use rediscache::{RedisSession, RedisTaskQueue};
use support::{contract, redis_session};

use crate::queue_kind::{soon, until};
use crate::queue_store::{another, list};
use crate::task_worker::{Jobs, die_with, in_a_process, take};

/// For those who die.
fn jobs(session: &RedisSession) -> Jobs {
    RedisTaskQueue::new("jobs").recover_after(Duration::from_millis(400)).on(session)
}

/// For those who live, however busy the machine is.
fn survivor(session: &RedisSession) -> Jobs {
    RedisTaskQueue::new("jobs").client_identifier("survivor").on(session)
}

fn values(tasks: &[rediscache::RedisTask<u64>]) -> Vec<u64> {
    tasks.iter().map(|task| **task).collect()
}

contract! {
    async fn the_tasks_of_a_dead_worker_return_to_the_front(session: RedisSession) -> crate::task_worker::Outcome {
        // Long enough for the survivor to take what is left.
        let jobs = jobs(&session).recover_after(Duration::from_millis(1_500));
        jobs.put_many(0..8).await?;
        assert_eq!(die_with(&session, &jobs, 5).await, [0, 1, 2, 3, 4]);
        let survivor = survivor(&session);
        // It is enough that someone works.
        let first = survivor.get().await?;
        assert_eq!((*first, first.attempt()), (5, 1));
        until(async || jobs.len().await.unwrap() == 7).await;
        assert_eq!((jobs.pending().await?, survivor.pending().await?), (vec![], vec![5]));
        let tasks = take(&survivor, 7).await;
        assert_eq!(values(&tasks), [0, 1, 2, 3, 4, 6, 7]);
        assert!(tasks.iter().all(|task| task.attempt() == if **task < 5 { 2 } else { 1 }));
        first.finalize().await?;
        Ok(())
    }

    async fn one_who_waits_gets_them_without_further_ado(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put_many([1, 2]).await?;
        let survivor = survivor(&session);
        assert_eq!(die_with(&session, &jobs, 2).await, [1, 2]);
        let waiting = [tokio::spawn(survivor.get()), tokio::spawn(survivor.get())];
        for (item, one) in (1..).zip(waiting) {
            let task = soon(one).await.unwrap()?;
            assert_eq!((*task, task.attempt()), (item, 2));
            task.finalize().await?;
        }
        assert_eq!((jobs.pending().await?, jobs.len().await?), (vec![], 0));
        Ok(())
    }

    async fn what_a_dead_worker_finished_does_not_return(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put_many(0..6).await?;
        let theirs = jobs.clone();
        in_a_process(&session, async move |session| {
            for (place, task) in take(&theirs.on(&session), 6).await.into_iter().enumerate() {
                match place {
                    0 | 3 => task.finalize().await.unwrap(),
                    4 => task.reschedule().await.unwrap(),
                    _ => drop(task),
                }
            }
        })
        .await;
        let survivor = survivor(&session);
        let mut left = values(&take(&survivor, 4).await);
        left.sort_unstable();
        assert_eq!(left, [1, 2, 4, 5]);
        assert!(survivor.try_get().await?.is_none());
        Ok(())
    }

    async fn twenty_thousand_return_exactly_once(session: RedisSession) -> crate::task_worker::Outcome {
        const COUNT: u64 = 20_000;
        let jobs = jobs(&session);
        jobs.put_many(0..COUNT).await?;
        assert_eq!(die_with(&session, &jobs, 20_000).await.len(), 20_000);
        let survivor = survivor(&session);
        let tasks = take(&survivor, 20_000).await;
        assert!((0..COUNT).eq(tasks.iter().map(|task| **task)), "they are not in order");
        assert!(tasks.iter().all(|task| task.attempt() == 2));
        assert!(survivor.try_get().await?.is_none());
        assert_eq!((jobs.pending().await?.len(), jobs.len().await?), (0, 0));
        Ok(())
    }

    async fn many_survivors_share_them(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put_many(0..600).await?;
        die_with(&session, &jobs, 600).await;
        let mut survivors = Vec::new();
        for name in ["a", "b", "c"] {
            let jobs = survivor(&another(&session).await).client_identifier(name);
            survivors.push(tokio::spawn(async move { take(&jobs, 200).await }));
        }
        // Tasks keep their sessions, and those keep the tasks.
        let mut tasks = Vec::new();
        for survivor in survivors {
            tasks.extend(soon(survivor).await?);
        }
        let mut all = values(&tasks);
        all.sort_unstable();
        assert_eq!(all, (0..600).collect::<Vec<u64>>());
        assert!(survivor(&session).try_get().await?.is_none());
        Ok(())
    }

    async fn they_return_as_often_as_workers_die(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put_many([1, 2, 3]).await?;
        for _ in 0..3 {
            assert_eq!(die_with(&session, &jobs, 3).await, [1, 2, 3]);
        }
        let tasks = take(&survivor(&session), 3).await;
        assert_eq!(tasks.iter().map(|task| (**task, task.attempt())).collect::<Vec<_>>(), [(1, 4), (2, 4), (3, 4)]);
        Ok(())
    }
}

#[tokio::test]
async fn a_namesake_that_lives_keeps_its_tasks() -> crate::task_worker::Outcome {
    let session = redis_session("namesake").await;
    let jobs = survivor(&session).client_identifier("w");
    jobs.put_many([7, 7, 8]).await?;
    let mine = jobs.get().await?;
    let dying = self::jobs(&session).client_identifier("w");
    assert_eq!(die_with(&session, &dying, 2).await, [7, 8]);
    let returned = take(&jobs, 2).await;
    assert_eq!(returned.iter().map(|task| (**task, task.attempt())).collect::<Vec<_>>(), [(7, 2), (8, 2)]);
    assert_eq!(list(&session, "jobs$w_pending").await, ["i|8", "i|7", "i|7"]);
    for task in returned.into_iter().chain([mine]) {
        task.finalize().await?;
    }
    assert_eq!(jobs.pending().await?, [0; 0]);
    Ok(())
}
