use futures_util::StreamExt;
use rediscache::{ErrorKind, RedisQueue, RedisSession, RedisTaskQueue};
use support::{contract, values};

use crate::kind;
use crate::queue_kind::{ByHand, Queue, Way, soon, turns, until};
use crate::queue_store::{WAITING, another};

async fn len(queue: &Queue) -> u64 {
    let len = match queue {
        Queue::Plain(queue) => queue.len(),
        Queue::Task(queue) => queue.len(),
    };
    len.await.unwrap()
}

contract! {
    async fn everyone_of_a_thousand_who_wait_is_told(session: RedisSession) -> rediscache::Result<()> {
        let ways = WAITING.into_iter().cycle();
        let queues = Queue::both(&session);
        let waiting: Vec<_> =
            ways.take(1_000).zip(queues.iter().cycle()).map(|(way, queue)| tokio::spawn(queue.ask(way))).collect();
        turns(10).await;
        soon(session.close()).await?;
        for one in waiting {
            let error = soon(one).await.unwrap().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Closed);
            assert!(["get", "get_timeout", "stream"].contains(&error.operation()));
            assert!(["plain", "task"].map(Some).contains(&error.namespace()));
            assert!(!error.is_retryable());
        }
        Ok(())
    }

    async fn getting_after_close_is_refused(session: RedisSession) -> rediscache::Result<()> {
        let queues = Queue::both(&session);
        for queue in &queues {
            queue.put_many([1]).await;
        }
        session.close().await?;
        for (queue, way) in queues.iter().flat_map(|queue| Way::ALL.map(|way| (queue, way))) {
            assert_eq!(kind(queue.ask(way).await), ErrorKind::Closed, "{way:?}");
        }
        Ok(())
    }

    async fn all_else_is_refused_after_close(session: RedisSession) -> rediscache::Result<()> {
        let plain = RedisQueue::<u64>::new("plain").on(&session);
        let tasks = RedisTaskQueue::<u64>::new("task").on(&session);
        RedisQueue::<u64>::new("task$dead").on(&session).put(1).await?;
        let letter = tasks.dead().next().await.expect("there is one")?;
        session.close().await?;
        let refusals = [
            plain.put(1).await, plain.put_many([1]).await, plain.put_many([0; 0]).await, plain.len().await.map(drop),
            plain.is_empty().await.map(drop), plain.clear().await, plain.expiry().await.map(drop),
            tasks.put(1).await, tasks.put_many([1]).await, tasks.len().await.map(drop), tasks.pending().await.map(drop),
            tasks.put_after(1, std::time::Duration::ZERO).await, tasks.delayed_len().await.map(drop),
            tasks.reschedule_pending(1).await, tasks.reschedule_all_pending().await.map(drop),
            tasks.requeue_dead().await.map(drop), tasks.clear_dead().await.map(drop), tasks.dead_len().await.map(drop),
            tasks.pending_len().await.map(drop), tasks.stats().await.map(drop), values(tasks.dead()).await.map(drop),
            plain.requeue_dead().await.map(drop), plain.clear_dead().await.map(drop), plain.dead_len().await.map(drop),
            plain.stats().await.map(drop), values(plain.dead()).await.map(drop),
            tasks.requeue_one(&letter).await.map(drop), tasks.delete_one(&letter).await.map(drop),
            plain.requeue_one(&letter).await.map(drop), plain.delete_one(&letter).await.map(drop), session.ping().await,
        ];
        for (place, refusal) in refusals.into_iter().enumerate() {
            assert_eq!(kind(refusal), ErrorKind::Closed, "the one at {place}");
        }
        Ok(())
    }

    async fn a_held_task_is_handed_back(session: RedisSession) -> rediscache::Result<()> {
        let tasks = RedisTaskQueue::<u64>::new("task").on(&session);
        tasks.put(7).await?;
        let task = tasks.get().await?;
        session.close().await?;
        let refused = task.finalize().await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Closed);
        let refused = refused.into_task().reschedule().await.unwrap_err();
        assert_eq!((refused.kind(), *refused.into_task()), (ErrorKind::Closed, 7));
        Ok(())
    }

    /// As in a `select!` whose other branch closes the session.
    async fn a_future_that_nobody_polls_does_not_hold_it_up(session: RedisSession) -> rediscache::Result<()> {
        let mut waiting: Vec<_> = Queue::both(&session).iter().map(|queue| ByHand::new(queue.ask(Way::Get))).collect();
        for one in &mut waiting {
            assert!(one.poll().is_pending());
        }
        turns(10).await;
        let started = std::time::Instant::now();
        session.close().await?;
        assert!(started.elapsed() < std::time::Duration::from_secs(4), "it waited for those who do not go on");
        for one in waiting {
            assert_eq!(kind(one.finish().await), ErrorKind::Closed);
        }
        Ok(())
    }

    /// The item had arrived and was not looked at yet.
    async fn an_item_on_its_way_goes_back(session: RedisSession) -> rediscache::Result<()> {
        let other = another(&session).await;
        for queue in Queue::both(&session) {
            queue.put_many([1, 2]).await;
        }
        let mut waiting: Vec<_> = Queue::both(&session).iter().map(|queue| ByHand::new(queue.ask(Way::Get))).collect();
        for one in &mut waiting {
            // The embedded store has it at once.
            if one.poll().is_pending() {
                one.woken().await;
            }
        }
        let closing = tokio::spawn(async move { session.close().await });
        turns(10).await;
        drop(waiting);
        soon(closing).await.unwrap()?;
        if !other.is_closed() {
            for queue in Queue::both(&other) {
                queue.holds([1, 2], "back").await;
            }
        }
        Ok(())
    }

    /// Of those who look at once, some wait for the answer to others.
    async fn closing_while_many_look_loses_nothing(session: RedisSession) -> rediscache::Result<()> {
        for round in 0..6 {
            let (mine, other) = (another(&session).await, another(&session).await);
            for queue in Queue::both(&session) {
                queue.put_many(1..=8).await;
            }
            let queues = Queue::both(&mine);
            let mut looking: Vec<_> =
                (0..12).flat_map(|_| queues.iter().map(|queue| ByHand::new(queue.ask(Way::Get)))).collect();
            for one in &mut looking {
                // On the embedded store all are one, which closes with the first.
                if one.poll().is_ready() {
                    return Ok(());
                }
            }
            turns(round).await;
            soon(mine.close()).await?;
            drop(looking);
            for queue in Queue::both(&other) {
                until(async || len(&queue).await == 8).await;
                queue.holds(1..=8, round).await;
            }
        }
        Ok(())
    }

    /// The same, dropped when the session is closed already.
    async fn an_item_that_nobody_looks_at_goes_back_later(session: RedisSession) -> rediscache::Result<()> {
        let other = another(&session).await;
        for queue in Queue::both(&session) {
            queue.put_many([1, 2]).await;
        }
        let mut waiting: Vec<_> = Queue::both(&session).iter().map(|queue| ByHand::new(queue.ask(Way::Get))).collect();
        for one in &mut waiting {
            // The embedded store has it at once.
            if one.poll().is_pending() {
                one.woken().await;
            }
        }
        soon(session.close()).await?;
        drop(waiting);
        if !other.is_closed() {
            for queue in Queue::both(&other) {
                until(async || len(&queue).await == 2).await;
                queue.holds([1, 2], "back").await;
            }
        }
        Ok(())
    }
}
