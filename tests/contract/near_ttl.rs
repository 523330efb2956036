//! Caches of entries that end, and that keep what was read: they read as all others do.

use std::time::Duration;

use rediscache::{ErrorKind, Near, RedisSession, RedisTtlCache};
use support::contract;

const LONG: Duration = Duration::from_secs(600);

type Pages = RedisTtlCache<String, String>;

fn pages(session: &RedisSession) -> Pages {
    Pages::new("pages", LONG).near(Near::tracking()).on(session)
}

/// Some have what is written otherwise in the names of entries, and one takes more room than is at hand.
const KEYS: [&str; 5] = ["a", "b:c", "{d} $%", "\u{e9}\n", "a key that is longer than what fits into twenty-two bytes"];

/// Reads in every way, more than once, so that some is kept.
async fn assert_reads(pages: &Pages, key: &str, expected: Option<&str>) -> rediscache::Result<()> {
    for _ in 0..3 {
        assert_eq!(pages.get(key).await?.as_deref(), expected, "{key}");
        assert_eq!(pages.contains(key).await?, expected.is_some(), "{key}");
        assert_eq!(pages.get_or(key, "nothing").await?, expected.unwrap_or("nothing"), "{key}");
        let many = pages.get_many([key, "other", key]).await?;
        assert_eq!(many.iter().map(Option::as_deref).collect::<Vec<_>>(), [expected, None, expected], "{key}");
    }
    Ok(())
}

contract! {
    async fn every_write_is_read_at_once(session: RedisSession) -> rediscache::Result<()> {
        let pages = pages(&session);
        for key in KEYS {
            assert_reads(&pages, key, None).await?;
            pages.set(key, "one").await?;
            assert_reads(&pages, key, Some("one")).await?;
            assert!(!pages.set_if_absent(key, "other").await?);
            assert_eq!(pages.replace(key, "two").await?.as_deref(), Some("one"));
            assert_reads(&pages, key, Some("two")).await?;
            assert!(pages.compare_and_set(key, "two", "three").await?);
            assert_reads(&pages, key, Some("three")).await?;
            assert_eq!(pages.pop(key).await?.as_deref(), Some("three"));
            assert_reads(&pages, key, None).await?;
            assert!(pages.set_if_absent(key, "four").await?);
            assert_reads(&pages, key, Some("four")).await?;
            assert!(pages.compare_and_delete(key, "four").await?);
            assert_reads(&pages, key, None).await?;
            pages.set_for(key, "five", LONG / 2).await?;
            assert_reads(&pages, key, Some("five")).await?;
            assert!(pages.touch(key).await?);
            assert_reads(&pages, key, Some("five")).await?;
            assert!(pages.expire(key, Duration::from_millis(1)).await?);
            tokio::time::sleep(Duration::from_millis(20)).await;
            assert_reads(&pages, key, None).await?;
            pages.set_many([(key, "six")]).await?;
            assert_reads(&pages, key, Some("six")).await?;
            assert_eq!(pages.delete_many([key]).await?, 1);
            assert_reads(&pages, key, None).await?;
            pages.set(key, "seven").await?;
            assert_reads(&pages, key, Some("seven")).await?;
            assert!(pages.delete(key).await?);
            assert_reads(&pages, key, None).await?;
            pages.set(key, "eight").await?;
            assert_reads(&pages, key, Some("eight")).await?;
            pages.clear().await?;
            assert_reads(&pages, key, None).await?;
        }
        Ok(())
    }

    async fn what_is_counted_is_read_at_once(session: RedisSession) -> rediscache::Result<()> {
        let counts = RedisTtlCache::<u64, u64>::new("counts", LONG).near(Near::tracking()).on(&session);
        for count in 1..20 {
            assert_eq!(counts.increment(1, 1).await?, count);
            assert_eq!((counts.get(1).await?, counts.get(1).await?), (Some(count), Some(count)));
        }
        assert_eq!(counts.decrement(1, 9).await?, 10);
        assert_eq!(counts.get(1).await?, Some(10));
        assert!(counts.near_stats().hits() > 0, "{:?}", counts.near_stats());
        Ok(())
    }

    async fn an_entry_ends_where_others_never_do(session: RedisSession) -> rediscache::Result<()> {
        let near = Near::tracking();
        let pages = Pages::new("pages", Duration::MAX).stale(LONG).near(near).on(&session);
        pages.set_for("a", "one", Duration::from_millis(60)).await?;
        let kept = pages.get("a").await?;
        tokio::time::sleep(Duration::from_millis(61)).await;
        assert_eq!(pages.get("a").await?, None, "{kept:?}");
        Ok(())
    }

    async fn an_entry_is_served_no_longer_than_it_lives(session: RedisSession) -> rediscache::Result<()> {
        let pages = pages(&session);
        for _ in 0..3 {
            pages.set_for("a", "one", Duration::from_millis(60)).await?;
            let kept = pages.get("a").await?;
            tokio::time::sleep(Duration::from_millis(61)).await;
            assert_eq!(pages.get("a").await?, None, "{kept:?}");
        }
        Ok(())
    }

    /// It is kept by the server for who loads it anew, and by nobody else.
    async fn what_is_stale_is_absent(session: RedisSession) -> rediscache::Result<()> {
        let brief = Duration::from_millis(60);
        let pages = Pages::new("stale", brief).stale(LONG).near(Near::tracking()).on(&session);
        for _ in 0..3 {
            pages.set("a", "one").await?;
            let kept = pages.get("a").await?;
            tokio::time::sleep(brief + Duration::from_millis(1)).await;
            assert_eq!(pages.get("a").await?, None, "{kept:?}");
            assert!(!pages.contains("a").await?);
            assert_eq!(pages.get_many(["a"]).await?, [None]);
        }
        Ok(())
    }

    async fn what_does_not_go_together_is_refused(session: RedisSession) -> rediscache::Result<()> {
        let refused = [pages(&session).idle(LONG), Pages::new("pages", LONG).near(Near::fields()).on(&session)];
        for pages in refused {
            assert_eq!(pages.get("a").await.unwrap_err().kind(), ErrorKind::Config);
            assert_eq!(pages.set("a", "one").await.unwrap_err().kind(), ErrorKind::Config);
            assert_eq!(pages.near_stats().hits(), 0);
        }
        Ok(())
    }
}
