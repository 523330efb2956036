//! Tasks that failed: they come again later, as often as they may.

use std::time::Duration;

use rediscache::{ErrorKind, RedisSession, RedisTaskQueue};
use support::{contract, values};
use tokio::time::Instant;

use crate::kind;
use crate::queue_kind::{abandon, soon, turns, until};
use crate::queue_store::another;
use crate::task_worker::{Jobs, take};

const BRIEF: Duration = Duration::from_millis(20);

const HOUR: Duration = Duration::from_secs(3600);

fn jobs(session: &RedisSession) -> Jobs {
    RedisTaskQueue::new("jobs").backoff(BRIEF, HOUR).on(session)
}

contract! {
    async fn a_task_comes_again_after_that_time_with_its_attempts(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put(7).await?;
        let mut task = jobs.get().await?;
        for attempt in 2..=4 {
            let started = Instant::now();
            task.retry_after(BRIEF).await?;
            assert_eq!(jobs.pending().await?, [0; 0]);
            task = soon(jobs.get()).await?;
            assert!(started.elapsed() >= BRIEF, "{:?}", started.elapsed());
            assert_eq!((*task, task.attempt()), (7, attempt));
        }
        task.retry_after(HOUR).await?;
        assert_eq!((jobs.pending().await?, jobs.delayed_len().await?, jobs.len().await?), (vec![], 1, 0));
        assert!(jobs.try_get().await?.is_none());
        Ok(())
    }

    async fn zero_is_at_once_and_at_the_back(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put_many([1, 2]).await?;
        jobs.get().await?.retry_after(Duration::ZERO).await?;
        let tasks = take(&jobs, 2).await;
        assert_eq!(tasks.iter().map(|task| (**task, task.attempt())).collect::<Vec<_>>(), [(2, 1), (1, 2)]);
        for task in tasks {
            task.finalize().await?;
        }
        Ok(())
    }

    async fn one_that_may_not_come_again_is_a_dead_letter(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session).max_attempts(2);
        jobs.put_many([1, 2]).await?;
        for task in take(&jobs, 2).await {
            task.retry_after(Duration::ZERO).await?;
        }
        jobs.get().await?.retry_after(HOUR).await?;
        assert_eq!((values(jobs.dead()).await?, jobs.delayed_len().await?), (vec![1], 0));
        drop(jobs.get().await?);
        until(async || values(jobs.dead()).await.unwrap() == [1, 2]).await;
        assert_eq!((jobs.pending().await?, jobs.len().await?), (vec![], 0));
        Ok(())
    }

    async fn one_that_is_lost_is_handed_back(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put(7).await?;
        let task = jobs.get().await?;
        jobs.reschedule_all_pending().await?;
        let refused = task.retry_after(BRIEF).await.unwrap_err();
        assert_eq!((refused.kind(), refused.error().operation()), (ErrorKind::TaskNotPending, "retry_after"));
        drop(refused);
        turns(50).await;
        assert_eq!((jobs.len().await?, jobs.delayed_len().await?), (1, 0), "it is not this client's to send back");
        Ok(())
    }

    async fn a_dropped_task_is_a_failed_attempt(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put(7).await?;
        for attempt in 1..=3 {
            let task = soon(jobs.get()).await?;
            assert_eq!((*task, task.attempt()), (7, attempt));
        }
        let task = soon(jobs.get()).await?;
        assert_eq!((jobs.pending().await?, jobs.len().await?, jobs.delayed_len().await?), (vec![7], 0, 0));
        task.finalize().await?;
        Ok(())
    }

    async fn one_whose_handler_panicked_comes_again(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put(7).await?;
        let task = jobs.get().await?;
        let handler = tokio::spawn(async move { assert_eq!(*task, 8, "this handler panics") });
        assert!(handler.await.is_err());
        let task = soon(jobs.get()).await?;
        assert_eq!((*task, task.attempt()), (7, 2));
        task.finalize().await?;
        Ok(())
    }

    async fn ten_thousand_dropped_ones_come_again(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put_many(0..10_000).await?;
        drop(take(&jobs, 10_000).await);
        let mut again: Vec<u64> = take(&jobs, 10_000).await.iter().map(|task| **task).collect();
        again.sort_unstable();
        assert!((0..10_000).eq(again));
        Ok(())
    }

    async fn a_dropped_call_that_ends_a_task_sends_nothing_more(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session).backoff(Duration::from_millis(1), Duration::from_millis(1));
        for (polls, steps) in (1..=3).flat_map(|polls| [0, 1, 2, 3, 5, 10, 25, 60].map(|steps| (polls, steps))) {
            for way in 0..3 {
                let before = jobs.delayed_len().await?;
                jobs.put(7).await?;
                let task = soon(jobs.get()).await?;
                let ended = match way {
                    0 => abandon(Box::pin(task.finalize()), polls, steps).await,
                    1 => abandon(Box::pin(task.reschedule()), polls, steps).await,
                    _ => abandon(Box::pin(task.retry_after(HOUR)), polls, steps).await,
                };
                ended.transpose()?;
                jobs.put(8).await?;
                turns(20).await;
                let (pending, delayed) = (jobs.pending().await?, jobs.delayed_len().await? - before);
                let back = jobs.len().await? - 1;
                let places = pending.len() as u64 + delayed + back;
                let is_right = match way {
                    0 => places <= 1 && delayed + back == 0,
                    1 => places == 1 && delayed == 0,
                    _ => places == 1 && back == 0,
                };
                assert!(is_right, "{way} {polls} {steps}: {pending:?} {delayed} {back}");
                jobs.reschedule_all_pending().await?;
                jobs.clear().await?;
            }
        }
        Ok(())
    }

    async fn a_kept_task_stays_pending_without_a_lease(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session).recover_after(Duration::from_millis(200));
        jobs.put_many([1, 2]).await?;
        jobs.get().await?.keep();
        let other = jobs.clone().client_identifier("other").on(&another(&session).await);
        soon(other.get()).await?.finalize().await?;
        assert!(other.get_timeout(Duration::from_millis(600)).await?.is_none(), "nobody takes it over");
        assert_eq!((jobs.pending().await?, jobs.delayed_len().await?), (vec![1], 0));
        assert_eq!(kind(other.reschedule_pending(1).await), ErrorKind::TaskNotPending);
        jobs.reschedule_pending(1).await?;
        soon(other.get()).await?.finalize().await?;
        Ok(())
    }

    async fn what_is_held_at_the_close_goes_back_untouched(session: RedisSession) -> crate::task_worker::Outcome {
        let other = another(&session).await;
        jobs(&session).put_many([1, 2, 3]).await?;
        let mut held = take(&jobs(&session), 2).await;
        soon(session.close()).await?;
        assert_eq!(held.remove(0).finalize().await.unwrap_err().kind(), ErrorKind::Closed);
        drop(held);
        if !other.is_closed() {
            let tasks = take(&jobs(&other), 3).await;
            let attempts: Vec<_> = tasks.iter().map(|task| (**task, task.attempt())).collect();
            assert_eq!(attempts, [(1, 1), (2, 1), (3, 1)]);
        }
        Ok(())
    }

    async fn a_backoff_that_makes_no_sense_is_refused(session: RedisSession) -> rediscache::Result<()> {
        for (first, longest) in [(Duration::ZERO, HOUR), (HOUR, BRIEF)] {
            assert_eq!(kind(jobs(&session).backoff(first, longest).try_get().await), ErrorKind::Config);
        }
        assert_eq!(kind(jobs(&session).recover_unleased(BRIEF).try_get().await), ErrorKind::Config);
        for (first, longest) in [(BRIEF, BRIEF), (Duration::from_nanos(1), Duration::MAX), (Duration::MAX, Duration::MAX)] {
            let jobs = jobs(&session).backoff(first, longest);
            jobs.put(1).await?;
            drop(jobs.get().await?);
        }
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn the_pause_doubles_up_to_its_bound() -> crate::task_worker::Outcome {
    let jobs = RedisTaskQueue::<u64>::new("jobs").on(&RedisSession::in_memory());
    jobs.put(7).await?;
    let mut task = jobs.get().await?;
    for expected in [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300] {
        let started = Instant::now();
        drop(task);
        task = jobs.get().await?;
        let (pause, whole) = (started.elapsed().as_secs_f64(), f64::from(expected));
        assert!((whole * 0.75..=whole + 0.1).contains(&pause), "{pause} s, expected {expected} s");
    }
    assert_eq!(task.attempt(), 12);
    task.finalize().await?;
    Ok(())
}
