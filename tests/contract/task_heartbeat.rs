//! A worker that lives keeps its tasks; one that hung finds out what it lost.

use std::time::Duration;

use futures_util::future::join_all;
use rediscache::{RedisSession, RedisTaskQueue};
use support::{contract, redis_session};
use tokio::sync::oneshot;

use crate::queue_kind::{ByHand, soon, turns};
use crate::queue_store::another;
use crate::task_worker::{Jobs, in_a_process, stall_with_one};

const HOUR: Duration = Duration::from_secs(3600);

/// Long enough for a busy machine to keep up.
const SILENCE: Duration = Duration::from_millis(800);

fn jobs(session: &RedisSession) -> Jobs {
    RedisTaskQueue::new("jobs").recover_after(SILENCE).on(session)
}

contract! {
    async fn a_task_is_kept_for_as_long_as_its_work_takes(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        let other = jobs.clone().client_identifier("other").on(&another(&session).await);
        jobs.put_many([1, 2]).await?;
        let task = jobs.get().await?;
        let other_task = jobs.get().await?;
        assert!(other.get_timeout(SILENCE * 5 / 2).await?.is_none(), "the one who holds them lives");
        assert_eq!(jobs.pending().await?, [1, 2]);
        task.finalize().await?;
        other_task.finalize().await?;
        Ok(())
    }

    /// Nobody else is there to take them over.
    async fn a_lone_worker_that_hung_keeps_its_tasks(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session).recover_after(Duration::from_millis(100));
        let kept = in_a_process(&session, async move |session| {
            let jobs = jobs.on(&session);
            jobs.put(7).await.unwrap();
            for _ in 0..8 {
                let task = jobs.get().await.unwrap();
                // The whole runtime hangs, then a look and the heartbeat are both due.
                std::thread::sleep(Duration::from_millis(110));
                let next = jobs.try_get().await.unwrap();
                if let Some(next) = next {
                    return Err(*next);
                }
                jobs.put(8).await.unwrap();
                task.finalize().await.unwrap();
            }
            Ok(())
        });
        assert_eq!(kept.await, Ok(()), "it was taken from itself");
        Ok(())
    }

    async fn those_who_come_when_a_heartbeat_is_due_come_after_the_others(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session).recover_after(Duration::from_millis(300));
        jobs.put_many(0..100).await?;
        for round in 0..10_u64 {
            let line = (0..10).map(|place| {
                let get = jobs.get();
                async move {
                    if place == 5 {
                        // Nobody else on this thread has a turn meanwhile.
                        std::thread::sleep(Duration::from_millis(110));
                    }
                    soon(get).await
                }
            });
            for (place, task) in (0..).zip(join_all(line).await) {
                let task = task?;
                assert_eq!(*task, round * 10 + place);
                task.finalize().await?;
            }
        }
        Ok(())
    }

    /// On the embedded store those who wait were served by the runtime that is gone.
    async fn tasks_are_kept_when_the_runtime_that_served_ends(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        let ((here, there), (serve, served)) = (oneshot::channel(), oneshot::channel());
        let theirs = jobs.clone();
        let serving = tokio::spawn({
            let session = session.clone();
            async move {
                in_a_process(&session, async move |_| {
                    let mut first = ByHand::new(theirs.get());
                    assert!(first.poll().is_pending());
                    turns(2).await;
                    serve.send(()).unwrap();
                    there.await.unwrap();
                })
                .await;
            }
        });
        soon(served).await?;
        let mut line = [ByHand::new(jobs.get()), ByHand::new(jobs.get())];
        for one in &mut line {
            assert!(one.poll().is_pending());
        }
        here.send(()).unwrap();
        soon(serving).await?;
        for one in line.iter_mut().filter(|one| one.is_woken()) {
            assert!(one.poll().is_pending());
        }
        turns(10).await;
        jobs.put_many([1, 2]).await?;
        let [one, two] = line;
        let (one, two) = (soon(one.finish()).await?, soon(two.finish()).await?);
        assert_eq!((*one, *two), (1, 2));
        let other = jobs.clone().client_identifier("other").on(&another(&session).await);
        assert!(other.get_timeout(SILENCE * 2).await?.is_none(), "a task was taken from one who lives");
        one.finalize().await?;
        two.finalize().await?;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn the_embedded_store_follows_the_paused_clock() -> crate::task_worker::Outcome {
    let jobs = RedisTaskQueue::<u64>::new("jobs").on(&RedisSession::in_memory());
    let other = jobs.clone().client_identifier("other");
    jobs.put_many([1, 2]).await?;
    let task = jobs.get().await?;
    let other_task = jobs.get().await?;
    assert!(other.get_timeout(24 * HOUR).await?.is_none());
    assert_eq!(jobs.pending().await?, [1, 2]);
    task.finalize().await?;
    other_task.finalize().await?;
    Ok(())
}

#[tokio::test]
async fn a_worker_that_hung_finds_out() -> crate::task_worker::Outcome {
    let session = redis_session("hung").await;
    let jobs = jobs(&session).recover_after(Duration::from_millis(500));
    let other = jobs.clone().client_identifier("other").recover_after(HOUR);
    jobs.put(7).await?;
    let stalled = stall_with_one(&session, &jobs).await;
    let task = soon(other.get()).await?;
    assert_eq!((*task, task.attempt()), (7, 2));
    stalled.finds_out().await;
    task.finalize().await?;
    assert_eq!((jobs.len().await?, jobs.pending().await?, other.pending().await?), (0, vec![], vec![]));
    Ok(())
}

#[tokio::test]
async fn a_worker_that_hung_finds_out_when_the_work_is_done() -> crate::task_worker::Outcome {
    let session = redis_session("hung").await;
    let jobs = jobs(&session).recover_after(Duration::from_millis(500));
    let other = jobs.clone().client_identifier("other").recover_after(HOUR);
    jobs.put(7).await?;
    let stalled = stall_with_one(&session, &jobs).await;
    soon(other.get()).await?.finalize().await?;
    stalled.finds_out().await;
    assert_eq!((jobs.len().await?, jobs.pending().await?), (0, vec![]));
    Ok(())
}
