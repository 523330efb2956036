//! How often a task was delivered, and what becomes of it after too many times.

use futures_util::TryStreamExt;
use rediscache::{RedisSession, RedisTaskQueue};
use support::{contract, values};

use crate::queue_kind::{soon, until};
use crate::queue_store::another;
use crate::task_worker::{Jobs, die_with, take};

fn jobs(session: &RedisSession) -> Jobs {
    RedisTaskQueue::new("jobs").recover_after(std::time::Duration::from_millis(500)).on(session)
}

contract! {
    async fn every_return_counts(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put(7).await?;
        assert_eq!(die_with(&session, &jobs, 1).await, [7]);
        let task = soon(jobs.get()).await?;
        assert_eq!(task.attempt(), 2);
        task.reschedule().await?;
        let task = jobs.get().await?;
        assert_eq!(task.attempt(), 3);
        jobs.reschedule_all_pending().await?;
        let again = jobs.get().await?;
        assert_eq!(again.attempt(), 4);
        jobs.reschedule_pending(7).await?;
        let last = jobs.get().await?;
        assert_eq!((task.attempt(), again.attempt(), last.attempt()), (3, 4, 5));
        last.finalize().await?;
        Ok(())
    }

    async fn other_clients_count_on(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        let theirs = jobs.clone().client_identifier("other").on(&another(&session).await);
        jobs.put(7).await?;
        for attempt in [1, 3, 5] {
            for (jobs, attempt) in [(&jobs, attempt), (&theirs, attempt + 1)] {
                let task = jobs.get().await?;
                assert_eq!(task.attempt(), attempt);
                task.reschedule().await?;
            }
        }
        Ok(())
    }

    async fn a_finished_task_leaves_no_count(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        for _ in 0..3 {
            jobs.put(7).await?;
            jobs.get().await?.reschedule().await?;
            let task = jobs.get().await?;
            assert_eq!(task.attempt(), 2);
            task.finalize().await?;
        }
        Ok(())
    }

    async fn each_task_counts_for_itself(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put_many(0..5).await?;
        for round in 1..=3 {
            let tasks: Vec<_> = jobs.drain().try_collect().await?;
            assert_eq!(tasks.len(), 5);
            for task in tasks {
                // Only the even ones fail.
                assert_eq!(task.attempt(), if *task % 2 == 0 { round } else { 1 }, "task {}", *task);
                if *task % 2 == 0 {
                    task.reschedule().await?;
                } else {
                    jobs.put(*task).await?;
                    task.finalize().await?;
                }
            }
        }
        Ok(())
    }

    async fn a_task_that_keeps_failing_becomes_a_dead_letter(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session).max_attempts(3);
        jobs.put_many([7, 8]).await?;
        for attempt in 1..=3 {
            for item in [7, 8] {
                let task = jobs.get().await?;
                assert_eq!((*task, task.attempt()), (item, attempt));
                task.reschedule().await?;
            }
        }
        assert!(jobs.try_get().await?.is_none());
        assert_eq!((jobs.len().await?, jobs.pending().await?), (0, vec![]));
        assert_eq!(values(jobs.dead()).await?, [7, 8], "oldest first");
        Ok(())
    }

    async fn the_last_attempt_may_succeed(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session).max_attempts(2);
        jobs.put(7).await?;
        jobs.get().await?.reschedule().await?;
        jobs.get().await?.finalize().await?;
        assert_eq!((values(jobs.dead()).await?, jobs.len().await?), (vec![], 0));
        Ok(())
    }

    async fn every_kind_of_failure_counts(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session).max_attempts(2);
        jobs.put_many([1, 2]).await?;
        assert_eq!(die_with(&session, &jobs, 2).await, [1, 2]);
        let [one, two] = [soon(jobs.get()).await?, soon(jobs.get()).await?];
        assert_eq!([(*one, one.attempt()), (*two, two.attempt())], [(1, 2), (2, 2)]);
        jobs.reschedule_pending(1).await?;
        assert_eq!(values(jobs.dead()).await?, [1]);
        two.reschedule().await?;
        assert_eq!(values(jobs.dead()).await?, [1, 2]);
        Ok(())
    }

    async fn a_task_that_kills_its_workers_becomes_a_dead_letter(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session).max_attempts(2);
        jobs.put(7).await?;
        for _ in 0..2 {
            assert_eq!(die_with(&session, &jobs, 1).await, [7]);
        }
        until(async || jobs.try_get().await.unwrap().is_none() && values(jobs.dead()).await.unwrap() == [7]).await;
        assert_eq!((jobs.pending().await?, jobs.len().await?), (vec![], 0));
        Ok(())
    }

    async fn one_attempt_is_enough(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session).max_attempts(1);
        jobs.put_many([1, 2]).await?;
        let tasks = take(&jobs, 2).await;
        assert_eq!(jobs.reschedule_all_pending().await?, 2);
        drop(tasks);
        assert!(jobs.try_get().await?.is_none());
        assert_eq!(values(jobs.dead()).await?, [1, 2]);
        Ok(())
    }

    async fn without_a_limit_it_comes_for_ever(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put(7).await?;
        for attempt in 1..=100 {
            let task = jobs.get().await?;
            assert_eq!(task.attempt(), attempt);
            task.reschedule().await?;
        }
        assert_eq!(values(jobs.dead()).await?, [0; 0]);
        Ok(())
    }

    async fn clear_forgets_the_attempts_of_what_waited(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session).max_attempts(3);
        jobs.put_many([7, 8]).await?;
        let held = take(&jobs, 2).await;
        for task in held {
            task.reschedule().await?;
        }
        let eight = { jobs.get().await?.reschedule().await?; jobs.get().await? };
        assert_eq!((*eight, eight.attempt()), (8, 2));
        jobs.clear().await?;
        jobs.put(7).await?;
        let task = jobs.get().await?;
        assert_eq!((*task, task.attempt()), (7, 1), "an equal one is another task");
        task.finalize().await?;
        eight.reschedule().await?;
        let eight = jobs.get().await?;
        assert_eq!((*eight, eight.attempt()), (8, 3), "one that was held goes on");
        eight.finalize().await?;
        Ok(())
    }

    /// All that waited may be gone already.
    async fn clear_forgets_them_where_nothing_waits(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put(7).await?;
        jobs.get().await?.reschedule().await?;
        assert!(jobs.set_expiry(std::time::Duration::ZERO).await?);
        jobs.clear().await?;
        jobs.put(7).await?;
        assert_eq!(jobs.get().await?.attempt(), 1);
        Ok(())
    }

    async fn a_requeued_letter_starts_from_the_first_attempt(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session).max_attempts(2);
        jobs.put_many([7, 8]).await?;
        while let Some(task) = jobs.try_get().await? {
            task.reschedule().await?;
        }
        let letter = jobs.dead().try_next().await?.expect("there are two");
        assert!(jobs.requeue_one(&letter).await?);
        for attempt in 1..=2 {
            let task = jobs.get().await?;
            assert_eq!((*task, task.attempt()), (7, attempt));
            task.reschedule().await?;
        }
        assert_eq!(values(jobs.dead()).await?, [8, 7]);
        Ok(())
    }
}

/// As on a server, whose key ends.
#[tokio::test(start_paused = true)]
async fn the_embedded_store_forgets_them_after_a_week() -> crate::task_worker::Outcome {
    let jobs = jobs(&RedisSession::in_memory());
    let day = std::time::Duration::from_secs(24 * 3600);
    for (days, attempt) in [(6, 2), (7, 1)] {
        jobs.put(7).await?;
        jobs.get().await?.reschedule().await?;
        tokio::time::advance(days * day).await;
        let task = jobs.get().await?;
        assert_eq!(task.attempt(), attempt, "after {days} days");
        task.finalize().await?;
    }
    Ok(())
}
