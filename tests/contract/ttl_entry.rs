//! Entries that live for a time: what each call does with what it finds.

use std::time::Duration;

use futures_util::TryStreamExt;
use rediscache::{ErrorKind, RedisCache, RedisSession, RedisTtlCache};
use support::contract;

use crate::kind;

const HOUR: Duration = Duration::from_secs(3600);
const MINUTE: Duration = Duration::from_secs(60);

fn counts(session: &RedisSession) -> RedisTtlCache<u64, i64> {
    RedisTtlCache::new("pages", MINUTE).stale(HOUR).on(session)
}

/// What a key may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    Nothing,
    /// A hash, as the lease of who loads is one.
    Lease,
    Stale,
    Fresh,
}

const ALL: [Held; 4] = [Held::Nothing, Held::Lease, Held::Stale, Held::Fresh];

/// Makes entry 1 hold this: where it is a value, the number 7.
async fn hold(held: Held, session: &RedisSession) {
    let counts = counts(session);
    counts.delete(1).await.unwrap();
    match held {
        Held::Nothing => {}
        Held::Lease => {
            let lease = RedisCache::<String, String>::new("pages:i|1").on(session);
            lease.set("token", "of a loader").await.unwrap();
            lease.set_expiry(MINUTE).await.unwrap();
        }
        Held::Stale => {
            counts.set_for(1, 7, Duration::from_millis(1)).await.unwrap();
            until_absent(&counts).await;
        }
        Held::Fresh => counts.set(1, 7).await.unwrap(),
    }
}

async fn until_absent(counts: &RedisTtlCache<u64, i64>) {
    let wait = async {
        while counts.contains(1).await.unwrap() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait).await.unwrap();
}

/// What is stored at all, stale or not.
async fn stored(session: &RedisSession) -> Option<i64> {
    RedisTtlCache::<u64, i64>::new("pages", MINUTE).on(session).get(1).await.unwrap()
}

pub(crate) fn is_about(left: Option<Duration>, whole: Duration) -> bool {
    left.is_some_and(|left| left <= whole && left + MINUTE / 2 > whole)
}

