use std::time::Duration;

use futures_util::TryStreamExt;
use futures_util::future::join_all;
use rediscache::{ErrorKind, RedisSession, RedisTask, RedisTaskQueue};
use support::{Raw, RawBytes, contract, values};

use crate::kind;
use crate::queue_store::list;
use crate::task_worker::{Jobs, take};

const HOUR: Duration = Duration::from_secs(3600);

fn jobs(session: &RedisSession) -> Jobs {
    RedisTaskQueue::new("jobs").on(session)
}

contract! {
    async fn a_task_is_pending_until_it_is_finalized(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put(7).await?;
        assert_eq!((jobs.len().await?, jobs.pending().await?), (1, vec![]));
        let task = jobs.get().await?;
        assert_eq!((*task, *task.value(), task.attempt()), (7, 7, 1));
        assert_eq!((jobs.len().await?, jobs.pending().await?), (0, vec![7]));
        task.finalize().await?;
        assert_eq!((jobs.len().await?, jobs.pending().await?), (0, vec![]));
        assert!(jobs.try_get().await?.is_none());
        Ok(())
    }

    async fn a_rescheduled_task_goes_to_the_back(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put_many([1, 2, 3]).await?;
        jobs.get().await?.reschedule().await?;
        assert_eq!(jobs.pending().await?, [0; 0]);
        let tasks: Vec<_> = jobs.drain().try_collect().await?;
        assert_eq!(tasks.iter().map(|task| (**task, task.attempt())).collect::<Vec<_>>(), [(2, 1), (3, 1), (1, 2)]);
        for task in tasks {
            task.finalize().await?;
        }
        Ok(())
    }

    async fn every_way_of_getting_gives_tasks_in_order(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put_many(0..5).await?;
        let tasks = [
            jobs.get().await?,
            jobs.get_timeout(Duration::ZERO).await?.unwrap(),
            jobs.try_get().await?.unwrap(),
            jobs.stream().try_next().await?.unwrap(),
            jobs.drain().try_next().await?.unwrap(),
        ];
        assert_eq!(tasks.iter().map(|task| **task).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
        assert_eq!(jobs.pending().await?, [0, 1, 2, 3, 4], "oldest first");
        assert!(jobs.get_timeout(Duration::from_millis(5)).await?.is_none());
        Ok(())
    }

    async fn two_equal_values_are_two_tasks(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put_many([7, 7, 7]).await?;
        let mut tasks = take(&jobs, 3).await;
        assert!(tasks.iter().all(|task| task.attempt() == 1));
        tasks.remove(1).finalize().await?;
        assert_eq!(jobs.pending().await?, [7, 7]);
        tasks.remove(0).reschedule().await?;
        assert_eq!((jobs.pending().await?, jobs.len().await?), (vec![7], 1));
        let again = jobs.get().await?;
        assert_eq!(again.attempt(), 2);
        tasks.remove(0).finalize().await?;
        assert_eq!(jobs.pending().await?, [7]);
        again.finalize().await?;
        assert_eq!((jobs.pending().await?, jobs.len().await?), (vec![], 0));
        Ok(())
    }

    async fn tasks_may_be_finished_in_any_order(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put_many(0..100).await?;
        let mut tasks = take(&jobs, 100).await;
        tasks.sort_by_key(|task| (**task * 37) % 100);
        let half = tasks.split_off(50);
        for task in tasks {
            task.finalize().await?;
        }
        let mut left: Vec<u64> = half.iter().map(|task| **task).collect();
        left.sort_unstable();
        assert_eq!(jobs.pending().await?, left);
        for task in half {
            task.finalize().await?;
        }
        assert_eq!(jobs.pending().await?, [0; 0]);
        Ok(())
    }

    async fn many_finished_at_once_each_get_their_own_answer(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        jobs.put_many(0..1_500).await?;
        let tasks = take(&jobs, 1_500).await;
        let lost = [0, 7, 700, 1_499];
        for item in lost {
            jobs.reschedule_pending(item).await?;
        }
        let answers = join_all(tasks.into_iter().map(RedisTask::finalize)).await;
        for (item, answer) in (0..).zip(answers) {
            let refused = answer.err().map(|refused| (refused.kind(), *refused.into_task()));
            assert_eq!(refused, lost.contains(&item).then_some((ErrorKind::TaskNotPending, item)));
        }
        assert_eq!((jobs.pending().await?, jobs.len().await?), (vec![], 4));
        Ok(())
    }

    async fn clear_leaves_what_is_pending(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put_many([1, 2, 3]).await?;
        let task = jobs.get().await?;
        assert!(jobs.set_expiry(HOUR).await?);
        jobs.clear().await?;
        assert_eq!((jobs.len().await?, jobs.is_empty().await?, jobs.pending().await?), (0, true, vec![1]));
        task.finalize().await?;
        Ok(())
    }

    async fn any_bytes_go_through(session: RedisSession) -> crate::task_worker::Outcome {
        let raw = RedisTaskQueue::<RawBytes, Raw>::new("raw").max_attempts(3).on(&session);
        for item in [&b"\0"[..], b"", b"1:2", b"\r\n:%d+", b"\xff\0:|", &[b':'; 70_000]].map(RawBytes::from) {
            raw.put(&item).await?;
            let task = raw.get().await?;
            assert!(*task == item);
            task.reschedule().await?;
            let task = raw.get().await?;
            assert_eq!((*task == item, task.attempt()), (true, 2));
            task.reschedule().await?;
            raw.get().await?.reschedule().await?;
            assert!(values(raw.dead()).await? == [item.clone()]);
            assert_eq!(raw.requeue_dead().await?, 1);
            assert_eq!(raw.get().await?.attempt(), 1);
            raw.reschedule_pending(&item).await?;
            raw.get().await?.finalize().await?;
            raw.put_after(&item, Duration::from_millis(1)).await?;
            let task = crate::queue_kind::soon(raw.get()).await?;
            assert!(*task == item);
            task.finalize().await?;
        }
        Ok(())
    }

    async fn a_task_queue_is_the_same_list_as_a_queue(session: RedisSession) -> crate::task_worker::Outcome {
        let (jobs, plain) = (jobs(&session), rediscache::RedisQueue::<u64>::new("jobs").on(&session));
        plain.put(1).await?;
        jobs.put(2).await?;
        assert_eq!(list(&session, "jobs").await, ["i|2", "i|1"]);
        jobs.get().await?.finalize().await?;
        assert_eq!(plain.get().await?, 2);
        Ok(())
    }

    async fn an_item_without_a_form_is_refused(session: RedisSession) -> rediscache::Result<()> {
        // As raw bytes, a number is not what `Raw` takes.
        let formless = RedisTaskQueue::<u64, Raw>::new("formless").on(&session);
        assert_eq!(kind(formless.put(1).await), ErrorKind::Encode);
        assert_eq!(kind(formless.put_many([1, 2]).await), ErrorKind::Encode);
        assert_eq!(kind(formless.put_after(1, HOUR).await), ErrorKind::Encode);
        assert_eq!(kind(formless.reschedule_pending(1).await), ErrorKind::Encode);
        assert_eq!((formless.len().await?, formless.delayed_len().await?), (0, 0));
        Ok(())
    }

    async fn a_task_shows_its_value_and_its_attempt(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        jobs.put(7).await?;
        let shown = format!("{:?}", jobs.get().await?);
        assert!(shown.contains("value: 7") && shown.contains("attempt: 1"), "{shown}");
        assert!(!shown.contains(session.global_namespace()), "{shown}");
        Ok(())
    }
}
