//! Stale values, loads ahead of the end, and loaders that fail where there is something else to give.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use rediscache::{RedisSession, RedisTtlCache};
use support::contract;

const HOUR: Duration = Duration::from_secs(3600);

type Counts = RedisTtlCache<u64, u64>;

/// Waits until it holds.
async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let waited = async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), waited).await.expect(what);
}

contract! {
    async fn of_many_that_are_asked_for_at_once_each_is_fresh_or_stale_by_itself(session: RedisSession) -> rediscache::Result<()> {
        const KEYS: u64 = 40;
        let counts = Counts::new("counts", HOUR).stale(HOUR).on(&session);
        counts.set_many((0..KEYS).map(|key| (key, key))).await?;
        for key in (0..KEYS).step_by(3) {
            counts.set_for(key, key, Duration::from_millis(1)).await?;
        }
        until("they are stale", async || !counts.contains(KEYS - 1).await.unwrap()).await;
        let absent = KEYS + 7;
        let read = join_all((0..KEYS).chain([absent]).chain(0..KEYS).map(|key| counts.get(key))).await;
        for (key, read) in (0..KEYS).chain([absent]).chain(0..KEYS).zip(read) {
            assert_eq!(read?, (key != absent && key % 3 != 0).then_some(key), "{key}");
        }
        assert_eq!(counts.get_many([1, 3, absent, 4]).await?, [Some(1), None, None, Some(4)]);
        let asked = join_all((0..KEYS).map(|key| counts.get_or_load(key, move || async move { Ok::<_, Infallible>(key + 100) }))).await;
        for (key, value) in (0..KEYS).zip(asked) {
            let value = value.unwrap();
            assert!(value == key || key % 3 == 0 && value == key + 100, "{key}: {value}");
        }
        until("all that were stale were loaded", async || {
            let read = counts.get_many(0..KEYS).await.unwrap();
            (0..KEYS).zip(read).all(|(key, read)| read == Some(if key % 3 == 0 { key + 100 } else { key }))
        }).await;
        Ok(())
    }

    async fn a_stale_value_is_given_at_once_and_loaded_anew_by_one(session: RedisSession) -> rediscache::Result<()> {
        let counts = Counts::new("counts", Duration::from_millis(5)).stale(HOUR).on(&session);
        let long = Counts::new("counts", HOUR).stale(HOUR).on(&session);
        counts.set(1, 9).await?;
        until("it is stale", async || !counts.contains(1).await.unwrap()).await;
        assert_eq!((long.get(1).await?, long.expiry(1).await?), (None, None));
        let asked = Arc::new(AtomicU64::new(0));
        let ask = || {
            let asked = Arc::clone(&asked);
            long.get_or_load(1, move || async move {
                tokio::time::sleep(Duration::from_millis(20)).await;
                Ok::<_, Infallible>(100 + asked.fetch_add(1, Ordering::SeqCst))
            })
        };
        for _ in 0..10 {
            let value = ask().await.unwrap();
            assert!(value == 9 || value == 100, "{value}");
        }
        until("it was loaded", async || long.get(1).await.unwrap() == Some(100)).await;
        assert_eq!(ask().await.unwrap(), 100);
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        assert!(long.stats().stale() > 0);
        Ok(())
    }

    async fn a_loader_that_fails_leaves_a_stale_value_and_is_not_asked_again_for_a_while(session: RedisSession) -> rediscache::Result<()> {
        let pause = Duration::from_millis(200);
        let counts = Counts::new("counts", Duration::from_millis(1)).stale(HOUR).retry_after(pause).on(&session);
        counts.set(1, 9).await?;
        until("it is stale", async || !counts.contains(1).await.unwrap()).await;
        let asked = Arc::new(AtomicU64::new(0));
        let ask = || {
            let asked = Arc::clone(&asked);
            counts.get_or_load(1, move || async move {
                asked.fetch_add(1, Ordering::SeqCst);
                Err::<u64, _>("down")
            })
        };
        let began = tokio::time::Instant::now();
        let mut times = Vec::new();
        while times.len() < 3 {
            let before = asked.load(Ordering::SeqCst);
            assert_eq!(ask().await.unwrap(), 9);
            tokio::time::sleep(Duration::from_millis(2)).await;
            if asked.load(Ordering::SeqCst) > before {
                times.push(began.elapsed());
            }
        }
        assert!(times[1] - times[0] >= pause - Duration::from_millis(20), "{times:?}");
        assert!(times[2] - times[1] >= 2 * pause - Duration::from_millis(20), "{times:?}");
        assert_eq!(counts.stats().failures(), 3);
        // What is written has not failed yet.
        counts.set(1, 10).await?;
        until("it is stale", async || !counts.contains(1).await.unwrap()).await;
        assert_eq!(ask().await.unwrap(), 10);
        until("it was asked", async || asked.load(Ordering::SeqCst) == 4).await;
        Ok(())
    }

    async fn an_entry_near_its_end_is_loaded_ahead_and_others_are_not(session: RedisSession) -> rediscache::Result<()> {
        let counts = Counts::new("counts", HOUR).eager(0.5).on(&session);
        let slow = counts.get_or_load(2, || async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            Ok::<_, Infallible>(0)
        });
        assert_eq!(slow.await.unwrap(), 0);
        counts.set(1, 9).await?;
        for _ in 0..50 {
            let early = counts.get_or_load(1, || async { Ok::<_, Infallible>(10) });
            assert_eq!(early.await.unwrap(), 9);
        }
        assert_eq!(counts.stats().loads(), 1, "it is far from its end");
        counts.set_for(1, 9, Duration::from_millis(200)).await?;
        until("it was loaded ahead", async || {
            let value = counts.get_or_load(1, || async { Ok::<_, Infallible>(10) }).await.unwrap();
            assert!(value == 9 || value == 10);
            counts.expiry(1).await.unwrap() > Some(HOUR / 2)
        }).await;
        assert_eq!(counts.get(1).await?, Some(10));
        Ok(())
    }
}
