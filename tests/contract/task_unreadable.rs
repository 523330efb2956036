//! What one program cannot read is there for others, for a while.

use std::time::Duration;

use rediscache::{ErrorKind, RedisQueue, RedisSession, RedisTaskQueue};
use support::{Raw, RawBytes, contract, values};
use tokio::time::Instant;

use crate::kind;
use crate::queue_kind::{ByHand, soon, until};
use crate::task_worker::Jobs;

const BRIEF: Duration = Duration::from_millis(10);

/// The program that cannot read texts.
fn numbers(session: &RedisSession) -> Jobs {
    RedisTaskQueue::new("jobs").backoff(BRIEF, BRIEF * 2).on(session)
}

fn texts(session: &RedisSession) -> RedisTaskQueue<String> {
    RedisTaskQueue::new("jobs").on(session)
}

fn raw(session: &RedisSession, name: &'static str) -> RedisQueue<RawBytes, Raw> {
    RedisQueue::new(name).on(session)
}

contract! {
    async fn it_is_told_and_goes_back_for_others(session: RedisSession) -> crate::task_worker::Outcome {
        texts(&session).put("x").await?;
        let error = numbers(&session).backoff(BRIEF * 1_000, BRIEF * 1_000).get().await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::Decode, "get"));
        assert!(error.to_string().contains("went back for others"), "{error}");
        assert_eq!((texts(&session).delayed_len().await?, raw(&session, "jobs$dead").len().await?), (1, 0));
        assert_eq!(texts(&session).pending().await?, [""; 0]);
        Ok(())
    }

    async fn failures_to_read_are_no_attempts(session: RedisSession) -> crate::task_worker::Outcome {
        let (numbers, texts) = (numbers(&session).max_attempts(2), texts(&session).max_attempts(2));
        texts.put("x").await?;
        for attempt in 1..=2 {
            for _ in 0..3 {
                assert_eq!(kind(soon(numbers.get()).await), ErrorKind::Decode);
            }
            let task = soon(texts.get()).await?;
            assert_eq!((&**task, task.attempt()), ("x", attempt));
            task.reschedule().await?;
        }
        assert_eq!(values(texts.dead()).await?, ["x"]);
        Ok(())
    }

    async fn of_two_programs_each_gets_what_it_can_read(session: RedisSession) -> crate::task_worker::Outcome {
        let (numbers, texts) = (numbers(&session), texts(&session).backoff(BRIEF, BRIEF * 2));
        for item in 0..50 {
            numbers.put(item).await?;
            texts.put(item.to_string()).await?;
            texts.put("equal").await?;
        }
        let one = async {
            let mut got = Vec::new();
            while got.len() < 50 {
                if let Ok(task) = soon(numbers.get()).await {
                    got.push(*task);
                    task.finalize().await.unwrap();
                }
            }
            got
        };
        let other = async {
            let mut got = Vec::new();
            while got.len() < 100 {
                if let Ok(task) = soon(texts.get()).await {
                    got.push(task.to_string());
                    task.finalize().await.unwrap();
                }
            }
            got
        };
        let (mut one, mut other) = tokio::join!(one, other);
        one.sort_unstable();
        assert!((0..50).eq(one));
        other.sort_unstable();
        other.dedup();
        assert_eq!(other.len(), 51);
        let rest = (texts.len().await?, texts.delayed_len().await?, raw(&session, "jobs$dead").len().await?);
        assert_eq!(rest, (0, 0, 0), "nothing is left");
        assert_eq!(texts.pending().await?, [""; 0]);
        Ok(())
    }

    async fn it_is_a_dead_letter_when_nobody_could_read_it_for_that_long(session: RedisSession) -> crate::task_worker::Outcome {
        let numbers = numbers(&session).unreadable_for(BRIEF * 10);
        texts(&session).put("x").await?;
        let started = Instant::now();
        let mut told = 0;
        loop {
            let error = soon(numbers.get()).await.unwrap_err();
            told += 1;
            if error.to_string().contains("dead letters") && !error.to_string().contains("went back") {
                break;
            }
        }
        assert!(started.elapsed() >= BRIEF * 10 && told > 2, "{:?} {told}", started.elapsed());
        assert_eq!(values(texts(&session).dead()).await?, ["x"]);
        assert_eq!((numbers.len().await?, numbers.delayed_len().await?), (0, 0));
        Ok(())
    }

    async fn of_what_is_cleared_nothing_is_remembered(session: RedisSession) -> crate::task_worker::Outcome {
        let (numbers, texts) = (numbers(&session).unreadable_for(BRIEF * 10), texts(&session));
        texts.put_many(["x", "x"]).await?;
        for _ in 0..2 {
            assert_eq!(kind(soon(numbers.get()).await), ErrorKind::Decode);
        }
        until(async || texts.delayed_len().await.unwrap() == 0).await;
        // Both come back with that, and one of them stays in the queue.
        let held = soon(texts.get()).await?;
        texts.clear().await?;
        held.finalize().await?;
        assert_goes_back(&numbers, &texts).await
    }

    async fn of_what_is_a_dead_letter_nothing_is_remembered(session: RedisSession) -> crate::task_worker::Outcome {
        let (numbers, texts) = (numbers(&session).unreadable_for(BRIEF * 10), texts(&session));
        texts.put("x").await?;
        texts.get().await?.reschedule().await?;
        assert_eq!(kind(soon(numbers.get()).await), ErrorKind::Decode);
        let strict = texts.clone().max_attempts(1);
        assert!(strict.get_timeout(BRIEF * 10).await?.is_none());
        assert_eq!(values(texts.dead()).await?, ["x"]);
        assert_goes_back(&numbers, &texts).await
    }

    /// Nobody has heard of it.
    async fn one_that_arrives_for_nobody_is_as_it_was(session: RedisSession) -> crate::task_worker::Outcome {
        texts(&session).put("x").await?;
        let mut gone = ByHand::new(numbers(&session).get());
        assert!(gone.poll().is_pending());
        gone.woken().await;
        drop(gone);
        until(async || texts(&session).len().await.unwrap() == 1).await;
        assert_eq!(texts(&session).delayed_len().await?, 0);
        Ok(())
    }

    async fn what_nobody_leased_returns_where_that_is_set(session: RedisSession) -> crate::task_worker::Outcome {
        let jobs = RedisTaskQueue::<u64>::new("jobs").client_identifier("w").on(&session);
        jobs.put(5).await?;
        let held = jobs.get().await?;
        // As a Python worker leaves them.
        raw(&session, "jobs$w_pending").put_many(["i|1", "i|2", "i|2", "i|5"].map(RawBytes::from)).await?;
        let never = jobs.clone().recover_after(Duration::from_millis(100));
        assert!(never.get_timeout(Duration::from_millis(500)).await?.is_none());
        let after = Duration::from_millis(400);
        let (started, jobs) = (Instant::now(), jobs.recover_unleased(after));
        let mut returned = Vec::new();
        for _ in 0..4 {
            let task = soon(jobs.get()).await?;
            assert!(started.elapsed() >= after && task.attempt() == 1, "{:?} {task:?}", started.elapsed());
            returned.push(*task);
            task.finalize().await?;
        }
        assert_eq!(returned, [1, 2, 2, 5]);
        assert_eq!(jobs.pending().await?, [5], "one that is leased stays");
        held.finalize().await?;
        Ok(())
    }
}

/// One that is equal to one that could not be read a while ago.
async fn assert_goes_back(numbers: &Jobs, texts: &RedisTaskQueue<String>) -> crate::task_worker::Outcome {
    tokio::time::sleep(BRIEF * 10).await;
    texts.put("x").await?;
    let error = soon(numbers.get()).await.unwrap_err();
    assert!(error.to_string().contains("went back for others"), "{error}");
    Ok(())
}

#[tokio::test(start_paused = true)]
async fn others_may_try_for_an_hour() -> crate::task_worker::Outcome {
    let session = RedisSession::in_memory();
    let numbers = RedisTaskQueue::<u64>::new("jobs").on(&session);
    texts(&session).put("x").await?;
    let started = Instant::now();
    let mut told = 0;
    while texts(&session).dead_len().await? == 0 {
        assert_eq!(kind(numbers.get().await), ErrorKind::Decode);
        told += 1;
    }
    let passed = started.elapsed().as_secs();
    assert!((3600..3602).contains(&passed), "{passed} s");
    assert!((15..40).contains(&told), "{told}");
    Ok(())
}
