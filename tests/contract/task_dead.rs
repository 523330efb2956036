//! The dead letters.

use rediscache::{ErrorKind, RedisQueue, RedisSession, RedisTaskQueue};
use support::{Raw, RawBytes, contract, values};

use crate::kind;
use crate::queue_store::list;
use crate::task_worker::{Jobs, take};

fn jobs(session: &RedisSession) -> Jobs {
    RedisTaskQueue::new("jobs").max_attempts(1).unreadable_for(std::time::Duration::ZERO).on(session)
}

fn raw(session: &RedisSession, name: &'static str) -> RedisQueue<RawBytes, Raw> {
    RedisQueue::new(name).on(session)
}

async fn kill(jobs: &Jobs, items: impl IntoIterator<Item = u64>) {
    for item in items {
        jobs.put(item).await.unwrap();
        let task = jobs.get().await.unwrap();
        assert_eq!(*task, item);
        task.reschedule().await.unwrap();
    }
}

contract! {
    async fn they_are_listed_oldest_first(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        assert_eq!(values(jobs.dead()).await?, [0; 0]);
        kill(&jobs, [1, 2, 2, 3]).await;
        assert_eq!(values(jobs.dead()).await?, [1, 2, 2, 3]);
        assert_eq!(list(&session, "jobs$dead").await, ["i|3", "i|2", "i|2", "i|1"]);
        Ok(())
    }

    async fn requeued_ones_start_again_behind_the_others(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session).max_attempts(2);
        assert_eq!(jobs.requeue_dead().await?, 0);
        jobs.put_many([1, 2]).await?;
        for _ in 0..4 {
            jobs.get().await?.reschedule().await?;
        }
        jobs.put(3).await?;
        assert_eq!(jobs.requeue_dead().await?, 2);
        assert_eq!((values(jobs.dead()).await?, jobs.len().await?), (vec![], 3));
        let tasks = take(&jobs, 3).await;
        assert_eq!(tasks.iter().map(|task| (**task, task.attempt())).collect::<Vec<_>>(), [(3, 1), (1, 1), (2, 1)]);
        for task in tasks {
            task.reschedule().await?;
        }
        assert_eq!(values(jobs.dead()).await?, [0; 0], "they have all their attempts again");
        Ok(())
    }

    async fn clear_dead_removes_them_alone(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        assert_eq!(jobs.clear_dead().await?, 0);
        kill(&jobs, [1, 2, 3]).await;
        jobs.put_many([4, 5]).await?;
        let task = jobs.get().await?;
        assert_eq!(jobs.clear_dead().await?, 3);
        assert_eq!((values(jobs.dead()).await?, jobs.len().await?, jobs.pending().await?), (vec![], 1, vec![4]));
        task.finalize().await?;
        Ok(())
    }

    async fn ten_thousand_are_requeued_at_once(session: RedisSession) -> rediscache::Result<()> {
        let dead: Vec<RawBytes> = (0..10_000).map(|n| RawBytes::from(format!("i|{n}"))).collect();
        raw(&session, "jobs$dead").put_many(&dead).await?;
        let jobs = jobs(&session);
        assert_eq!(jobs.requeue_dead().await?, 10_000);
        let tasks = take(&jobs, 10_000).await;
        assert!((0..).zip(&tasks).all(|(place, task)| **task == place));
        Ok(())
    }

    async fn an_unreadable_task_is_told_and_becomes_one(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = RedisTaskQueue::<u64>::new("jobs").unreadable_for(std::time::Duration::ZERO).on(&session);
        raw(&session, "jobs").put_many(["i|1", "s|x", "i|2"].map(RawBytes::from)).await?;
        let one = jobs.get().await?;
        let error = jobs.get().await.unwrap_err();
        assert_eq!((error.kind(), error.operation(), error.namespace()), (ErrorKind::Decode, "get", Some("jobs")));
        assert_eq!(raw(&session, "jobs$dead").len().await?, 1, "it is told of when it is there");
        let two = jobs.get().await?;
        assert_eq!(jobs.pending().await?, [1, 2]);
        assert_eq!(kind(values(jobs.dead()).await), ErrorKind::Decode);
        assert_eq!(list(&session, "jobs$dead").await, ["s|x"]);
        for task in [one, two] {
            task.finalize().await?;
        }

        assert_eq!(jobs.requeue_dead().await?, 1);
        let texts = RedisTaskQueue::<String>::new("jobs").on(&session);
        let task = texts.get().await?;
        assert_eq!((&**task, task.attempt()), ("x", 1));
        task.finalize().await?;
        Ok(())
    }

    async fn every_way_of_getting_tells_an_unreadable_one(session: RedisSession) -> rediscache::Result<()> {
        use futures_util::StreamExt;

        let jobs = jobs(&session);
        raw(&session, "jobs").put_many(["x"; 5].map(RawBytes::from)).await?;
        assert_eq!(kind(jobs.get().await), ErrorKind::Decode);
        assert_eq!(kind(jobs.get_timeout(std::time::Duration::ZERO).await), ErrorKind::Decode);
        assert_eq!(kind(jobs.try_get().await), ErrorKind::Decode);
        assert_eq!(kind(jobs.stream().next().await.unwrap()), ErrorKind::Decode);
        assert_eq!(kind(jobs.drain().next().await.unwrap()), ErrorKind::Decode);
        assert!(jobs.try_get().await?.is_none());
        assert_eq!(raw(&session, "jobs$dead").len().await?, 5);
        assert_eq!(jobs.pending().await?, [0; 0]);
        assert_eq!(jobs.clear_dead().await?, 5);
        Ok(())
    }
}
