//! A task that is finalized as the next is taken, and tasks that are held ahead.

use std::time::Duration;

use futures_util::TryStreamExt;
use futures_util::future::{join_all, try_join_all};
use rediscache::{ErrorKind, RedisSession, RedisTask, RedisTaskQueue};
use support::contract;

use crate::queue_kind::{ByHand, abandon, soon, turns};
use crate::queue_store::another;
use crate::task_worker::Jobs;

fn jobs(session: &RedisSession) -> Jobs {
    RedisTaskQueue::new("jobs").on(session)
}

contract! {
    async fn the_next_comes_as_one_ends_in_order(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put_many(0..50).await?;
        let mut task = jobs.get().await?;
        for expected in 0..49 {
            assert_eq!((*task, task.attempt()), (expected, 1));
            assert_eq!(jobs.pending().await?, [expected]);
            task = task.finalize_and_get().await?.expect("there are more");
        }
        assert!(task.finalize_and_get().await?.is_none(), "that was the last");
        assert_eq!((jobs.len().await?, jobs.pending().await?), (0, vec![]));
        Ok(())
    }

    async fn one_that_failed_before_tells_how_often(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session).max_attempts(2);
        jobs.put_many([1, 2]).await?;
        jobs.get().await?.reschedule().await?;
        let two = jobs.get().await?;
        assert_eq!((*two, two.attempt()), (2, 1));
        let again = two.finalize_and_get().await?.expect("1 comes again");
        assert_eq!((*again, again.attempt()), (1, 2));
        again.reschedule().await?;
        assert_eq!((jobs.len().await?, jobs.dead_len().await?), (0, 1));
        Ok(())
    }

    async fn what_is_due_comes_next(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put(1).await?;
        let task = jobs.get().await?;
        jobs.put_after(2, Duration::from_millis(20)).await?;
        tokio::time::sleep(Duration::from_millis(60)).await;
        let next = task.finalize_and_get().await?.expect("it is due");
        assert_eq!(*next, 2);
        assert!(next.finalize_and_get().await?.is_none());
        Ok(())
    }

    async fn where_one_was_lost_none_is_taken(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put_many([1, 2]).await?;
        let task = jobs.get().await?;
        jobs.reschedule_pending(1).await?;
        let refused = task.finalize_and_get().await.unwrap_err();
        assert_eq!((refused.kind(), refused.error().operation()), (ErrorKind::TaskNotPending, "finalize_and_get"));
        assert_eq!((jobs.len().await?, jobs.pending().await?), (2, vec![]));
        let task = jobs.get().await?;
        assert_eq!((*task, task.attempt()), (2, 1));
        task.finalize().await?;
        Ok(())
    }

    async fn those_who_wait_come_first(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put(1).await?;
        let task = jobs.get().await?;
        let mut line: Vec<_> = (0..2).map(|_| ByHand::new(jobs.get())).collect();
        for one in &mut line {
            assert!(one.poll().is_pending());
            turns(200).await;
            assert!(!one.is_woken() || one.poll().is_pending());
        }
        jobs.put(2).await?;
        assert!(soon(task.finalize_and_get()).await?.is_none(), "another one waits");
        let next = soon(line.remove(0).finish()).await?;
        assert_eq!((*next, jobs.pending().await?), (2, vec![2]));
        next.finalize().await?;
        Ok(())
    }

    async fn dropped_at_any_point_it_loses_and_doubles_nothing(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        for (polls, steps) in (1..=4).flat_map(|polls| [0, 1, 2, 3, 5, 8, 15, 40, 120].map(|steps| (polls, steps))) {
            jobs.put_many([1, 2]).await?;
            let task = soon(jobs.get()).await?;
            let next = abandon(Box::pin(task.finalize_and_get()), polls, steps).await;
            match next {
                Some(next) => next?.expect("2 is next").finalize().await?,
                None => {
                    let task = soon(jobs.get()).await?;
                    assert_eq!((*task, task.attempt()), (2, 1), "{polls} {steps}");
                    task.finalize().await?;
                }
            }
            // The one that was to end did, or is pending.
            let left = jobs.reschedule_all_pending().await?;
            assert!(left <= 1 && jobs.len().await? == left, "{polls} {steps}: {left}");
            if left == 1 {
                let task = soon(jobs.get()).await?;
                assert_eq!((*task, task.attempt()), (1, 2), "{polls} {steps}");
                task.finalize().await?;
            }
        }
        Ok(())
    }

    async fn the_next_that_cannot_be_read_goes_back_and_the_task_is_done(session: RedisSession) -> crate::task_worker::Outcome {
        let numbers = jobs(&session);
        numbers.put(1).await?;
        let task = numbers.get().await?;
        RedisTaskQueue::<String>::new("jobs").on(&session).put("two").await?;
        let refused = task.finalize_and_get().await.unwrap_err();
        assert_eq!((refused.kind(), *refused.into_task()), (ErrorKind::Decode, 1));
        assert_eq!((numbers.delayed_len().await?, numbers.pending_len().await?, numbers.len().await?), (1, 0, 0));
        Ok(())
    }

    async fn after_close_it_is_handed_back(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put_many([1, 2]).await?;
        let task = jobs.get().await?;
        session.close().await?;
        let refused = task.finalize_and_get().await.unwrap_err();
        assert_eq!((refused.kind(), *refused.into_task()), (ErrorKind::Closed, 1));
        Ok(())
    }

    async fn many_workers_get_each_task_once(session: RedisSession) -> crate::task_worker::Outcome {
        let (jobs, other) = (jobs(&session), jobs(&another(&session).await));
        jobs.put_many(0..2_000).await?;
        let workers = (0..32).map(|place| {
            let jobs = if place % 2 == 0 { jobs.clone() } else { other.clone() };
            tokio::spawn(async move {
                let mut done = Vec::new();
                let mut task = jobs.try_get().await.unwrap();
                while let Some(one) = task {
                    assert_eq!(one.attempt(), 1);
                    done.push(*one);
                    // Some end and take in two steps, so that both kinds meet.
                    task = if *one % 3 == 0 {
                        one.finalize().await.unwrap();
                        jobs.try_get().await.unwrap()
                    } else {
                        one.finalize_and_get().await.unwrap()
                    };
                }
                done
            })
        });
        let mut done: Vec<u64> = join_all(workers).await.into_iter().flat_map(Result::unwrap).collect();
        done.sort_unstable();
        assert_eq!(done, (0..2_000).collect::<Vec<_>>());
        assert_eq!((jobs.len().await?, jobs.pending_len().await?), (0, 0));
        Ok(())
    }

    async fn of_many_that_end_together_each_knows_whether_it_was_held(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put_many(0..900).await?;
        let mut tasks = try_join_all((0..600).map(|_| jobs.get())).await?;
        let is_lost = |number: u64| number.is_multiple_of(7);
        for lost in (0..600).filter(|&number| is_lost(number)) {
            jobs.reschedule_pending(lost).await?;
        }
        // In no order; some are done without another in their place.
        tasks.sort_by_key(|task| **task * 211 % 601);
        let ended = join_all(tasks.into_iter().map(async |task| {
            let number = *task;
            let ended = if number % 3 == 0 { task.finalize().await.map(|()| None) } else { task.finalize_and_get().await };
            (number, ended)
        }));
        let mut next = Vec::new();
        for (number, ended) in ended.await {
            match ended {
                Ok(taken) => next.extend(taken),
                Err(refused) => assert_eq!((refused.kind(), is_lost(number)), (ErrorKind::TaskNotPending, true), "{number}"),
            }
        }
        // 86 came back, and each of the 343 that ended and asked for another has one.
        assert_eq!((next.len(), jobs.pending_len().await?, jobs.len().await?), (343, 343, 43));
        try_join_all(next.into_iter().map(RedisTask::finalize)).await.map_err(|failed| failed.to_string())?;
        assert!(jobs.pending().await?.is_empty());
        Ok(())
    }

    async fn what_a_stream_holds_ahead_goes_back_untouched(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        jobs.put_many(0..20).await?;
        let mut tasks = jobs.stream_ahead(8);
        let first = soon(tasks.try_next()).await?.expect("it does not end");
        assert_eq!(*first, 0);
        while jobs.pending_len().await? < 8 {
            turns(1).await;
        }
        assert_eq!((jobs.pending_len().await?, jobs.len().await?), (8, 12), "no more than were asked for");
        first.finalize().await?;
        let second = soon(tasks.try_next()).await?.expect("it does not end");
        drop(tasks);
        while jobs.len().await? < 18 {
            turns(1).await;
        }
        assert_eq!(jobs.pending().await?, [1]);
        second.finalize().await?;
        for expected in 2..20 {
            let task = soon(jobs.get()).await?;
            assert_eq!((*task, task.attempt()), (expected, 1));
            task.finalize().await?;
        }
        Ok(())
    }

    async fn a_stream_that_holds_some_ahead_gives_all_in_order(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = jobs(&session);
        for ahead in [0, 1, 2, 7, 100] {
            let mut tasks = jobs.stream_ahead(ahead);
            let reading = async {
                for expected in 0..60 {
                    let task = soon(tasks.try_next()).await?.expect("it does not end");
                    assert_eq!((*task, task.attempt()), (expected, 1), "{ahead}");
                    task.finalize().await?;
                }
                crate::task_worker::Outcome::Ok(())
            };
            let putting = async {
                for items in [0..1, 1..30, 30..31, 31..60] {
                    jobs.put_many(items).await?;
                    turns(20).await;
                }
                crate::task_worker::Outcome::Ok(())
            };
            let (read, put) = tokio::join!(reading, putting);
            read.and(put)?;
        }
        Ok(())
    }
}
