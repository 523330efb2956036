//! Dropping a call that changes a queue, at any point: it takes effect once, or not at all.

use rediscache::{RedisQueue, RedisSession, RedisTaskQueue};
use support::contract;

use crate::queue_kind::{abandon, soon};
use crate::task_worker::Jobs;

const STEPS: [usize; 9] = [0, 1, 2, 3, 5, 10, 25, 60, 150];

fn jobs(session: &RedisSession) -> Jobs {
    RedisTaskQueue::new("jobs").on(session)
}

/// The rounds of a test: how many polls, and how many turns of the runtime after each.
fn rounds() -> impl Iterator<Item = (usize, usize)> {
    (1..=3).flat_map(|polls| STEPS.map(|steps| (polls, steps)))
}

contract! {
    async fn a_put_is_in_once_or_not_at_all(session: RedisSession) -> rediscache::Result<()> {
        let queue = RedisQueue::<u64>::new("queue").on(&session);
        for (polls, steps) in rounds() {
            abandon(queue.put_many([1, 2]), polls, steps).await.transpose()?;
            queue.put(3).await?;
            let first = soon(queue.get()).await?;
            if first == 1 {
                assert_eq!((queue.get().await?, queue.get().await?), (2, 3), "{polls} {steps}");
            } else {
                assert_eq!(first, 3, "{polls} {steps}");
            }
            assert_eq!(queue.try_get().await?, None, "{polls} {steps}");
        }
        Ok(())
    }

    async fn a_task_is_done_or_pending(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        for (polls, steps) in rounds() {
            jobs.put_many([1, 2]).await?;
            let (one, two) = (soon(jobs.get()).await?, soon(jobs.get()).await?);
            abandon(Box::pin(one.finalize()), polls, steps).await.transpose()?;
            // On the same way to the store, so that it comes after.
            two.finalize().await?;
            let left = jobs.reschedule_all_pending().await?;
            assert!(left <= 1 && jobs.len().await? == left, "{polls} {steps}");
            if let Some(task) = jobs.try_get().await? {
                assert_eq!((*task, task.attempt()), (1, 2), "{polls} {steps}");
                task.finalize().await?;
            }
        }
        Ok(())
    }

    async fn a_task_is_back_or_pending(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        for (polls, steps) in rounds() {
            jobs.put(1).await?;
            let task = soon(jobs.get()).await?;
            abandon(Box::pin(task.reschedule()), polls, steps).await.transpose()?;
            jobs.reschedule_all_pending().await?;
            let task = soon(jobs.get()).await?;
            assert_eq!((*task, task.attempt()), (1, 2), "{polls} {steps}");
            task.finalize().await?;
            assert_eq!((jobs.len().await?, jobs.pending().await?), (0, vec![]), "{polls} {steps}");
        }
        Ok(())
    }

    async fn all_pending_are_back_or_none(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        for (polls, steps) in rounds() {
            jobs.put_many([1, 2]).await?;
            let _held = (soon(jobs.get()).await?, soon(jobs.get()).await?);
            abandon(jobs.reschedule_all_pending(), polls, steps).await.transpose()?;
            assert!([0, 2].contains(&jobs.reschedule_all_pending().await?), "{polls} {steps}");
            for item in [1, 2] {
                let task = soon(jobs.get()).await?;
                assert_eq!((*task, task.attempt()), (item, 2), "{polls} {steps}");
                task.finalize().await?;
            }
        }
        Ok(())
    }
}
