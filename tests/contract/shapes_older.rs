//! Versions tell meanings of one shape apart, and older types lead to today's.

use rediscache::{ErrorKind, Near, RedisCache, RedisQueue, RedisSession, RedisTaskQueue};
use serde::{Deserialize, Serialize};
use support::contract;

use crate::kind;
use crate::shapes::{cache, keep_by_hand, stored};

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Dollars {
    amount: u64,
}

/// What was stored before the amount had so many digits.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct FewDollars {
    amount: u32,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Cents {
    amount: u64,
}

/// Of another shape.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Price {
    cents: u64,
    currency: String,
}

impl From<u64> for Dollars {
    fn from(amount: u64) -> Self {
        Self { amount }
    }
}

impl From<Dollars> for Cents {
    fn from(dollars: Dollars) -> Self {
        Self { amount: dollars.amount * 100 }
    }
}

impl TryFrom<Cents> for Price {
    type Error = &'static str;

    fn try_from(cents: Cents) -> Result<Self, Self::Error> {
        if cents.amount == 0 {
            return Err("for nothing");
        }
        Ok(Self { cents: cents.amount, currency: "USD".to_owned() })
    }
}

fn price(cents: u64) -> Price {
    Price { cents, currency: "USD".to_owned() }
}

static CENTS: RedisCache<u64, Cents> =
    RedisCache::new("values").version(2).from_older_versions::<(u64, Dollars)>(&[1, 1]);

static PRICES: RedisCache<u64, Price> =
    RedisCache::new("values").version(3).from_older_versions::<(u64, Dollars, Cents)>(&[1, 1, 2]);

async fn older_values_are_read(session: &RedisSession) -> rediscache::Result<()> {
    cache(session).set(1, 3_u64).await?;
    cache(session).set(2, Dollars { amount: 3 }).await?;
    cache(session).set(3, FewDollars { amount: 3 }).await?;
    let (cents, prices) = (CENTS.on(session), PRICES.on(session));
    cents.set(4, Cents { amount: 300 }).await?;
    assert_eq!(cents.get_many([1, 2, 3, 4]).await?, vec![Some(Cents { amount: 300 }); 4]);
    prices.set(5, price(300)).await?;
    for key in 1..6 {
        assert_eq!(prices.get(key).await?, Some(price(300)), "{key}");
    }
    assert!(prices.compare_and_set(2, price(300), price(400)).await?);
    assert!(cents.compare_and_delete(3, Cents { amount: 300 }).await?);
    assert_eq!(prices.replace(1, price(500)).await?, Some(price(300)));
    // Of a version above, and in programs that know of no versions.
    assert_eq!(kind(cents.get(5).await), ErrorKind::Decode);
    assert_eq!(kind(cache::<Cents>(session).get(4).await), ErrorKind::Decode);
    assert_eq!(kind(cache::<Dollars>(session).get(4).await), ErrorKind::Decode);
    assert_eq!(kind(cache::<Price>(session).get(5).await), ErrorKind::Decode);
    assert_eq!(kind(RedisCache::<u64, Cents>::new("values").version(3).on(session).get(4).await), ErrorKind::Decode);
    Ok(())
}