contract! {
    async fn reads_see_what_is_fresh_and_nothing_else(session: RedisSession) -> rediscache::Result<()> {
        let counts = counts(&session);
        for held in ALL {
            hold(held, &session).await;
            let value = (held == Held::Fresh).then_some(7);
            for _ in 0..2 {
                assert_eq!(counts.get(1).await?, value, "{held:?}");
                assert_eq!(counts.get_or(1, 9).await?, value.unwrap_or(9), "{held:?}");
                assert_eq!(counts.get_many([2, 1, 1]).await?, [None, value, value], "{held:?}");
                assert_eq!(counts.contains(1).await?, value.is_some(), "{held:?}");
                assert_eq!(is_about(counts.expiry(1).await?, MINUTE), value.is_some(), "{held:?}");
                let entries: Vec<_> = counts.scan().try_collect().await?;
                assert!(entries.into_iter().eq(value.map(|value| (1, value))), "{held:?}");
            }
        }
        Ok(())
    }

    async fn a_value_without_stale_or_with_idle_is_seen_and_a_lease_is_not(session: RedisSession) -> rediscache::Result<()> {
        let plain = RedisTtlCache::<u64, i64>::new("pages", MINUTE).on(&session);
        let idle = plain.clone().idle(MINUTE);
        for cache in [plain, idle] {
            for held in [Held::Nothing, Held::Lease, Held::Fresh] {
                hold(held, &session).await;
                let value = (held == Held::Fresh).then_some(7);
                assert_eq!(cache.get(1).await?, value, "{held:?}");
                assert_eq!(cache.get_many([1, 2]).await?, [value, None], "{held:?}");
                assert_eq!(cache.contains(1).await?, value.is_some(), "{held:?}");
                assert_eq!(cache.expiry(1).await?.is_some(), value.is_some(), "{held:?}");
                assert_eq!(cache.delete(1).await?, value.is_some(), "{held:?}");
                assert_eq!(RedisCache::<String, String>::new("pages:i|1").on(&session).len().await?, 0, "{held:?}");
            }
        }
        Ok(())
    }

    async fn set_stores_whatever_was_there_and_begins_a_life(session: RedisSession) -> rediscache::Result<()> {
        let counts = counts(&session);
        for held in ALL {
            hold(held, &session).await;
            counts.set(1, 8).await?;
            assert_eq!(counts.get(1).await?, Some(8), "{held:?}");
            assert!(is_about(counts.expiry(1).await?, MINUTE), "{held:?}");

            hold(held, &session).await;
            counts.set_for(1, 9, 2 * MINUTE).await?;
            assert_eq!(counts.get(1).await?, Some(9), "{held:?}");
            assert!(is_about(counts.expiry(1).await?, 2 * MINUTE), "{held:?}");

            hold(held, &session).await;
            counts.set_many([(1, 5), (2, 6), (1, 10)]).await?;
            assert_eq!(counts.get_many([1, 2]).await?, [Some(10), Some(6)], "the later wins: {held:?}");
            assert!(is_about(counts.expiry(1).await?, MINUTE), "{held:?}");
        }
        Ok(())
    }

    async fn set_if_absent_stores_where_nothing_fresh_is(session: RedisSession) -> rediscache::Result<()> {
        let counts = counts(&session);
        for held in ALL {
            hold(held, &session).await;
            let is_absent = held != Held::Fresh;
            assert_eq!(counts.set_if_absent(1, 8).await?, is_absent, "{held:?}");
            assert_eq!(counts.get(1).await?, Some(if is_absent { 8 } else { 7 }), "{held:?}");
            assert!(is_about(counts.expiry(1).await?, MINUTE), "{held:?}");
            assert!(!counts.set_if_absent(1, 9).await?, "{held:?}");
        }
        Ok(())
    }

    async fn what_removes_removes_all_and_tells_of_what_is_fresh(session: RedisSession) -> rediscache::Result<()> {
        let counts = counts(&session);
        for held in ALL {
            let is_fresh = held == Held::Fresh;
            for way in 0..3 {
                hold(held, &session).await;
                let told = match way {
                    0 => counts.delete(1).await?,
                    1 => counts.delete_many([1, 2, 1]).await? == 1,
                    _ => counts.pop(1).await? == Some(7),
                };
                assert_eq!(told, is_fresh, "{held:?} by {way}");
                assert_eq!(stored(&session).await, None, "{held:?} by {way}");
                assert_eq!(RedisCache::<String, String>::new("pages:i|1").on(&session).len().await?, 0, "{held:?} by {way}");
            }
        }
        Ok(())
    }

    async fn replace_gives_back_what_is_fresh(session: RedisSession) -> rediscache::Result<()> {
        let counts = counts(&session);
        for held in ALL {
            hold(held, &session).await;
            assert_eq!(counts.replace(1, 8).await?, (held == Held::Fresh).then_some(7), "{held:?}");
            assert_eq!(counts.get(1).await?, Some(8), "{held:?}");
            assert!(is_about(counts.expiry(1).await?, MINUTE), "{held:?}");
        }
        Ok(())
    }

    async fn only_what_is_fresh_is_equal_to_anything(session: RedisSession) -> rediscache::Result<()> {
        let counts = counts(&session);
        for held in ALL {
            let is_fresh = held == Held::Fresh;
            hold(held, &session).await;
            assert!(!counts.compare_and_set(1, 6, 8).await?, "{held:?}");
            assert!(!counts.compare_and_delete(1, 6).await?, "{held:?}");
            assert_eq!(counts.compare_and_set(1, 7, 8).await?, is_fresh, "{held:?}");
            assert_eq!(counts.get(1).await?, is_fresh.then_some(8), "{held:?}");
            hold(held, &session).await;
            assert_eq!(counts.compare_and_delete(1, 7).await?, is_fresh, "{held:?}");
            assert_eq!(counts.get(1).await?, None, "{held:?}");
        }
        Ok(())
    }

    async fn compare_and_set_begins_a_life(session: RedisSession) -> rediscache::Result<()> {
        let counts = counts(&session);
        counts.set_for(1, 7, 3 * MINUTE).await?;
        assert!(counts.compare_and_set(1, 7, 7).await?);
        assert!(is_about(counts.expiry(1).await?, MINUTE));
        Ok(())
    }

    async fn increment_begins_a_life_or_keeps_the_one_there_is(session: RedisSession) -> rediscache::Result<()> {
        let plain = RedisTtlCache::<u64, i64>::new("pages", MINUTE).on(&session);
        for counts in [counts(&session), plain] {
            for held in ALL.into_iter().filter(|held| *held != Held::Stale) {
                hold(held, &session).await;
                let is_fresh = held == Held::Fresh;
                if is_fresh {
                    assert!(counts.expire(1, 3 * MINUTE).await?);
                }
                assert_eq!(counts.increment(1, 2).await?, if is_fresh { 9 } else { 2 }, "{held:?}");
                let whole = if is_fresh { 3 * MINUTE } else { MINUTE };
                assert!(is_about(counts.expiry(1).await?, whole), "{held:?}");
                assert_eq!(counts.decrement(1, 5).await?, if is_fresh { 4 } else { -3 }, "{held:?}");
                assert!(is_about(counts.expiry(1).await?, whole), "{held:?}");
            }
        }
        let counts = counts(&session);
        hold(Held::Stale, &session).await;
        assert_eq!(counts.increment(1, 2).await?, 2);
        assert!(is_about(counts.expiry(1).await?, MINUTE));
        Ok(())
    }

    async fn an_increment_that_is_refused_changes_nothing(session: RedisSession) -> rediscache::Result<()> {
        let counts = RedisTtlCache::<u64, u8>::new("counts", MINUTE).on(&session);
        counts.set(1, 250).await?;
        assert_eq!(kind(counts.increment(1, 6).await), ErrorKind::Overflow);
        assert_eq!(counts.get(1).await?, Some(250));
        assert_eq!(kind(counts.decrement(2, 1).await), ErrorKind::Overflow);
        assert!(!counts.contains(2).await?);
        RedisTtlCache::<u64, String>::new("counts", MINUTE).on(&session).set(3, "three").await?;
        assert_eq!(kind(counts.increment(3, 1).await), ErrorKind::NotANumber);
        RedisTtlCache::<u64, f64>::new("counts", MINUTE).on(&session).set(4, 1.5).await?;
        assert_eq!(kind(counts.increment(4, 1).await), ErrorKind::Decode);
        Ok(())
    }

    async fn counting_is_exact_at_every_size(session: RedisSession) -> rediscache::Result<()> {
        let wide = RedisTtlCache::<u64, u128>::new("wide", MINUTE).on(&session);
        wide.set(1, u128::MAX - 1).await?;
        assert_eq!(wide.increment(1, 1).await?, u128::MAX);
        let longs = RedisTtlCache::<u64, i64>::new("longs", MINUTE).on(&session);
        longs.set(1, i64::MAX).await?;
        assert_eq!(longs.decrement(1, 1).await?, i64::MAX - 1);
        let floats = RedisTtlCache::<u64, f64>::new("floats", MINUTE).on(&session);
        assert_eq!(floats.increment(1, 0.1).await?, 0.1);
        assert_eq!(floats.increment(1, 0.2).await?, 0.1 + 0.2);
        Ok(())
    }

    async fn touch_and_expire_concern_what_is_fresh(session: RedisSession) -> rediscache::Result<()> {
        let counts = counts(&session);
        for held in ALL {
            let is_fresh = held == Held::Fresh;
            hold(held, &session).await;
            assert_eq!(counts.expire(1, 5 * MINUTE).await?, is_fresh, "{held:?}");
            assert_eq!(is_about(counts.expiry(1).await?, 5 * MINUTE), is_fresh, "{held:?}");
            assert_eq!(counts.touch(1).await?, is_fresh, "{held:?}");
            assert_eq!(is_about(counts.expiry(1).await?, MINUTE), is_fresh, "{held:?}");
            assert_eq!(counts.get(1).await?, is_fresh.then_some(7), "{held:?}");
        }
        Ok(())
    }
}
