//! Locks: one holder at a time, and what becomes of what is not held any more.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use rediscache::{ErrorKind, LockGuard, RedisCache, RedisLock, RedisNamespaced, RedisSession};
use support::{contract, within_polls};

use crate::queue_kind::abandon;

const HOUR: Duration = Duration::from_secs(3600);
const SHORT: Duration = Duration::from_millis(30);

#[derive(RedisNamespaced)]
struct Shop {
    #[rediscache(lease = "1h", max_hold = "20ms")]
    orders: RedisLock<u64>,
}

/// Who is not told waits longer than any test.
fn orders(session: &RedisSession) -> RedisLock<u64> {
    RedisLock::new("orders").lease(HOUR).on(session)
}

async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), future).await.expect("nobody waits for so long")
}

async fn taken(orders: &RedisLock<u64>) -> rediscache::Result<LockGuard> {
    Ok(orders.try_acquire(7).await?.expect("nobody holds it"))
}

contract! {
    async fn one_has_it_at_a_time(session: RedisSession) -> rediscache::Result<()> {
        let (orders, inside, served) = (orders(&session), Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
        let work = |orders: RedisLock<u64>, inside: Arc<AtomicU64>, served: Arc<AtomicU64>| async move {
            for _ in 0..10 {
                let order = soon(orders.acquire(7)).await?;
                assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "another is inside");
                tokio::task::yield_now().await;
                inside.fetch_sub(1, Ordering::SeqCst);
                served.fetch_add(1, Ordering::SeqCst);
                order.release().await?;
            }
            rediscache::Result::Ok(())
        };
        let tasks: Vec<_> = (0..8)
            .map(|_| tokio::spawn(work(orders.clone(), Arc::clone(&inside), Arc::clone(&served))))
            .collect();
        for task in tasks {
            task.await.unwrap()?;
        }
        assert_eq!(served.load(Ordering::SeqCst), 80);
        Ok(())
    }

    async fn each_key_is_a_lock_of_its_own(session: RedisSession) -> rediscache::Result<()> {
        let orders = orders(&session);
        let (one, other) = (orders.try_acquire(1).await?, orders.try_acquire(2).await?);
        assert!(one.is_some() && other.is_some());
        assert!(orders.try_acquire(1).await?.is_none());
        Ok(())
    }

    async fn the_fence_grows_with_every_holder(session: RedisSession) -> rediscache::Result<()> {
        let (orders, mut last) = (orders(&session), 0);
        for _ in 0..50 {
            let order = soon(orders.acquire(7)).await?;
            assert!(order.fence() > last, "{} after {last}", order.fence());
            last = order.fence();
            order.release().await?;
        }
        Ok(())
    }

    async fn those_who_wait_have_it_in_order_and_one_who_left_holds_up_nobody(
        session: RedisSession
    ) -> rediscache::Result<()> {
        let orders = orders(&session);
        let order = taken(&orders).await?;
        let (sender, mut served) = tokio::sync::mpsc::unbounded_channel();
        let mut waiting = Vec::new();
        for n in 0..10 {
            let (acquire, sender) = (orders.acquire(7), sender.clone());
            waiting.push(tokio::spawn(async move {
                let order = acquire.await.unwrap();
                sender.send(n).unwrap();
                order.release().await.unwrap();
            }));
            // The task runs, and waits.
            tokio::task::yield_now().await;
        }
        waiting[4].abort();
        drop(sender);
        order.release().await?;
        let mut order = Vec::new();
        while let Some(n) = soon(served.recv()).await {
            order.push(n);
        }
        assert_eq!(order, [0, 1, 2, 3, 5, 6, 7, 8, 9]);
        Ok(())
    }

    async fn a_dropped_guard_lets_it_go(session: RedisSession) -> rediscache::Result<()> {
        let orders = orders(&session);
        let order = taken(&orders).await?;
        let waiting = tokio::spawn(orders.acquire(7));
        tokio::task::yield_now().await;
        drop(order);
        soon(waiting).await.unwrap()?.release().await?;
        Ok(())
    }

    async fn a_wait_with_a_limit_ends_with_it(session: RedisSession) -> rediscache::Result<()> {
        let orders = orders(&session);
        let order = taken(&orders).await?;
        assert!(soon(orders.acquire_timeout(7, SHORT)).await?.is_none());
        let waiting = tokio::spawn(orders.acquire_timeout(7, HOUR));
        tokio::task::yield_now().await;
        order.release().await?;
        assert!(soon(waiting).await.unwrap()?.is_some());
        Ok(())
    }

    async fn what_is_renewed_is_held_for_longer_than_its_lease(session: RedisSession) -> rediscache::Result<()> {
        let orders = RedisLock::<u64>::new("orders").lease(Duration::from_secs(1)).on(&session);
        let order = taken(&orders).await?;
        tokio::time::sleep(Duration::from_millis(2500)).await;
        assert!(order.is_held());
        assert!(orders.try_acquire(7).await?.is_none());
        order.release().await?;
        Ok(())
    }

    async fn it_is_lost_after_its_longest_time_and_another_has_it(session: RedisSession) -> rediscache::Result<()> {
        let orders = Shop::orders().on(&session);
        let order = taken(&orders).await?;
        let error = soon(order.run(async |_| std::future::pending::<()>().await)).await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::LeaseLost, "run"));
        assert_eq!(error.namespace(), Some("Shop.orders"));
        assert!(!order.is_held());
        soon(order.lost()).await;
        let next = soon(orders.acquire(7)).await?;
        assert!(next.fence() > order.fence());
        // It frees no successor's.
        assert_eq!(order.release().await.unwrap_err().kind(), ErrorKind::LeaseLost);
        Ok(())
    }

    async fn what_is_lost_and_dropped_frees_no_successors(session: RedisSession) -> rediscache::Result<()> {
        let orders = orders(&session);
        let order = taken(&orders.clone().max_hold(SHORT)).await?;
        let next = soon(orders.acquire(7)).await?;
        drop(order);
        // What is let go in the background has been by the time of this.
        orders.try_acquire(8).await?;
        assert!(orders.try_acquire(7).await?.is_none());
        assert!(next.is_held());
        Ok(())
    }

    async fn work_is_told_the_fence_and_gives_what_it_makes(session: RedisSession) -> rediscache::Result<()> {
        let order = taken(&orders(&session)).await?;
        assert_eq!(order.run(async |fence| fence + 1).await?, order.fence() + 1);
        let made = tokio::spawn(async move { order.run(async |_| "made").await });
        assert_eq!(made.await.unwrap()?, "made");
        Ok(())
    }

    async fn a_dropped_call_leaves_nothing_held(session: RedisSession) -> rediscache::Result<()> {
        let orders = orders(&session);
        for polls in 0..40 {
            // What was taken for it is let go with it, or in the background.
            drop(within_polls(polls, orders.acquire(7)).await);
            drop(within_polls(polls, orders.try_acquire(7)).await);
            drop(within_polls(polls, orders.acquire_timeout(7, HOUR)).await);
            soon(orders.acquire(7)).await?.release().await?;
        }
        Ok(())
    }

    async fn a_dropped_wait_leaves_nothing_held(session: RedisSession) -> rediscache::Result<()> {
        let orders = orders(&session);
        for (polls, steps) in (1..=3).flat_map(|polls| [0, 1, 2, 3, 5, 10, 25, 60, 150].map(|steps| (polls, steps))) {
            let order = soon(orders.acquire(7)).await?;
            let waiting = tokio::spawn(orders.acquire(7));
            tokio::task::yield_now().await;
            drop(abandon(orders.acquire(7), polls, steps).await);
            order.release().await?;
            // It is on its way to who waits, and is not wanted any more.
            drop(abandon(orders.acquire(7), polls, steps).await);
            waiting.abort();
            drop(waiting);
            soon(orders.acquire(7)).await?.release().await?;
        }
        Ok(())
    }

    async fn a_wait_and_a_guard_end_with_the_session(session: RedisSession) -> rediscache::Result<()> {
        let orders = orders(&session);
        let order = taken(&orders).await?;
        let (waiting, lost) = (tokio::spawn(orders.acquire(7)), order.lost());
        tokio::task::yield_now().await;
        session.close().await?;
        assert_eq!(soon(waiting).await.unwrap().unwrap_err().kind(), ErrorKind::Closed);
        soon(lost).await;
        Ok(())
    }

    /// Who waits for its loss does not keep it.
    async fn a_guard_that_is_gone_is_not_renewed(session: RedisSession) -> rediscache::Result<()> {
        let order = taken(&orders(&session).lease(Duration::from_secs(3600))).await?;
        let lost = order.lost();
        drop(order);
        soon(lost).await;
        Ok(())
    }

    async fn what_others_put_there_is_left_as_it_is(session: RedisSession) -> rediscache::Result<()> {
        let topics = rediscache::RedisQueue::<u64>::new("orders:i|7").on(&session);
        topics.put(1).await?;
        let error = orders(&session).try_acquire(7).await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::WrongType, "try_acquire"));
        assert_eq!(topics.len().await?, 1);
        Ok(())
    }

    async fn a_lease_of_nothing_is_refused_at_use(session: RedisSession) -> rediscache::Result<()> {
        for lock in [orders(&session).lease(Duration::ZERO), orders(&session).max_hold(Duration::ZERO)] {
            assert_eq!(lock.acquire(7).await.unwrap_err().kind(), ErrorKind::Config);
        }
        let lasting = orders(&session).lease(Duration::MAX).max_hold(Duration::MAX);
        assert!(taken(&lasting).await?.is_held());
        Ok(())
    }

    async fn a_thousand_wait_and_each_has_it_once(session: RedisSession) -> rediscache::Result<()> {
        let (orders, counts) = (orders(&session), RedisCache::<u8, u64>::new("counts").on(&session));
        let order = taken(&orders).await?;
        let count = |orders: RedisLock<u64>, counts: RedisCache<u8, u64>| async move {
            let order = orders.acquire(7).await?;
            // Not atomic, but for the lock.
            let before = counts.get_or(0, 0).await?;
            counts.set(0, before + 1).await?;
            order.release().await
        };
        let tasks: Vec<_> = (0..1000).map(|_| tokio::spawn(count(orders.clone(), counts.clone()))).collect();
        tokio::task::yield_now().await;
        order.release().await?;
        for task in tasks {
            soon(task).await.unwrap()?;
        }
        assert_eq!(counts.get(0).await?, Some(1000));
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn a_process_that_stands_still_loses_it_with_its_lease() -> rediscache::Result<()> {
    let session = RedisSession::in_memory();
    let lock = RedisLock::<u64>::new("orders").lease(Duration::from_secs(30)).on(&session);
    let order = taken(&lock).await?;
    // No task runs meanwhile, so that nothing is renewed.
    tokio::time::advance(Duration::from_secs(31)).await;
    assert!(!order.is_held());
    assert!(order.run(async |_| ()).await.is_err(), "it knows without asking");
    Ok(())
}