contract! {
    async fn a_cache_reads_values_of_older_types_and_versions(session: RedisSession) -> rediscache::Result<()> {
        older_values_are_read(&session).await
    }

    async fn it_reads_those_that_were_written_by_names(session: RedisSession) -> rediscache::Result<()> {
        let amount = "{amount: u64}";
        let texts = [amount.to_owned(), format!("2: {amount}"), "{amount: u32}".to_owned()];
        for text in texts.into_iter().chain(["3: {cents: u64, currency: text}".to_owned()]) {
            keep_by_hand(&session, crate::shapes::crc32(&text), "no shape").await;
        }
        older_values_are_read(&session).await?;
        assert!(stored(&session, 4).await.starts_with(b"m|") && stored(&session, 5).await.starts_with(b"m|"));
        Ok(())
    }

    async fn queues_read_items_of_older_types_and_versions(session: RedisSession) -> rediscache::Result<()> {
        let queue = RedisQueue::<Cents>::new("queue").version(2).from_older::<(u64, Dollars)>().on(&session);
        RedisQueue::<u64>::new("queue").on(&session).put(3).await?;
        RedisQueue::<Dollars>::new("queue").on(&session).put(Dollars { amount: 3 }).await?;
        queue.put(Cents { amount: 300 }).await?;
        RedisQueue::<Cents>::new("queue").version(4).on(&session).put(Cents { amount: 300 }).await?;
        for _ in 0..3 {
            assert_eq!(queue.get().await?, Cents { amount: 300 });
        }
        assert_eq!(kind(queue.get().await), ErrorKind::Decode);

        let tasks = RedisTaskQueue::<Cents>::new("tasks").version(2).from_older::<(u64, Dollars)>().on(&session);
        RedisTaskQueue::<u64>::new("tasks").on(&session).put(3).await?;
        RedisTaskQueue::<Dollars>::new("tasks").on(&session).put(Dollars { amount: 3 }).await?;
        tasks.put(Cents { amount: 300 }).await?;
        let mut held = Vec::new();
        for _ in 0..3 {
            let task = tasks.get().await?;
            assert_eq!(*task, Cents { amount: 300 });
            held.push(task);
        }
        assert_eq!(tasks.pending().await?, vec![Cents { amount: 300 }; 3]);
        for _ in 0..3 {
            tasks.reschedule_pending(Cents { amount: 300 }).await?;
        }
        assert_eq!(kind(tasks.reschedule_pending(Cents { amount: 300 }).await), ErrorKind::TaskNotPending);
        Ok(())
    }

    async fn rewriting_brings_older_versions_up(session: RedisSession) -> rediscache::Result<()> {
        cache(&session).set(1, 3_u64).await?;
        cache(&session).set(2, Dollars { amount: 3 }).await?;
        cache(&session).set(3, Dollars { amount: 0 }).await?;
        let prices = PRICES.on(&session);
        for rewritten in [2, 0] {
            let done = prices.rewrite().await?;
            assert_eq!((done.read, done.rewritten, done.unreadable), (3, rewritten, 1), "one turns into nothing");
        }
        let none_older = RedisCache::<u64, Price>::new("values").version(3).on(&session);
        assert_eq!(none_older.get_many([1, 2]).await?, vec![Some(price(300)); 2]);
        assert_eq!(kind(none_older.get(3).await), ErrorKind::Decode);
        Ok(())
    }

    async fn numbers_have_no_version(session: RedisSession) -> rediscache::Result<()> {
        let numbers = RedisCache::<u64, u64>::new("numbers").version(2).on(&session);
        assert_eq!(kind(numbers.set(1, 1).await), ErrorKind::Config);
        assert_eq!(numbers.len().await?, 0);
        Ok(())
    }

    async fn faults_are_told_at_use(session: RedisSession) -> rediscache::Result<()> {
        let faulty = [
            cache::<Cents>(&session).version(0),
            cache::<Cents>(&session).from_older::<(Dollars,)>(),
            cache::<Cents>(&session).version(2).from_older_versions::<(Dollars,)>(&[2]),
            cache::<Cents>(&session).version(2).from_older_versions::<(Dollars,)>(&[3]),
            cache::<Cents>(&session).version(2).from_older_versions::<(Dollars,)>(&[0]),
        ];
        for (n, cache) in faulty.into_iter().enumerate() {
            assert_eq!(kind(cache.set(1, Cents { amount: 1 }).await), ErrorKind::Config, "{n}");
            assert_eq!(kind(cache.get(1).await), ErrorKind::Config, "{n}");
            assert_eq!(kind(cache.rewrite().await), ErrorKind::Config, "{n}");
        }
        let queue = RedisQueue::<Cents>::new("queue").from_older::<(Dollars,)>().on(&session);
        assert_eq!(kind(queue.try_get().await), ErrorKind::Config);
        let tasks = RedisTaskQueue::<Cents>::new("tasks").version(0).on(&session);
        assert_eq!(kind(tasks.put(Cents { amount: 1 }).await), ErrorKind::Config);
        Ok(())
    }

    async fn near_caches_of_other_meanings_keep_their_own(session: RedisSession) -> rediscache::Result<()> {
        cache(&session).set(1, Dollars { amount: 3 }).await?;
        let near = |cache: RedisCache<u64, Cents>| cache.near(Near::tracking()).on(&session);
        let plain = near(RedisCache::new("values"));
        let cents = near(CENTS.clone());
        let other = near(RedisCache::new("values").version(2).from_older::<(Dollars,)>());
        let unversioned = near(RedisCache::new("values").version(2));
        let forgiving = near(RedisCache::new("values").version(2).unreadable_as_absent());
        let hits = |cache: &RedisCache<u64, Cents>| cache.near_stats().hits();
        for _ in 0..20 {
            assert_eq!(plain.get(1).await?, Some(Cents { amount: 3 }));
            assert_eq!(cents.get(1).await?, Some(Cents { amount: 300 }));
            assert_eq!(other.get(1).await?, Some(Cents { amount: 300 }));
            assert_eq!(kind(unversioned.get(1).await), ErrorKind::Decode);
            assert_eq!(forgiving.get(1).await?, None);
        }
        crate::queue_kind::until(async || plain.get(1).await.is_ok() && hits(&plain) > 0).await;
        crate::queue_kind::until(async || cents.get(1).await.is_ok() && hits(&cents) > 0).await;
        assert_eq!((plain.get(1).await?, cents.get(1).await?), (Some(Cents { amount: 3 }), Some(Cents { amount: 300 })));
        Ok(())
    }
}
