use rediscache::{ErrorKind, RedisQueue, RedisSession, RedisTask, RedisTaskQueue};
use support::{Raw, RawBytes, contract};

use crate::kind;
use crate::queue_kind::soon;
use crate::queue_store::{another, list};
use crate::task_worker::{Jobs, take};

fn jobs(session: &RedisSession) -> Jobs {
    RedisTaskQueue::new("jobs").on(session)
}

async fn refused(task: RedisTask<u64>) {
    let refused = task.finalize().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::TaskNotPending);
    let refused = refused.into_task().reschedule().await.unwrap_err();
    assert_eq!(refused.kind(), ErrorKind::TaskNotPending);
}

contract! {
    async fn reschedule_pending_puts_one_at_the_back(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put_many([1, 2, 3]).await?;
        let tasks = take(&jobs, 2).await;
        jobs.reschedule_pending(1).await?;
        assert_eq!((jobs.pending().await?, jobs.len().await?), (vec![2], 2));
        assert_eq!(list(&session, "jobs").await, ["i|1", "i|3"]);
        let [one, two] = tasks.try_into().unwrap();
        refused(one).await;
        two.finalize().await?;
        assert_eq!(*jobs.get().await?, 3);
        let again = jobs.get().await?;
        assert_eq!((*again, again.attempt()), (1, 2));
        Ok(())
    }

    async fn reschedule_pending_of_something_else_is_refused(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        assert_eq!(kind(jobs.reschedule_pending(1).await), ErrorKind::TaskNotPending);
        jobs.put(1).await?;
        let error = jobs.reschedule_pending(1).await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::TaskNotPending, "reschedule_pending"));
        assert_eq!(error.namespace(), Some("jobs"));
        assert!(!error.is_retryable());
        let task = jobs.get().await?;
        assert_eq!(kind(jobs.reschedule_pending(2).await), ErrorKind::TaskNotPending);
        task.finalize().await?;
        assert_eq!(kind(jobs.reschedule_pending(1).await), ErrorKind::TaskNotPending, "it is done");
        assert!(jobs.is_empty().await?);
        Ok(())
    }

    async fn reschedule_pending_takes_the_oldest_of_equal_ones(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put_many([7, 7]).await?;
        let [old, new] = take(&jobs, 2).await.try_into().unwrap();
        jobs.reschedule_pending(7).await?;
        refused(old).await;
        new.finalize().await?;
        assert_eq!((jobs.pending().await?, jobs.len().await?), (vec![], 1));
        Ok(())
    }

    async fn reschedule_all_pending_puts_the_oldest_first(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        assert_eq!(jobs.reschedule_all_pending().await?, 0);
        jobs.put_many(0..6).await?;
        let held = take(&jobs, 4).await;
        assert_eq!(jobs.reschedule_all_pending().await?, 4);
        assert_eq!((jobs.pending().await?, jobs.len().await?), (vec![], 6));
        for task in held {
            refused(task).await;
        }
        let tasks = take(&jobs, 6).await;
        let attempts: Vec<_> = tasks.iter().map(|task| (**task, task.attempt())).collect();
        assert_eq!(attempts, [(0, 2), (1, 2), (2, 2), (3, 2), (4, 1), (5, 1)]);
        Ok(())
    }

    async fn a_lost_task_knows_soon(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session).recover_after(std::time::Duration::from_millis(300));
        jobs.put_many([1, 2]).await?;
        let [lost, kept] = take(&jobs, 2).await.try_into().unwrap();
        jobs.reschedule_pending(1).await?;
        soon(lost.lost()).await;
        kept.finalize().await?;
        // The same value, and another task: its first holder is not confused with it.
        let again = jobs.get().await?;
        refused(lost).await;
        again.finalize().await?;
        Ok(())
    }

    async fn a_held_task_is_not_lost(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put(1).await?;
        let task = jobs.get().await?;
        assert!(tokio::time::timeout(std::time::Duration::from_millis(20), task.lost()).await.is_err());
        task.finalize().await?;
        Ok(())
    }

    async fn ten_thousand_return_at_once(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        jobs.put_many(0..10_000).await?;
        let _held = take(&jobs, 10_000).await;
        assert_eq!(jobs.pending().await?, (0..10_000).collect::<Vec<u64>>());
        assert_eq!(jobs.reschedule_all_pending().await?, 10_000);
        assert_eq!((jobs.len().await?, jobs.pending().await?.len()), (10_000, 0));
        let tasks = take(&jobs, 10_000).await;
        assert!((0..).zip(&tasks).all(|(place, task)| **task == place && task.attempt() == 2));
        Ok(())
    }

    async fn what_no_heartbeat_stands_for_is_rescheduled_too(session: RedisSession) -> crate::task_worker::Outcome {
        // As a Python worker leaves it.
        let pending = RedisQueue::<RawBytes, Raw>::new("jobs$w_pending").on(&session);
        pending.put_many(["i|1", "i|2"].map(RawBytes::from)).await?;
        let jobs = jobs(&session).client_identifier("w");
        assert_eq!(jobs.pending().await?, [1, 2]);
        jobs.reschedule_pending(2).await?;
        assert_eq!(jobs.reschedule_all_pending().await?, 1);
        let tasks = take(&jobs, 2).await;
        assert_eq!(tasks.iter().map(|task| **task).collect::<Vec<_>>(), [1, 2]);
        for task in tasks {
            task.finalize().await?;
        }
        assert_eq!(jobs.pending().await?, [0; 0]);
        Ok(())
    }

    async fn each_identifier_has_a_pending_list_of_its_own(session: RedisSession) -> crate::task_worker::Outcome {
        let (one, other) = (jobs(&session).client_identifier("1"), jobs(&session).client_identifier("2"));
        one.put_many([1, 2]).await?;
        let (first, second) = (one.get().await?, other.get().await?);
        assert_eq!((one.pending().await?, other.pending().await?), (vec![1], vec![2]));
        assert_eq!(kind(one.reschedule_pending(2).await), ErrorKind::TaskNotPending);
        assert_eq!(one.reschedule_all_pending().await?, 1);
        refused(first).await;
        second.finalize().await?;
        Ok(())
    }

    async fn two_sessions_of_one_identifier_share_no_tasks(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session).client_identifier("w");
        let theirs = jobs.on(&another(&session).await);
        jobs.put_many([7, 7, 8]).await?;
        let (mine, other, third) = (jobs.get().await?, theirs.get().await?, theirs.get().await?);
        assert_eq!(jobs.pending().await?, [7, 7, 8]);
        mine.finalize().await?;
        assert_eq!(theirs.pending().await?, [7, 8]);
        other.reschedule().await?;
        third.finalize().await?;
        assert_eq!((theirs.pending().await?, *jobs.get().await?), (vec![], 7));
        Ok(())
    }

    async fn tasks_end_in_any_order_and_leave_those_that_are_held(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        // Many, so that both ends are far from some; each twice, so that one of two equal ones goes.
        jobs.put_many((0..200).chain(0..200)).await?;
        let mut held = take(&jobs, 400).await;
        let mut left: Vec<u64> = (0..200).chain(0..200).collect();
        for round in 0..100 {
            let at = match round % 4 {
                0 => held.len() - 1,
                1 => 0,
                2 => held.len() / 2,
                _ => held.len() / 3,
            };
            let task = held.remove(at);
            let gone = left.iter().position(|value| value == task.value()).expect("it is held");
            left.remove(gone);
            if round % 5 == 0 { task.reschedule().await? } else { task.finalize().await? }
        }
        let mut pending = jobs.pending().await?;
        pending.sort_unstable();
        left.sort_unstable();
        assert_eq!(pending, left);
        assert_eq!(jobs.len().await?, 20);
        for task in held.into_iter().rev() {
            task.finalize().await?;
        }
        assert!(jobs.pending().await?.is_empty());
        Ok(())
    }
}
