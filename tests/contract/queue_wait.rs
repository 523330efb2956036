use std::time::Duration;

use rediscache::{RedisQueue, RedisSession};
use support::contract;

use crate::queue_kind::{ByHand, Queue, Waiting, Way, soon, turns};
use crate::queue_store::{WAITING, another};

const HOUR: Duration = Duration::from_secs(3600);

fn jobs(session: &RedisSession) -> RedisQueue<u64> {
    RedisQueue::new("jobs").on(session)
}

/// Lets each in turn ask, and wait.
async fn in_line<T: 'static>(futures: impl IntoIterator<Item = Waiting<T>>) -> Vec<ByHand<T>> {
    let mut line = Vec::new();
    for future in futures {
        let mut one = ByHand::new(future);
        assert!(one.poll().is_pending());
        turns(2).await;
        line.push(one);
    }
    line
}

contract! {
    async fn those_who_wait_are_served_in_order(session: RedisSession) {
        for queue in Queue::both(&session) {
            let line = in_line((0..50).map(|_| queue.ask(Way::Get))).await;
            queue.put_many(0..50).await;
            for (place, one) in line.into_iter().enumerate() {
                let got = soon(one.finish()).await.unwrap().unwrap();
                assert_eq!(got.settle().await as usize, place);
            }
        }
    }

    async fn items_put_one_by_one_go_to_those_who_waited_longest(session: RedisSession) {
        for queue in Queue::both(&session) {
            let line = in_line((0..10).map(|_| queue.ask(Way::Stream))).await;
            for (place, one) in (0..).zip(line) {
                queue.put_many([place]).await;
                assert_eq!(soon(one.finish()).await.unwrap().unwrap().settle().await, place);
            }
        }
    }

    /// However they ask, and whether or not they have looked once before.
    async fn all_ways_of_waiting_stand_in_one_line(session: RedisSession) {
        for queue in Queue::both(&session) {
            let asked = WAITING.into_iter().cycle().take(30).map(|way| queue.ask(way));
            let mut line: Vec<_> = asked.map(ByHand::new).collect();
            for one in &mut line {
                assert!(one.poll().is_pending());
            }
            // Each goes on waiting when its first look found nothing.
            turns(200).await;
            for one in line.iter_mut().filter(|one| one.is_woken()) {
                assert!(one.poll().is_pending());
            }
            turns(2).await;
            queue.put_many(0..30).await;
            for (place, one) in (0..).zip(line) {
                let got = soon(one.finish()).await.unwrap().unwrap();
                assert_eq!(got.settle().await, place, "{queue:?}");
            }
        }
    }

    /// Of more than are looked for at one time.
    async fn who_does_not_wait_is_told_behind_a_long_line(session: RedisSession) {
        for queue in Queue::both(&session) {
            let mut line: Vec<_> = (0..300).map(|_| ByHand::new(queue.ask(Way::Get))).collect();
            line.iter_mut().for_each(|one| assert!(one.poll().is_pending()));
            for way in [Way::TryGet, Way::Drain] {
                assert!(soon(queue.ask(way)).await.unwrap().is_none(), "{queue:?} {way:?}");
            }
            queue.put_many(0..300).await;
            for (place, one) in (0..).zip(line) {
                assert_eq!(soon(one.finish()).await.unwrap().unwrap().settle().await, place);
            }
        }
    }

    async fn one_who_left_is_passed_over(session: RedisSession) {
        for queue in Queue::both(&session) {
            let mut line = in_line((0..9).map(|_| queue.ask(Way::Get))).await;
            for gone in [8, 4, 3, 0] {
                drop(line.remove(gone));
            }
            queue.put_many(0..5).await;
            for (place, one) in (0..).zip(line) {
                assert_eq!(soon(one.finish()).await.unwrap().unwrap().settle().await, place);
            }
            queue.holds([], "after those who stayed").await;
        }
    }

    async fn one_who_does_not_wait_gets_nothing_before_those_who_do(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        let mut line = in_line([jobs.get(), jobs.get()].map(|get| -> Waiting<_> { Box::pin(get) })).await;
        jobs.put(1).await?;
        assert_eq!(jobs.try_get().await?, None);
        assert_eq!(soon(line.remove(0).finish()).await?, 1);
        drop(line);
        jobs.put(2).await?;
        assert_eq!(jobs.try_get().await?, Some(2), "nobody waits any more");
        Ok(())
    }

    async fn an_item_from_another_session_wakes(session: RedisSession) {
        let other = another(&session).await;
        for (queue, theirs) in Queue::both(&session).into_iter().zip(Queue::both(&other)) {
            let line = in_line([queue.ask(Way::Get), queue.ask(Way::Stream)]).await;
            theirs.put_many([1, 2]).await;
            for (item, one) in (1..).zip(line) {
                assert_eq!(soon(one.finish()).await.unwrap().unwrap().settle().await, item);
            }
        }
    }

    async fn a_thousand_who_wait_get_one_each(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        let waiting: Vec<_> = (0..1_000).map(|_| tokio::spawn(jobs.get())).collect();
        for item in 0..10 {
            jobs.put(item).await?;
        }
        jobs.put_many(10..1_000).await?;
        let mut items = Vec::new();
        for one in waiting {
            items.push(soon(one).await.unwrap()?);
        }
        items.sort_unstable();
        assert_eq!(items, (0..1_000).collect::<Vec<u64>>());
        assert!(jobs.is_empty().await?);
        Ok(())
    }

    async fn waiting_holds_nobody_up(session: RedisSession) -> rediscache::Result<()> {
        let jobs = jobs(&session);
        let waiting = tokio::spawn(jobs.get());
        let queue = |n| RedisQueue::<u64>::with_namespace(format!("idle.{n}")).on(&session);
        let queues: Vec<_> = (0..20).map(queue).collect();
        let idle: Vec<_> = queues.iter().map(|queue| tokio::spawn(queue.get_timeout(HOUR))).collect();
        turns(100).await;
        assert_eq!(jobs.len().await?, 0);
        for queue in &queues {
            assert_eq!(queue.try_get().await?, None);
            queue.put(7).await?;
        }
        jobs.put(1).await?;
        assert_eq!(soon(waiting).await.unwrap()?, 1);
        for one in idle {
            assert_eq!(soon(one).await.unwrap()?, Some(7));
        }
        Ok(())
    }
}

/// The server would take seconds; the embedded store's clock does not.
#[tokio::test(start_paused = true)]
async fn the_embedded_store_waits_as_long_as_it_takes() -> rediscache::Result<()> {
    let jobs = jobs(&RedisSession::in_memory());
    let started = tokio::time::Instant::now();
    assert_eq!(jobs.get_timeout(HOUR).await?, None);
    assert_eq!(started.elapsed(), HOUR);

    let waiting = tokio::spawn(jobs.get());
    tokio::time::sleep(24 * HOUR).await;
    assert!(!waiting.is_finished());
    jobs.put(1).await?;
    assert_eq!(waiting.await.unwrap()?, 1);
    Ok(())
}
