use std::time::{Duration, SystemTime};

use rediscache::{RedisCache, RedisSession};
use support::contract;

use crate::names;

const HOUR: Duration = Duration::from_secs(3600);

/// Waits until nothing is stored, for as long as a slow machine may take.
async fn gone(names: &RedisCache<u64, String>) -> rediscache::Result<()> {
    let limit = Duration::from_secs(20);
    let wait = async {
        while !names.is_empty().await? {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        Ok(())
    };
    tokio::time::timeout(limit, wait).await.unwrap()
}

contract! {
    async fn a_namespace_that_expires_is_gone_as_a_whole(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        names.update([(1, "one"), (2, "two")]).await?;
        assert!(names.set_expiry(Duration::from_millis(20)).await?);
        gone(&names).await?;
        assert_eq!(names.get_many([1, 2]).await?, [None, None]);
        assert_eq!(names.items().await?, []);
        assert_eq!(names.expiry().await?, None);
        assert!(!names.persist().await?);
        names.set(1, "again").await?;
        assert_eq!(names.expiry().await?, None, "what is stored later starts without");
        Ok(())
    }

    async fn a_time_that_comes_ends_the_namespace(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        names.set(1, "one").await?;
        assert!(names.set_expiry_at(SystemTime::now() + Duration::from_millis(20)).await?);
        gone(&names).await
    }

    async fn the_time_left_is_told(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        assert_eq!(names.expiry().await?, None);
        names.set(1, "one").await?;
        assert_eq!(names.expiry().await?, None);
        names.set_expiry(HOUR).await?;
        let left = names.expiry().await?.unwrap();
        assert!(left <= HOUR && left > HOUR - Duration::from_secs(60), "{left:?}");
        names.set_expiry(2 * HOUR).await?;
        assert!(names.expiry().await?.unwrap() > HOUR);
        // Each of two clocks is read to the millisecond.
        names.set_expiry_at(SystemTime::now() + HOUR).await?;
        let left = names.expiry().await?.unwrap();
        assert!(left <= HOUR + Duration::from_millis(2) && left > HOUR - Duration::from_secs(60), "{left:?}");
        Ok(())
    }

    async fn where_nothing_is_nothing_expires(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        assert!(!names.set_expiry(HOUR).await?);
        assert!(!names.set_expiry(Duration::ZERO).await?);
        assert!(!names.set_expiry_at(SystemTime::now() + HOUR).await?);
        assert!(!names.set_expiry_at(SystemTime::UNIX_EPOCH).await?);
        assert!(!names.persist().await?);
        names.set(1, "one").await?;
        assert_eq!(names.expiry().await?, None, "nothing was kept for later");
        Ok(())
    }

    async fn zero_ends_it_at_once(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        names.set(1, "one").await?;
        assert!(names.set_expiry(Duration::ZERO).await?);
        assert!(names.is_empty().await?);
        Ok(())
    }

    async fn a_time_that_is_past_ends_it_at_once(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        let now = SystemTime::now();
        let before = SystemTime::UNIX_EPOCH.checked_sub(HOUR).unwrap();
        for past in [now - Duration::from_secs(1), SystemTime::UNIX_EPOCH, before] {
            names.set(1, "one").await?;
            assert!(names.set_expiry_at(past).await?);
            assert!(names.is_empty().await?, "{past:?}");
        }
        Ok(())
    }

    /// Zero means at once, and less than a millisecond does not.
    async fn less_than_a_millisecond_is_not_zero(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        names.set(1, "one").await?;
        names.set_expiry(HOUR + Duration::from_nanos(1)).await?;
        assert!(names.expiry().await?.unwrap() <= HOUR + Duration::from_millis(1));
        assert!(names.set_expiry(Duration::from_nanos(1)).await?);
        gone(&names).await
    }

    async fn a_time_without_end_is_taken(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        names.set(1, "one").await?;
        let century = 100 * 365 * 24 * HOUR;
        for long in [century, Duration::from_millis(u64::MAX / 4), Duration::from_secs(u64::MAX), Duration::MAX] {
            assert!(names.set_expiry(long).await?, "{long:?}");
            assert!(names.expiry().await?.unwrap() >= century - HOUR, "{long:?}");
            assert_eq!(names.get(1).await?.as_deref(), Some("one"));
        }
        let last = SystemTime::UNIX_EPOCH + Duration::from_secs(i64::MAX.unsigned_abs() - 1);
        assert!(names.set_expiry_at(last).await?);
        assert!(names.expiry().await?.unwrap() >= century);
        Ok(())
    }

    async fn persist_takes_the_expiry_off(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        names.set(1, "one").await?;
        assert!(!names.persist().await?);
        names.set_expiry(HOUR).await?;
        assert!(names.persist().await?);
        assert!(!names.persist().await?);
        assert_eq!(names.expiry().await?, None);
        assert_eq!(names.get(1).await?.as_deref(), Some("one"));
        Ok(())
    }

    async fn what_is_added_shares_the_expiry(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        names.set(1, "one").await?;
        names.set_expiry(HOUR).await?;
        names.set(1, "uno").await?;
        names.set(2, "two").await?;
        names.update([(3, "three")]).await?;
        names.delete(1).await?;
        assert!(names.expiry().await?.is_some());
        Ok(())
    }

    async fn the_last_entry_takes_the_expiry_with_it(session: RedisSession) -> rediscache::Result<()> {
        let names = names(&session);
        names.set(1, "one").await?;
        names.set_expiry(HOUR).await?;
        names.delete(1).await?;
        assert_eq!(names.expiry().await?, None);
        names.set(1, "one").await?;
        assert_eq!(names.expiry().await?, None);
        Ok(())
    }

    async fn each_namespace_has_an_expiry_of_its_own(session: RedisSession) -> rediscache::Result<()> {
        let (names, others) = (names(&session), RedisCache::<u64, String>::new("others").on(&session));
        names.set(1, "one").await?;
        others.set(1, "one").await?;
        names.set_expiry(Duration::from_millis(1)).await?;
        assert_eq!(others.expiry().await?, None);
        gone(&names).await?;
        assert_eq!(others.len().await?, 1);
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn the_embedded_store_follows_the_paused_clock() -> rediscache::Result<()> {
    let names = names(&RedisSession::in_memory());
    names.update([(1, "one"), (2, "two")]).await?;
    assert!(names.set_expiry(HOUR).await?);
    assert_eq!(names.expiry().await?, Some(HOUR));
    tokio::time::advance(HOUR - Duration::from_millis(1)).await;
    assert_eq!(names.len().await?, 2);
    assert_eq!(names.expiry().await?, Some(Duration::from_millis(1)));
    tokio::time::advance(Duration::from_millis(1)).await;
    assert!(names.is_empty().await?);

    names.set(1, "one").await?;
    tokio::time::advance(2 * HOUR).await;
    assert_eq!(names.get(1).await?.as_deref(), Some("one"), "what is stored later starts without");

    // Rounded up to milliseconds.
    names.set_expiry(Duration::from_micros(1_001)).await?;
    assert_eq!(names.expiry().await?, Some(Duration::from_millis(2)));
    names.set_expiry(Duration::from_nanos(1)).await?;
    assert_eq!(names.expiry().await?, Some(Duration::from_millis(1)));
    names.persist().await?;
    tokio::time::advance(HOUR).await;
    assert_eq!(names.len().await?, 1);

    // A later one replaces an earlier one.
    names.set_expiry(Duration::from_secs(1)).await?;
    names.set_expiry(HOUR).await?;
    tokio::time::advance(Duration::from_secs(2)).await;
    assert_eq!(names.len().await?, 1);
    Ok(())
}
