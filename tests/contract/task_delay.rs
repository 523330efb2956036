//! Tasks that are due later.

use std::time::{Duration, SystemTime};

use rediscache::{RedisSession, RedisTaskQueue, TaskError};
use support::contract;
use tokio::time::Instant;

use crate::queue_kind::{ByHand, soon, turns};
use crate::queue_store::{another, list};
use crate::task_worker::Jobs;

const HOUR: Duration = Duration::from_secs(3600);

const fn ms(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

fn jobs(session: &RedisSession) -> Jobs {
    RedisTaskQueue::new("jobs").on(session)
}

async fn finish(jobs: &Jobs) -> u64 {
    let task = soon(jobs.get()).await.unwrap();
    assert_eq!(task.attempt(), 1);
    let value = *task;
    task.finalize().await.unwrap();
    value
}

contract! {
    async fn no_delay_is_at_once(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        jobs.put(0).await?;
        jobs.put_after(1, Duration::ZERO).await?;
        jobs.put_at(2, SystemTime::now() - HOUR).await?;
        jobs.put_at(3, SystemTime::UNIX_EPOCH).await?;
        jobs.put_at(4, SystemTime::UNIX_EPOCH.checked_sub(HOUR).unwrap()).await?;
        assert_eq!((jobs.len().await?, jobs.delayed_len().await?), (5, 0));
        assert_eq!(list(&session, "jobs").await, ["i|4", "i|3", "i|2", "i|1", "i|0"]);
        Ok(())
    }

    async fn a_task_comes_when_it_is_due_and_not_before(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        let started = Instant::now();
        jobs.put_after(7, ms(60)).await?;
        assert_eq!(finish(&jobs).await, 7);
        // Redis counts whole milliseconds.
        assert!(started.elapsed() >= ms(59));

        let at = SystemTime::now() + ms(60);
        jobs.put_at(8, at).await?;
        assert_eq!(finish(&jobs).await, 8);
        assert!(SystemTime::now() >= at);
        assert_eq!((jobs.len().await?, jobs.delayed_len().await?), (0, 0));
        Ok(())
    }

    /// On a busy machine one may be late; not all of them.
    async fn a_task_comes_when_it_is_due(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        let mut late = Vec::new();
        for delay in [1, 5, 20, 40, 80, 120].map(ms) {
            let waiting = tokio::spawn(jobs.get());
            turns(20).await;
            // On the same connection as its look, so that it has looked, and waits.
            jobs.len().await?;
            let started = Instant::now();
            jobs.put_after(7, delay).await?;
            drop(soon(waiting).await.unwrap()?);
            late.push(started.elapsed().saturating_sub(delay));
        }
        // The first one may have come while the way to wait was being made.
        assert!(late[1..].iter().any(|late| *late < ms(1_000)), "nobody was told, they only looked: {late:?}");
        Ok(())
    }

    async fn they_come_in_the_order_of_their_times(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        let soon = SystemTime::now() + ms(400);
        for (item, delay) in [(3, 90), (1, 30), (4, 120), (2, 60)] {
            jobs.put_at(item, soon + ms(delay)).await?;
        }
        jobs.put(0).await?;
        for item in 0..5 {
            assert_eq!(finish(&jobs).await, item);
        }
        Ok(())
    }

    async fn what_is_due_far_away_is_kept(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        jobs.put_after(1, HOUR).await?;
        jobs.put_after(2, 1_000 * 365 * 24 * HOUR).await?;
        jobs.put_after(3, Duration::MAX).await?;
        jobs.put_at(4, SystemTime::now() + HOUR).await?;
        jobs.put_at(5, SystemTime::UNIX_EPOCH + Duration::from_secs(i64::MAX.unsigned_abs() - 1)).await?;
        assert_eq!((jobs.delayed_len().await?, jobs.len().await?, jobs.is_empty().await?), (5, 0, true));
        assert!(jobs.try_get().await?.is_none());
        assert!(jobs.get_timeout(ms(20)).await?.is_none());
        assert_eq!(jobs.delayed_len().await?, 5);
        jobs.put_after(6, ms(1)).await?;
        assert_eq!(finish(&jobs).await, 6);
        Ok(())
    }

    async fn what_is_never_due_keeps_nothing_else_waiting(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        jobs.put_after(1, Duration::MAX).await?;
        jobs.put_many([2, 3]).await?;
        let task = jobs.get().await?;
        let next = task.finalize_and_get().await.map_err(TaskError::into_error)?.expect("there is one more");
        assert_eq!((*next, next.attempt()), (3, 1));
        next.finalize().await.map_err(TaskError::into_error)?;
        assert!(jobs.try_get().await?.is_none());
        Ok(())
    }

    async fn equal_ones_are_as_many_tasks(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        for delay in [ms(10), ms(10), ms(10), HOUR, HOUR] {
            jobs.put_after(7, delay).await?;
        }
        for _ in 0..3 {
            assert_eq!(finish(&jobs).await, 7);
        }
        assert_eq!((jobs.delayed_len().await?, jobs.len().await?), (2, 0));
        Ok(())
    }

    async fn those_who_wait_already_get_them(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        jobs.put_after(9, HOUR).await?;
        let mut line = [ByHand::new(jobs.get()), ByHand::new(jobs.get())];
        for one in &mut line {
            assert!(one.poll().is_pending());
            turns(50).await;
        }
        let theirs = jobs.on(&another(&session).await);
        let at = SystemTime::now() + ms(400);
        theirs.put_at(2, at + ms(30)).await?;
        theirs.put_at(1, at).await?;
        for (item, one) in (1..).zip(line) {
            assert_eq!(*soon(one.finish()).await?, item);
        }
        Ok(())
    }

    async fn those_who_do_not_wait_get_them_too(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        jobs.put_after(1, ms(10)).await?;
        jobs.put_after(2, ms(20)).await?;
        crate::queue_kind::until(async || jobs.delayed_len().await.unwrap() == 0).await;
        assert_eq!((jobs.len().await?, jobs.is_empty().await?), (2, false), "what is due counts");
        assert_eq!(jobs.try_get().await?.as_deref(), Some(&1));
        assert_eq!(jobs.get_timeout(Duration::ZERO).await?.as_deref(), Some(&2));
        Ok(())
    }

    async fn three_thousand_come_at_once(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        let at = SystemTime::now() + ms(300);
        futures_util::future::try_join_all((0..3_000).map(|item| jobs.put_at(item, at))).await?;
        let tasks = crate::task_worker::take(&jobs, 3_000).await;
        let mut items: Vec<u64> = tasks.iter().map(|task| **task).collect();
        items.sort_unstable();
        assert_eq!(items, (0..3_000).collect::<Vec<u64>>());
        assert_eq!((jobs.delayed_len().await?, jobs.len().await?), (0, 0));
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn the_embedded_store_follows_the_paused_clock() -> crate::task_worker::Outcome {
    let jobs = jobs(&RedisSession::in_memory());
    let started = Instant::now();
    jobs.put_after(2, 2 * HOUR).await?;
    jobs.put_after(1, HOUR).await?;
    assert!(jobs.try_get().await?.is_none());
    for (hours, item) in [(1, 1), (2, 2)] {
        let task = jobs.get().await?;
        let late = started.elapsed() - hours * HOUR;
        assert!(*task == item && late < ms(50), "{late:?} late");
        task.finalize().await?;
    }

    jobs.put_after(3, HOUR).await?;
    tokio::time::advance(HOUR - ms(1)).await;
    assert_eq!((jobs.delayed_len().await?, jobs.len().await?), (1, 0));
    tokio::time::advance(ms(1)).await;
    assert_eq!((jobs.delayed_len().await?, jobs.len().await?), (0, 1));
    assert_eq!(jobs.try_get().await?.as_deref(), Some(&3));
    Ok(())
}
