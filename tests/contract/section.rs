use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use rediscache::{RedisCache, RedisSession};
use support::contract;

use crate::names;

/// Polls once, as a task that is about to be dropped.
fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

contract! {
    async fn a_section_is_had_by_one_at_a_time(session: RedisSession) -> rediscache::Result<()> {
        let counts = RedisCache::<u8, u64>::new("counts").on(&session);
        let count = |counts: RedisCache<u8, u64>| async move {
            for _ in 0..20 {
                let _section = counts.section().await?;
                let now = counts.get_or(0, 0).await?;
                tokio::task::yield_now().await;
                counts.set(0, now + 1).await?;
            }
            rediscache::Result::Ok(())
        };
        let tasks: Vec<_> = (0..8).map(|_| tokio::spawn(count(counts.clone()))).collect();
        for task in tasks {
            task.await.unwrap()?;
        }
        assert_eq!(counts.get(0).await?, Some(160));
        Ok(())
    }

    async fn who_came_first_is_served_first(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        let section = names.section().await?;
        let (sender, mut order) = tokio::sync::mpsc::unbounded_channel();
        for n in 0..20 {
            let (lock, sender) = (names.section(), sender.clone());
            tokio::spawn(async move {
                let section = lock.await.unwrap();
                sender.send(n).unwrap();
                drop(section);
            });
            // The task runs, and waits.
            tokio::task::yield_now().await;
        }
        drop((section, sender));
        let mut served = Vec::new();
        while let Some(n) = order.recv().await {
            served.push(n);
        }
        assert!(served.into_iter().eq(0..20));
        Ok(())
    }

    async fn a_dropped_wait_keeps_nobody_waiting(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        let section = names.section().await?;
        let mut last = pin!(names.section());
        {
            let mut first = pin!(names.section());
            assert!(poll_once(first.as_mut()).is_pending());
            assert!(poll_once(last.as_mut()).is_pending());
        }
        drop(section);
        drop(last.await?);
        drop(names.section().await?);
        Ok(())
    }

    /// The section was handed to a wait that is dropped before it sees it.
    async fn a_wait_dropped_in_its_turn_hands_the_section_on(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        let section = names.section().await?;
        let mut last = pin!(names.section());
        {
            let mut first = pin!(names.section());
            assert!(poll_once(first.as_mut()).is_pending());
            assert!(poll_once(last.as_mut()).is_pending());
            drop(section);
        }
        drop(last.await?);
        Ok(())
    }

    async fn namespaces_do_not_wait_for_each_other(session: RedisSession) -> rediscache::Result<()> {
        let (names, others) = (names(&session), RedisCache::<u64, String>::new("others").on(&session));
        let _section = names.section().await?;
        let _other = others.section().await?;
        let mut again = pin!(names.section());
        assert!(poll_once(again.as_mut()).is_pending());
        Ok(())
    }

    async fn caches_of_one_key_share_a_section_whatever_their_types(session: RedisSession) -> rediscache::Result<()> {
        let section = names(&session).section().await?;
        let other = RedisCache::<String, bool>::with_namespace("names").on(&session);
        let mut lock = pin!(other.section());
        assert!(poll_once(lock.as_mut()).is_pending());
        drop(section);
        drop(lock.await?);
        Ok(())
    }

    async fn plain_calls_are_not_held_up(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        let _section = names.section().await?;
        names.set(1, "one").await?;
        assert_eq!(names.pop(1).await?.as_deref(), Some("one"));
        Ok(())
    }

    async fn a_section_outlives_its_cache_and_moves_to_another_task(session: RedisSession) -> rediscache::Result<()> {
        let section = names(&session).section().await?;
        let held = tokio::spawn(async move { drop(section) });
        drop(names(&session).section().await?);
        held.await.unwrap();
        Ok(())
    }
}

#[tokio::test]
async fn sessions_do_not_wait_for_each_other() -> rediscache::Result<()> {
    let (one, other) = (RedisSession::in_memory(), RedisSession::in_memory());
    let _section = names(&one).section().await?;
    let _other = names(&other).section().await?;
    Ok(())
}
